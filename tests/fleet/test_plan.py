"""The plans of many targets: one document, one exit code, and no failure that hides another target."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.commands import command, python
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator
from reconciler.errors import PlanFileError
from reconciler.fleet.codec import dumps, fleet_id, loads
from reconciler.fleet.ending import WORST_FIRST, after_writing, worst
from reconciler.fleet.failures import CODES
from reconciler.manifests import sources
from reconciler.manifests.files import ManifestFile, parsed
from reconciler.manifests.schemas import validator
from reconciler.model import Failure, Fleet, Plan, Target
from reconciler.model.canonical import digest
from reconciler.pipeline import Settings, connected, open_project, open_target
from reconciler.pipeline.connecting import _identity, _pace

from .conftest import NOWHERE, FleetFolder


def test_the_embedded_emulator_starts_while_another_target_loads_what_calls_need(tmp_path: Path) -> None:
    """In a fresh process both are loaded at the same time, by two threads."""
    away = {"region": "cn-hangzhou", "workspaceId": "1002"}
    here = {"region": "cn-hangzhou", "workspaceId": "1001", "endpoint": "emulator"}
    project = ProjectFolder(tmp_path / "project", targets={"here": here, "away": away})
    project.template()
    ended = python("-m", "reconciler", "plan", "--all-targets", "--format", "json", cwd=project.root)
    made = json.loads(ended.out)
    assert [each["target"]["name"] for each in made["plans"]] == ["here"], ended.text
    assert [(each["target"], each["code"]) for each in made["failed"]] == [("away", "credentials")]


def test_the_document_of_many(fleet: FleetFolder) -> None:
    fleet.add("dev", "east", "west")
    made = fleet.document("--all-targets")
    assert made["format_version"] == "1.0"
    assert [each["target"]["name"] for each in made["plans"]] == ["dev", "east", "west"]
    assert (made["chosen"], made["failed"], made["summary"]["create"]) == ("all", [], 3)
    assert list(validator("fleet.schema.json").errors(made)) == []
    for plan in made["plans"]:
        alone = fleet.document("--target", plan["target"]["name"])
        assert plan == alone, "a plan in the document is the plan of its target"
    again = fleet.document("--target", "west", "--target", "dev", "--target", "east")
    assert (again["fleet_id"], again["chosen"]) == (made["fleet_id"], "dev,east,west")


def test_all_targets_is_a_document_of_many_also_for_one(fleet: FleetFolder) -> None:
    fleet.add("only")
    assert len(fleet.document("--all-targets")["plans"]) == 1
    assert "plans" not in fleet.document()


def plan_of(name: str) -> Plan:
    return Plan(project="vision", target=Target(name=name, region="cn-hangzhou", workspace_id="1001"))


failures = st.builds(
    Failure, target=st.sampled_from("cde"), code=st.sampled_from(CODES), message=st.text(), hint=st.text()
)


@given(st.sets(st.sampled_from("ab")), st.lists(failures, unique_by=lambda each: each.target), st.text())
def test_a_document_comes_back_as_it_was(plans: set[str], failed: list[Failure], chosen: str) -> None:
    assume(plans or failed)  # a document is about a target
    made = Fleet(project="vision", chosen=chosen, plans=tuple(map(plan_of, sorted(plans))), failed=tuple(failed))
    text = dumps(made)
    assert loads(text) == made
    assert dumps(loads(text)) == text
    turned = Fleet(project="vision", chosen="", plans=made.plans[::-1], failed=made.failed[::-1])
    assert fleet_id(turned) == fleet_id(made), "the order says nothing"


def _again(document: dict[str, Any]) -> str:
    """The document with a checksum that fits."""
    rest = {key: value for key, value in document.items() if key != "checksum"}
    return json.dumps({**rest, "checksum": digest(rest)})


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda each: each.update(failed=[]), "its fleet_id does not fit"),
        (lambda each: each["plans"][0].update(unchanged=7), "its plan_id does not fit|its checksum does not fit"),
        (lambda each: each["plans"].append(each["plans"][0]), "its fleet_id does not fit"),
        (lambda each: each.update(chosen=5), "chosen: 5 is not of type 'string'"),
        (lambda each: each["failed"][0].update(more=1), "unknown key 'more'"),
        (lambda each: each.pop("failed"), "there is no 'failed'"),
        (lambda each: each.update(plans={}), "plans: not an array of plans"),
        (lambda each: each.update(plans=[5]), "plans: not an array of plans"),
        (lambda each: each.update(format_version="1.1"), "has format 1.1"),
        (lambda each: each.update(format_version="2.0"), "has format 2.0"),
    ],
)
def test_an_edited_document_is_refused(spoil: Any, told: str, fleet: FleetFolder) -> None:
    fleet.add("dev", "east", "wrong")
    fleet.project.template("train", overrides={"wrong": {"content": {"UserComand": "x"}}})
    file = fleet.saved("--all-targets")
    document = json.loads(file.read_text())
    spoil(document)
    file.write_text(_again(document))
    for words in (("plan", "show", file), ("apply", file, "--yes", "--project", fleet.project.root)):
        ended = command(*words)
        assert ended.code == 3, ended.text
        assert any(each in ended.err for each in told.split("|")), ended.err
    assert fleet.emulator.writes() == []


def test_a_document_of_two_projects_of_one_target_twice_or_of_none_is_refused() -> None:
    twice = Fleet(project="vision", chosen="all", plans=(plan_of("a"), plan_of("a")))
    strange = Fleet(project="other", chosen="all", plans=(plan_of("a"),))
    none = Fleet(project="vision", chosen="all")
    for made, told in ((twice, "target a twice"), (strange, "has a plan of vision"), (none, "about no target")):
        with pytest.raises(PlanFileError, match=told):
            loads(dumps(made))


def test_one_targets_failure_hides_nothing_of_another(fleet: FleetFolder) -> None:
    """Unreachable, manifests wrong for one target alone, blocked: each is told, and the sound target has its plan."""
    fleet.add("sound", "blocked", "wrong").add("gone", endpoint=NOWHERE)
    fleet.project.template("foreign")
    fleet.emulator.seed(
        {
            "jobTemplates": [
                {
                    "WorkspaceId": fleet.targets["blocked"]["workspaceId"],
                    "TemplateName": "foreign",
                    "Versions": [{"Content": CONTENT}],
                },
            ]
        }
    )
    fleet.project.template("train", overrides={"wrong": {"content": {"UserComand": "x"}}})
    ended = fleet("plan", "--all-targets", "--format", "json", "--detailed-exitcode")
    made = json.loads(ended.out)
    assert ended.code == 3, "blocked is worse than failed"
    assert [each["target"]["name"] for each in made["plans"]] == ["blocked", "sound"]
    assert {each["target"]: each["code"] for each in made["failed"]} == {"wrong": "manifests", "gone": "unreachable"}
    assert len(made["plans"][1]["actions"]) == 2
    assert 'did you mean "UserCommand"?' in ended.err
    assert "error: blocked: blocked by 1 finding" in ended.err
    assert "error: gone: ListJobTemplates at 127.0.0.1:1" in ended.err
    text = fleet("plan", "--all-targets")
    assert "No plan for 2 targets of 4. Blocked on 1 target: apply refuses it." in text.out


def test_wrong_credentials_of_one_target(fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A target with a profile of its own: the others keep theirs, and a profile that is not there hurts it alone."""
    fleet.add("dev", "east")
    home = tmp_path / "home"
    (home / ".aliyun").mkdir(parents=True)
    profiles = [
        {"name": name, "mode": "AK", "access_key_id": f"AK{name}", "access_key_secret": "s"}
        for name in ("usual", "east")
    ]
    (home / ".aliyun" / "config.json").write_text(json.dumps({"current": "usual", "profiles": profiles}))
    monkeypatch.setenv("HOME", str(home))
    for name in ("dev", "east"):
        fleet.targets[name].pop("endpoint")
    fleet.write()
    through = ("--endpoint", fleet.emulator.url, "--profile", "usual")
    assert fleet("plan", "--all-targets", *through, "--profile", "east=east").code == 0
    callers = {
        (request.headers["authorization"].partition("Credential=")[2].partition(",")[0], workspace)
        for request in fleet.emulator.requests
        for workspace in ("1001", "1002")
        if f"WorkspaceId={workspace}" in request.query
    }
    assert callers == {("AKusual", "1001"), ("AKeast", "1002")}
    ended = fleet("plan", "--all-targets", *through, "--profile", "east=eats", "--format", "json")
    assert ended.code == 1
    (failed,) = json.loads(ended.out)["failed"]
    assert (failed["target"], failed["code"]) == ("east", "credentials")


