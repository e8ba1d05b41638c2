"""What a listing alone tells to be unchanged: never anything else than what a comparison of both sides tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.laws import examples

from reconciler.errors import BadAnswer, NotFound
from reconciler.kinds.base import Scope, Trust
from reconciler.kinds.jobtemplate import JOB_TEMPLATE
from reconciler.kinds.jobtemplate.marks import PREFIX, Marks
from reconciler.kinds.jobtemplate.read import read
from reconciler.kinds.jobtemplate.traces import owned
from reconciler.kinds.jobtemplate.unchanged import looked_over, unchanged
from reconciler.kinds.results import Proposal, Reading
from reconciler.live.port import Operation
from reconciler.model import (
    Document,
    Finding,
    JsonObject,
    JsonValue,
    Limits,
    Plan,
    Resource,
    ResourceId,
    SourceRef,
    Target,
)
from reconciler.model.canonical import version_digest
from reconciler.model.resource import PositionSource
from reconciler.plan.build import Sides, build_plan
from reconciler.plan.selection import Selection

SCOPE = Scope(project="vision", workspace_id="1001", prune=True)
FETCHED = replace(SCOPE, trust=Trust.FETCHED, now=datetime(2026, 2, 1, tzinfo=UTC))
NAMES = ("a", "b", "B", "b ", "e\u0301", "\u00e9")
Desired = Mapping[ResourceId, Resource[Any]]


class Knowing:
    """Implements `Memory`: it remembers what it was given, and learns nothing."""

    def __init__(self, facts: Mapping[str, JsonValue]) -> None:
        self._facts = facts

    def recall(self, id: str) -> JsonValue:
        return self._facts.get(id)

    def recall_each(self, ids: Sequence[str]) -> Mapping[str, JsonValue]:
        return {id: self._facts[id] for id in ids if id in self._facts}

    def learn(self, id: str, facts: JsonValue) -> None:
        del id, facts

    def hold(self, id: str, facts: JsonValue) -> None:
        del id, facts


class Rows:
    """Implements `port.Service` over rows that it was given; each template has the versions that it was given."""

    calls_in_flight = 1
    place = "here"

    def __init__(self, rows: Sequence[JsonObject], contents: Mapping[str, Sequence[JsonObject]]) -> None:
        self._rows = rows
        self._contents = contents

    def rows(self, operation: Operation, *ids: str, **fields: Any) -> list[JsonObject]:
        del ids
        if operation.name != "ListJobTemplates":
            return []
        return [row for row in self._rows if fields.get("TemplateName", "") in (row["TemplateName"] or "")]

    def call(self, operation: Operation, *ids: str, **fields: Any) -> JsonObject:
        del operation, fields
        for row in self._rows:
            if row["TemplateId"] == ids[0]:
                versions = [{"Version": n, "Content": each} for n, each in enumerate(self._contents[ids[0]], start=1)]
                return {**row, "Versions": versions}
        raise NotFound("not there")


def asked(name: str, command: str = "run", *, metadata: JsonObject | None = None, **spec: Any) -> Resource[Any]:
    whole = {"content": {"JobType": "PyTorchJob", "UserCommand": command}, **spec}
    document = Document(
        kind="JobTemplate",
        name=name,
        metadata={"name": name, **(metadata or {})},
        spec=whole,
        where=SourceRef(f"{name}.yaml"),
        source=PositionSource(),
        written=whole,
    )
    return JOB_TEMPLATE.desired(document)


def as_applied(resource: Resource[Any], template_id: str) -> dict[str, Any]:
    """The row that an apply of the manifest leaves."""
    marks = Marks(
        project="vision",
        manifest=resource.body.manifest,
        protect=resource.body.protect,
        digest=resource.body.digest,
        version=1,
        template_id=template_id,
        labels=resource.labels,
        revision="0" * 40,
    )
    return {
        "TemplateId": template_id,
        "TemplateName": resource.id.name,
        "Description": resource.body.description,
        "DefaultVersion": 1,
        "Metadata": marks.written_into({"theirs": 1}),
        "GmtModifyTime": "2026-01-01T00:00:00Z",
    }


def by_id(*resources: Resource[Any]) -> Desired:
    return {each.id: each for each in resources}


def knowing(desired: Desired, scope: Scope = SCOPE) -> Scope:
    """The scope with what is expected of everything, as a loading of the manifests gives it."""
    former = {id: each.body.former_names for id, each in desired.items() if each.body.former_names}
    told = {id: JOB_TEMPLATE.expected(each) for id, each in desired.items()}
    return replace(scope, expected=told, former=former, described=frozenset(desired))


def told(scope: Scope, desired: Desired, service: Rows, selection: Selection) -> tuple[Plan, Reading[Any, Any]] | str:
    """The plan and what was read for it; or why there is none."""
    try:
        reading = read(service, scope, desired)
    except BadAnswer as error:
        return error.message
    sides = Sides(kind=JOB_TEMPLATE, scope=scope, desired=desired, digests={}, reading=reading, doubt=_no_doubt)
    target = Target(name="prod", region="cn-hangzhou", workspace_id="1001")
    return build_plan("vision", target, Limits(), [sides], selection), reading


def _no_doubt(_live: Resource[Any]) -> Finding | None:
    return None


MANIFESTS = st.builds(
    asked,
    st.sampled_from(NAMES),
    st.sampled_from(["run", "walk"]),
    metadata=st.sampled_from(
        [{}, {"labels": {"team": "x"}}, {"labels": {"team": "", "at": "y"}}, {"renamedFrom": "b"}, {"templateId": "t0"}]
    ),
    description=st.sampled_from(["", "text", "text "]),
    protect=st.booleans(),
    defaultVersion=st.sampled_from(["manifest", "manifest", 1, 2]),
)
MARK = st.sampled_from(
    ["project", "manifest", "protect", "digest", "version", "template-id", "pin", "sent", "shown", "added", "texts"]
) | st.sampled_from(
    ["sensitive", "nonce", "revision", "since", "verified", "label/team", "label/at", "of-a-later-time"]
)
VALUE = st.sampled_from(
    ["", "vision", "audio", "1", "01", "2", "true", "True", "t0", "t1", "x", "UserCommand", 1, None]
)
CHANGES: st.SearchStrategy[tuple[str, Any]] = st.one_of(
    st.tuples(MARK, VALUE),
    st.tuples(st.just("Description"), st.sampled_from([None, "", "text", "text ", "other"])),
    st.tuples(st.just("DefaultVersion"), st.sampled_from([0, 1, 2, "1", "01", True, None, 10**9])),
    st.tuples(st.just("TemplateName"), st.sampled_from([*NAMES, None])),
    st.tuples(st.just("Metadata"), st.sampled_from([None, "", {}, [], {"theirs": 1}])),
)


def changed(row: JsonObject, field: str, value: Any) -> dict[str, Any]:
    """The row after somebody else's work: of a mark, or of a field of its own."""
    if field in row:
        return {**row, field: value}
    marks = row["Metadata"] if isinstance(row["Metadata"], dict) else {}
    return {**row, "Metadata": {**marks, PREFIX + field: value}}


