"""Reads a listing to its end, or says that it could not: nothing may be planned from a part of it.

The service pages by offset without a snapshot, so rows move between pages while others write. A pass counts only when
every page named the same total and that many different rows arrived; otherwise the listing is read again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field

from reconciler.errors import ApiError, BadAnswer, IncompleteListing
from reconciler.http.one_line import one_line
from reconciler.live.answers import as_count
from reconciler.live.connection import nobody_waits
from reconciler.live.port import Operation
from reconciler.live.shapes import addresses_one
from reconciler.live.windows import BeyondLastPage
from reconciler.model import JsonObject, JsonValue
from reconciler.model.quick import dataclass

PAGE_SIZES = (100, 50, 20, 10)
PASSES = 4
MOST_ROWS = 10_000_000
"""The highest total that is believed. A higher one is a mistake of the server: its pages alone would fill the
memory."""

GetPage = Callable[[int, int], JsonObject]
"""Returns the answer for a page number (from 1) and a page size."""
Together = Callable[[GetPage, Iterable[int], int], list[JsonObject]]
"""Gets several pages of one size at the same time, and returns them in their order."""


@dataclass(slots=True)
class _Pass:
    """The result of reading all pages once."""

    rows: dict[str, JsonObject] = field(default_factory=dict)
    totals: set[int] = field(default_factory=set)

    @property
    def is_steady(self) -> bool:
        return len(self.totals) == 1 and len(self.rows) >= max(self.totals)


class Listing:
    """Reads one listing. `together` may fetch the pages after the first at the same time."""

    def __init__(
        self,
        operation: Operation,
        *,
        workspace_id: str,
        get: GetPage,
        together: Together,
        sleep: Callable[[float], None],
        on_total: Callable[[int], None] = nobody_waits,
    ) -> None:
        self._operation = operation
        self._workspace_id = workspace_id
        self._get = get
        self._together = together
        self._sleep = sleep
        self._on_total = on_total

    def read(self) -> list[JsonObject]:
        """Return all rows, each once, in the service's order.

        Raises:
            BeyondLastPage: there are more rows than pages.
            IncompleteListing: no reading brought as many different rows as the service counted.
            BadAnswer: a row without its id, or one of another workspace.
        """
        size, first = self._first()
        self._on_total(self._total(first))
        for attempt in range(1, PASSES + 1):
            seen = self._read_pass(first, size)
            if seen.is_steady:
                return list(seen.rows.values())
            if attempt < PASSES:
                self._sleep(0.25 * attempt)
                first = self._get(1, size)
        raise IncompleteListing(
            f"{self._operation.name}: {len(seen.rows)} rows arrived but the service counted "
            f"{' and '.join(str(total) for total in sorted(seen.totals))}, {PASSES} times",
            operation=self._operation.name,
            hint="something else is writing to the workspace, or some rows are hidden from this identity; try again",
        )

    def _first(self) -> tuple[int, JsonObject]:
        """Return the first page in the largest size the service accepts and keeps to."""
        refused: ApiError | None = None
        for size in PAGE_SIZES:
            try:
                page = self._get(1, size)
            except ApiError as error:
                if type(error) is not ApiError or error.status != 400:
                    raise
                refused = refused or error
                continue
            kept = self._kept_size(page, size)
            return (size, page) if kept == size else (kept, self._get(1, kept))
        raise refused or AssertionError("no page size was tried")

    def _kept_size(self, page: JsonObject, size: int) -> int:
        """Return the page size that the service really used: the one it names, else the number of rows on a page
        that is not the last one."""
        count = len(page[self._operation.rows])
        echoed = as_count(page.get("PageSize"))
        used = echoed or count
        return used if 0 < used < size and count < (as_count(page["TotalCount"]) or 0) else size

    def _page(self, number: int, size: int) -> JsonObject:
        """Return one of the pages after the first.

        Raises:
            BeyondLastPage: the service refuses the page, which means that it has no more pages.
        """
        try:
            return self._get(number, size)
        except ApiError as error:
            if self._operation.last_page and type(error) is ApiError and error.status == 400:
                raise BeyondLastPage(f"page {number} is refused: {error.message}") from error
            raise

    def _read_pass(self, first: JsonObject, size: int) -> _Pass:
        seen = _Pass()
        self._take(seen, first)
        total = max(seen.totals)
        if self._operation.last_page and total > self._operation.last_page * size:
            raise BeyondLastPage(f"{total:,} rows are more than {self._operation.last_page} pages of {size}")
        last, page = 1, first
        for page in self._together(self._page, range(2, -(-total // size) + 1), size):
            self._take(seen, page)
            last += 1
        while self._may_go_on(seen, page, size, beyond=last - max(1, -(-total // size))):
            last += 1
            page = self._page(last, size)
            self._take(seen, page)
        return seen

    def _may_go_on(self, seen: _Pass, page: JsonObject, size: int, *, beyond: int) -> bool:
        """Return whether to read on after the counted pages: while rows are missing (a page between may be empty) or
        pages are full."""
        count = len(page[self._operation.rows])
        if len(seen.rows) < max(seen.totals):
            return beyond < 2 or count > 0
        return count >= size

    def _take(self, seen: _Pass, page: JsonObject) -> None:
        seen.totals.add(self._total(page))
        for row in page[self._operation.rows]:
            seen.rows.setdefault(self._identity(row), row)

    def _total(self, page: JsonObject) -> int:
        total = as_count(page["TotalCount"])
        if total is None or total > MOST_ROWS:
            raise BadAnswer("TotalCount is not a number of rows", operation=self._operation.name)
        return total

    def _identity(self, row: JsonValue) -> str:
        name = self._operation.name
        if not isinstance(row, Mapping):
            raise BadAnswer(f"{name}: a row is not an object", operation=name)
        other = row.get("WorkspaceId")
        if self._workspace_id and other not in (None, "") and str(other) != self._workspace_id:
            raise BadAnswer(
                f"{name}: a row of workspace {one_line(other, 40)} in the listing of {self._workspace_id}",
                operation=name,
            )
        if not self._operation.row_id:
            return json.dumps(row, sort_keys=True)
        identity = row.get(self._operation.row_id)
        if not addresses_one(identity):
            raise BadAnswer(f"{name}: a row without {self._operation.row_id}", operation=name)
        return identity
