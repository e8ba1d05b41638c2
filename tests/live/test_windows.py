"""Listings longer than the last page: the window is halved, every row arrives once, and a full second is an error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reconciler.kinds.tensorboard.operations as of_boards
from reconciler.emulator import Emulator, Profile
from reconciler.errors import IncompleteListing
from reconciler.live import ConnectionOptions, connect, operations
from reconciler.live.port import Operation
from reconciler.live.windows import BeyondLastPage, read_halved
from reconciler.model import JsonObject, Target
from reconciler.model.moments import instant, moment_of

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = BEGIN + timedelta(seconds=40)


def listing(seconds: list[int], most: int, **fields: str) -> list[str]:
    """The ids that a service with these creation times brings, of which one reading shows at most so many."""
    rows = [
        {"JobId": f"dlc{number}", "GmtCreateTime": instant(BEGIN + timedelta(seconds=second))}
        for number, second in enumerate(seconds)
    ]
    newest_first = fields.get("Order") != "asc"
    rows.sort(key=lambda row: row["GmtCreateTime"], reverse=newest_first)
    asked = {"StartTime": instant(BEGIN), **fields}

    def read(window: JsonObject) -> list[JsonObject]:
        said = {**asked, **window}
        start, end = moment_of(str(said["StartTime"])), moment_of(str(said.get("EndTime", instant(NOW))))
        assert start is not None
        assert end is not None
        found = [row for row in rows if instant(start) <= row["GmtCreateTime"] <= instant(end)]
        if len(found) > most:
            raise BeyondLastPage(f"{len(found)} rows are more than {most}")
        return list(found)

    return [str(row["JobId"]) for row in read_halved(operations.LIST_JOBS, read, dict(asked), NOW)]


TIMES = st.lists(st.integers(0, 40), max_size=40)


@given(TIMES, st.integers(3, 40), st.sampled_from(["asc", "desc"]))
def test_every_row_arrives_once_and_in_order(seconds: list[int], most: int, order: str) -> None:
    most = max(most, *(2 * seconds.count(second) for second in seconds), 1) if seconds else most
    found = listing(seconds, most * 2, Order=order)
    assert sorted(found) == sorted(f"dlc{number}" for number in range(len(seconds)))
    times = [seconds[int(id.removeprefix("dlc"))] for id in found]
    assert times == sorted(times, reverse=order == "desc")


def test_a_second_that_is_too_full_is_a_clear_error() -> None:
    with pytest.raises(IncompleteListing, match=r"5 rows are more than 4 from 2026-01-01T00:00:0[67]Z to"):
        listing([1, 7, 7, 7, 7, 7, 30], 4)


@pytest.mark.parametrize("operation", [operations.LIST_JOBS, of_boards.LIST_TENSORBOARDS], ids=lambda each: each.name)
def test_the_real_service_refuses_a_page_and_all_rows_arrive(operation: Operation) -> None:
    ages = [number * 3.5 for number in range(60)]
    with Emulator(profile=Profile(last_page=2, max_page_size=10)) as emulator:
        emulator.seed(
            {
                "jobTemplates": [{"TemplateName": "t"}],
                "jobs": [{"TemplateName": "t", "ageDays": age, "Status": "Succeeded"} for age in ages],
                "tensorboards": [
                    {"DisplayName": f"b{age}", "SummaryPath": "/l", "JobId": "dlc1", "ageDays": age} for age in ages
                ],
            }
        )
        target = Target(name="test", region="cn-hangzhou", workspace_id="1001", endpoint=emulator.url)
        with connect(target, options=ConnectionOptions(rate=1e6)) as service:
            rows = service.rows(operation, WorkspaceId="1001", StartTime="2020-01-01T00:00:00Z")
    times = [row["GmtCreateTime"] for row in rows]
    assert len({row[operation.row_id] for row in rows}) == len(rows) == len(ages)
    assert times == sorted(times, reverse=True)
