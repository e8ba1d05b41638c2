"""A lock object on OSS, by the official SDK (`pip install 'dlc-reconciler[oss]'`), imported only when such a lock is
used.

The object is created with `x-oss-forbid-overwrite`. OSS ignores that header in buckets with versioning, enabled or
suspended, so such a bucket is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from reconciler.errors import LockError, UsageError
from reconciler.model.address import Address

ALREADY_THERE = "FileAlreadyExists"
MISSING = "NoSuchKey"


class OssStore:
    """Implements `lease.Store` with objects of one bucket. `keys` returns key id, secret and token for each request."""

    def __init__(
        self,
        bucket: str,
        key: str,
        *,
        region: str,
        endpoint: Address | None,
        keys: Callable[[], tuple[str, str, str | None]],
    ) -> None:
        self._sdk = _sdk()
        self._bucket = bucket
        self._key = key
        self.place = f"oss://{bucket}/{key}"
        config = self._sdk.config.load_default()
        config.region = region
        config.credentials_provider = self._sdk.credentials.CredentialsProviderFunc(
            lambda: self._sdk.credentials.Credentials(*keys())
        )
        if endpoint is not None:
            config.endpoint = endpoint.url
            config.use_path_style = endpoint.is_loopback
        self._client = self._sdk.Client(config)

    def create(self, suffix: str, value: bytes) -> bool:
        """See `lease.Store.create`."""
        if self.read(suffix) is not None:
            return False
        request = self._sdk.PutObjectRequest(
            bucket=self._bucket, key=self._key + suffix, body=value, forbid_overwrite=True
        )
        try:
            with self._errors():
                written = self._client.put_object(request)
        except _AlreadyThere:
            return False
        if written.version_id:
            self.delete(suffix)
            raise LockError(
                f"bucket {self._bucket} keeps versions, so OSS cannot keep a second lock from being written",
                hint="use a bucket without versioning for the lock",
            )
        return True

    def read(self, suffix: str) -> bytes | None:
        """See `lease.Store.read`."""
        request = self._sdk.GetObjectRequest(bucket=self._bucket, key=self._key + suffix)
        try:
            with self._errors():
                found = self._client.get_object(request)
                with found.body as body:
                    return bytes(body.read())
        except _Missing:
            return None

    def replace(self, suffix: str, value: bytes) -> None:
        """See `lease.Store.replace`."""
        with self._errors():
            self._client.put_object(self._sdk.PutObjectRequest(bucket=self._bucket, key=self._key + suffix, body=value))

    def delete(self, suffix: str) -> None:
        """See `lease.Store.delete`."""
        with self._errors():
            self._client.delete_object(self._sdk.DeleteObjectRequest(bucket=self._bucket, key=self._key + suffix))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except self._sdk.exceptions.BaseError as error:
            refusal = _refusal(error)
            if refusal is None:
                raise LockError(f"the lock at {self.place} cannot be used: no answer from OSS") from error
            if refusal.code == ALREADY_THERE:
                raise _AlreadyThere from None
            if refusal.code == MISSING:
                raise _Missing from None
            raise LockError(
                f"the lock at {self.place} cannot be used: {refusal.code} (HTTP {refusal.status_code}):"
                f" {refusal.message}",
                hint="it needs oss:GetObject, oss:PutObject and oss:DeleteObject on that key",
            ) from error


class _AlreadyThere(Exception):
    pass


class _Missing(Exception):
    pass


def _refusal(error: Any) -> Any:
    """Return the service's own answer inside the SDK's error; None when there was none."""
    while error is not None and not hasattr(error, "status_code"):
        error = error.unwrap() if hasattr(error, "unwrap") else None
    return error


def _sdk() -> Any:
    try:
        import alibabacloud_oss_v2 as sdk  # noqa: PLC0415
    except ImportError:
        raise UsageError("a lock on OSS needs the official OSS SDK", hint="pip install 'dlc-reconciler[oss]'") from None
    return sdk
