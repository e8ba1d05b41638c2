"""The lock that is held while something is applied."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

from reconciler.cli.options.declared import Option
from reconciler.cli.options.numbers import Number
from reconciler.lock import LockSpec
from reconciler.model.quick import dataclass
from reconciler.pipeline import Settings, Workspace, listing_ahead
from reconciler.pipeline.ahead import Ahead

_USUAL = LockSpec(place="")

LockEndpoint = Annotated[
    str, Option("--lock-endpoint", metavar="URL", help="Address of OSS instead of that of the target's region.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOptions:
    """Options that say where the lock is and how it is taken. Times are in seconds."""

    lock: Annotated[
        str,
        Option(
            "--lock",
            metavar="PLACE",
            help="Hold this lock meanwhile: file:PATH on a shared disk, or oss://BUCKET/KEY.",
        ),
    ] = ""
    lock_timeout: Annotated[
        float,
        Option(
            "--lock-timeout",
            type=Number(min=0),
            show_default=True,
            metavar="SECONDS",
            help="How long to wait for the lock.",
        ),
    ] = _USUAL.timeout
    lock_expiry: Annotated[
        float,
        Option(
            "--lock-expiry",
            type=Number(min=60),
            show_default=True,
            metavar="SECONDS",
            help="How long the lock of a dead run stands in the way; a living one renews it.",
        ),
    ] = _USUAL.lifetime
    lock_endpoint: LockEndpoint = ""

    def listing_ahead(self, settings: Settings, opened: Workspace) -> AbstractContextManager[Ahead | None]:
        """The listings of a target, which begin before its manifests are read; but not where a lock is asked for.

        What is compared has to be read while the lock is held, which is taken when the manifests are known to be right.
        """
        return nullcontext() if self.lock else listing_ahead(settings, opened)

    def spec(self, settings: Settings, region: str) -> LockSpec | None:
        """Return the lock that is asked for; None for no lock."""
        if not self.lock:
            return None
        return LockSpec(
            place=self.lock,
            timeout=self.lock_timeout,
            lifetime=self.lock_expiry,
            region=region,
            endpoint=self.lock_endpoint,
            identity=settings.credentials,
        )