@settings(max_examples=examples(150))
@given(
    st.lists(MANIFESTS, max_size=4, unique_by=lambda each: each.id),
    st.lists(st.tuples(MANIFESTS, st.lists(CHANGES, max_size=2)), max_size=4),
    st.sampled_from([Selection(), Selection(labels=(("team", "x"),))]),
    st.booleans(),
)
def test_a_plan_is_the_same_whether_or_not_unchanged_templates_are_passed_by(
    manifests: Sequence[Resource[Any]],
    others: Sequence[tuple[Resource[Any], Sequence[tuple[str, Any]]]],
    selection: Selection,
    are_applied: bool,
) -> None:
    desired = by_id(*manifests)
    origins = [*((each, ()) for each in manifests if are_applied), *others]
    rows, contents = [], {}
    for number, (origin, changes) in enumerate(origins):
        row = as_applied(origin, f"t{number}")
        for field, value in changes:
            row = changed(row, field, value)
        rows.append(row)
        contents[f"t{number}"] = [origin.body.content, {"JobType": "TFJob"}]
    service, scope = Rows(rows, contents), knowing(desired)
    for own in ("vision", "another"):
        assert unchanged(scope, looked_over(replace(scope, project=own), rows)) == unchanged(scope, rows)
    short, whole = (told(each, desired, service, selection) for each in (scope, replace(scope, expected={})))
    if isinstance(short, str) or isinstance(whole, str):
        assert short == whole
        return
    assert short[0] == whole[0]
    assert dict(short[1].resources) == whole[1].resources
    assert not whole[1].unchanged
    for id in short[1].unchanged:
        assert JOB_TEMPLATE.diff(scope, desired[id], short[1].resources[id]) == Proposal()


