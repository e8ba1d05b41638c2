"""Field changes as lines that every format dresses in its own way: what was, what will be, and unified diffs of texts.

Everything that leaves this module is visible text without line breaks, and no line is longer than people can read.
Where two long lines differ only far to the right, the part that is cut away is the part that they have in common.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import yaml

from reconciler.languages import say
from reconciler.model import MISSING, FieldChange, FieldPath, JsonValue, Missing
from reconciler.model.expressions import expression
from reconciler.model.lazily import later
from reconciler.model.quick import dataclass
from reconciler.render.style import visible

if TYPE_CHECKING:
    from difflib import unified_diff
else:  # for texts of several lines alone
    unified_diff = later("difflib", "unified_diff")

LONGEST = 400
"""The most characters of a value that are shown in one line."""
_AROUND = 40
_HALF = expression("[\ud800-\udfff]")


class Line(NamedTuple):
    """One line of a diff: sign "+", "-", " " or "@" (where a hunk begins), and its text."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One field change, ready for a format: either two short values, or the lines of a diff."""

    path: str
    before: str | None = None
    """None where the field does not exist."""
    after: str | None = None
    lines: tuple[Line, ...] = ()


def shown(change: FieldChange) -> Shown:
    """Short values side by side; texts of several lines and trees as a unified diff."""
    path = clip(path_text(change.path))
    before, after = change.before, change.after
    if isinstance(before, str) and isinstance(after, str) and _differ_in_form_only(before, after):
        return Shown(path=path, before=_spelled(before), after=_spelled(after))
    if _has_lines(before) or _has_lines(after):
        return Shown(path=path, lines=tuple(_diff(_lines(before), _lines(after))))
    old, new = _scalar(before), _scalar(after)
    if old is not None and new is not None:
        old, new = clip_pair(old, new)
    return Shown(path=path, before=None if old is None else clip(old), after=None if new is None else clip(new))


def _differ_in_form_only(before: str, after: str) -> bool:
    """Return whether two texts look the same, because they differ only in composed and decomposed letters."""
    return before != after and unicodedata.normalize("NFC", before) == unicodedata.normalize("NFC", after)


def _spelled(text: str) -> str:
    """Return the text with everything that is not plain ASCII written out, so that the difference shows."""
    return say(f"{clip(json.dumps(text))} (spelled out: only the Unicode form differs)")


def path_text(path: FieldPath) -> str:
    """Return `content.JobSpecs[0].Image`, as constraints write paths."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def clip(text: str, longest: int = LONGEST) -> str:
    """Return visible text of one line; it says how many characters were cut off."""
    if len(text) <= longest:
        return visible(text)
    return f"{visible(text[:longest])}… {say(f'({len(text) - longest:,} more characters)')}"


def clip_pair(before: str, after: str) -> tuple[str, str]:
    """Return two texts that differ, cut in the same way so that the difference shows."""
    alike = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
    start = (min(len(before), len(after)) if alike is None else alike) - _AROUND
    if max(len(before), len(after)) <= LONGEST or start <= _AROUND:
        return before, after
    head = f"{say(f'({start:,} equal characters)')} …"
    return head + before[start:], head + after[start:]


def _has_lines(value: JsonValue | Missing) -> bool:
    return (isinstance(value, str) and "\n" in value) or (isinstance(value, dict | list) and bool(value))


def _lines(value: JsonValue | Missing) -> list[str]:
    if value is MISSING:
        return []
    if isinstance(value, str):
        return value.split("\n")
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=True, allow_unicode=True, width=1_000_000)
    return str(text).rstrip("\n").removesuffix("\n...").split("\n")


def _diff(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """Yield the unified diff, without the place of a hunk when all is new or gone.

    Where as many lines are added as removed, each pair is cut in the same way.
    """
    if not (before and after):
        yield from (Line("-", clip(line)) for line in before)
        yield from (Line("+", clip(line)) for line in after)
        return
    raw = list(unified_diff(before, after, lineterm="", n=2))[2:]
    at = 0
    while at < len(raw):
        old = _run(raw, at, "-")
        new = _run(raw, at + len(old), "+")
        if old and len(old) == len(new):
            pairs = [clip_pair(a, b) for a, b in zip(old, new, strict=True)]
            old, new = [a for a, _ in pairs], [b for _, b in pairs]
        yield from (Line("-", clip(line)) for line in old)
        yield from (Line("+", clip(line)) for line in new)
        at += len(old) + len(new)
        if not old and not new:
            yield Line(raw[at][0], clip(raw[at][1:] if raw[at][0] == " " else raw[at]))
            at += 1


def _run(raw: Sequence[str], start: int, sign: str) -> list[str]:
    end = start
    while end < len(raw) and raw[end][0] == sign:
        end += 1
    return [line[1:] for line in raw[start:end]]


def _scalar(value: JsonValue | Missing) -> str | None:
    if value is MISSING:
        return None
    if isinstance(value, str) and value.startswith("(sensitive"):
        return value
    return json.dumps(value, ensure_ascii=False)


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """A YAML writer with block style for texts of several lines and without anchors, because people read a plan."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    # The emitter works in UTF-8, which has no lone surrogates.
    whole = text if text.isascii() else _HALF.sub(lambda found: visible(found.group()), text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", whole, style="|" if "\n" in whole else None)


_Dumper.add_representer(str, _text)
