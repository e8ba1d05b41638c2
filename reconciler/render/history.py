"""The history of a template as text, Markdown, CSV and JSON, and the difference of two versions as text and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reconciler.languages import said, say
from reconciler.model import MISSING, FieldChange
from reconciler.model.plain import plain
from reconciler.render.changes import path_text
from reconciler.render.markup import cell, code, fence
from reconciler.render.style import PLAIN, Palette, visible
from reconciler.render.text import change_lines

if TYPE_CHECKING:
    from reconciler.kinds.history import History, HistoryEntry, VersionUsage

FORMAT_VERSION = "1.0"
NAMED = 3
"""How many changed fields a summary names at most."""

COLUMNS = (
    "version", "default", "origin", "commit", "digest", "created", "author", "changes",
    "jobs", "users", "gpu_hours", "certain", "likely", "guess", "last_job", "default_since", "proved_by", "proved_on",
)  # fmt: skip


def history_text(history: History, palette: Palette = PLAIN) -> str:
    """Return two lines per version: what it is, and what it changed and who uses it."""
    count = len(history.entries)
    described = f", described by {history.manifest}" if history.manifest else ", in no manifest"
    owner = f", owned by {history.owner}" if history.owner else ", owned by nobody"
    head = f"{history.name} ({history.remote_id}): {_counted(count, 'version')}, default {history.default_version}"
    lines = [palette.paint(palette.bold, visible(say(head) + say(owner) + say(described))), ""]
    width = len(str(max((entry.number for entry in history.entries), default=0)))
    for entry in history.entries:
        mark = "*" if entry.is_default else " "
        number = palette.paint(palette.good if entry.is_default else "", f"{mark} {entry.number:>{width}}")
        by = say(f" by {entry.author}") if entry.author else ""
        told = f"{entry.created or say('time unknown')}{by}  {short_digest(entry.digest)}  {origin_words(entry)}"
        lines.append(f"{number}  {visible(told)}")
        words = (default_words(history, entry), proof_words(entry), change_summary(entry), usage_words(entry.usage))
        about = say("; ").join(filter(None, words))
        lines.append(palette.paint(palette.dim, f"{'':{width + 4}}{visible(about)}"))
    if history.jobs is not None:
        lines += ["", say(_total(history))]
    lines += [f"{say('note:')} {visible(say(note))}" for note in history.notes]
    return "\n".join(lines) + "\n"


def history_markdown(history: History) -> str:
    """Return a heading and a table."""
    head = ("Version", "Origin", "Created", "By", "Changes", "Jobs", "Users", "GPU hours")
    lines = [
        f"### {say(f'Versions of {code(history.name)}')}",
        "",
        _row([say(each) for each in head]),
        _row(["---"] * len(head)),
    ]
    for entry in history.entries:
        usage = entry.usage
        numbers = ("", "", "") if usage is None else (str(usage.jobs), str(usage.users), f"{usage.gpu_hours:g}")
        number = say(f"**{entry.number}** (default)") if entry.is_default else str(entry.number)
        about = say("; ").join(filter(None, (default_words(history, entry), proof_words(entry), change_summary(entry))))
        texts = (origin_words(entry), entry.created, entry.author, about)
        lines.append(_row([number, *(cell(code(text)) for text in texts), *numbers]))
    lines += [f"\n{code(say(note))}" for note in history.notes]
    return "\n".join(lines) + "\n"


def history_csv(history: History) -> str:
    """Return one line per version, newest first; the columns are `COLUMNS`."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("template", "template_id", *COLUMNS))
    for entry in history.entries:
        values = _values(history, entry)
        texts = (history.name, history.remote_id, *(values[column] for column in COLUMNS))
        writer.writerow([_harmless(value) for value in texts])
    return stream.getvalue()


