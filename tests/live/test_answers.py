"""Whatever a server does, the call ends in the class that says what may have happened."""

from __future__ import annotations

import gc
import socket
import warnings
from typing import Any

import pytest

import reconciler.kinds.jobtemplate.operations as of_templates
from reconciler.errors import (
    AnswerLost,
    ApiError,
    BadAnswer,
    Conflict,
    ConnectionFailed,
    CredentialsRefused,
    Forbidden,
    NotFound,
    ServerFailed,
    ServiceError,
    Throttled,
)
from reconciler.live import RetryPolicy, operations
from reconciler.live.port import Operation

from .conftest import Open
from .raw import LIST_OK, Behaviour, RawServer, answer, failure, hang, raw, trickle

ONCE = RetryPolicy(attempts=1, throttled_attempts=1)
HTML = b"<html><body><h1>Sign in</h1></body></html>"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"


def fail(open_service: Open, behaviour: Behaviour, operation: Operation, *ids: str, **options: Any) -> ServiceError:
    """The error of one attempt of the operation against the behaviour."""
    with RawServer(behaviour) as server:
        service = open_service(server.url, retries=ONCE, **options)
        with pytest.raises(ServiceError) as caught:
            service.call(operation, *ids)
        assert len(server.requests) == 1
        return caught.value


# Every row of a table of what servers do, with the class, the HTTP status and a word of the message.
MISBEHAVIOUR: dict[str, tuple[Behaviour, type[ServiceError], int | None, str]] = {
    "200 html": (answer(HTML, kind="text/html"), BadAnswer, 200, "not JSON"),
    "502 html": (answer(HTML, status=502, kind="text/html"), ServerFailed, 502, "HTTP 502"),
    "404 html": (answer(HTML, status=404, kind="text/html"), BadAnswer, 404, "HTTP 404"),
    "403 html": (answer(HTML, status=403, kind="text/html"), BadAnswer, 403, "HTTP 403"),
    "429 html": (answer(HTML, status=429, kind="text/html"), Throttled, 429, "HTTP 429"),
    "200 empty": (answer(b""), BadAnswer, 200, "empty body"),
    "400 empty": (answer(b"", status=400), BadAnswer, 400, "empty body"),
    "500 empty": (answer(b"", status=500), ServerFailed, 500, "empty body"),
    "204": (answer(b"", status=204), BadAnswer, 204, "empty body"),
    "null": (answer(None), BadAnswer, 200, "null"),
    "list": (answer([]), BadAnswer, 200, "not an object"),
    "text": (answer("text"), BadAnswer, 200, "not an object"),
    "truncated json": (answer(b'{"RequestId": "'), BadAnswer, 200, "not JSON"),
    "not a number": (answer(b'{"RequestId": NaN}'), BadAnswer, 200, "not JSON"),
    "deep json": (answer(b"[" * 200_000), BadAnswer, 200, "not JSON"),
    "bad utf-8": (answer(b'{"RequestId": "\xff\xfe"}'), BadAnswer, 200, "not JSON"),
    "incomplete": (answer({"RequestId": "x"}), BadAnswer, 200, "JobTemplates is missing"),
    "rows null": (answer({**LIST_OK, "JobTemplates": None}), BadAnswer, 200, "JobTemplates is null"),
    "rows wrong type": (answer({**LIST_OK, "JobTemplates": 5}), BadAnswer, 200, "JobTemplates is unusable"),
    "total missing": (answer({"RequestId": "x", "JobTemplates": []}), BadAnswer, 200, "TotalCount is missing"),
    "total negative": (answer({**LIST_OK, "TotalCount": -1}), BadAnswer, 200, "TotalCount is unusable"),
    "total true": (answer({**LIST_OK, "TotalCount": True}), BadAnswer, 200, "TotalCount is unusable"),
    "no request id": (answer({"JobTemplates": [], "TotalCount": 0}), BadAnswer, 200, "RequestId is missing"),
    "error body list": (answer([1], status=400), BadAnswer, 400, "not an object"),
    "error without code": (answer({"message": "no Route"}, status=404), BadAnswer, 404, "without an error code"),
    "redirect": (answer(b"", status=302, headers={"Location": "http://other.invalid/x?t=1"}), BadAnswer, 302, "other"),
    "not http": (raw(b"220 mail ready\r\n"), AnswerLost, None, "broke"),
    "closed at once": (raw(b""), AnswerLost, None, "broke"),
    "closed in the head": (raw(b"HTTP/1.1 200 OK\r\nContent-Ty"), BadAnswer, 200, "empty body"),
    "closed in the body": (raw(HEAD + b'{"RequestId'), AnswerLost, 200, "broke"),
    "closed in a chunk": (
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"),
        AnswerLost,
        200,
        "broke",
    ),
    "404": (failure("NotFound.JobTemplate", status=404), NotFound, 404, "NotFound.JobTemplate"),
    "400 missing": (failure("NotFound"), NotFound, 400, "NotFound"),
    "workspace missing": (failure("100400027"), NotFound, 400, "100400027"),
    "unknown call": (failure("InvalidAction.NotFound", status=404), ApiError, 404, "InvalidAction"),
    "403": (failure("Forbidden.RAM", status=403), Forbidden, 403, "paidlc:ListJobTemplates"),
    "409": (failure("Conflict.InUse", status=409), Conflict, 409, "Conflict"),
    "400": (failure("BadRequest"), ApiError, 400, "BadRequest"),
    "500": (failure("InternalError", status=500), ServerFailed, 500, "InternalError"),
    "503 with hint": (failure("Busy", status=503, headers={"x-acs-retry-after": "700"}), ServerFailed, 503, "Busy"),
    "429": (failure("Throttling", status=429), Throttled, 429, "Throttling"),
    "400 throttling": (failure("Throttling.User"), Throttled, 400, "Throttling.User"),
    "400 with hint": (failure("Odd", headers={"x-acs-retry-after": "700"}), Throttled, 400, "Odd"),
    "unknown key": (failure("InvalidAccessKeyId.NotFound", status=404), CredentialsRefused, 404, "InvalidAccessKeyId"),
    "wrong secret": (failure("SignatureDoesNotMatch"), CredentialsRefused, 400, "SignatureDoesNotMatch"),
    "code source not ready": (failure("201400004"), ServerFailed, 400, "201400004"),
}


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_a_misbehaving_server_ends_in_the_right_class(open_service: Open, name: str) -> None:
    behaviour, expected, status, words = MISBEHAVIOUR[name]
    error = fail(open_service, behaviour, of_templates.LIST_JOB_TEMPLATES)
    assert type(error) is expected
    assert error.status == status
    assert error.operation == "ListJobTemplates"
    assert error.message.startswith("ListJobTemplates at 127.0.0.1:")
    assert words in error.message
    assert "\n" not in error.message
    assert len(error.message) < 500