def test_the_worst_exit_code_is_that_of_the_run() -> None:
    assert [worst(WORST_FIRST[at:]) for at in range(len(WORST_FIRST))] == list(WORST_FIRST)
    assert WORST_FIRST == (130, 4, 3, 1, 2, 0)
    assert worst([]) == 0


@given(st.lists(st.sampled_from(WORST_FIRST)), st.booleans())
def test_writing_here_and_failing_there_is_in_part(codes: list[int], wrote: bool) -> None:
    assert after_writing(codes, wrote=False) == worst(codes)
    if wrote and {1, 3} & set(codes):
        assert after_writing(codes, wrote=True) in (4, 130)
    else:
        assert after_writing(codes, wrote=wrote) == worst(codes)


def test_limits_of_the_whole(fleet: FleetFolder) -> None:
    """Two deletions on each of two targets: each alone is within its limit, together they are not."""
    fleet.add("dev", "east")
    for name in "abc":
        fleet.project.template(name)
    assert fleet("apply", "--all-targets", "--yes").code == 0
    fleet.project.remove("a")
    fleet.project.remove("b")
    fleet.write(safety={"maxDeletionPercent": 100, "fleet": {"maxDeletions": 3}})
    fleet.emulator.clear_log()
    planned = fleet("plan", "--all-targets", "--format", "json")
    made = json.loads(planned.out)
    assert planned.code == 3
    assert [each["summary"] for each in made["findings"]] == ["all targets together: 4 deletions, the limit is 3"]
    assert not any(each["blocked"] for each in made["plans"])
    refused = fleet("apply", "--all-targets", "--yes")
    assert (refused.code, "--allow-deletions 4" in refused.err) == (3, True)
    assert fleet.emulator.writes() == []
    assert fleet("apply", "--all-targets", "--yes", "--allow-deletions", "4").code == 0
    assert fleet.names("dev") == fleet.names("east") == ["c", "train"]