def history_json(history: History) -> str:
    """Return the whole history with every change, as a JSON document."""
    document = {
        "format_version": FORMAT_VERSION,
        "template": history.name,
        "template_id": history.remote_id,
        "default_version": history.default_version,
        "owner": history.owner or None,
        "manifest": history.manifest or None,
        "default_since": history.since or None,
        "jobs": history.jobs,
        "notes": list(history.notes),
        "versions": [_object(entry) for entry in history.entries],
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def comparison_text(before: str, after: str, changes: Sequence[FieldChange], palette: Palette = PLAIN) -> str:
    """Return what two versions differ in; `before` and `after` say which they are."""
    head = [
        palette.paint(palette.bad, f"--- {visible(before)}"),
        palette.paint(palette.good, f"+++ {visible(after)}"),
    ]
    if not changes:
        return "\n".join([*head, say("No difference in content and constraints.")]) + "\n"
    return "\n".join([*head, *(line for change in changes for line in change_lines(change, palette))]) + "\n"


def comparison_markdown(before: str, after: str, changes: Sequence[FieldChange]) -> str:
    """Return the same in a fence."""
    return fence(comparison_text(before, after, changes).rstrip("\n").split("\n"))


def comparison_json(before: str, after: str, changes: Sequence[FieldChange]) -> str:
    """Return the same as a JSON document."""
    document = {
        "format_version": FORMAT_VERSION,
        "before": before,
        "after": after,
        "equal": not changes,
        "changes": [change_object(change) for change in changes],
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def change_object(change: FieldChange) -> dict[str, Any]:
    """Return a field change as in plan documents: `before` or `after` is left out on the side that does not have the
    field."""
    return {key: value for key, value in plain(change).items() if key != "moved"}


@said
def change_summary(entry: HistoryEntry) -> str:
    """Return one line on what a version changed: `~ UserCommand, + Envs.LR and 2 more`."""
    return _change_summary(entry)


def _change_summary(entry: HistoryEntry) -> str:
    if entry.before is None:
        return "first version"
    named = [f"{_sign(change)} {_short(change)}" for change in entry.changes[:NAMED]]
    more = len(entry.changes) - len(named)
    text = ", ".join(named) + (f" and {more} more" if more else "")
    text = text or f"no difference to {entry.before}"
    return f"{text}; same as {entry.same_as}" if entry.same_as not in (None, entry.before) else text


@said
def default_words(history: History, entry: HistoryEntry) -> str:
    """Return since when a version is the default."""
    return f"default since {history.since}" if entry.is_default and history.since else ""


@said
def proof_words(entry: HistoryEntry) -> str:
    """Return when and by which job a version was proved; empty where no proof is recorded."""
    return f"proved by {entry.proof.job} on {entry.proof.time}" if entry.proof is not None else ""


@said
def usage_words(usage: VersionUsage | None) -> str:
    """Return `12 jobs by 3 users, 40.5 GPU hours (4 certain, 8 guess)`."""
    if usage is None:
        return ""
    if not usage.jobs:
        return "no jobs"
    hours = f", {usage.gpu_hours:,g} GPU hours" if usage.gpu_hours else ""
    unknown = f", GPUs of {usage.gpu_unknown} unknown" if usage.gpu_unknown else ""
    sure = ", ".join(f"{count} {confidence}" for confidence, count in usage.confidence.items() if count)
    return f"{_counted(usage.jobs, 'job')} by {_counted(usage.users, 'user')}{hours}{unknown} ({sure})"


@said
def origin_words(entry: HistoryEntry) -> str:
    """Return `in Git`, `in Git at 1a2b3c4 (subject)`, `written by us, in no manifest now`, `by hand`."""
    if entry.commit is not None:
        now = "in Git since" if entry.origin.value == "manifest" else "in Git at"
        return f"{now} {entry.commit.id[:10]} ({_clipped(entry.commit.subject)})"
    words = {"manifest": "in Git", "recorded": "recorded as ours, not found in Git", "by-hand": "by hand"}
    return words.get(entry.origin.value, entry.origin.value)


def short_digest(digest: str) -> str:
    """Return enough of a digest to distinguish versions."""
    return digest.removeprefix("sha256:")[:12]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _total(history: History) -> str:
    sure = dict.fromkeys(("certain", "likely", "guess"), 0)
    for entry in history.entries:
        for confidence, count in (entry.usage.confidence if entry.usage else {}).items():
            sure[confidence.value] += count
    told = ", ".join(f"{count} {name}" for name, count in sure.items() if count)
    inferred = f"; the versions are inferred: {told}" if history.jobs else ""
    return f"{_counted(history.jobs or 0, 'job')} launched from it{inferred}."


def _sign(change: FieldChange) -> str:
    return "+" if change.before is MISSING else "-" if change.after is MISSING else "~"


def _short(change: FieldChange) -> str:
    path = change.path[1:] if change.path[:1] == ("content",) and len(change.path) > 1 else change.path
    return _clipped(path_text(path))


def _clipped(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _counted(count: int, one: str) -> str:
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def _values(history: History, entry: HistoryEntry) -> Mapping[str, Any]:
    usage = entry.usage
    sure = {confidence.value: count for confidence, count in (usage.confidence if usage else {}).items()}
    return {
        "version": entry.number,
        "default": "yes" if entry.is_default else "no",
        "origin": entry.origin.value,
        "commit": entry.commit.id if entry.commit else "",
        "digest": entry.digest,
        "created": entry.created,
        "author": entry.author,
        "changes": _change_summary(entry),
        "jobs": usage.jobs if usage else "",
        "users": usage.users if usage else "",
        "gpu_hours": usage.gpu_hours if usage else "",
        "last_job": usage.last if usage else "",
        "default_since": history.since if entry.is_default else "",
        "proved_by": entry.proof.job if entry.proof else "",
        "proved_on": entry.proof.time if entry.proof else "",
        **{name: sure.get(name, "") for name in ("certain", "likely", "guess")},
    }


def _object(entry: HistoryEntry) -> dict[str, Any]:
    commit, usage = entry.commit, entry.usage
    return {
        "version": entry.number,
        "default": entry.is_default,
        "origin": entry.origin.value,
        "commit": None
        if commit is None
        else {"id": commit.id, "subject": commit.subject, "author": commit.author, "time": commit.time},
        "digest": entry.digest,
        "same_as": entry.same_as,
        "author": entry.author,
        "created": entry.created,
        "before": entry.before,
        "changes": [change_object(change) for change in entry.changes],
        "usage": None if usage is None else usage_object(usage),
        "proved": None if entry.proof is None else {"job": entry.proof.job, "time": entry.proof.time},
    }


def usage_object(usage: VersionUsage) -> dict[str, Any]:
    """Return the usage of one version as a JSON object."""
    return {
        "jobs": usage.jobs,
        "users": usage.users,
        "gpu_hours": usage.gpu_hours,
        "gpu_unknown": usage.gpu_unknown,
        "confidence": {confidence.value: count for confidence, count in usage.confidence.items()},
        "first": usage.first or None,
        "last": usage.last or None,
    }


def _harmless(value: object) -> object:
    """Return a text that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if text[:1] in "=+-@" and text else text
