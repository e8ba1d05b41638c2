"""What costs processor time without a service: validating, comparing, rendering. Each in a process of its own."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reconciler.cli import collect_rarely
from reconciler.kinds import JOB_TEMPLATE, KINDS
from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.answers import live_summary, live_version
from reconciler.kinds.jobtemplate.canonical import live_resource
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.kinds.results import Reading
from reconciler.manifests import ProcessEnvironment, load_desired, load_project
from reconciler.model import Limits, Plan, Resource, ResourceId, Target
from reconciler.model.canonical import compact
from reconciler.plan.build import Sides, build_plan
from reconciler.plan.codec import dumps, plan_id
from reconciler.plan.selection import Selection
from reconciler.render.markdown import plan_markdown
from reconciler.render.text import plan_text

from . import Measurement
from ._child import reconciler, spent
from ._project import write_project
from ._world import World, in_turns, world

COUNT = 10_000
ACTIONS = 2_000
ROUNDS = 3
SECONDS_TO_COMPARE = 2.0
SECONDS_TO_RENDER = 1.0
TARGET = Target(name="prod", region="cn-hangzhou", workspace_id="1001")
SCOPE = Scope(project="benchmark", workspace_id="1001", prune=True)


def measure(count: int = COUNT, actions: int = ACTIONS, rounds: int = ROUNDS) -> list[Measurement]:
    """Validating against a bare parse; comparing and rendering against the seconds they may take."""
    with world(count, applied=False) as here:
        return [_validating(here, rounds), *_comparing(here, actions)]


def _validating(here: World, rounds: int) -> Measurement:
    pairs = in_turns(
        lambda: reconciler("validate", "--project", here.root).cpu,
        lambda: spent("tests.benchmarks._clients:parse_all", here.root).cpu,
        rounds,
    )
    return Measurement(
        name="engine: validate",
        ratio=pairs.ratio,
        bound=3.0,
        detail=f"{here.count:,} manifests, processor time of the whole command, against a bare parse: {pairs.detail}",
    )


def _comparing(here: World, actions: int) -> list[Measurement]:
    times = json.loads(spent("tests.benchmarks.engine:compare_and_render", here.root, str(actions)).out)
    compare = times.pop("compare")
    return [
        Measurement(
            name="engine: compare",
            ratio=compare / SECONDS_TO_COMPARE,
            bound=1.0,
            detail=f"{compare:.2f} s for {here.count:,} pairs, a tenth of them different",
        ),
        *(
            Measurement(
                name=f"engine: {name}",
                ratio=seconds / SECONDS_TO_RENDER,
                bound=1.0,
                detail=f"{seconds:.2f} s for {actions:,} actions",
            )
            for name, seconds in times.items()
        ),
        Measurement(
            name="engine: all three formats",
            ratio=sum(times.values()) / SECONDS_TO_RENDER,
            detail=f"{sum(times.values()):.2f} s for {actions:,} actions, one after the other",
        ),
    ]


def compare_and_render(root: str, actions: str) -> None:
    """Prints how many processor seconds each took."""
    collect_rarely()
    desired = load_desired(load_project(Path(root)), "prod", kinds=KINDS, environ=ProcessEnvironment({})).resources
    live = {id: _live(resource, moved=number % 10 == 0) for number, (id, resource) in enumerate(desired.items())}
    times = {"compare": _seconds(lambda: _plan(desired, live), rounds=1)}
    plan = _with_actions(desired, int(actions))
    times["text"] = _seconds(lambda: plan_text(plan))
    times["JSON"] = _seconds(lambda: dumps(plan))
    times["Markdown"] = _seconds(lambda: plan_markdown(plan, plan_id(plan)))
    print(json.dumps(times))


def load_and_plan(count: str) -> None:
    """Write, load and plan so many templates, none of which is there yet."""
    with TemporaryDirectory() as folder:
        write_project(Path(folder), int(count))
        desired = load_desired(
            load_project(Path(folder)), "prod", kinds=KINDS, environ=ProcessEnvironment({})
        ).resources
        if len(_plan(desired, {}).actions) != int(count):
            raise RuntimeError("not every template is planned")


def _seconds(function: Callable[[], object], rounds: int = 3) -> float:
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        function()
        times.append(time.process_time() - begin)
    return statistics.median(times)


def _plan(desired: Mapping[ResourceId, Resource[Any]], live: Mapping[ResourceId, Resource[Any]]) -> Plan:
    reading: Reading[Any, Any] = Reading(resources=live)
    digests = {id: JOB_TEMPLATE.digest(resource) for id, resource in desired.items()}
    sides = Sides(
        kind=JOB_TEMPLATE, scope=SCOPE, desired=desired, digests=digests, reading=reading, doubt=lambda _: None
    )
    return build_plan("benchmark", TARGET, Limits(), [sides], Selection())


def _with_actions(desired: Mapping[ResourceId, Resource[Any]], count: int) -> Plan:
    """A plan of so many actions: new templates and new versions, half and half."""
    chosen = dict(list(desired.items())[:count])
    live = {id: _live(resource, moved=True) for id, resource in list(chosen.items())[::2]}
    plan = _plan(chosen, live)
    if len(plan.actions) != count:
        raise RuntimeError(f"{len(plan.actions)} actions instead of {count}")
    return plan


def _live(resource: Resource[Any], *, moved: bool) -> Resource[Any]:
    """What was fetched of a template that an apply made; `moved`: of an older manifest."""
    body = resource.body
    content = {**body.content, "UserCommand": "python old.py", "Priority": 1} if moved else body.content
    marks = Marks(
        project=SCOPE.project, manifest=body.manifest, digest=body.digest, version=1, template_id="tpl",
        labels=resource.labels,
    )  # fmt: skip
    summary = live_summary(
        {
            "TemplateId": "tpl",
            "Description": body.description,
            "Metadata": marks.written_into({}),
            "DefaultVersion": 1,
        }
    )
    version = live_version("tpl1", {"Version": 1, "Content": compact(content), "Constraints": body.constraints})
    return live_resource(resource.id.name, replace(summary, versions={1: version}, all_versions=True))
