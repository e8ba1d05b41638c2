"""Joins plan files: whole plans, shards and documents of several targets, each under the name of its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.errors import PlanFileError
from reconciler.fleet.failures import MISSING, failure_of
from reconciler.kinds.base import Kind
from reconciler.model import Failure, Fleet, Plan
from reconciler.plan.shard import merge

AGAIN = "Make all of them again, from one revision and with the same options."


def join(
    files: Mapping[str, Plan | Fleet], kinds: Sequence[Kind[Any, Any]], expected: Sequence[str] = ()
) -> Plan | Fleet:
    """Return one plan where all files are of one target, else the document of many targets, sorted by name.

    `expected` are the targets of the work list, in its order; one of which a file is missing is a failure in the
    document.

    Raises:
        PlanFileError: with everything that keeps them from being parts of one whole.
    """
    by_target: dict[str, dict[str, Plan]] = {}
    failed: dict[str, Failure] = {}
    for name, document in files.items():
        for plan in (document,) if isinstance(document, Plan) else document.plans:
            by_target.setdefault(plan.target.name, {})[name] = plan
        failed |= {each.target: each for each in document.failed} if isinstance(document, Fleet) else {}
    _check(files, by_target, failed, expected)
    for target in expected:
        if target not in by_target and target not in failed:
            failed[target] = Failure(target=target, code=MISSING, message="no plan was handed in")
    is_one = len(by_target) == 1 and not failed and not any(isinstance(each, Fleet) for each in files.values())
    if is_one and not expected:
        return merge(next(iter(by_target.values())), kinds)
    plans: dict[str, Plan] = {}
    for target, parts in by_target.items():
        try:
            plans[target] = _whole(parts, kinds)
        except PlanFileError as error:
            if not expected:
                raise
            failed[target] = replace(failure_of(target, error), code=MISSING)
    if plans and not failed and is_one and len(expected) == 1:
        return next(iter(plans.values()))
    order = list(dict.fromkeys((*expected, *sorted({*plans, *failed}))))
    first = next(iter(files.values()))
    return Fleet(
        project=first.project,
        chosen=",".join(order),
        plans=tuple(plans[target] for target in order if target in plans),
        failed=tuple(failed[target] for target in order if target in failed),
    )


def _check(
    files: Mapping[str, Plan | Fleet],
    by_target: Mapping[str, Mapping[str, Plan]],
    failed: Mapping[str, Failure],
    expected: Sequence[str],
) -> None:
    projects = {document.project for document in files.values()}
    problems = [f"they are of several projects: {', '.join(sorted(projects))}"] if len(projects) > 1 else []
    problems += [f"target {target} has a plan, and failed in another file" for target in failed if target in by_target]
    strange = [target for target in (*by_target, *failed) if expected and target not in expected]
    problems += [f"target {target} is not in the work list" for target in strange]
    if problems:
        raise PlanFileError("these files are not parts of one whole", reasons=problems, hint=AGAIN)


def _whole(parts: Mapping[str, Plan], kinds: Sequence[Kind[Any, Any]]) -> Plan:
    """Return the plan of one target: the only one, when it is whole, else all its shards joined."""
    first = next(iter(parts.values()))
    return first if len(parts) == 1 and first.shard is None else merge(parts, kinds)
