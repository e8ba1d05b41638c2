"""Since when a template's default is what it is, by the clock of the service.

The mark `since` is written after a default was made: "3/2026-01-08T14:17:55Z/2026-01-08T14:18:02Z" holds the version,
when it became the default, and when we last wrote the template. Only GmtModifyTime tells that somebody else wrote it
later. Then nobody knows what the default was in between, and the time starts again (API.md, section 3: it moves with
the metadata, with a new version and with another default).

A write cannot record its own time, so a change within `LAG` after a recorded moment counts as our own write. It counts
so only where no update of ours came after the default was made, which is the usual case.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reconciler.model.expressions import expression
from reconciler.model.moments import instant, last_moment, moment_of
from reconciler.model.quick import dataclass

if TYPE_CHECKING:
    from reconciler.kinds.jobtemplate.canonical import LiveTemplate

LAG = timedelta(minutes=2)
"""How far the service's clock may be from ours, and a write from the moment that is recorded for it."""

_MOMENT = r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z)"
_MARK = expression(rf"([1-9]\d{{0,8}})/{_MOMENT}/{_MOMENT}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Since when a version is the default. The moments are texts as `model.moments.instant` makes them."""

    version: int
    began: str
    written: str
    """When we last wrote the template; where we never did, when anybody did."""

    def __str__(self) -> str:
        return f"{self.version}/{self.began}/{self.written}"

    @classmethod
    def parse(cls, text: str) -> Since | None:
        """Return what the text of a mark says; None for anything else."""
        found = _MARK.fullmatch(text)
        if found is None or not all(map(_is_sound, found.groups()[1:])):
            return None
        return cls(version=int(found[1]), began=found[2].upper(), written=found[3].upper())


def begun(live: LiveTemplate) -> Since | None:
    """Return the record from a look right after our own write that made the default; None where the service shows no
    time."""
    modified = last_moment(live.modified)
    if modified is None:
        return None
    at = instant(modified)
    return Since(version=live.default_version, began=at, written=at)


def known(live: LiveTemplate) -> Since | None:
    """Return since when the live default is what it is, never too early; None when that is not known."""
    anew, mark = begun(live), live.own_marks.since
    if anew is None or mark is None or mark.version != live.default_version:
        return anew
    modified, began, written = (_moment(text) for text in (anew.began, mark.began, mark.written))
    if modified > written + LAG:
        return anew
    if written <= began + LAG:
        return replace(mark, began=instant(max(began, modified)))
    return mark


def after(before: LiveTemplate, live: LiveTemplate, default: int, now: datetime) -> Since | None:
    """Return what has to be recorded after a write of ours; None when somebody else made another version the default
    meanwhile.

    Args:
        before: the template as it was looked at before the first write of the action.
        default: the version that the action leaves as default.
        live: as the last look shows it.
        now: the time by our own clock.
    """
    if live.default_version != default:
        return None
    if before.default_version != default:
        return begun(live)
    found, modified = known(before), last_moment(live.modified)
    if found is None or modified is None:
        return None
    return replace(found, written=instant(max(modified, now)))


def _is_sound(text: str) -> bool:
    """Return whether it is a moment, and early enough for something to come after it."""
    moment = moment_of(text)
    return moment is not None and moment.year < datetime.max.year


def _moment(text: str) -> datetime:
    found = moment_of(text)
    if found is None:
        raise ValueError(text)
    return found
