"""A lock around apply, for runs of this program among themselves: none by default, a file on a shared disk, or an
object on OSS. It keeps nobody out of the console, and nothing in apply relies on it.

`locked(LockSpec(...))` holds the named lock meanwhile; `lease` takes, renews and gives it back on any `Store`.
"""

from __future__ import annotations

from reconciler.lock.lease import Claim, Held, Lease, Store
from reconciler.lock.places import LockSpec, lease_on, locked

__all__ = ["Claim", "Held", "Lease", "LockSpec", "Store", "lease_on", "locked"]
