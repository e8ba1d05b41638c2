"""A lock file on a disk that all runs share."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.errors import LockError

NO_HARD_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class FileStore:
    """Implements `lease.Store` with files beside each other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.place = f"file:{path}"

    def create(self, suffix: str, value: bytes) -> bool:
        """See `lease.Store.create`. A hard link appears at once with its whole content."""
        target = self._file(suffix)
        with self._errors(), self._draft(value) as draft:
            try:
                target.hardlink_to(draft)
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in NO_HARD_LINKS:
                    raise
                return _create_alone(target, value)
            return True

    def read(self, suffix: str) -> bytes | None:
        """See `lease.Store.read`."""
        with self._errors():
            try:
                return self._file(suffix).read_bytes()
            except FileNotFoundError:
                return None

    def replace(self, suffix: str, value: bytes) -> None:
        """See `lease.Store.replace`."""
        with self._errors(), self._draft(value) as draft:
            draft.replace(self._file(suffix))

    def delete(self, suffix: str) -> None:
        """See `lease.Store.delete`."""
        with self._errors():
            self._file(suffix).unlink(missing_ok=True)

    def _file(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

    @contextmanager
    def _draft(self, value: bytes) -> Iterator[Path]:
        draft = self._file(f".{uuid.uuid4().hex}.part")
        try:
            draft.write_bytes(value)
            yield draft
        finally:
            draft.unlink(missing_ok=True)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise LockError(f"the lock {self.place} cannot be used: {error.strerror or error}") from error


def _create_alone(target: Path, value: bytes) -> bool:
    """Where the disk knows no hard links: who looks in the moment before the content is written sees it empty."""
    try:
        handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    except FileExistsError:
        return False
    with os.fdopen(handle, "wb") as stream:
        stream.write(value)
    return True
