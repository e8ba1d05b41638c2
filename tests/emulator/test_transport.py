"""Routing, bodies, error shapes, connections: what every operation shares."""

from __future__ import annotations

import gc
import json
import logging
import re
import socket
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.emulator import Emulator, Request
from reconciler.emulator.server import bind

from .conftest import CONTENT, Wire

With = Callable[..., tuple[Emulator, Wire]]
UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
CREATE = {"TemplateName": "a", "Content": CONTENT, "WorkspaceId": "1001"}


def test_every_answer_is_an_object_with_its_request_id(wire: Wire) -> None:
    template = wire.template()
    for method, path in (("GET", "/jobs"), ("DELETE", f"/jobtemplates/{template}"), ("GET", "/tensorboards/none")):
        _, answer = wire.call(method, path)
        assert UUID.fullmatch(answer["RequestId"])
        assert wire.headers["x-acs-request-id"] == answer["RequestId"]
        assert wire.headers["content-type"] == "application/json;charset=utf-8"
    assert {"Code", "Message", "RequestId", "HostId", "Recommend"} == set(answer)


def test_paths_are_split_before_they_are_decoded(wire: Wire, emulator: Emulator) -> None:
    status, answer = wire.call("GET", "/jobtemplates/tpl%2F1%20x")
    assert (status, answer["Message"]) == (404, "Job template tpl/1 x does not exist.")
    assert emulator.requests[-1].action == "GetJobTemplate"
    template = wire.template()
    assert wire.ok("GET", f"/jobtemplates/%74{template[1:]}")["TemplateId"] == template


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/JobTemplates", 404),
        ("PUT", "/jobtemplates/x/defaultVersion", 404),
        ("GET", "/jobtemplates/", 404),
        ("GET", "/jobtemplates/x/y/z", 404),
        ("GET", "/jobtemplates/%FF", 404),
        ("PATCH", "/jobtemplates/x", 405),
        ("POST", "/tensorboards/x/start", 405),
        ("POST", "/labels", 404),
    ],
)
def test_what_is_no_operation(wire: Wire, method: str, path: str, status: int) -> None:
    assert wire.call(method, path)[0] == status


def test_the_action_and_version_headers_must_agree_with_the_path(wire: Wire) -> None:
    path = "/api/v1/jobs"
    assert wire.raw("GET", path, x_acs_action="ListJobs", x_acs_version="2020-12-03").status == 200
    wrong = wire.raw("GET", path, x_acs_action="ListTensorboards")
    assert (wrong.status, json.loads(wrong.data)["Code"]) == (400, "InvalidAction")
    assert wire.raw("GET", path, x_acs_action="ListJobs", x_acs_version="2021-02-04").status == 400


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"\xff", b'{"TemplateName": NaN}', b'{"a":' * 5000, b'{"TemplateName":"\\ud800"}']
)
def test_bodies_that_are_no_json_object(wire: Wire, body: bytes) -> None:
    answer = wire.raw("POST", "/api/v1/jobtemplates", body)
    assert (answer.status, json.loads(answer.data)["Code"]) == (400, "InvalidParameter")


def test_a_body_where_none_belongs_and_one_that_is_too_large(wire: Wire) -> None:
    assert wire.refused("POST", "/jobs/x/stop", {"Force": True}) == (400, "InvalidParameter")
    huge = wire.raw("POST", "/api/v1/jobtemplates", b'{"x":"' + b"x" * (9 * 1024 * 1024))
    assert (huge.status, json.loads(huge.data)["Code"]) == (413, "BadRequest")


def test_chunked_bodies_are_read(wire: Wire) -> None:
    chunks = iter([json.dumps(CREATE).encode()[:20], json.dumps(CREATE).encode()[20:]])
    answer = wire.http.request("POST", wire.url + "/api/v1/jobtemplates", body=chunks, chunked=True)
    assert answer.status == 200


def test_query_spelling(wire: Wire, emulator: Emulator) -> None:
    emulator.store.create_template("two words")
    for spelling in ("two+words", "two%20words"):
        answer = wire.raw("GET", f"/api/v1/jobtemplates?WorkspaceId=1001&TemplateName={spelling}")
        assert json.loads(answer.data)["TotalCount"] == 1
    for boolean in ("True", "true", "False", "false", "TRUE"):
        assert wire.call("GET", "/jobs", ShowOwn=boolean)[0] == 200


def test_unicode_and_control_characters_survive(wire: Wire) -> None:
    name = 'é漢字😀\u202e\u0000\n"\\'
    template = wire.template(name, Metadata={name: name})
    seen = wire.ok("GET", f"/jobtemplates/{template}")
    assert (seen["TemplateName"], seen["Metadata"]) == (name, {name: name})


def test_permissions(with_profile: With) -> None:
    emulator, wire = with_profile(read_only=True, forbidden_actions=frozenset({"ListJobs"}))
    assert wire.refused("POST", "/jobtemplates", CREATE) == (403, "Forbidden.RAM")
    assert wire.refused("GET", "/jobs") == (403, "Forbidden.RAM")
    assert wire.ok("GET", "/jobtemplates", WorkspaceId="1001")["TotalCount"] == 0
    assert emulator.store.templates() == []


