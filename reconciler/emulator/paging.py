"""Offset paging as the service does it: no snapshot between pages, the true total on every page.

It works on rows that SQL selects and on rows that only Python can filter.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from .errors import invalid
from .profile import Profile
from .store import Store
from .wire import LARGEST, JsonObject, Query

T = TypeVar("T")
PAGING = frozenset({"PageNumber", "PageSize", "Order", "SortBy"})
WEEK = 7 * 86400.0


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a listing was asked for."""

    number: int
    size: int
    total_offset: int

    @classmethod
    def parse(cls, query: Query, profile: Profile, default_size: int | None = None, last_page: int = LARGEST) -> Page:
        """Read PageNumber and PageSize. Refuse zero, negative and (by default) oversized ones."""
        number = query.integer("PageNumber")
        size = query.integer("PageSize")
        number = 1 if number is None else number
        size = (default_size or profile.default_page_size) if size is None else size
        if not 1 <= number <= last_page:
            raise invalid(f"PageNumber must be from 1 to {last_page}.", "PageNumber")
        if size < 1:
            raise invalid("PageSize must be at least 1.", "PageSize")
        if size > profile.max_page_size:
            if profile.oversized_page == "refuse":
                raise invalid(f"PageSize must be at most {profile.max_page_size}.", "PageSize")
            size = profile.max_page_size
        return cls(number, size, profile.total_count_offset)

    @property
    def start(self) -> int:
        """Index of the first row."""
        return (self.number - 1) * self.size

    def answer(self, key: str, rows: Sequence[JsonObject], total: int, **extra: Any) -> JsonObject:
        """Return the answer of a listing for this page."""
        return {key: list(rows), "TotalCount": max(0, total + self.total_offset), **extra}

    def cut(self, rows: Sequence[T]) -> Sequence[T]:
        """Return the rows of this page out of all rows."""
        return rows[self.start : self.start + self.size]


def descending(query: Query, default: str) -> bool:
    """Return whether Order, `asc` or `desc` in any case, asks for descending order."""
    order = (query.text("Order") or default).lower()
    if order not in ("asc", "desc"):
        raise invalid("Order must be asc or desc.", "Order")
    return order == "desc"


class Where:
    """Collects SQL conditions and their values. Tables, columns and orders are always the code's own words."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self._values: list[Any] = []

    def add(self, condition: str, *values: Any) -> None:
        """Add one more condition that must hold."""
        self._conditions.append(condition)
        self._values.extend(values)

    def equal(self, **columns: Any) -> None:
        """Add columns that must equal a value; None means any."""
        for column, value in columns.items():
            if value is not None:
                self.add(f"{column} = ?", value)

    def contains(self, column: str, text: str | None) -> None:
        """Add that a folded column must contain the text in any case; None means any."""
        if text is not None:
            self.add(f"instr({column}, ?) > 0", text.casefold())

    @property
    def sql(self) -> str:
        """The WHERE clause."""
        return " WHERE " + " AND ".join(self._conditions) if self._conditions else ""

    def count(self, store: Store, table: str) -> int:
        """Return how many rows match."""
        return store.count(f"SELECT count(*) FROM {table}{self.sql}", tuple(self._values))  # nosec B608 # tables and conditions of the emulator only

    def rows(self, db: sqlite3.Connection, table: str, order: str, page: Page | None = None) -> list[sqlite3.Row]:
        """Return the matching rows in order: one page of them, or all."""
        limit = f" LIMIT {page.size} OFFSET {page.start}" if page else ""
        return db.execute(f"SELECT * FROM {table}{self.sql} ORDER BY {order}{limit}", self._values).fetchall()  # nosec B608 # tables and conditions of the emulator only
