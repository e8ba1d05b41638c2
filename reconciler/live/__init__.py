"""The live side: the official SDK behind one small port. Importing this package loads neither the SDK nor an HTTP
client; both are loaded with `connect`.

`connect(target, CredentialsSpec(...), ConnectionOptions(...))` opens a `port.Service`; `operations` names its calls;
`writes.write_once` makes a write exactly once. Reading resources and planning are other packages' business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.http.retry import Retry, RetryPolicy
from reconciler.live.connection import ConnectionOptions, CredentialsSpec, Source
from reconciler.live.port import Operation, Service
from reconciler.live.writes import write_once
from reconciler.model.lazily import names_of

if TYPE_CHECKING:
    from reconciler.live.service import LiveService, connect

__all__ = [
    "ConnectionOptions",
    "CredentialsSpec",
    "LiveService",
    "Operation",
    "Retry",
    "RetryPolicy",
    "Service",
    "Source",
    "connect",
    "write_once",
]

__getattr__ = names_of(__name__, {"LiveService": "service", "connect": "service"})
