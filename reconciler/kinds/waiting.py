"""Waits for a service that acts asynchronously, shows its own writes late, and has no unique names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, repeat
from typing import TypeVar

from reconciler.errors import NotFound, ReconcilerError, ServerFailed, ServiceError
from reconciler.kinds.base import Patience
from reconciler.live.writes import write_once
from reconciler.model import JsonObject
from reconciler.model.moments import in_time

ResultT = TypeVar("ResultT")

GATEWAY_TIMEOUT = 504


def _unlooked() -> None:
    """Do nothing. It is the look before a write that can overwrite nothing of other people."""


def once(
    patience: Patience,
    send: Callable[[], ResultT],
    landed: Callable[[], ResultT | None],
    look: Callable[[], object] = _unlooked,
) -> ResultT:
    """Make a write by `live.writes.write_once`, as patiently as this run is. The write must change nothing when it
    arrives twice.

    `look` is the last request before the write is sent again; it raises StaleError when somebody else wrote meanwhile.
    """
    return write_once(
        _looking(send, look), landed, looks=patience.looks, interval=patience.interval, sleep=patience.sleep
    )


def made_once(
    patience: Patience,
    send: Callable[[], ResultT],
    landed: Callable[[], ResultT | None],
    look: Callable[[], object] = _unlooked,
) -> ResultT:
    """Make a write that creates a new object or version each time it arrives.

    After a lost answer the call may still be on its way, however long we look: it is not sent again, and its end is
    unknown until the next plan. Only an error answer of the service itself ends a call for certain.
    """
    return write_once(
        _looking(send, look),
        landed,
        looks=patience.looks,
        interval=patience.interval,
        sleep=patience.sleep,
        again=_has_ended,
    )


def _looking(send: Callable[[], ResultT], look: Callable[[], object]) -> Callable[[], ResultT]:
    """Return the write with a look before each time but the first; the caller has looked before that."""
    looks = chain((_unlooked,), repeat(look))

    def sent() -> ResultT:
        next(looks)()
        return send()

    return sent


def _has_ended(lost: ServiceError) -> bool:
    # A page without the service's error code comes from a gateway in between that stopped waiting.
    return isinstance(lost, ServerFailed) and lost.code != "" and lost.status != GATEWAY_TIMEOUT


def until(patience: Patience, read: Callable[[], ResultT], shows: Callable[[ResultT], bool]) -> ResultT:
    """Read until the answer shows what is expected, at most `patience.looks` times, and return the last answer.

    A 404 right after our own write is lag, not absence.

    Raises:
        NotFound: the last look still found nothing.
    """
    for remaining in reversed(range(patience.looks)):
        try:
            answer = read()
        except NotFound:
            if not remaining:
                raise
        else:
            if shows(answer) or not remaining:
                return answer
        patience.sleep(patience.interval)
    raise AssertionError("patience.looks is at least 1")


@contextmanager
def naming(remote_id: str) -> Iterator[None]:
    """Add the name of what was created to errors that are met after a create, so that nobody has to look for it."""
    try:
        yield
    except ReconcilerError as error:
        if remote_id not in error.message:
            error.message = f"{remote_id} was created; {error.message}"
        raise


def within(
    patience: Patience, seconds: float, read: Callable[[], ResultT], shows: Callable[[ResultT], bool]
) -> ResultT:
    """Read until the answer shows what is expected, for so many seconds, and return the last answer."""
    end = patience.clock() + seconds
    while True:
        answer = read()
        if shows(answer) or patience.clock() >= end:
            return answer
        patience.sleep(patience.interval)


def age(row: JsonObject, id_field: str) -> tuple[tuple[datetime, str], str]:
    """Return a key that sorts live rows from the oldest to the newest. Objects of the same second (or minute) are
    sorted by id."""
    return (in_time(row.get("GmtCreateTime") or ""), row[id_field])


def rival(
    patience: Patience,
    rows: Sequence[JsonObject],
    again: Callable[[], Sequence[JsonObject]],
    own: str,
    id_field: str,
) -> JsonObject | None:
    """Return the live object that has a better claim to the name of the one that we just created; None when ours has
    the best.

    `rows` are all live objects of the name, listed after the create; `again` lists them once more.

    Names are not unique on the service, so two runs that create the same name at the same moment both succeed, and one
    of them must take its object back. Everybody lists after creating:

    - one that is alone, or older than all others, stays;
    - one that sees an older one gives way, since that one may have been alone when its maker looked;
    - creation times are whole seconds, or minutes. Of two equal ones the greater id gives way at once. The smaller
      id waits for that, and gives way too when it does not happen: then the other was alone when its maker looked.

    At most one stays. In the last case none may, if the other maker needs longer than our patience to take its own
    back; both runs then say so, and the next one creates it.
    """
    for _ in range(patience.looks):
        mine = next((row for row in rows if row[id_field] == own), None)
        if mine is None:
            return None
        created = age(mine, id_field)[0]
        better = sorted(
            (row for row in rows if row is not mine and age(row, id_field)[0] <= created),
            key=lambda row: age(row, id_field),
        )
        if not better:
            return None
        if age(better[0], id_field) < age(mine, id_field):
            break
        patience.sleep(patience.interval)
        rows = again()
    return better[0]