def test_rate_limit_with_a_hint_in_milliseconds(with_profile: With) -> None:
    _, wire = with_profile(rate_limit=2)
    answers = [wire.raw("GET", "/api/v1/jobs") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert json.loads(answers[-1].data)["Code"] == "Throttling"
    assert 1 <= int(answers[-1].headers["x-acs-retry-after"]) <= 501
    assert wire.raw("GET", "/api/v1/tensorboards").status == 200


def test_page_size_may_be_lowered_silently_and_totals_may_lie(with_profile: With) -> None:
    emulator, wire = with_profile(max_page_size=3, oversized_page="clamp", total_count_offset=5, default_page_size=2)
    for index in range(4):
        emulator.store.create_template(f"t{index}")
    page = wire.ok("GET", "/jobtemplates", WorkspaceId="1001", PageSize=100)
    assert (page["PageSize"], len(page["JobTemplates"]), page["TotalCount"]) == (3, 3, 9)


def test_the_log_and_the_connections(wire: Wire, emulator: Emulator) -> None:
    wire.template("logged")
    wire.call("GET", "/jobs", ShowOwn=True)
    first, second = emulator.requests
    assert (first.number, first.method, first.path) == (1, "POST", "/api/v1/jobtemplates")
    assert (first.action, first.body["TemplateName"], first.status) == ("CreateJobTemplate", "logged", 200)
    assert (second.query, second.connection, emulator.connections_opened) == ("ShowOwn=True", first.connection, 1)
    assert emulator.calls() == ["CreateJobTemplate", "ListJobs"]
    assert emulator.writes() == [first]
    emulator.clear_log()
    assert (emulator.requests, emulator.request_count) == ([], 2)
    other = Wire(emulator.url)
    other.call("GET", "/jobs")
    other.close()
    assert emulator.connections_opened == 2


def test_hooks_run_between_requests_and_may_call_the_emulator(wire: Wire, emulator: Emulator) -> None:
    seen: list[tuple[str, int, int]] = []

    def before(request: Request) -> None:
        if request.action == "ListJobTemplates":
            emulator.store.create_template("by somebody else")
            stranger = Wire(emulator.url)
            stranger.template("over HTTP")
            stranger.close()

    emulator.on_request(before)
    emulator.on_response(lambda request: seen.append((str(request.action), request.number, request.status)))
    assert wire.ok("GET", "/jobtemplates", WorkspaceId="1001")["TotalCount"] == 2
    assert seen == [("CreateJobTemplate", 2, 200), ("ListJobTemplates", 1, 200)]
    emulator.clear_hooks()
    assert wire.ok("GET", "/jobtemplates", WorkspaceId="1001")["TotalCount"] == 2


def test_a_port_in_use_is_the_callers_error(emulator: Emulator) -> None:
    with pytest.raises(OSError, match="in use"):
        Emulator(port=int(emulator.endpoint.rpartition(":")[2]))


def test_it_listens_on_loopback_only_and_stops_with_the_context() -> None:
    with Emulator() as emulator:
        port = emulator.port
        assert emulator.url == f"http://127.0.0.1:{port}"
        with socket.create_connection(("127.0.0.1", port)):
            pass
    emulator.stop()
    with bind(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()


def test_connections_of_the_last_moment_leave_no_socket_behind() -> None:
    for _ in range(5):
        with Emulator() as emulator:
            socket.create_connection(("127.0.0.1", emulator.port)).close()
    del emulator
    gc.collect()  # an unclosed socket warns when it is collected, and warnings are errors


def test_a_failure_of_the_emulator_itself_is_an_answer_in_the_services_form(
    wire: Wire, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("reconciler.emulator.jobs.find", broken)
    with caplog.at_level(logging.ERROR):
        assert wire.refused("GET", "/jobs/x") == (500, "InternalError")
    assert "GET /api/v1/jobs/x failed" in caplog.text


def exchange(emulator: Emulator, sent: bytes) -> bytes:
    """Everything that comes back on one connection until the server closes it."""
    with socket.create_connection(("127.0.0.1", emulator.port), timeout=10) as client:
        client.sendall(sent)
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_requests_that_come_at_once_are_answered_in_their_order(emulator: Emulator) -> None:
    lists = [b"GET /api/v1/%s HTTP/1.1\r\nHost: x\r\n" % name for name in (b"jobs", b"nothing", b"jobs")]
    back = exchange(emulator, lists[0] + b"\r\n" + lists[1] + b"\r\n" + lists[2] + b"Connection: close\r\n\r\n")
    assert re.findall(rb"HTTP/1.1 (\d+ [\w ]+)\r\n", back) == [b"200 OK", b"404 Not Found", b"200 OK"]
    assert [(each.number, each.connection, each.status) for each in emulator.requests] == [
        (1, 1, 200),
        (2, 1, 404),
        (3, 1, 200),
    ]


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00\x01\x00\x01", b"GET / HTTP/1.1\r\nno header\r\n\r\n"])
def test_what_is_no_request_is_refused_and_cut(emulator: Emulator, sent: bytes) -> None:
    assert exchange(emulator, sent).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert emulator.requests == []


def test_answers_end_where_the_client_expects_it(emulator: Emulator) -> None:
    back = exchange(emulator, b"HEAD /api/v1/jobs HTTP/1.0\r\n\r\n")
    head, _, body = back.partition(b"\r\n\r\n")
    assert (b"Content-Length: 0" in head, b"Connection: close" in head, body) == (False, True, b"")


def test_a_client_that_asks_before_it_sends_its_body_gets_leave(emulator: Emulator) -> None:
    head = (
        b"POST /api/v1/jobtemplates HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n"
    )
    back = exchange(emulator, head + b"{}")
    assert back.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 ")


def test_another_protocol_is_not_spoken(emulator: Emulator) -> None:
    back = exchange(emulator, b"GET /api/v1/jobs HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
    assert back.startswith(b"HTTP/1.1 200 OK\r\n")
