"""A lock file on a disk that all runs share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.errors import FileError, LockError
from reconciler.files import create_whole, destination, write_whole


class FileStore:
    """Implements `lease.Store` with files beside each other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.place = f"file:{path}"

    def create(self, suffix: str, value: bytes) -> bool:
        """See `lease.Store.create`."""
        with self._errors():
            return create_whole(self._file(suffix), value)

    def read(self, suffix: str) -> bytes | None:
        """See `lease.Store.read`."""
        with self._errors():
            try:
                return destination(self._file(suffix)).read_bytes()
            except FileNotFoundError:
                return None

    def replace(self, suffix: str, value: bytes) -> None:
        """See `lease.Store.replace`."""
        with self._errors():
            write_whole(self._file(suffix), value)

    def delete(self, suffix: str) -> None:
        """See `lease.Store.delete`."""
        with self._errors():
            destination(self._file(suffix)).unlink(missing_ok=True)

    def _file(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except FileError as error:
            raise LockError(f"the lock cannot be used: {error.message}", hint=error.hint) from error
        except OSError as error:
            raise LockError(f"the lock {self.place} cannot be used: {error.strerror or error}") from error
