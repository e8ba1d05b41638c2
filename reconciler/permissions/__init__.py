"""What commands call, in one table, and the RAM policy that allows it.

A test compares the table with the calls that every command makes on the emulator; `specs/ram` is written from it.
"""

from __future__ import annotations

from reconciler.permissions.policy import policy, policy_json
from reconciler.permissions.table import GROUPS, NEEDS, needs_of, operations_of, unknown

__all__ = ["GROUPS", "NEEDS", "needs_of", "operations_of", "policy", "policy_json", "unknown"]
