"""Every operation of the service that the tool can call, wherever it stands."""

from __future__ import annotations

import reconciler.kinds.jobtemplate.operations
import reconciler.kinds.tensorboard.operations
import reconciler.live.operations
from reconciler.live.port import Operation

_TABLES = (
    reconciler.live.operations,
    reconciler.kinds.jobtemplate.operations,
    reconciler.kinds.tensorboard.operations,
)
EVERY_OPERATION = {each.name: each for table in _TABLES for each in vars(table).values() if isinstance(each, Operation)}
"""The operations by their official names."""