def test_lost_answers_and_failures_are_ambiguous_and_refusals_are_not() -> None:
    assert {row[1] for row in MISBEHAVIOUR.values() if row[1].ambiguous} == {AnswerLost, BadAnswer, ServerFailed}


def test_the_wait_the_service_asks_for_is_in_milliseconds(open_service: Open) -> None:
    throttled = failure("Throttling", status=429, headers={"x-acs-retry-after": "700"})
    error = fail(open_service, throttled, operations.LIST_JOBS)
    assert isinstance(error, Throttled)
    assert error.retry_after == 0.7
    assert error.request_id == "R-9"


def test_a_refusal_names_the_permission_and_how_to_see_it(open_service: Open) -> None:
    error = fail(open_service, failure("Forbidden.RAM", status=403), operations.LIST_JOBS)
    assert "paidlc:ListJobs" in error.message
    assert "aliyun" in error.hint


def test_messages_of_the_service_are_cut_and_made_visible(open_service: Open) -> None:
    error = fail(open_service, failure("BadRequest", message="a\x1b[31mb\nc" + "x" * 5000), operations.LIST_JOBS)
    assert "a\\x1b[31mb c" in error.message
    assert len(error.message) < 400


def test_a_refused_port_is_a_connection_that_failed(open_service: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ConnectionFailed, match="refused") as caught:
        open_service(f"http://127.0.0.1:{port}", retries=ONCE).call(operations.LIST_JOBS)
    assert not caught.value.ambiguous
    assert caught.value.hint


def test_a_connection_that_is_never_accepted_failed_too(open_service: Open) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        service = open_service(f"http://127.0.0.1:{port}", retries=ONCE, connect_timeout=0.1)
        with pytest.raises(ConnectionFailed, match="no connection within"):
            service.call(operations.CREATE_JOB)
        for filler in fillers:
            filler.close()


def test_silence_is_a_lost_answer(open_service: Open) -> None:
    with RawServer() as server:
        server._behaviours.append(hang(server.stopped))
        service = open_service(server.url, retries=ONCE, read_timeout=0.1)
        with pytest.raises(AnswerLost, match="in time"):
            service.call(operations.CREATE_JOB)


@pytest.mark.parametrize("data", [b"HTTP/1.1 200 OK" + b" " * 500, HEAD + b" " * 100], ids=["head", "body"])
def test_a_server_that_trickles_cannot_hold_a_call(open_service: Open, data: bytes) -> None:
    error = fail(open_service, trickle(data, 0.02), operations.LIST_JOBS, read_timeout=0.3)
    assert type(error) is AnswerLost
    assert "in time" in error.message


def test_an_answer_without_end_is_not_read(open_service: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.http.transport.LARGEST_ANSWER", 1000)
    error = fail(open_service, answer(b" " * 2000), operations.LIST_JOBS)
    assert type(error) is BadAnswer


def test_no_connection_is_left_behind_after_failures(open_service: Open) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with RawServer(raw(HEAD + b"{"), answer(HTML), answer()) as server:
            service = open_service(server.url, calls_in_flight=1, retries=ONCE)
            for _ in range(2):
                with pytest.raises(AnswerLost):
                    service.call(of_templates.LIST_JOB_TEMPLATES)
            assert service.call(of_templates.LIST_JOB_TEMPLATES)["TotalCount"] == 0
            service.close()
            del service
            gc.collect()


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        (operations.GET_DASHBOARD, {"url": ""}),
        (operations.LIST_SANITY_CHECK_RESULTS, {"RequestID": "R", "SanityCheckResults": [[]]}),
        (of_templates.LIST_JOB_TEMPLATES, {**LIST_OK, "TotalCount": "0", "Unknown": 1}),
    ],
)
def test_odd_but_true_answers_are_believed(open_service: Open, operation: Operation, body: dict[str, Any]) -> None:
    with RawServer(answer(body)) as server:
        ids = ["dlc1"] if operation is not of_templates.LIST_JOB_TEMPLATES else []
        assert open_service(server.url).call(operation, *ids) == body
