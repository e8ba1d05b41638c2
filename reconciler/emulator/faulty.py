"""The faults of a sample fleet: each changes the blueprint of a sound template in one way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .wire import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """A template before it is built; ages are days."""

    name: str
    owner: str
    """The project whose mark it carries; empty for none."""
    ages: Sequence[float]
    """The age of each version, oldest first."""
    contents: Sequence[JsonObject]
    """The content of each version, oldest first."""
    constraints: Mapping[str, str]
    default: int
    recorded: int
    """The version that the owner's tool wrote last."""
    jobs: Sequence[float]
    """The ages of the jobs."""
    authors: Sequence[str]
    """The author of each version."""
    users: Sequence[str] = field(default=())
    """Who launches jobs; empty for anybody."""
    console: bool = False
    """Whether the newest version was made in the web console."""


Fault = Callable[[Blueprint, Blueprint | None], Blueprint]


def _in_content(**fields: Any) -> Fault:
    """Return a fault that gives these fields to the content of every version; None removes a field."""

    def fault(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
        del previous
        return replace(plan, contents=[_with(content, fields) for content in plan.contents])

    return fault


def _in_spec(**fields: Any) -> Fault:
    """Return a fault that gives these fields to the first JobSpec of every version."""

    def fault(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
        del previous
        changed = [{**each, "JobSpecs": [_with(each["JobSpecs"][0], fields)]} for each in plan.contents]
        return replace(plan, contents=changed)

    return fault


def _in_constraints(**constraints: str) -> Fault:
    def fault(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
        del previous
        jobs = () if "required" in constraints.values() else plan.jobs  # no launch of it succeeds
        return replace(plan, constraints={**plan.constraints, **constraints}, jobs=jobs or plan.jobs[:0])

    return fault


def _with(content: JsonObject, fields: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in content.items() if key not in fields}
    return {**kept, **{key: value for key, value in fields.items() if value is not None}}


def _default_by_hand(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
    """Make the newest version one that was published in the console as the default, without the project that owns
    the template."""
    del previous
    edited = {**plan.contents[-1], "UserCommand": "python debug.py --fast", "_ResourcePaymentType": "PostPaid"}
    return replace(
        plan,
        owner="fleet",
        recorded=len(plan.contents),
        ages=[*plan.ages, min(6.0, plan.ages[-1] / 2)],
        contents=[*plan.contents, edited],
        authors=[*plan.authors, "200000000000000109"],
        default=len(plan.contents) + 1,
        console=True,
    )


def _behind(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
    """Make the newest version wait for its promotion for months."""
    del previous
    newer = {**plan.contents[-1], "JobMaxRunningTimeMinutes": 600}
    return replace(
        plan,
        ages=[age + 90 for age in plan.ages] + [80.0],
        contents=[*plan.contents, newer],
        authors=[*plan.authors, plan.authors[-1]],
        default=len(plan.contents),
    )


def _unused(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
    del previous
    return replace(plan, ages=[age + 60 for age in plan.ages], jobs=())


def _abandoned(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
    del previous
    return replace(plan, ages=[age + 400 for age in plan.ages], jobs=[399.0, 210.0, 150.0])


def _ownerless(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
    del previous
    return replace(plan, owner="")


def _namesake(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
    return replace(plan, name=previous.name) if previous else plan


def _copy(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
    """Make a copy of the template before this one, with another number."""
    if previous is None:
        return plan
    content = {**previous.contents[min(previous.default, len(previous.contents)) - 1], "Priority": 9}
    contents = [*plan.contents[:-1], content]
    return replace(plan, name=f"{previous.name}-copy", contents=contents, constraints=previous.constraints)


def _unlocked(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
    del previous
    return replace(plan, constraints={"UserCommand": "overridable"})


def _many_versions(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
    """Make a template with many versions, as from a pipeline that publishes in every run."""
    del previous
    count = 60
    contents = [{**plan.contents[0], "Envs": {**plan.contents[0]["Envs"], "BUILD": str(n)}} for n in range(count)]
    ages = [300.0 - 4.5 * number for number in range(count)]
    return replace(
        plan,
        ages=ages,
        contents=contents,
        authors=[plan.authors[0]] * count,
        default=count,
        recorded=count,
        jobs=[age for age in plan.jobs if age < 299] or [3.0],
    )


def _secret(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
    del previous
    secret = {"HF_TOKEN": "hf_" + "fleetexample" * 3}
    return replace(plan, contents=[{**each, "Envs": {**each["Envs"], **secret}} for each in plan.contents])


def _shared(plan: Blueprint, previous: Blueprint | None) -> Blueprint:
    """Make a template that several people use; its boards are the fault."""
    del previous
    users = ("200000000000000101", "200000000000000102", "200000000000000103")
    jobs = [12.0, 11.5, 9.0, 7.0, 5.0, 4.0, 3.0]
    return replace(plan, ages=[age + 20 for age in plan.ages], users=users, jobs=jobs)


FAULTS: tuple[Fault, ...] = (
    _shared,
    _default_by_hand,
    _behind,
    _unused,
    _abandoned,
    _ownerless,
    _copy,
    _namesake,
    _unlocked,
    _in_spec(Image="registry.example.com/retired/pytorch:1.9"),
    _in_content(DataSources=[{"DataSourceId": "d-retired", "MountPath": "/mnt/retired"}]),
    _in_content(CodeSource={"CodeSourceId": "code-retired"}),
    _in_spec(EcsSpec="ecs.gn5-c4g1.xlarge"),
    _in_content(WorkspaceId="9999"),
    _in_content(JobMaxRunningTimeMinutes=None),
    _in_content(Settings=None),
    _in_constraints(RunLabel="required"),
    _many_versions,
    _secret,
    _in_spec(Type="PS"),
    _in_spec(ResourceConfig={"CPU": "8", "GPU": "1", "Memory": "32Gi"}),
    _in_constraints(**{"JobSpecs[3].Image": "locked"}),
)

BOARD_FAULTS: Mapping[int, tuple[str, ...]] = {0: ("running-long", "private"), 4: ("deleted-job",)}
"""What is wrong with the boards of a template, by its number in the fleet."""
