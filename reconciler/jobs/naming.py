"""Makes unique DisplayNames for launched jobs, because the service lets names repeat and has no other key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from reconciler.errors import UsageError
from reconciler.model.expressions import expression

_PLACEHOLDER = expression(r"\{(\w*)\}")
_NAME = expression(r"[A-Za-z0-9_.-]{1,256}")
_UNUSABLE = expression(r"[^A-Za-z0-9_.-]+")


def name_start(pattern: str, template: str, now: datetime) -> tuple[str, str]:
    """Return the parts before and after the sequence number of a name; without a sequence number the second is empty.

    Raises:
        UsageError: the pattern has an unknown placeholder.
    """
    moment = now.astimezone(UTC)
    values = {
        "template": _UNUSABLE.sub("-", template).strip("-") or "job",
        "date": f"{moment:%Y%m%d}",
        "time": f"{moment:%H%M%S}",
        "sequence": "\0",
    }
    unknown = sorted(set(_PLACEHOLDER.findall(pattern)) - set(values))
    if unknown:
        raise UsageError(f"{{{unknown[0]}}} is no part of a job's name", hint=f"Known: {', '.join(values)}.")
    before, _, after = _PLACEHOLDER.sub(lambda found: values[found.group(1)], pattern).partition("\0")
    return before, after.replace("\0", "")


def next_name(start: tuple[str, str], taken: Iterable[str], pattern: str) -> str:
    """Return the first name whose sequence is above those of the names that are taken."""
    before, after = start
    if "{sequence}" not in pattern:
        return before
    numbers = [name[len(before) : len(name) - len(after)] for name in taken if _fits(name, before, after)]
    highest = max((int(number) for number in numbers if number.isascii() and number.isdigit()), default=0)
    return f"{before}{highest + 1:03}{after}"


def _fits(name: str, before: str, after: str) -> bool:
    return len(name) > len(before) + len(after) and name.startswith(before) and name.endswith(after)


def check_name(name: str) -> str:
    """Return the name if the service accepts it.

    Raises:
        UsageError: the service does not accept it.
    """
    if _NAME.fullmatch(name) is None:
        hint = "Letters, digits, `_`, `.` and `-`, at most 256 characters."
        raise UsageError(f"{name!r} cannot be the name of a job", hint=hint)
    return name
