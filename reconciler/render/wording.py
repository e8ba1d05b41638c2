"""What every format says in the same words: reasons, counts, the verdict, whom an action reaches.

Data stands in these sentences only through `quote`, which each format provides and which makes data harmless there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from reconciler.languages import each_said, said, say
from reconciler.model import (
    Action,
    Broken,
    FieldChange,
    Moved,
    Plan,
    Proving,
    Reason,
    Retained,
    Severity,
    Verb,
    Waiting,
)
from reconciler.render.counts import counted, quiet_counted

Quote = Callable[[str], str]


class Group(NamedTuple):
    """How every format shows the actions of one verb."""

    sign: str
    heading: str
    one: str
    """The words after the number 1 in the line of sums; `many` stands after every other number."""
    many: str


GROUPS = {
    Verb.DELETE: Group("-", "To delete", "to delete", "to delete"),
    Verb.REPLACE: Group("±", "To replace", "to replace", "to replace"),
    Verb.PROMOTE: Group("^", "Promotions", "promotion", "promotions"),
    Verb.VERIFY: Group("?", "To verify", "to verify", "to verify"),
    Verb.NEW_VERSION: Group("~", "New versions", "new version", "new versions"),
    Verb.STOP: Group(".", "To stop", "to stop", "to stop"),
    Verb.RENAME: Group("=", "To rename", "to rename", "to rename"),
    Verb.RELEASE: Group("!", "To release", "to release", "to release"),
    Verb.ADOPT: Group("*", "To adopt", "to adopt", "to adopt"),
    Verb.UPDATE: Group("~", "To update", "to update", "to update"),
    Verb.START: Group(">", "To start", "to start", "to start"),
    Verb.CREATE: Group("+", "To create", "to create", "to create"),
    Verb.FOLLOW: Group("»", "To follow newer jobs", "to follow", "to follow"),
}
"""The groups of actions in the order in which every format shows them: the most dangerous first."""
RISKY = frozenset({Verb.DELETE, Verb.REPLACE, Verb.PROMOTE, Verb.VERIFY})
"""Actions that a reader must not overlook: no format folds them."""
ERRORS = "Errors"
WAITING = "Waiting"
RETAINED = "Retained"
OTHERS = "Warnings and notes"
BROKEN = "Left out, because their manifests have errors"
"""Headings of lists that are no actions. Errors and what is left out stand before the groups, the others after them."""

REASONS = {
    Reason.ABSENT: "not there yet",
    Reason.ADOPTION_ASKED: "the manifest asks for adoption",
    Reason.HANDED_OVER: "the manifest takes it over from another project",
    Reason.PROJECT_RENAMED: "this project had another name",
    Reason.RENAMED: "the manifest says that it had another name",
    Reason.CONTENT_CHANGED: "no version holds this content",
    Reason.VERSION_EXISTS: "a version with this content exists",
    Reason.DEFAULT_MOVED: "somebody moved the default",
    Reason.VERSION_PINNED: "the manifest pins this version",
    Reason.SETTINGS_CHANGED: "settings differ",
    Reason.MARKS_MISSING: "records which version holds this content",
    Reason.IMMUTABLE_FIELD: "a field that cannot change in place differs",
    Reason.STATE_DIFFERS: "its state differs",
    Reason.TOMBSTONE: "the manifest says absent",
    Reason.NOT_IN_MANIFESTS: "in no manifest any more",
    Reason.SUPERSEDED: "left over from an interrupted replacement",
    Reason.UNPROVED: "proves itself before it becomes the default",
    Reason.JOB_STARTED: "a newer job of its template started; no change of anybody, so it needs no review",
    Reason.RELEASE_ASKED: "asked for on the command line",
}

MOVED = {
    Moved.MANIFEST: "changed in Git",
    Moved.SERVICE: "changed on the service",
    Moved.BOTH: "changed in Git and on the service",
    Moved.UNKNOWN: "who changed it is unknown",
}
_NOT_A_DIFFERENCE = frozenset({Verb.VERIFY, Verb.CREATE, Verb.ADOPT, Verb.DELETE, Verb.FOLLOW, Verb.RELEASE})
"""Verbs whose reason says everything, or that have nothing to compare with."""


@said
def verdict(plan: Plan) -> str:
    """Return one sentence on what is most important, and one on what is left out."""
    out = f" Leaves out {counted(len(plan.broken), 'manifest')} with errors." if plan.broken else ""
    return f"{_verdict(plan)}{out}"


def _verdict(plan: Plan) -> str:
    errors = sum(finding.severity is Severity.ERROR for finding in plan.findings)
    removed = plan.count(Verb.DELETE) + plan.count(Verb.REPLACE)
    if errors:
        return f"Blocked by {counted(errors, 'error')}: apply refuses this plan."
    if not plan.changes:
        return _unchanged(plan)
    if removed:
        return f"Takes away {counted(removed, 'live object')}."
    if held := sum(map(is_held, plan.actions)):
        return f"Holds back {counted(held, 'version')} that did not prove {'itself' if held == 1 else 'themselves'}."
    if any(moves_default(action) for action in plan.actions):
        return "Changes what new jobs get."
    return "Takes nothing away."


def _unchanged(plan: Plan) -> str:
    """Return the verdict on a plan without a change."""
    if not plan.is_empty:
        return "Changes nothing: TensorBoards go over to newer jobs."
    return f"Nothing to do yet: {len(plan.waiting)} waiting." if plan.waiting else "Nothing to do."


def scope_lines(plan: Plan) -> Iterator[str]:
    """Yield how the plan was narrowed, and what is not ours."""
    yield from narrowing_lines(plan)
    if plan.unmanaged:
        yield say(f"{counted(len(plan.unmanaged), 'live object')} of the workspace not ours and left alone.")


@each_said
def narrowing_lines(plan: Plan) -> Iterator[str]:
    """Yield how the plan was narrowed, and what is not told."""
    if plan.without_soak:
        yield soak_sentence(plan.without_soak, str)
    if plan.shard is not None:
        yield f"Shard {plan.shard} only: deletions and limits are decided when all shards are merged."
    if plan.changed_since or plan.selection or plan.names:
        narrowed = [say(f"changed since {plan.changed_since[:12]}")] if plan.changed_since else []
        narrowed += [say(f"labelled {label}") for label in plan.selection]
        narrowed += [say(f"named {say(' or ').join(plan.names)}")] if plan.names else []
        out = counted(len(plan.left_out), "resource")
        yield f"Only what is {say(' and ').join(narrowed)}: {out} of this project left out."
    if quiet := quiet_counted(plan.waived, plan.switched_off):
        yield f"Findings about manifests that are not told: {quiet}."


@said
def soak_sentence(reason: str, quote: Quote) -> str:
    """Return the sentence that `--without-soak` was given, and why."""
    return f"How long other targets have had a default is not waited for: {quote(reason)}"


def is_held(action: Action) -> bool:
    """Return whether a version did not prove itself, so that the action that would publish it is not done."""
    return action.verification is not None and action.verification.state is Proving.HELD


def moves_default(action: Action) -> bool:
    """Return whether new jobs get another version after the action."""
    if action.verb is Verb.PROMOTE:
        return True
    return action.verb is Verb.NEW_VERSION and action.intended.get("version") == action.intended.get("defaultVersion")


def grouped(plan: Plan) -> Iterator[tuple[str, Sequence[Action]]]:
    """Yield each heading with its actions, in the order that all formats keep; verbs without an action are left out."""
    for verb, group in GROUPS.items():
        actions = [action for action in plan.actions if action.verb is verb]
        if actions:
            yield say(group.heading), actions


def marked(action: Action) -> str:
    """Return `^ promote 3`: the sign before the headline."""
    return f"{GROUPS[action.verb].sign} {headline(action)}"


@said
def headline(action: Action) -> str:
    """Return `promote 3`, `new-version 5 (not default)`, `delete`."""
    key = {Verb.PROMOTE: "defaultVersion", Verb.NEW_VERSION: "version"}.get(action.verb, "")
    number = action.intended.get(key)
    text = f"{action.verb} {number}" if isinstance(number, int) else action.verb.value
    return text if moves_default(action) or action.verb is not Verb.NEW_VERSION else f"{text} (not default)"


@said
def moved(action: Action) -> str:
    """Return which side changed; empty where there was nothing to compare with."""
    return _moved(action)


def _moved(action: Action) -> str:
    return "" if action.verb in _NOT_A_DIFFERENCE else MOVED[action.moved]


def changes_moved(action: Action) -> Iterator[tuple[FieldChange, str]]:
    """Yield each change, with the side that changed it where the whole action does not say that already."""
    by_field = any(each.moved is not Moved.UNKNOWN for each in action.changes)
    for change in action.changes:
        yield change, say(MOVED[change.moved]) if by_field and change.moved is not action.moved else ""


def reason(action: Action) -> str:
    """Return why an action is in the plan."""
    return say(REASONS[action.reason])


@said
def why(action: Action) -> str:
    """Return the reason, and which side changed."""
    return "; ".join(filter(None, (REASONS[action.reason], _moved(action))))


@said
def kept(retained: Retained, quote: Quote) -> str:
    """Return `keep JobTemplate/x (tpl1): jobs refer to it: dlc1, dlc2 and 3 more`."""
    more = retained.reference_count - len(retained.references)
    jobs = ", ".join(quote(job) for job in retained.references) + (say(f" and {more:,} more") if more > 0 else "")
    return f"keep {quote(str(retained.id))} ({quote(retained.remote_id)}): {quote(say(retained.why))}" + (
        f": {jobs}" if jobs else ""
    )


@each_said
def verification_lines(action: Action, quote: Quote) -> Iterator[str]:
    """Yield how a version is proved before it becomes the default, one sentence for each fact."""
    found = action.verification
    if found is None:
        return
    if found.state is Proving.PROVED:
        when = f" on {quote(found.time)}" if found.time else ""
        yield f"proved by job {quote(found.job)}{when}"
        return
    if found.state is Proving.HELD:
        yield f"held: {quote(say(found.cause))}"
        yield "nothing is launched again before the manifest changes, or by --verify-again"
        return
    if found.state is Proving.RUNNING:
        yield f"job {quote(found.job)} is under way: {quote(say(found.cause))}"
    hours = action.intended.get("gpuHours")
    cost = f", at most {hours:g} GPU-hours" if isinstance(hours, int | float) and hours else ""
    pods = ", ".join(quote(say(pod)) for pod in found.pods) or "a job"
    yield f"runs {pods} for at most {action.intended.get('maxMinutes')} min{cost}"


@said
def broken_line(broken: Broken, quote: Quote) -> str:
    """Return `JobTemplate/x at manifests/x.yaml:1:1 is neither changed nor deleted: 2 errors`."""
    what = quote(str(broken.id)) if broken.id is not None else "what"
    is_in = f"{what} at" if broken.id is not None else "what is in"
    errors = counted(len(broken.findings), "error") if broken.findings else "an error in what it builds on"
    return f"{is_in} {quote(str(broken.where))} is neither changed nor deleted: {errors}"


@said
def waiting_line(waiting: Waiting, quote: Quote) -> str:
    """Return `create JobTemplate/x waits for staging: its default is not what this commit asks there`."""
    what = say(", ").join(headline(action) for action in waiting.actions)
    missing = "; ".join(f"{quote(awaited.target)}: {quote(say(awaited.in_words))}" for awaited in waiting.awaits)
    return f"{what} {quote(str(waiting.id))} waits for {missing}"
