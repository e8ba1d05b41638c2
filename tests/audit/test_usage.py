"""Which version a job ran: what is called certain is never wrong, and everything adds up."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.commands import command
from support.outside import template_id
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator, ManualClock
from reconciler.kinds.history import Confidence
from reconciler.kinds.jobtemplate.audit.inference import Defaults, VersionMatcher
from reconciler.kinds.jobtemplate.audit.usage import requested_gpus, template_usage
from reconciler.kinds.jobtemplate.canonical import STAMP_TAG, LiveVersion
from reconciler.model.canonical import canonical

START = datetime(2026, 1, 1, tzinfo=UTC)
FREE = ("UserCommand", "Image", "Envs")
PATHS = {"UserCommand": "UserCommand", "Image": "JobSpecs[0].Image", "Envs": "Envs.MODE"}


def moment(day: float) -> str:
    return (START + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")


def content(command_: str = "a", image: str = "a", mode: str = "a") -> dict[str, Any]:
    return {
        "JobType": "PyTorchJob",
        "JobSpecs": [{"Type": "Worker", "PodCount": 1, "Image": image}],
        "UserCommand": command_,
        "Envs": {"MODE": mode},
    }


def version(number: int, *, day: float = 0.0, locked: frozenset[str] = frozenset(), **fields: str) -> LiveVersion:
    return LiveVersion(
        number=number,
        content=canonical(content(**fields)),
        constraints={PATHS[name]: "locked" for name in sorted(locked)},
        created=moment(day),
    )


def launched(source: LiveVersion, *, day: float, overrides: dict[str, Any] | None = None) -> dict[str, Any]:
    """A row of ListJobs as CreateJob makes it: the launch's fields replace whole, locked ones come back."""
    body = copy.deepcopy({**source.content, **(overrides or {})})
    if PATHS["UserCommand"] in source.constraints:
        body["UserCommand"] = source.content["UserCommand"]
    if PATHS["Image"] in source.constraints:
        body["JobSpecs"][0]["Image"] = source.content["JobSpecs"][0]["Image"]
    if PATHS["Envs"] in source.constraints:
        body["Envs"]["MODE"] = source.content["Envs"]["MODE"]
    # What the service adds by itself is no evidence.
    return {**body, "JobId": "dlc1", "GmtCreateTime": moment(day), "Priority": 1, "Status": "Running", "UserId": "u"}


values = st.sampled_from(["a", "b", "c"])
templates = st.lists(
    st.tuples(values, values, values, st.frozensets(st.sampled_from(FREE))), min_size=1, max_size=5
).map(
    lambda rows: [
        version(at + 1, day=at, command_=row[0], image=row[1], mode=row[2], locked=row[3])
        for at, row in enumerate(rows)
    ]
)
overridden = st.fixed_dictionaries(
    {},
    optional={
        "UserCommand": values,
        "Envs": st.fixed_dictionaries({"MODE": values}),
        "JobSpecs": values.map(lambda image: [{"Type": "Worker", "PodCount": 1, "Image": image}]),
    },
)


@settings(deadline=None)
@given(versions=templates, overrides=overridden, data=st.data())
def test_what_is_certain_is_true(versions: list[LiveVersion], overrides: dict[str, Any], data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(versions))
    day = source.number - 1 + data.draw(st.sampled_from([0.0, 0.5, 10.0]))
    default = data.draw(st.sampled_from(versions)).number
    row = launched(source, day=day, overrides=overrides)
    found = VersionMatcher(versions, Defaults(default, moment(20))).infer(row)
    assert found.confidence is not Confidence.CERTAIN or found.version == source.number
    assert versions[found.version - 1].created <= row["GmtCreateTime"]


@settings(deadline=None)
@given(versions=templates, data=st.data())
def test_a_plain_launch_is_assigned_to_a_version_of_the_same_content(
    versions: list[LiveVersion], data: st.DataObject
) -> None:
    source = data.draw(st.sampled_from(versions))
    found = VersionMatcher(versions, Defaults(1, moment(0))).infer(launched(source, day=10))
    assert versions[found.version - 1].content == source.content


@settings(deadline=None)
@given(versions=templates, data=st.data())
def test_every_job_counts_once(versions: list[LiveVersion], data: st.DataObject) -> None:
    sources = data.draw(st.lists(st.sampled_from(versions), max_size=6))
    rows = [
        {**launched(each, day=10 + at), "JobId": f"dlc{at}", "RequestGPU": "2", "Duration": 1800}
        for at, each in enumerate(sources)
    ]
    usage = template_usage(versions, Defaults(1), rows)
    assert list(usage.versions) == [each.number for each in versions]
    assert sum(each.jobs for each in usage.versions.values()) == len(rows)
    assert sum(sum(each.confidence.values()) for each in usage.versions.values()) == len(rows)
    assert sum(each.gpu_hours for each in usage.versions.values()) == pytest.approx(len(rows))
    assert [job.job_id for job in usage.jobs] == [f"dlc{at}" for at in reversed(range(len(rows)))]


