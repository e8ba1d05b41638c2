"""A lock around apply that keeps runs of this program apart: none by default, a file on a shared disk, or an object on
OSS.

It stops nobody who works in the console, and nothing in apply relies on it. `locked(LockSpec(...))` holds the named
lock during its block; `lease` takes, renews and gives it back on any `Store`.
"""

from __future__ import annotations

from reconciler.lock.lease import Claim, Held, Lease, Store
from reconciler.lock.places import LockSpec, lease_on, locked

__all__ = ["Claim", "Held", "Lease", "LockSpec", "Store", "lease_on", "locked"]
