"""Which live object a name or an id means, for every command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from reconciler.errors import ReconcilerError
from reconciler.kinds import text_equality
from reconciler.kinds.results import LiveObject
from reconciler.model import ResourceId
from reconciler.model.nearest import meant


def _picks_none(_id: ResourceId) -> str:
    return ""


def live_called(
    rows: Sequence[LiveObject],
    wanted: str,
    where: str,
    noun: str = "object",
    picked: Callable[[ResourceId], str] = _picks_none,
) -> LiveObject:
    """Return the one object that an id, a name, or `KIND/NAME` means.

    Args:
        rows: what was listed.
        wanted: an id, a name, or `KIND/NAME`.
        where: the place that was listed, for messages.
        noun: what messages call one of the rows, without an article.
        picked: returns the service's id that a manifest picks of several objects with one name; empty for none.

    Raises:
        ReconcilerError: there is none (the message has the nearest name), or there are several.
    """
    found = [live for live in rows if live.remote_id == wanted]
    found = found or [live for live in rows if _is_called(live, wanted)]
    if not found:
        raise nothing_called(wanted, where, (name for live in rows for name in (live.id.name, live.remote_id)), noun)
    if len(found) > 1:
        found = [live for live in found if live.remote_id == picked(live.id)] or found
    if len(found) > 1:
        ids = ", ".join(
            f"{live.id} ({live.remote_id})" for live in sorted(found, key=lambda each: (each.id, each.remote_id))
        )
        raise ReconcilerError(f'several live {noun}s are called "{wanted}": {ids}', hint="Name one by its id.")
    return found[0]


def nothing_called(wanted: str, where: str, known: Iterable[str], noun: str = "object") -> ReconcilerError:
    """Return the error about a name that no live object has, with the nearest one."""
    return ReconcilerError(f'there is no live {noun} "{wanted}" in {where}{meant(wanted, tuple(known))}')


def _is_called(live: LiveObject, wanted: str) -> bool:
    return text_equality.same(live.id.name, wanted) or text_equality.same(str(live.id), wanted)
