"""What a TensorBoard's action takes away from people: the address they have open, and how long it has been there."""

from __future__ import annotations

from reconciler.kinds.base import Site
from reconciler.kinds.tensorboard.canonical import DesiredBoard, LiveBoard
from reconciler.model import Action, Impact, Resource, Verb
from reconciler.model.moments import age_days
from reconciler.secrets.trees import redact_text


def impact(
    site: Site, action: Action, desired: Resource[DesiredBoard] | None, live: Resource[LiveBoard] | None
) -> Impact | None:
    """The address and the age of the board that a replacement or deletion removes; None for other actions. No call."""
    del desired
    if live is None or action.verb not in (Verb.REPLACE, Verb.DELETE):
        return None
    row = live.body.row
    leftover = live.body.leftover
    if leftover is not None and leftover["TensorboardId"] == action.observed.get("tensorboardId"):
        row = leftover
    created = str(row.get("GmtCreateTime") or "")
    return Impact(
        url=redact_text(str(row.get("TensorboardUrl") or "")),
        created=created,
        age_days=age_days(created, site.now),
    )
