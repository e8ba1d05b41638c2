"""Order in time: which requests a commit brings, what was said on them, and whether the branch has newer commits.

    first commit ... applied ... A ... B ... commit ... C ... head of the branch
                     |           requests since      |  later: was it applied, or does it change the same?
                     +-- our own report says so

A host learns a little after a merge which request brought a commit, so an empty answer is asked for again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from reconciler.ci.cover import Coverage
from reconciler.ci.marker import Marker
from reconciler.ci.platform import Host, Job, Later
from reconciler.model import Plan
from reconciler.model.quick import dataclass

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between two questions about the request that brought a commit: a minute altogether, unless another time is
given."""
MOST_REQUESTS = 30
"""How many requests are examined, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What our own comments on one request say about a project and target."""

    number: int
    plan: Marker | None
    applied: Marker | None
    url: str = ""


def requests_of(host: Host, commit: str, *, longest: float, sleep: Callable[[float], None] = time.sleep) -> list[int]:
    """Return the merged requests that brought a commit. The host is asked again for `longest` seconds while it knows
    none.

    Raises:
        PlatformError: the host does not say.
    """
    found = host.requests_of(commit)
    waited = 0.0
    for pause in PAUSES:
        if found or waited + pause > longest:
            break
        sleep(pause)
        waited += pause
        found = host.requests_of(commit)
    return found


def said_on(host: Host, number: int, wanted: Marker) -> Said:
    """Return what our comments on a request say about the wanted project and target.

    Raises:
        PlatformError: the comments could not be had.
    """
    kinds = {purpose: _as(wanted, purpose) for purpose in ("plan", "apply")}
    found: dict[str, Marker] = {}
    url = ""
    for note in host.comments(number).all():
        for purpose, marker in kinds.items():
            if note.mine and marker.is_of(note.body) and purpose not in found:
                found[purpose] = Marker.read(note.body) or marker
                url = note.url if purpose == "plan" else url
    return Said(number=number, plan=found.get("plan"), applied=found.get("apply"), url=url)


def since_the_last_apply(host: Host, job: Job, wanted: Marker, own: int) -> Iterator[Said]:
    """Yield what was said on the request of this commit, and on those merged before it and not applied yet, newest
    first.

    It stops before the newest request on which our own report says that everything was done.

    Raises:
        PlatformError: the host does not say.
    """
    here = said_on(host, own, wanted)
    yield here
    if _is_done(here) or not job.branch:
        return
    position = {commit: at for at, commit in enumerate(host.history(job.commit))}
    before = {
        request.number: min(position[commit] for commit in request.commits if commit in position)
        for request in host.merged_into(job.branch)
        if not request.commits.isdisjoint(position)
    }
    before.pop(own, None)
    for number in sorted(before, key=lambda number: before[number])[:MOST_REQUESTS]:
        said = said_on(host, number, wanted)
        if _is_done(said):
            return
        yield said


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What has to be known to decide whether plans were overtaken.

    `sources` are the files of the resources, by their id as text; a resource without one may be in any file of
    `folder`. Both are relative to the repository; None: the files are not known.
    """

    plans: tuple[Plan, ...]
    wanted: Marker
    sources: Mapping[str, str] | None = None
    folder: str = ""


def overtaken_by(host: Host, job: Job, own: int, question: Question) -> str:
    """Return why a plan must not be applied any more, in a few words; empty when it may be.

    Raises:
        PlatformError: the host does not say.
    """
    if not job.branch:
        return ""
    later = host.later(job.commit, job.branch)
    if not later.is_on_branch:
        return f"branch {job.branch} does not hold it any more"
    if not later.commits:
        return ""
    if not later.is_whole:
        return f"branch {job.branch} has gone on further than its host compares"
    requests = [each.number for each in host.merged_into(job.branch) if not each.commits.isdisjoint(later.commits)]
    for number in dict.fromkeys([own, *requests[:MOST_REQUESTS]]):
        reason = _overtaken_on(said_on(host, number, question.wanted), later, question, is_own=number == own)
        if reason:
            return reason
    return _changed(later, question)


def _overtaken_on(said: Said, later: Later, question: Question, *, is_own: bool) -> str:
    applied = said.applied
    if applied is not None and applied.ended in ("done", "partly") and applied.commit in later.commits:
        return f"commit {applied.commit[:12]} was applied after it (request {said.number})"
    touches = said.plan.touches if said.plan is not None and not is_own else Coverage()
    met = [action for plan in question.plans for action in touches.meets(plan)]
    return f"request {said.number} changes {met[0].id} after it" if met else ""


def _changed(later: Later, question: Question) -> str:
    if question.sources is None:
        return ""
    prefix = f"{question.folder}/" if question.folder else ""
    for action in (action for plan in question.plans for action in plan.changes):
        source = question.sources.get(str(action.id))
        for file in sorted(later.files):
            if file == source or (source is None and file.startswith(prefix)):
                return f"a later commit changes {file}"
    return ""


def covered(said: list[Said]) -> Coverage:
    """Return what all these comments cover together."""
    return sum((each.plan.covers for each in said if each.plan is not None), Coverage())


def _is_done(said: Said) -> bool:
    return said.applied is not None and said.applied.ended == "done"


def _as(marker: Marker, purpose: str) -> Marker:
    return Marker(purpose=purpose, project=marker.project, target=marker.target)
