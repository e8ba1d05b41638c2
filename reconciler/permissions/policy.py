"""RAM policies as documents.

The service knows no resource of a RAM policy except all of them (API.md section 1.8), so a policy names only actions. A
lock on OSS is one object and can be named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from reconciler.live.port import Operation

_LOCK = ("oss:DeleteObject", "oss:GetObject", "oss:PutObject")


def policy(operations: Iterable[Operation], *, lock: str = "") -> dict[str, Any]:
    """Return the policy that allows these operations, and the lock at `oss://BUCKET/KEY` where one is named."""
    actions = sorted({each.ram_action for each in operations})
    statements: list[dict[str, Any]] = []
    if actions:
        statements.append({"Effect": "Allow", "Action": actions, "Resource": "*"})
    if lock:
        place = lock.removeprefix("oss://")
        statements.append({"Effect": "Allow", "Action": list(_LOCK), "Resource": f"acs:oss:*:*:{place}"})
    return {"Version": "1", "Statement": statements}


def policy_json(operations: Iterable[Operation], *, lock: str = "") -> str:
    """Return the policy as the RAM console takes it."""
    return json.dumps(policy(operations, lock=lock), indent=2) + "\n"
