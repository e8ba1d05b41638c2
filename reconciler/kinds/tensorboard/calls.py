"""Which operations of the service are called for TensorBoards (API.md sections 3.1 to 3.7)."""

from __future__ import annotations

import reconciler.kinds.tensorboard.operations as op
from reconciler.kinds.abilities import Calls


def calls() -> Calls:
    """Return the operations that are called for boards. A write also reads the one board, to see when it is done."""
    return Calls(
        read=(op.LIST_TENSORBOARDS,),
        write=(
            op.GET_TENSORBOARD,
            op.CREATE_TENSORBOARD,
            op.UPDATE_TENSORBOARD,
            op.START_TENSORBOARD,
            op.STOP_TENSORBOARD,
            op.DELETE_TENSORBOARD,
        ),
    )
