"""The values that must not be shown, as a value that is handed on: to the connection, to printing, to errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from typing import Any

from reconciler.model.quick import dataclass
from reconciler.secrets.trees import redact_text, variables


@dataclass(frozen=True, slots=True)
class Redactor:
    """Removes certain values from texts, wherever they appear."""

    values: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Redactor:
        """Return a redactor of the environment variables whose names look secret."""
        return cls(frozenset(variables(environ)))

    def __call__(self, text: str) -> str:
        """Return the text without the values, and without other parts that look like a secret."""
        return redact_text(text, self.values)

    @contextmanager
    def over_errors(self) -> Iterator[None]:
        """Remove the values from the texts of every error that leaves the block, and of the errors that caused it."""
        try:
            yield
        except Exception as error:
            self.clean(error)
            raise

    def clean(self, error: BaseException) -> None:
        """Remove the values from the texts of an error and of the errors that caused it."""
        seen: set[int] = set()
        cause: BaseException | None = error
        while cause is not None and id(cause) not in seen:
            seen.add(id(cause))
            cause.args = tuple(self._cleaned(each) for each in cause.args)
            for name, value in list(getattr(cause, "__dict__", {}).items()):
                setattr(cause, name, self._cleaned(value))
            cause = cause.__cause__ or cause.__context__

    def _cleaned(self, value: Any) -> Any:
        if isinstance(value, str):
            return self(value)
        return tuple(map(self._cleaned, value)) if type(value) is tuple else value
