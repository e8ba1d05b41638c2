"""The live side: the official SDK behind one small port. Importing this package loads neither the SDK nor an HTTP
client.

`connect(target, CredentialsSpec(...), ConnectionOptions(...))` opens a `port.Service`; `operations` names its calls;
`writes.write_once` makes a write exactly once. Reading resources and planning are other packages' business.
"""

from __future__ import annotations

from reconciler.http.retry import Retry, RetryPolicy
from reconciler.live.credentials import CredentialsSpec, Source
from reconciler.live.port import Operation, Service
from reconciler.live.service import ConnectionOptions, LiveService, connect
from reconciler.live.writes import write_once

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
