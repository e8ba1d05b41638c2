"""Many targets on one HTML page: a matrix of resources and targets. Self-contained, no script, no request, printable.

What people have to look at comes first; below it is what is the same everywhere. The template escapes whatever it is
given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reconciler.languages import each as each_of
from reconciler.languages import say, spoken
from reconciler.model import Failure, Fleet, Plan, ResourceId, Verb
from reconciler.model.quick import dataclass
from reconciler.render.changes import clip
from reconciler.render.counts import counted
from reconciler.render.fleet.alike import alike, alike_actions, alike_broken, alike_failures, named, spread
from reconciler.render.fleet.drift import drift_verdict
from reconciler.render.fleet.words import summary, verdict
from reconciler.render.pages import page_template
from reconciler.render.style import visible
from reconciler.render.wording import RISKY, headline, is_held, marked

if TYPE_CHECKING:
    from reconciler.audit.drift import DriftReport, Stand

TEMPLATE = "fleet.html.j2"
_DENSE = 12
"""With more targets than this, a cell shows only its first line; the others are in its title."""
_DENSE_COLUMNS = 30
_ROOMY_COLUMNS = 6
"""How many targets stand side by side at most: what does not fit on paper would be cut off there."""
_PAPER, _EDGES = 130, 1.7
"""How many characters stand side by side on paper, and how many of them the edges of a narrow cell take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One resource on one target."""

    text: str
    more: tuple[str, ...] = ()
    """Further lines."""
    mood: str = "calm"
    """bad, change, waiting, good, calm, none: it decides the colour, and the text says the same."""

    @property
    def short(self) -> str:
        """The first word, for a narrow cell: a sign, or the number of the version."""
        return self.text.partition(" ")[0]

    @property
    def title(self) -> str:
        """All lines in one."""
        return " · ".join((self.text, *self.more))


NOTHING = Cell(text="·", mood="none")
"""The cell where the target is asked for no such resource, or where nothing is known of it."""


_NOT_COMPARED = "not compared: its manifest has errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One resource on all targets."""

    id: ResourceId
    cells: tuple[Cell, ...]

    @property
    def needs_a_look(self) -> bool:
        """Whether something in the row is not as Git asks."""
        return any(cell.mood in ("bad", "change", "waiting", "good") for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    title: str
    mood: str
    verdict: str
    summary: str
    targets: tuple[str, ...]
    rows: tuple[Row, ...]
    failed: tuple[Failure, ...]
    legend: tuple[tuple[str, str, str], ...]
    """What the cells mean: the mood, the sign with which a cell begins, and the words."""
    listing: str = ""
    """The heading of what is listed."""
    listed: tuple[tuple[str, str], ...] = ()
    """What is done or was found, and on which targets."""
    foot: str = ""


def drift_page(reports: Sequence[DriftReport], failed: Sequence[Failure]) -> str:
    """Return how every template of ours stands on every target. The same reports give the same bytes."""
    drifted = sum(len(report.drifted) for report in reports)
    waiting = sum(len(report.waiting) for report in reports)
    sums = f"{counted(len(reports), 'target')}: {sum(report.unchanged for report in reports):,} in step"
    everyone = (*(report.target.name for report in reports), *(each.target for each in failed))
    return _rendered(
        _Page(
            title=say(f"{reports[0].project if reports else 'Fleet'}: templates and targets"),
            mood="bad" if failed else "careful" if drifted or any(report.broken for report in reports) else "calm",
            verdict=drift_verdict(reports, failed),
            summary=say(f"{sums}, {drifted:,} drifted, {waiting:,} waiting"),
            targets=tuple(report.target.name for report in reports),
            rows=_rows([_drift_cells(report) for report in reports]),
            failed=tuple(failed),
            legend=(
                ("calm", "v1", "as Git asks: default version, commit, since when, proved by"),
                ("change", "≠", "drifted"),
                ("waiting", "…", "waiting for another target or a job"),
                ("bad", "✗", "absent, or not compared"),
                ("none", "·", "not asked for here"),
            ),
            listing="What drifted, waits or was not compared",
            listed=tuple(_found(reports, everyone)),
        )
    )


def _found(reports: Sequence[DriftReport], everyone: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what drifted, waits or was not compared, each with its targets: in a wide matrix it may be far to the
    right."""
    where = dict[tuple[ResourceId, str], list[str]]()
    for report in reports:
        for each in report.drifted:
            what = ", ".join(aspect.value for aspect in each.aspects)
            where.setdefault((each.id, each_of(what)), []).append(report.target.name)
        for id in report.waiting:
            where.setdefault((id, say("waiting")), []).append(report.target.name)
        for broken in report.broken:
            if broken.id is not None:
                where.setdefault((broken.id, say(_NOT_COMPARED)), []).append(report.target.name)
    for (id, what), targets in sorted(where.items()):
        yield f"{id}: {what}", spread(targets, everyone, clip)


def _drift_cells(report: DriftReport) -> dict[ResourceId, Cell]:
    found = {stand.id: _stand_cell(stand) for stand in report.stands}
    for each in report.drifted:
        there = found.get(each.id)
        what = each_of(", ".join(aspect.value for aspect in each.aspects))
        if there is None:
            found[each.id] = Cell(text=f"✗ {what}", more=(say(f"changed: {each.moved.value}"),), mood="bad")
        else:
            found[each.id] = Cell(text=f"≠{there.text}", more=(say(f"drifted: {what}"), *there.more), mood="change")
    for id in report.waiting:
        there = found.get(id, NOTHING)
        text = "…" if there is NOTHING else f"…{there.text}"
        found[id] = Cell(text=text, more=(say("waiting"), *there.more), mood="waiting")
    for broken in report.broken:
        if broken.id is not None:
            there = found.get(broken.id)
            text = f"✗{there.text}" if there is not None else "✗"
            found[broken.id] = Cell(text=text, more=(say(_NOT_COMPARED),), mood="bad")
    return found


def _stand_cell(stand: Stand) -> Cell:
    more = [stand.commit[:8]] if stand.commit else []
    more += [f"since {stand.since[:10]}"] if stand.since else []
    more += [f"proved by {stand.proved}"] if stand.proved else ["not proved"] if stand.unproved else []
    return Cell(text=f"v{stand.version}" if stand.version else "?", more=tuple(visible(say(line)) for line in more))


def plan_page(fleet: Fleet, fleet_id: str) -> str:
    """Return what is done to every resource on every target. The same plans give the same bytes."""
    risky = any(action.verb in RISKY for plan in fleet.plans for action in plan.actions)
    return _rendered(
        _Page(
            title=f"{fleet.project} → {say(counted(len(fleet.targets), 'target'))}",
            mood="bad" if fleet.is_blocked or fleet.failed else "careful" if risky else "calm",
            verdict=verdict(fleet),
            summary=summary(fleet),
            targets=tuple(plan.target.name for plan in fleet.plans),
            rows=_rows([_plan_cells(plan) for plan in fleet.plans]),
            failed=fleet.failed,
            legend=(
                ("bad", "- ±", "taken away"),
                ("bad", "✗", "refused, held back or left out"),
                ("change", "~ ^ ?", "changed"),
                ("good", "+", "created"),
                ("waiting", "…", "waiting for another target or a job"),
                ("calm", "=", "as Git asks"),
                ("none", "·", "not asked for here"),
            ),
            listing="What apply does",
            listed=tuple(_planned(fleet)),
            foot=f"{say('Plans')} {fleet_id}",
        )
    )


def _planned(fleet: Fleet) -> Iterator[tuple[str, str]]:
    """Yield what is done, and after it what is not: what waits, and what is left out; each with its targets."""
    held = {(plan.target.name, action.id) for plan in fleet.plans for action in plan.actions if is_held(action)}
    for each in alike_actions(fleet.plans):
        is_kept_back = all((target, each.action.id) in held for target in each.targets)
        what = f"{marked(each.action)} {each.action.id}{say(': held') if is_kept_back else ''}"
        yield what, spread(each.targets, fleet.targets, clip)
    pairs = [(plan.target.name, waiting) for plan in fleet.plans for waiting in plan.waiting]
    for later in alike(pairs, lambda waiting: (waiting.id, tuple(map(headline, waiting.actions)))):
        actions = say(", ").join(map(headline, later.item.actions))
        yield f"… {actions} {later.item.id}: {say('waiting')}", spread(later.targets, fleet.targets, clip)
    for out in alike_broken(fleet.plans):
        what = str(out.item.id or out.item.where)
        yield f"✗ {what}: {say('left out, because of its errors')}", spread(out.targets, fleet.targets, clip)


def _plan_cells(plan: Plan) -> dict[ResourceId, Cell]:
    found: dict[ResourceId, Cell] = {}
    for text in plan.manifests:
        kind, _, name = text.partition("/")
        found[ResourceId(kind, name)] = Cell(text="=")
    for action in plan.actions:
        taken = action.verb in (Verb.DELETE, Verb.REPLACE)
        mood = "bad" if taken else "good" if action.verb is Verb.CREATE else "change"
        before = found.get(action.id)
        text = marked(action)
        both = (*before.more, text) if before is not None and before.mood != "calm" else ()
        found[action.id] = Cell(text=before.text if before is not None and both else text, more=both, mood=mood)
    for action in filter(is_held, plan.actions):
        cause = action.verification.cause if action.verification is not None else ""
        found[action.id] = Cell(text=f"✗ {say('held')}", more=(visible(cause),) if cause else (), mood="bad")
    for waiting in plan.waiting:
        found[waiting.id] = Cell(
            text=f"… {say('waiting')}", more=tuple(say(each.why) for each in waiting.awaits), mood="waiting"
        )
    for broken in plan.broken:
        if broken.id is not None:
            text = f"✗ {broken.findings[0].code}" if broken.findings else "✗"
            found[broken.id] = Cell(text=text, more=tuple(say(each.summary) for each in broken.findings), mood="bad")
    for finding in plan.findings:
        if finding.severity.value == "error" and finding.subject is not None:
            found[finding.subject] = Cell(text=f"✗ {finding.code}", more=(say(finding.summary),), mood="bad")
    return found


def _rows(columns: Sequence[Mapping[ResourceId, Cell]]) -> tuple[Row, ...]:
    ids = sorted({id for column in columns for id in column})
    rows = [Row(id=id, cells=tuple(column.get(id, NOTHING) for column in columns)) for id in ids]
    return tuple(sorted(rows, key=lambda row: not row.needs_a_look))


def _blocks(columns: int, most: int) -> list[slice]:
    """Return as few blocks of columns as paper has room for, each about as wide as the others."""
    count = max(1, -(-columns // most))
    width = max(1, -(-columns // count))
    return [slice(first, first + width) for first in range(0, columns, width)]


def _fitting(page: _Page) -> int:
    """Return how many narrow columns paper has room for, by the longest text in a cell."""
    longest = max((len(cell.short) for row in page.rows for cell in row.cells), default=1)
    return max(1, min(_DENSE_COLUMNS, int(_PAPER / (longest + _EDGES))))


def _rendered(page: _Page) -> str:
    is_dense = len(page.targets) > _DENSE
    return page_template(TEMPLATE).render(
        language=spoken().code,
        page=page,
        dense=is_dense,
        blocks=_blocks(len(page.targets), _fitting(page) if is_dense else _ROOMY_COLUMNS),
        failures=[(named(each.targets, clip, 12), each.item) for each in alike_failures(page.failed)],
        looks=[row for row in page.rows if row.needs_a_look],
        calm=[row for row in page.rows if not row.needs_a_look],
    )
