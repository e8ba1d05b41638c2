"""When drift appeared and disappeared, in a few lines at the end of its issue, from which the next run reads them.

The next run may speak another language, so the lines are read in every one. A line that is not exactly of our form is
not believed: people who may edit the issue may write anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.languages import LANGUAGES, Language, language, say
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

LONGEST = 10
"""How many events are kept, the newest ones."""

_HEAD = "#### History"
_FOUND, _GONE = "drift found", "no drift any more"
_EVENT = expression(r"- (\d{4}-\d\d-\d\d \d\d:\d\d UTC): (\S.*)", re.ASCII)


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
        for spoken in map(language, LANGUAGES):
            _, there, tail = body.rpartition(f"\n{spoken.say(_HEAD)}\n")
            if there:
                return cls(tuple(_events(tail, spoken))[-LONGEST:])
        return cls()

    def after(self, news: News) -> History:
        """Return the history with one more event, if something changed."""
        what = _FOUND if news.drifted else _GONE
        if self.events and self.events[-1][1] == what:
            return self
        return History((*self.events, (news.at, what))[-LONGEST:])

    def __str__(self) -> str:
        return "\n".join([say(_HEAD), "", *(f"- {at}: {say(what)}" for at, what in self.events), ""])


def _events(tail: str, spoken: Language) -> Iterator[tuple[str, str]]:
    """Yield the events that were written in a language."""
    meanings = {spoken.say(what): what for what in (_FOUND, _GONE)}
    for line in tail.splitlines():
        event = _EVENT.fullmatch(line.strip())
        if event and event[2] in meanings:
            yield event[1], meanings[event[2]]
