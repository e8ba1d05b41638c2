"""When drift appeared and disappeared, in a few lines at the end of its issue, from which the next run reads them.

A line that is not exactly of our form is not believed: people who may edit the issue may write anything.
"""

from __future__ import annotations

import re

from reconciler.model.quick import dataclass

LONGEST = 10
"""How many events are kept, the newest ones."""

_HEAD = "#### History"
_EVENT = re.compile(r"- (\d{4}-\d\d-\d\d \d\d:\d\d UTC): (drift found|no drift any more)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a run saw; `at` is "2026-03-01 05:23 UTC"."""

    drifted: bool
    at: str


@dataclass(frozen=True, slots=True)
class History:
    """Events as (moment, what), the oldest first."""

    events: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, body: str) -> History:
        """Return the history in the text of an issue."""
        _, _, tail = body.rpartition(f"\n{_HEAD}\n")
        found = (_EVENT.fullmatch(line.strip()) for line in tail.splitlines())
        return cls(tuple((event[1], event[2]) for event in found if event)[-LONGEST:])

    def after(self, news: News) -> History:
        """Return the history with one more event, if something changed."""
        what = "drift found" if news.drifted else "no drift any more"
        if self.events and self.events[-1][1] == what:
            return self
        return History((*self.events, (news.at, what))[-LONGEST:])

    def __str__(self) -> str:
        return "\n".join([_HEAD, "", *(f"- {at}: {what}" for at, what in self.events), ""])
