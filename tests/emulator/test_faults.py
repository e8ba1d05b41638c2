"""Scripted faults: what the client sees, and whether the service acted."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import urllib3

from reconciler.emulator import Emulator, Fault

from .conftest import CONTENT, Wire

CREATE = {"TemplateName": "a", "Content": CONTENT, "WorkspaceId": "1001"}


def send(wire: Wire) -> tuple[int, bytes]:
    answer = wire.raw("POST", "/api/v1/jobtemplates", json.dumps(CREATE).encode())
    return answer.status, answer.data


@pytest.mark.parametrize(
    ("kind", "status", "acted"),
    [
        ("error_before", 500, 0),
        ("error_after", 500, 1),
        ("throttle", 429, 0),
        ("throttle_after", 429, 1),
        ("html", 502, 1),
        ("html_before", 502, 0),
        ("html_ok", 200, 1),
        ("empty", 200, 1),
        ("empty_before", 200, 0),
        ("no_content", 204, 1),
        ("null", 200, 1),
        ("list", 200, 1),
        ("text", 200, 1),
        ("truncated_before", 200, 0),
    ],
)
def test_bad_answers(wire: Wire, emulator: Emulator, kind: str, status: int, acted: int) -> None:
    emulator.faults.add(Fault(kind=kind, action="CreateJobTemplate"))
    seen, body = send(wire)
    assert seen == status
    if seen == 200:
        assert not body.startswith(b'{"DefaultVersion')
    assert len(emulator.store.templates()) == acted
    assert (send(wire)[0], len(emulator.store.templates())) == (200, acted + 1)


@pytest.mark.parametrize(("kind", "acted"), [("drop_before", 0), ("drop_after", 1), ("drop_during", 1)])
def test_dropped_connections(wire: Wire, emulator: Emulator, kind: str, acted: int) -> None:
    emulator.faults.add(Fault(kind=kind, action="CreateJobTemplate"))
    with pytest.raises(urllib3.exceptions.ProtocolError):
        send(wire)
    assert len(emulator.store.templates()) == acted
    assert emulator.requests[-1].status == 0


def test_status_code_message_and_hint_can_be_chosen(wire: Wire, emulator: Emulator) -> None:
    emulator.faults.add(
        Fault(kind="error_before", status=503, message="Later."),
        Fault(kind="error_before", status=409, code="Conflict"),
        Fault(kind="throttle", retry_after_ms=250),
        Fault(kind="throttle", retry_after_ms=None),
    )
    answers = [wire.raw("GET", "/api/v1/jobs") for _ in range(4)]
    bodies = [json.loads(answer.data) for answer in answers]
    assert [answer.status for answer in answers] == [503, 409, 429, 429]
    assert [body["Code"] for body in bodies] == ["ServiceUnavailable", "Conflict", "Throttling", "Throttling"]
    assert bodies[0]["Message"] == "Later."
    assert [answer.headers.get("x-acs-retry-after") for answer in answers] == [None, None, "250", None]


def test_delays_act_even_if_nobody_waits(wire: Wire, emulator: Emulator) -> None:
    body = json.dumps(CREATE).encode()
    for kind in ("delay", "delay_after"):
        emulator.faults.add(Fault(kind=kind, seconds=0.1))
        with pytest.raises(urllib3.exceptions.TimeoutError):
            wire.http.request("POST", wire.url + "/api/v1/jobtemplates", body=body, timeout=0.03)
    started = time.monotonic()
    emulator.faults.add(Fault(kind="delay", seconds=0.2))
    send(wire)
    assert time.monotonic() - started >= 0.2
    assert len(emulator.store.templates()) == 3


def test_a_hanging_answer_does_not_hold_up_the_end() -> None:
    started = time.monotonic()
    with Emulator() as emulator:
        emulator.faults.add(Fault(kind="delay", seconds=600))
        with pytest.raises(urllib3.exceptions.TimeoutError):
            urllib3.PoolManager(retries=False).request("GET", emulator.url + "/api/v1/jobs", timeout=0.05)
    assert time.monotonic() - started < 5


def test_which_requests_a_fault_fits(wire: Wire, emulator: Emulator) -> None:
    emulator.faults.add(
        Fault(kind="error_before", method="DELETE", path="/api/v1/jobtemplates/*", times=None, status=501),
        Fault(kind="error_before", action="ListJobs", skip=1, times=2, status=502),
    )
    assert [wire.call("GET", "/jobs")[0] for _ in range(5)] == [200, 502, 502, 200, 200]
    assert [wire.call("DELETE", "/jobtemplates/x")[0] for _ in range(3)] == [501] * 3
    assert [fault.method for fault in emulator.faults.pending] == ["DELETE"]
    emulator.faults.clear()
    assert wire.call("DELETE", "/jobtemplates/x")[0] == 404


def listing(wire: Wire, page: int = 1) -> Any:
    return wire.ok("GET", "/jobtemplates", WorkspaceId="1001", PageSize=2, PageNumber=page)


def test_listing_traps(wire: Wire, emulator: Emulator) -> None:
    for index in range(4):
        emulator.store.create_template(f"t{index}")
    true = listing(wire)

    def trapped(kind: str, value: object = None) -> Any:
        emulator.faults.add(Fault(kind=kind, action="ListJobTemplates", value=value))
        return listing(wire)

    empty = trapped("empty_page")
    assert (empty["JobTemplates"], empty["TotalCount"]) == ([], 4)
    assert len({row["TemplateId"] for row in trapped("duplicate_rows")["JobTemplates"]}) == 1
    assert len(trapped("drop_rows")["JobTemplates"]) == 1
    assert trapped("foreign_rows")["JobTemplates"][-1]["WorkspaceId"] == "9999"
    assert trapped("strings")["TotalCount"] == "4"
    assert trapped("strings")["JobTemplates"][0]["DefaultVersion"] == "1"
    assert "EmulatorUnknownField" in trapped("extra_fields")["JobTemplates"][0]
    assert "JobTemplates" not in trapped("missing_list")
    assert trapped("total", 99)["TotalCount"] == 99
    assert trapped("patch", {"JobTemplates": None})["JobTemplates"] is None
    emulator.faults.add(
        Fault(kind="rewrite", rewrite=lambda answer: {**answer, "TotalCount": answer["TotalCount"] - 1})
    )
    assert listing(wire)["TotalCount"] == 3
    assert listing(wire)["JobTemplates"] == true["JobTemplates"]


def test_rows_shift_when_somebody_writes_between_pages(wire: Wire, emulator: Emulator) -> None:
    for index in range(4):
        emulator.store.create_template(f"t{index}")
    first = listing(wire)["JobTemplates"]
    emulator.store.create_template("late")
    second = listing(wire, 2)["JobTemplates"]
    assert first[-1]["TemplateId"] == second[0]["TemplateId"]


@pytest.mark.parametrize("settings", [{"kind": "explode"}, {"kind": "rewrite"}, {"kind": "html", "times": 0}])
def test_faults_that_mean_nothing_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"unknown kind|belongs to kind|starts at 1"):
        Fault(**settings)
