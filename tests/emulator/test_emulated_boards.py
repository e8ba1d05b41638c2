"""The eight TensorBoard operations, raw on the wire, with time moved by hand."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.emulator import Emulator, ManualClock

from .conftest import Wire

With = Callable[..., tuple[Emulator, Wire]]
BOARD = {"DisplayName": "b", "WorkspaceId": "1001", "SummaryPath": "/logs", "DataSourceId": "d-logs0"}


def create(wire: Wire, **fields: Any) -> str:
    return str(wire.ok("POST", "/tensorboards", {**BOARD, **fields})["TensorboardId"])


def status(wire: Wire, board: str) -> str:
    return str(wire.ok("GET", f"/tensorboards/{board}")["Status"])


def test_a_board_starts_stops_and_starts_again_in_its_own_time(wire: Wire, clock: ManualClock) -> None:
    board = create(wire)
    assert status(wire, board) == "Creating"
    assert "TensorboardUrl" not in wire.ok("GET", f"/tensorboards/{board}")
    clock.advance(1)
    running = wire.ok("GET", f"/tensorboards/{board}")
    assert running["Status"] == "Running"
    assert board in running["TensorboardUrl"]
    assert running["GmtFinishTime"] is None
    wire.ok("PUT", f"/tensorboards/{board}/stop")
    assert status(wire, board) == "Stopping"
    clock.advance(1)
    stopped = wire.ok("GET", f"/tensorboards/{board}")
    assert (stopped["Status"], stopped["ReasonCode"]) == ("Stopped", "StoppedByUser")
    wire.ok("PUT", f"/tensorboards/{board}/start")
    assert status(wire, board) == "Creating"
    clock.advance(1)
    assert status(wire, board) == "Running"


def test_the_answers_have_the_services_types(wire: Wire, clock: ManualClock) -> None:
    created = wire.ok("POST", "/tensorboards", {**BOARD, "Priority": "3", "MaxRunningTimeMinutes": 60})
    assert set(created) == {"TensorboardId", "DataSourceId", "RequestId"}
    clock.advance(90)
    board = wire.ok("GET", f"/tensorboards/{created['TensorboardId']}")
    assert (board["Priority"], board["Duration"], board["MaxRunningTimeMinutes"]) == ("3", "89", 60)
    assert (board["Accessibility"], board["TensorboardDataSources"], board["WorkspaceId"]) == ("PRIVATE", [], "1001")


def test_it_stops_by_itself_after_its_time(wire: Wire, clock: ManualClock) -> None:
    board = create(wire, MaxRunningTimeMinutes=10)
    clock.advance(11 * 60)
    stopped = wire.ok("GET", f"/tensorboards/{board}")
    assert (stopped["Status"], stopped["ReasonCode"], stopped["Duration"]) == (
        "Stopped",
        "MaxRunningTimeReached",
        "600",
    )
    assert stopped["GmtFinishTime"] == "2026-03-01T12:10:00Z"


def test_a_longer_time_applies_to_the_running_one(wire: Wire, clock: ManualClock) -> None:
    board = create(wire, MaxRunningTimeMinutes=10)
    clock.advance(9 * 60)
    wire.ok("PUT", f"/tensorboards/{board}", MaxRunningTimeMinutes=20)
    clock.advance(9 * 60)
    assert status(wire, board) == "Running"
    clock.advance(3 * 60)
    assert status(wire, board) == "Stopped"


def test_update_reads_the_query_and_refuses_a_body(wire: Wire) -> None:
    board = create(wire)
    wire.ok("PUT", f"/tensorboards/{board}", Accessibility="PUBLIC", Priority="5", WorkspaceId="1001")
    seen = wire.ok("GET", f"/tensorboards/{board}")
    assert (seen["Accessibility"], seen["Priority"]) == ("PUBLIC", "5")
    assert wire.refused("PUT", f"/tensorboards/{board}", {"Priority": "7"})[0] == 400
    assert wire.refused("PUT", f"/tensorboards/{board}", Priority="10")[0] == 400
    assert wire.refused("PUT", f"/tensorboards/{board}", DisplayName="other")[0] == 400
    assert wire.refused("PUT", f"/tensorboards/{board}", Priority="5", WorkspaceId="2002") == (404, "NotFound")


def test_only_a_finished_board_can_be_deleted(wire: Wire, clock: ManualClock) -> None:
    board = create(wire)
    assert wire.refused("DELETE", f"/tensorboards/{board}") == (400, "BadRequest")
    clock.advance(1)
    assert wire.refused("DELETE", f"/tensorboards/{board}") == (400, "BadRequest")
    wire.ok("PUT", f"/tensorboards/{board}/stop")
    assert wire.refused("DELETE", f"/tensorboards/{board}") == (400, "BadRequest")
    clock.advance(1)
    assert wire.ok("DELETE", f"/tensorboards/{board}")["TensorboardId"] == board
    assert wire.refused("GET", f"/tensorboards/{board}") == (404, "NotFound")


def test_repeating_start_or_stop_follows_the_profile(wire: Wire, clock: ManualClock, with_profile: With) -> None:
    board = create(wire)
    clock.advance(1)
    assert wire.refused("PUT", f"/tensorboards/{board}/start") == (400, "BadRequest")
    _, lenient = with_profile(board_repeat="accept")
    board = create(lenient)
    lenient.ok("PUT", f"/tensorboards/{board}/start")
    lenient.ok("PUT", f"/tensorboards/{board}/stop")
    lenient.ok("PUT", f"/tensorboards/{board}/stop")
    clock.advance(1)
    assert status(lenient, board) == "Stopped"


def test_the_listing_window_is_seven_days(wire: Wire, emulator: Emulator, clock: ManualClock) -> None:
    emulator.store.create_board("old", created=clock.now() - 30 * 86400)
    emulator.store.create_board("new", created=clock.now() - 6 * 86400)
    recent = wire.ok("GET", "/tensorboards", WorkspaceId="1001")
    assert ([b["DisplayName"] for b in recent["Tensorboards"]], recent["TotalCount"]) == (["new"], 1)
    assert not {"PageNumber", "PageSize"} & set(recent)
    everything = wire.ok("GET", "/tensorboards", WorkspaceId="1001", StartTime="2020-01-01T00:00:00Z")
    assert [b["DisplayName"] for b in everything["Tensorboards"]] == ["new", "old"]
    until = wire.ok("GET", "/tensorboards", StartTime="2020-01-01T00:00Z", EndTime="2026-02-10T00:00:00.000Z")
    assert [b["DisplayName"] for b in until["Tensorboards"]] == ["old"]
    assert wire.refused("GET", "/tensorboards", StartTime="yesterday")[0] == 400


def test_listing_filters(wire: Wire, emulator: Emulator) -> None:
    for name in ("alpha", "beta", "Alphabet"):
        emulator.store.create_board(name)
    stopped = emulator.store.create_board("gamma", status="Stopped")

    def names(**query: object) -> list[str]:
        return sorted(b["DisplayName"] for b in wire.ok("GET", "/tensorboards", **query)["Tensorboards"])

    assert names(DisplayName="ALPHA") == ["Alphabet", "alpha"]
    assert names(Status="Stopped") == ["gamma"]
    assert names(TensorboardId=stopped) == ["gamma"]
    assert names(ShowOwn=True, Accessibility="PRIVATE", PaymentType="Free", PageSize=2, SortBy="DisplayName") == [
        "beta",
        "gamma",
    ]
    assert wire.refused("GET", "/tensorboards", ShowOwn="yes")[0] == 400
    assert wire.refused("GET", "/tensorboards", Status="running")[0] == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"Priority": 3},
        {"Priority": "0"},
        {"Accessibility": "public"},
        {"MaxRunningTimeMinutes": 0},
        {"DataSourceId": None},
        {"JobId": "dlcnone"},
        {"SummaryRelativePath": "/x"},
        {"SourceType": "dataset"},
        {"Uri": "oss://b/p", "SummaryPath": None},
        {"DataSources": ["d"]},
        {"DisplayName": "x" * 257},
        {"Name": "b"},
    ],
)
def test_bad_boards_are_refused(wire: Wire, emulator: Emulator, fields: dict[str, Any]) -> None:
    assert wire.refused("POST", "/tensorboards", {**BOARD, **fields})[0] in (400, 404)
    assert emulator.store.boards() == []


def test_job_and_data_sources_exclude_each_other(wire: Wire, emulator: Emulator) -> None:
    job = emulator.store.create_job()
    sources = [{"DataSourceId": "d-logs0", "MountPath": "/logs"}]
    assert wire.refused("POST", "/tensorboards", {**BOARD, "JobId": job, "DataSources": sources}) == (400, "BadRequest")
    created = wire.ok("POST", "/tensorboards", {"JobId": job, "DisplayName": "of-job"})
    assert created["JobId"] == job
    path = f"/tensorboards/{created['TensorboardId']}"
    assert wire.ok("GET", path, JodId=job)["JobId"] == wire.ok("GET", path, JobId=job)["JobId"] == job
    assert wire.refused("GET", path, JodId="dlcother") == (404, "NotFound")


def test_a_uri_inside_data_sources_is_dropped_silently(wire: Wire, emulator: Emulator) -> None:
    source = {"DataSourceId": "d-logs0", "MountPath": "/logs", "Uri": "oss://b/p"}
    board = create(wire, DataSourceId=None, DataSources=[source])
    assert "oss://" not in json.dumps(wire.ok("GET", f"/tensorboards/{board}"))
    assert emulator.store.boards()[0].body["DataSources"] == [{"DataSourceId": "d-logs0", "MountPath": "/logs"}]


def test_the_shared_url_ends_in_a_token_with_the_asked_expiry(wire: Wire) -> None:
    board = create(wire)
    url = wire.ok("GET", f"/tensorboards/{board}/sharedurl", ExpireTimeSeconds="86400")["TensorboardSharedUrl"]
    payload = url.rpartition("/token/")[2].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert (claims["target_id"], claims["exp"] - claims["iat"]) == (board, 86400)
    assert wire.refused("GET", f"/tensorboards/{board}/sharedurl", ExpireTimeSeconds="604801")[0] == 400


def test_failing_and_unknown_states(clock: ManualClock, with_profile: With) -> None:
    emulator, wire = with_profile(failing_boards=frozenset({"b"}), board_failure_status="Creating_Failed")
    board = create(wire)
    clock.advance(1)
    assert status(wire, board) == "Creating_Failed"
    odd = emulator.store.create_board("odd")
    emulator.store.set_board_status(odd, "Hibernating")
    clock.advance(days=3)
    assert status(wire, odd) == "Hibernating"