def test_manifests_are_read_once_for_all_targets(fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.add("dev", "east", "west")
    read: list[str] = []
    real = parsed

    def reading(root: Path, name: str, content: bytes, **fields: bool) -> ManifestFile:
        read.append(name)
        return real(root, name, content, **fields)

    monkeypatch.setattr(sources, "parsed", reading)
    assert fleet("plan", "--all-targets").code == 0
    assert read == ["manifests/train.yaml"]


def test_one_pace_for_each_identity_and_region(fleet: FleetFolder, emulator: Emulator) -> None:
    """Two workspaces of one region share it; another region has its own, and so has another identity."""
    del emulator
    fleet.add("a", "b").add("c", region="cn-shanghai")
    settings = Settings(project_file=fleet.project.root, endpoint=fleet.emulator.url)
    project = open_project(settings)
    paces = []
    for name in project.targets:
        own = replace(settings, target=name)
        with connected(own, open_target(own)) as service:
            paces.append(service._pace)  # type: ignore[attr-defined]
    assert paces[0] is paces[1]
    assert paces[2] is not paces[0]
    other = replace(settings, target="b", profiles={"b": "ops"})
    identity = _identity(other, open_target(other).target)
    assert identity.name == "ops"
    assert _pace(other, identity, open_target(other).target, other.connection) is not paces[0]
