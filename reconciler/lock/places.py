"""What `--lock` names, `file:PATH` or `oss://BUCKET/KEY`, and how it is held."""

from __future__ import annotations

import getpass
import os
import socket
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from urllib.parse import urlsplit

from reconciler.errors import UsageError
from reconciler.live import credentials
from reconciler.live.connection import CredentialsSpec
from reconciler.lock.files import FileStore
from reconciler.lock.lease import Held, Lease, Store
from reconciler.model.address import Address, AddressError, is_region, parse_address
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LockSpec:
    """The lock that a command was told to take, and for whom. `timeout` and `lifetime` are seconds."""

    place: str
    timeout: float = 0.0
    lifetime: float = 900.0
    region: str = ""
    """The region of the target; a lock on OSS is in the same one."""
    endpoint: str = ""
    """The endpoint of OSS, when it is not the region's own."""
    identity: CredentialsSpec = field(default_factory=CredentialsSpec)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


def lease_on(spec: LockSpec) -> Lease:
    """Return the lock that a command names; nothing is sent or written yet.

    Raises:
        UsageError: no such kind of lock.
        CredentialsError: a lock on OSS, and no credentials.
    """
    return Lease(store=_store(spec), lifetime=spec.lifetime)


@contextmanager
def locked(spec: LockSpec | None, warn: Callable[[str], None]) -> Iterator[Held | None]:
    """Hold a lock during the block, when one is asked for. `warn` is told when the lock cannot be given back.

    Raises:
        LockBusy: another run holds it.
        LockLost: at the end, when it was lost meanwhile.
    """
    if spec is None:
        yield None
        return
    owner = f"{getpass.getuser()}@{socket.gethostname()}, process {os.getpid()}"
    run = spec.environ.get("GITHUB_RUN_ID")
    if run:
        owner += f", run {run} of {spec.environ.get('GITHUB_REPOSITORY', 'GitHub')}"
    with replace(lease_on(spec), warn=warn).acquire(owner, uuid.uuid4().hex[:16], spec.timeout) as held:
        yield held


def _store(spec: LockSpec) -> Store:
    parts = urlsplit(spec.place)
    if parts.scheme == "file" and parts.path and parts.netloc in ("", "localhost"):
        return FileStore(Path(parts.path))
    key = parts.path.lstrip("/")
    if parts.scheme != "oss" or not parts.netloc or not key or parts.query:
        raise UsageError(f"{spec.place!r} is not a lock", hint="write file:PATH or oss://BUCKET/KEY")
    from reconciler.lock.oss import OssStore  # noqa: PLC0415

    endpoint = _endpoint(spec)
    client = credentials.provider(
        spec.identity,
        environ=spec.environ,
        home=Path.home(),
        is_loopback=endpoint is not None and endpoint.is_loopback,
    )

    def keys() -> tuple[str, str, str | None]:
        found = credentials.fetch(client)
        return found.access_key_id, found.access_key_secret, found.security_token

    return OssStore(parts.netloc, key, region=spec.region, endpoint=endpoint, keys=keys)


def _endpoint(spec: LockSpec) -> Address | None:
    """Return the address of OSS when it is not the region's own. That one is made from the region, which must then be a
    valid one.

    Raises:
        UsageError: neither can be an address.
    """
    if not spec.endpoint:
        if not is_region(spec.region):
            raise UsageError(f"{spec.region!r} is not a region, so it has no OSS", hint="Add `--lock-endpoint URL`.")
        return None
    try:
        return parse_address(spec.endpoint)
    except AddressError as error:
        shown = spec.endpoint.rpartition("@")[2]
        raise UsageError(f"--lock-endpoint {shown!r} {error.reason}", hint=error.hint) from None
