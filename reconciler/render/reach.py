"""Whom an action reaches, in the words of every format. Data stands there only through `quote`, as in `wording`."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.languages import said, say
from reconciler.model import ContractChange, Impact, JobResources, Launches
from reconciler.render.counts import counted
from reconciler.render.wording import Quote

_STRICTNESS = {"overridable": 0, "locked": 1, "required": 1}
"""Locked and required restrict launches in different ways; a change from one to the other is no relief."""


def impact_lines(impact: Impact, quote: Quote) -> Iterator[str]:
    """Return whom an action reaches, a sentence for each fact."""
    if impact.launches is not None:
        yield say(_launched(impact.launches))
    yield from (say(_contract(change, impact.launches, quote)) for change in impact.contract)
    if impact.resources_after is not None:
        yield from map(say, _resources(impact.resources_before, impact.resources_after, quote))
    if impact.url:
        yield say(f"the address {quote(impact.url)} stops working")
    if impact.created:
        age = "" if impact.age_days is None else f", {_ago(impact.age_days)}"
        yield say(f"created {quote(impact.created)}{age}")
    yield from (quote(say(note)) for note in impact.notes)


@said
def reach(impact: Impact | None) -> str:
    """Return the impact in a few words, without data: `37 jobs by 6 users; stricter for 1 field`."""
    if impact is None:
        return ""
    parts = []
    if impact.launches is not None and impact.launches.jobs:
        parts.append(f"{counted(impact.launches.jobs, 'job')} by {counted(impact.launches.users, 'user')}")
    stricter = sum(_STRICTNESS.get(change.after, 0) > _STRICTNESS.get(change.before, 0) for change in impact.contract)
    if stricter:
        parts.append(f"stricter for {counted(stricter, 'field')}")
    if impact.url:
        parts.append("address lost")
    return "; ".join(parts)


def _ago(days: int) -> str:
    return f"{counted(days, 'day')} ago" if days else "today"


def _launched(launches: Launches) -> str:
    if not launches.jobs:
        return f"no job was launched from it in the last {launches.days} days"
    jobs, users = counted(launches.jobs, "job"), counted(launches.users, "user")
    return f"{jobs} launched from it by {users} in the last {launches.days} days"


def _contract(change: ContractChange, launches: Launches | None, quote: Quote) -> str:
    text = f"launch contract: {quote(change.path)} {quote(change.before)} -> {quote(change.after)}"
    if change.affected is None or launches is None or not launches.jobs:
        return text
    happens = "rejected" if change.after == "required" else "ignored in this field"
    touched = f"{change.affected:,} of these {counted(launches.jobs, 'launch', 'launches')}"
    return f"{text}; {touched} would have been {happens} (an estimate)"


def _resources(before: JobResources | None, after: JobResources, quote: Quote) -> Iterator[str]:
    now, old = _taken(after), _taken(after if before is None else before)
    if now or old:
        units = ("GPU", "CPU", "GiB")
        pairs = zip(old or ("?",) * 3, now or ("?",) * 3, units, strict=True)
        amounts = [f"{new} {unit}" if was == new else f"{was} -> {new} {unit}" for was, new, unit in pairs]
        yield f"each job takes {', '.join(amounts)}"
    pods = _instances(after, quote)
    pods_before = pods if before is None else _instances(before, quote)
    if pods or pods_before:
        yield f"each job runs on {pods if pods == pods_before else ' -> '.join((pods_before or '?', pods or '?'))}"


def _taken(resources: JobResources) -> tuple[str, ...]:
    """Return GPU, CPU and memory; "?" where one is not known, empty when none is."""
    amounts = (resources.gpu, resources.cpu, resources.memory_gib)
    if all(amount is None for amount in amounts):
        return ()
    return tuple("?" if amount is None else f"{amount:,}" for amount in amounts)


def _instances(resources: JobResources, quote: Quote) -> str:
    return " and ".join(f"{count} x {quote(name)}" for name, count in resources.instances.items())
