"""The list of every operation that the emulator knows."""

from __future__ import annotations

from . import board_calls, catalogue_calls, job_calls, share_calls, template_calls, watch_calls
from .service import Operation

OPERATIONS: tuple[Operation, ...] = (
    *template_calls.OPERATIONS,
    *board_calls.OPERATIONS,
    *job_calls.OPERATIONS,
    *watch_calls.OPERATIONS,
    *share_calls.OPERATIONS,
    *catalogue_calls.OPERATIONS,
)