def test_a_stamp_is_certain_whatever_else_was_overridden() -> None:
    one, two = version(1), version(2)
    stamp = {"Tags": {STAMP_TAG: "abc"}}
    stamped = LiveVersion(number=2, content={**two.content, "Settings": stamp}, constraints={})
    row = launched(one, day=5, overrides={"UserCommand": "z", "Settings": stamp})
    found = VersionMatcher([one, stamped], Defaults(1)).infer(row)
    assert (found.version, found.confidence) == (2, Confidence.CERTAIN)


def test_a_locked_field_rules_versions_out() -> None:
    lock = frozenset({"Image"})
    old, new = version(1, image="a", locked=lock), version(2, day=1, image="b", locked=lock)
    found = VersionMatcher([old, new], Defaults(2)).infer(launched(old, day=5, overrides={"UserCommand": "z"}))
    assert (found.version, found.confidence) == (1, Confidence.CERTAIN)
    assert "locked" in found.why


def test_a_version_made_after_the_job_is_out() -> None:
    versions = [version(1), version(2, day=3, command_="b")]
    found = VersionMatcher(versions, Defaults(2)).infer(launched(versions[0], day=2, overrides={"UserCommand": "b"}))
    assert (found.version, found.confidence) == (1, Confidence.CERTAIN)


def test_times_of_the_same_minute_say_nothing() -> None:
    """Templates may show minutes: a version of 00:00 may have been made after a job of 00:00:30, and before it too."""
    late = LiveVersion(number=2, content=version(2, command_="b").content, constraints={}, created="2026-01-01T00:00Z")
    row = {**launched(late, day=0), "GmtCreateTime": "2026-01-01T00:00:30Z"}
    found = VersionMatcher([version(1), late], Defaults(1)).infer(row)
    assert (found.version, found.confidence) == (2, Confidence.LIKELY)


def test_equal_contents_are_told_apart_by_the_default_since_the_last_change() -> None:
    versions = [version(1), version(2, day=1), version(3, day=2)]
    matcher = VersionMatcher(versions, Defaults(current=2, settled=moment(3)))
    after, before = matcher.infer(launched(versions[0], day=4)), matcher.infer(launched(versions[0], day=2.5))
    assert (after.version, after.confidence) == (2, Confidence.LIKELY)
    assert (before.version, before.confidence) == (3, Confidence.GUESS)


def test_an_edited_job_fits_no_version_and_is_a_guess() -> None:
    lock = frozenset({"UserCommand"})
    versions = [version(1, command_="a", locked=lock), version(2, command_="b", locked=lock)]
    found = VersionMatcher(versions, Defaults(2)).infer({**launched(versions[0], day=5), "UserCommand": "edited"})
    assert (found.version, found.confidence) == (2, Confidence.GUESS)


def test_a_field_that_the_listing_leaves_out_is_no_evidence() -> None:
    lock = frozenset({"Image"})
    versions = [version(1, image="a", locked=lock), version(2, image="b", locked=lock)]
    row = {key: value for key, value in launched(versions[0], day=5).items() if key != "JobSpecs"}
    assert VersionMatcher(versions, Defaults(2)).infer(row).confidence is not Confidence.CERTAIN


@pytest.mark.parametrize(
    ("shown", "count"), [("8", 8.0), (8, 8.0), ("0", 0.0), (None, None), ("many", None), ("-1", None), ("nan", None)]
)
def test_gpus_are_text_that_may_be_anything(shown: Any, count: float | None) -> None:
    assert requested_gpus({"RequestGPU": shown}) == count


def test_jobs_of_the_emulated_service(project: ProjectFolder, emulator: Emulator, clock: ManualClock) -> None:
    """Launches through the service's own merge: locked fields decide, GPUs come from the instance types."""
    constraints = {"JobSpecs[0].Image": "locked"}
    old = copy.deepcopy(CONTENT)
    old["JobSpecs"][0] |= {"PodCount": 2, "EcsSpec": "ecs.gn7i-c8g1.2xlarge"}
    new = copy.deepcopy(old)
    new["JobSpecs"][0]["Image"] = "registry.example.com/a:2"
    store = emulator.store
    template = store.create_template("train", old, constraints=constraints)
    clock.advance(days=1)
    store.add_version(template, new, constraints=constraints, default=True)
    clock.advance(days=1)
    store.create_job(template_id=template, template_version=1, body={"UserCommand": "other"})
    store.create_job(template_id=template, status=None)
    clock.advance(3600.0)
    ended = command("history", template_id(emulator, "train"), "--project", project.root, "--endpoint", emulator.url,
                    "--format", "json")  # fmt: skip
    usage = {each["version"]: each["usage"] for each in ended.json["versions"]}
    assert usage[1]["confidence"] == usage[2]["confidence"] == {"certain": 1, "likely": 0, "guess": 0}
    assert usage[1]["gpu_hours"] == 0
    assert usage[2]["gpu_hours"] == pytest.approx(2 * 60 / 3600, abs=0.001)
