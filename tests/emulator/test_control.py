"""Steering a running emulator over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.emulator import Emulator

from .conftest import Wire


def control(wire: Wire, method: str, route: str, body: object = None, **headers: str) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    answer = wire.raw(method, f"/_emulator/{route}", data, **headers)
    return answer.status, json.loads(answer.data)


def test_faults(wire: Wire) -> None:
    faults = [{"kind": "error_before", "action": "ListJobs", "status": 503}, {"kind": "html", "path": "/api/v1/t*"}]
    assert control(wire, "POST", "faults", faults) == (200, {})
    assert control(wire, "POST", "faults", {"kind": "null", "times": None})[0] == 200
    assert len(control(wire, "GET", "faults")[1]["faults"]) == 3
    assert wire.call("GET", "/jobs")[0] == 503
    control(wire, "DELETE", "faults")
    assert wire.call("GET", "/jobs")[0] == 200


def test_requests_seed_reset_and_clock(wire: Wire) -> None:
    assert control(wire, "POST", "seed", {"jobTemplates": [{"TemplateName": "a"}]})[1]["added"]["jobTemplates"] == 1
    assert wire.ok("GET", "/jobtemplates", WorkspaceId="1001")["TotalCount"] == 1
    log = control(wire, "GET", "requests")[1]
    assert (log["count"], log["requests"][0]["action"]) == (1, "ListJobTemplates")
    assert control(wire, "DELETE", "requests") == (200, {})
    assert control(wire, "GET", "requests")[1]["requests"] == []
    control(wire, "POST", "reset")
    assert wire.ok("GET", "/jobtemplates", WorkspaceId="1001")["TotalCount"] == 0
    assert control(wire, "GET", "clock") == (200, {"now": "2026-03-01T12:00:00Z"})
    assert control(wire, "POST", "clock", {"advance": 86400}) == (200, {"now": "2026-03-02T12:00:00Z"})


@pytest.mark.parametrize(
    ("method", "route", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("PUT", "faults", {}, 404),
        ("POST", "faults", {"kind": "explode"}, 400),
        ("POST", "faults", {"kind": "rewrite", "rewrite": "x"}, 400),
        ("POST", "faults", {"kin": "html"}, 400),
        ("POST", "faults", "html", 400),
        ("POST", "seed", {"x": []}, 400),
        ("POST", "clock", {"now": 1}, 400),
    ],
)
def test_what_is_refused(wire: Wire, method: str, route: str, body: object, status: int) -> None:
    code, answer = control(wire, method, route, body)
    assert code == status
    assert answer["error"]


def test_a_page_of_another_host_cannot_steer_it(wire: Wire) -> None:
    assert control(wire, "POST", "reset", host="evil.example")[0] == 403


def test_the_machines_clock_cannot_be_moved() -> None:
    with Emulator() as emulator:
        wire = Wire(emulator.url)
        assert control(wire, "POST", "clock", {"advance": 1})[0] == 400
        wire.close()