def passed_by(resource: Resource[Any], row: JsonObject, *more: JsonObject, scope: Scope = SCOPE) -> bool:
    """Whether the template of a manifest is told to be unchanged by the listing alone."""
    desired = by_id(resource)
    service = Rows([row, *more], {"t1": [resource.body.content], "t2": [resource.body.content]})
    return resource.id in read(service, knowing(desired, scope), desired).unchanged


PLAIN = asked("a", metadata={"labels": {"team": "x", "at": "y"}}, description="text", protect=True)


def test_nothing_is_made_of_a_template_that_is_as_it_was_left() -> None:
    assert passed_by(PLAIN, as_applied(PLAIN, "t1"))


@pytest.mark.parametrize("mark", ["revision", "nonce", "verified", "since"])
def test_marks_of_former_writes_are_no_reason_to_compare(mark: str) -> None:
    assert passed_by(PLAIN, changed(as_applied(PLAIN, "t1"), mark, "anything"))


@pytest.mark.parametrize(
    "mark", ["pin", "sent", "shown", "added", "texts", "sensitive", "label/more", "of-a-later-time"]
)
def test_a_mark_that_may_mean_something_is_a_reason_to_compare(mark: str) -> None:
    assert not passed_by(PLAIN, changed(as_applied(PLAIN, "t1"), mark, "anything"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((mark, "other") for mark in ("project", "manifest", "protect", "digest", "version", "template-id")),
        ("label/team", "z"),
        ("Description", "other"),
        ("DefaultVersion", 2),
    ],
)
def test_what_is_shown_otherwise_is_compared(field: str, value: Any) -> None:
    assert not passed_by(PLAIN, changed(as_applied(PLAIN, "t1"), field, value))


@pytest.mark.parametrize("number", [0, -1, 10**9, True, "one"])
def test_a_number_that_is_no_version_is_not_believed_because_a_mark_repeats_it(number: Any) -> None:
    row = changed(changed(as_applied(PLAIN, "t1"), "version", str(number)), "DefaultVersion", number)
    assert not unchanged(knowing(by_id(PLAIN)), [row])


def test_a_label_is_no_other_mark_of_the_same_name() -> None:
    resource = asked("a", metadata={"labels": {"pin": "1"}})
    assert passed_by(resource, as_applied(resource, "t1"))
    bare = as_applied(asked("a"), "t1")
    assert not passed_by(resource, changed(bare, "pin", "1"))


@pytest.mark.parametrize(
    "more", [{"metadata": {"templateId": "t1"}}, {"metadata": {"renamedFrom": "old"}}, {"defaultVersion": 1}], ids=str
)
def test_a_manifest_that_asks_for_more_than_marks_say_is_compared(more: dict[str, Any]) -> None:
    resource = asked("a", **more)
    assert not passed_by(resource, as_applied(resource, "t1"))


def test_a_template_that_is_not_alone_with_its_name_is_compared() -> None:
    row = as_applied(PLAIN, "t1")
    assert not passed_by(PLAIN, row, {**row, "TemplateId": "t2"})


def test_where_marks_are_not_believed_everything_is_compared() -> None:
    assert not passed_by(PLAIN, as_applied(PLAIN, "t1"), scope=replace(SCOPE, trust=Trust.NOTHING))


