"""Values as JSON trees and back: a field is declared once, and a tree is read only when every part of it is right."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from reconciler.audit.snapshot import Origin
from reconciler.kinds.audited import Offered, SiteFacts, Version
from reconciler.kinds.check import Problem
from reconciler.kinds.jobtemplate.audit.facts import Template, Use
from reconciler.kinds.tensorboard.audit import Board
from reconciler.model import (
    APART,
    WHEN_SET,
    Action,
    ContractChange,
    FieldChange,
    Finding,
    Impact,
    JobResources,
    Launches,
    Limits,
    Plan,
    Reason,
    ResourceId,
    Retained,
    Severity,
    Shard,
    Share,
    SourceRef,
    Target,
    Verb,
)
from reconciler.model.plain import PlainError, plain, read

ID = ResourceId("JobTemplate", "a")
PLACE = SourceRef("a.yaml", 3)
IMPACT = Impact(
    contract=(ContractChange(path="Image", before="required", after="locked", affected=2),),
    launches=Launches(since="2026-01-30T00:00:00Z", days=30, jobs=37, users=6),
    resources_before=JobResources(gpu=0.5, instances={"ecs.gn6i": 2}),
    resources_after=JobResources(gpu=8, cpu=2.5),
    notes=("n",),
)
ACTION = Action(
    verb=Verb.UPDATE,
    id=ID,
    reason=Reason.CONTENT_CHANGED,
    changes=(FieldChange(path=("JobSpecs", 0, "Image"), before=None, after={"any": [1, None]}),),
    observed={"version": 3},
    intended={"version": 4},
    notes=("n",),
    impact=IMPACT,
)
EVERYTHING = Plan(
    project="vision",
    target=Target(name="prod", region="cn-hangzhou", workspace_id="1001"),
    actions=(ACTION, Action(verb=Verb.CREATE, id=ID, reason=Reason.ABSENT)),
    retained=(Retained(id=ID, remote_id="tpl1", why="used", references=("dlc1",), reference_count=1),),
    unmanaged=(ID,),
    findings=(Finding(code="DLC201", severity=Severity.ERROR, summary="s", subject=ID, where=PLACE, also=(PLACE,)),),
    manifests={str(ID): "sha256:0"},
    selection=("team=vision",),
    left_out=(ID,),
    shard=Shard(number=1, of=2, limits=Limits(), managed={"JobTemplate": 3}),
)
TEMPLATE = Template(
    site="prod", id="tpl1", name="a", default=2, created="", modified="", created_by="", modified_by="",
    last_used="", owner="vision", manifest=PLACE, recorded=1, pinned=0, metadata={"any": [1, {}]},
    use={2: Use(jobs=1, gpu_hours=0.5, confidence={"likely": 1})},
    problems=(Problem(code="DLC101", path=("content", "JobSpecs", 0), summary="s"),), gone=frozenset({"d-2", "d-1"}),
)  # fmt: skip
VALUES: list[Any] = [
    EVERYTHING,
    TEMPLATE,
    replace(TEMPLATE, manifest=None, use=None),
    Version(number=1, created="", created_by="", digest="", in_git=True, by_console=False),
    Board(
        site="prod", id="tb1", name="b", status="running", accessibility="PUBLIC", created="", user="",
        manifest=None, content={"any": 1}, running_hours=1.5,
    ),
    SiteFacts(key="prod", region="r", workspace_id="1", offered=Offered(images=frozenset({"i"}), gpus={"ecs.a": 8})),
    Origin(project="vision", sites=("prod",), shard=Share(2, 3)),
]  # fmt: skip
FREE = {"before", "after", "observed", "intended", "metadata", "content"}
"""Keys whose values are nobody's business."""
NAMED_FREELY = {"manifests", "managed", "instances", "confidence", "gpus"}
"""Keys of objects whose own keys are names."""

WRONG: tuple[Any, ...] = ({"x": []}, [[]])
"""Right nowhere."""


def trees(value: Any) -> Any:
    return json.loads(json.dumps(plain(value)))


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside whose type is declared."""
    yield path
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, inner in steps:
        if step not in FREE:
            yield from places(inner, (*path, step))


def at(tree: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def text_of(path: tuple[Any, ...]) -> str:
    above = (None, *path)
    written = [
        f"[{step!r}]" if isinstance(step, int) or before in NAMED_FREELY else f".{step}"
        for before, step in zip(above, path, strict=False)
    ]
    return "".join(written).removeprefix(".")


def refusal(model: type, tree: Any) -> str:
    with pytest.raises(PlainError) as caught:
        read(model, tree)
    return str(caught.value)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_from_its_tree(value: Any) -> None:
    tree = trees(value)
    assert read(type(value), tree) == value
    assert json.dumps(plain(read(type(value), tree))) == json.dumps(tree)


def test_nothing_that_is_declared_may_be_missing_or_another_type_and_the_place_is_told() -> None:
    whole = trees(EVERYTHING)
    marked = {("shard",)}
    for path in list(places(whole)):
        if not path:
            continue
        *above, last = path
        for wrong in WRONG:
            tree = copy.deepcopy(whole)
            at(tree, tuple(above))[last] = wrong
            assert refusal(Plan, tree).startswith(text_of(path)), path
        if isinstance(last, str) and not NAMED_FREELY & {*above} and path not in marked:
            tree = copy.deepcopy(whole)
            del at(tree, tuple(above))[last]
            assert refusal(Plan, tree) == f"{text_of(tuple(above)) or 'Plan'}: there is no {last!r}"


def test_no_other_key_is_taken() -> None:
    whole = trees(EVERYTHING)
    for path in places(whole):
        if isinstance(at(whole, path), dict) and not NAMED_FREELY & {*path}:
            tree = copy.deepcopy(whole)
            at(tree, path)["strange"] = 1
            assert refusal(Plan, tree) == f"{text_of(path) or 'Plan'}: unknown key 'strange'"


def test_nothing_is_converted() -> None:
    assert refusal(Use, {**plain(Use()), "jobs": "3"}) == "jobs: '3' is not of type 'integer'"
    assert refusal(Use, {**plain(Use()), "jobs": True}) == "jobs: True is not of type 'integer'"
    assert refusal(Use, {**plain(Use()), "last": None}) == "last: None is not of type 'string'"
    assert read(Use, {**plain(Use()), "gpu_hours": 0}).gpu_hours == 0
    assert refusal(Origin, {**plain(VALUES[-1]), "sites": "prod"}) == "sites: 'prod' is not an array"
    assert refusal(Origin, []) == "Origin: [] is not an object"


def test_a_new_field_is_one_line_and_old_trees_are_still_read() -> None:
    @dataclass(frozen=True)
    class Old:
        name: str

    @dataclass(frozen=True)
    class New:
        name: str
        cost: float = field(default=0.0, metadata=WHEN_SET)
        body: Mapping[str, Any] = field(default_factory=dict, metadata=APART)

    assert read(New, plain(Old("a"))) == New("a")
    assert plain(New("a")) == plain(Old("a"))
    assert read(New, plain(New("a", cost=2.5))) == New("a", cost=2.5)
    assert "body" not in plain(New("a", body={"b": 1}))
    assert refusal(New, {"name": "a", "body": {}}) == "New: unknown key 'body'"
    assert refusal(Old, plain(New("a", cost=2.5))) == "Old: unknown key 'cost'"
