"""What an action on a TensorBoard takes away from people: the address that they have open, and since when it exists."""

from __future__ import annotations

from reconciler.kinds.base import Site
from reconciler.kinds.tensorboard.canonical import DesiredBoard, LiveBoard
from reconciler.model import Action, Impact, Resource, Verb
from reconciler.model.moments import age_days
from reconciler.secrets.trees import redact_text


def impact(
    site: Site, action: Action, desired: Resource[DesiredBoard] | None, live: Resource[LiveBoard] | None
) -> Impact | None:
    """Return the address and the age of the board that is removed, and which job a new one would take now. It makes
    no call."""
    taken = _taken(action, desired)
    if live is None or action.verb not in (Verb.REPLACE, Verb.FOLLOW, Verb.DELETE):
        return Impact(notes=taken) if taken else None
    row = live.body.row
    leftover = live.body.leftover
    if leftover is not None and leftover["TensorboardId"] == action.observed.get("tensorboardId"):
        row = leftover
    created = str(row.get("GmtCreateTime") or "")
    return Impact(
        url=redact_text(str(row.get("TensorboardUrl") or "")),
        created=created,
        age_days=age_days(created, site.scope.now),
        notes=taken,
    )


def _taken(action: Action, desired: Resource[DesiredBoard] | None) -> tuple[str, ...]:
    """Return the note on which job the board would take now. When the action runs, there may be a newer one."""
    if not action.job_of or action.verb is Verb.STOP or desired is None or not desired.body.newest:
        return ()
    return (f"takes the newest job of template {action.job_of} when it is done; now {desired.body.newest}",)