SEEN = [PLAIN.body.digest, False, []]
"""What is remembered of a version that holds what the manifest asks."""


@pytest.mark.parametrize(
    ("facts", "is_enough"),
    [
        ({"1": SEEN}, True),
        ({}, False),
        ({"1": [PLAIN.body.digest, True, []]}, True),
        ({"1": ["sha256:other", False, []]}, False),
        ({"1": [PLAIN.body.digest, False, ["_console"]]}, False),
        ({"1": SEEN, "2": ["sha256:other", False, []]}, False),
        ({"1": SEEN, "2": ["sha256:other", True, []]}, False),
        ({"2": SEEN}, False),
    ],
    ids=str,
)
def test_where_only_what_was_fetched_is_believed_all_versions_have_to_be_known(
    facts: dict[str, Any], *, is_enough: bool
) -> None:
    """The default holds what the marks record, and nobody made a newer one."""
    row = as_applied(PLAIN, "t1")
    known = {"t1": {"modified": row["GmtModifyTime"], "versions": facts}}
    assert passed_by(PLAIN, row, scope=replace(FETCHED, memory=Knowing(known))) is is_enough
    later = {"t1": {"modified": "2026-01-01T00:00:01Z", "versions": facts}}
    assert not passed_by(PLAIN, row, scope=replace(FETCHED, memory=Knowing(later)))
    assert not passed_by(PLAIN, row, scope=FETCHED)


def seen_in(row: JsonObject, contents: Sequence[JsonObject], stamped: Collection[int]) -> JsonObject:
    """What an earlier run remembers when it had seen these versions."""
    digests = {str(number): version_digest(each, {}) for number, each in enumerate(contents, start=1)}
    return {
        "modified": row["GmtModifyTime"],
        "versions": {number: [digest, int(number) in stamped, []] for number, digest in digests.items()},
    }


@settings(max_examples=examples(150))
@given(
    manifests=st.lists(MANIFESTS, max_size=4, unique_by=lambda each: each.id),
    others=st.lists(st.tuples(MANIFESTS, st.lists(CHANGES, max_size=2)), max_size=4),
    newer=st.lists(st.sampled_from(["run", "walk"]), max_size=2),
    stamped=st.sets(st.integers(1, 3)),
    lying=st.sets(st.integers(0, 3)),
    selection=st.sampled_from([Selection(), Selection(labels=(("team", "x"),))]),
)
def test_a_drift_is_the_same_whether_or_not_unchanged_templates_are_passed_by(
    *,
    manifests: Sequence[Resource[Any]],
    others: Sequence[tuple[Resource[Any], Sequence[tuple[str, Any]]]],
    newer: Sequence[str],
    stamped: Collection[int],
    lying: Collection[int],
    selection: Selection,
) -> None:
    """Marks may lie: only versions that were seen count, and those that others made are told of all the same."""
    desired = by_id(*manifests)
    rows, contents = [], {}
    for number, (origin, changes) in enumerate([*((each, ()) for each in manifests), *others]):
        row = as_applied(origin, f"t{number}")
        for field, value in changes:
            row = changed(row, field, value)
        rows.append(row)
        more = [asked("any", command).body.content for command in newer] if number % 2 else []
        first = asked("any", "other").body.content if number in lying else origin.body.content
        contents[f"t{number}"] = [first, *more]
    memory = Knowing({row["TemplateId"]: seen_in(row, contents[row["TemplateId"]], stamped) for row in rows})
    service, scope = Rows(rows, contents), knowing(desired, replace(FETCHED, memory=memory))
    short, whole = (told(each, desired, service, selection) for each in (scope, replace(scope, expected={})))
    if isinstance(short, str) or isinstance(whole, str):
        assert short == whole
        return
    assert short[0] == whole[0]
    assert {id: owned(scope, each) for id, each in short[1].resources.items()} == {
        id: owned(scope, each) for id, each in whole[1].resources.items()
    }
    assert not any(seen.unexplained for id in short[1].unchanged if (seen := owned(scope, whole[1].resources[id])))
