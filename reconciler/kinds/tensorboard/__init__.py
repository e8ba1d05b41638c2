"""TensorBoards: known by name, partly changeable in place, replaced otherwise, started and stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.kinds.base import ANY, Kind
from reconciler.kinds.tensorboard.canonical import KIND_NAME, DesiredBoard, LiveBoard, desired, desired_digest
from reconciler.kinds.tensorboard.rules import RULES
from reconciler.model import Verb
from reconciler.model.lazily import later

if TYPE_CHECKING:
    from reconciler.kinds.audited import AnyAudit
    from reconciler.kinds.tensorboard.calls import calls
    from reconciler.kinds.tensorboard.diff import diff
    from reconciler.kinds.tensorboard.impact import impact
    from reconciler.kinds.tensorboard.manifest import listing, manifest_of
    from reconciler.kinds.tensorboard.named import named
    from reconciler.kinds.tensorboard.read import every_board, read
    from reconciler.kinds.tensorboard.write import look, perform
else:  # a command that only checks manifests uses none of these
    calls = later(f"{__name__}.calls", "calls")
    diff = later(f"{__name__}.diff", "diff")
    impact = later(f"{__name__}.impact", "impact")
    listing = later(f"{__name__}.manifest", "listing")
    manifest_of = later(f"{__name__}.manifest", "manifest_of")
    named = later(f"{__name__}.named", "named")
    every_board = later(f"{__name__}.read", "every_board")
    read = later(f"{__name__}.read", "read")
    look = later(f"{__name__}.write", "look")
    perform = later(f"{__name__}.write", "perform")


def _audit() -> AnyAudit:
    from reconciler.kinds.tensorboard.audit import AUDIT  # noqa: PLC0415 - only audits pay for it

    return AUDIT


TENSORBOARD: Kind[DesiredBoard, LiveBoard] = Kind(
    name=KIND_NAME,
    noun="TensorBoard",
    folder="tensorboards",
    operation="CreateTensorboard",
    prune="tensorBoards",
    prune_prefix="tensorBoardPrefix",
    schema="tensorboard.schema.json",
    plain=(
        ("Accessibility",),
        ("MaxRunningTimeMinutes",),
        ("Priority",),
        ("JobId",),
        ("DataSourceId",),
        ("DisplayName",),
        ("WorkspaceId",),
        ("DataSources", ANY, "DataSourceId"),
        ("DataSources", ANY, "DisplayName"),
        ("TensorboardDataSources", ANY, "DataSourceId"),
        ("TensorboardDataSources", ANY, "DisplayName"),
        ("TensorboardSpec", "EcsType"),
    ),
    of_one_object=(("metadata", "tensorboardId"),),
    rules=RULES,
    desired=desired,
    digest=desired_digest,
    read=read,
    first_listing=every_board,
    diff=diff,
    impact=impact,
    look=look,
    perform=perform,
    picked=lambda desired: desired.body.remote_id,
    phases={
        Verb.CREATE: 3,
        Verb.UPDATE: 3,
        Verb.REPLACE: 3,
        Verb.FOLLOW: 3,
        Verb.START: 3,
        Verb.STOP: 3,
        Verb.DELETE: 4,
    },
    calls=calls,
    listing=listing,
    manifest_of=manifest_of,
    named=named,
    audit=_audit,
)
