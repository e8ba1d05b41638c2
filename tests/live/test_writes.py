"""One write, whatever happens to its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import reconciler.kinds.jobtemplate.operations as of_templates
from reconciler.errors import AnswerLost, ApiError, ConnectionFailed, ServerFailed, ServiceError
from reconciler.live import write_once

from .conftest import Open
from .raw import RawServer, answer, raw

SEND_FAULTS = ("none", "lost before", "lost after", "5xx before", "5xx after", "refused", "unreached")
LOOK_FAULTS = ("none", "lost", "forbidden")
LOOKS = 3


def _not_called() -> Any:
    raise AssertionError("nothing was lost, so there is nothing to look for")


@dataclass
class FaultyService:
    """Makes objects; loses answers as told; shows a new object only after `lag` looks."""

    sends: list[str]
    looks: list[str]
    lag: int
    objects: list[str] = field(default_factory=list)
    sent: int = 0
    looked: int = 0

    def send(self) -> str:
        self.sent += 1
        fault = self.sends.pop(0) if self.sends else "none"
        if fault == "refused":
            raise ApiError("refused")
        if fault == "unreached":
            raise ConnectionFailed("refused port")
        if not fault.endswith("before"):
            self.objects.append(f"tpl{self.sent}")
            self.looked = 0
        if fault.startswith("lost"):
            raise AnswerLost("lost")
        if fault.startswith("5xx"):
            raise ServerFailed("failed")
        return self.objects[-1]

    def landed(self) -> str | None:
        fault = self.looks.pop(0) if self.looks else "none"
        if fault == "lost":
            raise AnswerLost("look lost")
        if fault == "forbidden":
            raise ApiError("may not look")
        self.looked += 1
        return self.objects[-1] if self.objects and self.looked > self.lag else None


@given(
    st.lists(st.sampled_from(SEND_FAULTS), max_size=5),
    st.lists(st.sampled_from(LOOK_FAULTS), max_size=12),
    st.integers(0, LOOKS - 1),
    st.integers(1, 4),
)
@example(["lost after"], [], LOOKS - 1, 3)
@example(["lost before", "lost after"], ["lost"] * 5, 0, 3)
def test_at_most_one_object_and_exactly_one_when_it_returns(
    sends: list[str], looks: list[str], lag: int, tries: int
) -> None:
    service = FaultyService(list(sends), list(looks), lag)
    try:
        made = write_once(service.send, service.landed, sleep=lambda _seconds: None, looks=LOOKS, tries=tries)
    except ServiceError:
        assert len(service.objects) <= 1
    else:
        assert service.objects == [made]
    assert service.sent <= tries


def test_an_answer_that_arrives_needs_no_look() -> None:
    assert write_once(lambda: 1, _not_called, sleep=_no_sleep) == 1


def _no_sleep(_seconds: float) -> None:
    raise AssertionError("nothing to wait for")


def test_a_refusal_is_passed_on_without_a_look() -> None:
    service = FaultyService(["refused"], [], 0)
    with pytest.raises(ApiError, match="refused"):
        write_once(service.send, _not_called, sleep=_no_sleep)
    assert service.sent == 1


def test_looks_are_bounded_and_paused() -> None:
    waits: list[float] = []
    service = FaultyService(["lost before"], [], 0)
    with pytest.raises(AnswerLost, match="not to be seen after 1 try"):
        write_once(service.send, service.landed, sleep=waits.append, looks=4, tries=1, interval=2.0)
    assert waits == [2.0, 2.0, 2.0]
    assert service.sent == 1


def test_when_looking_fails_too_nothing_is_sent_again() -> None:
    service = FaultyService(["lost after"], ["lost"] * 99, 0)
    with pytest.raises(AnswerLost, match="looking for it failed too"):
        write_once(service.send, service.landed, sleep=lambda _seconds: None)
    assert service.sent == 1


def test_a_create_whose_answer_was_lost_is_found_by_its_nonce(open_service: Open) -> None:
    row = {"TemplateId": "tpl7", "Metadata": {"nonce": "n1"}}
    listed = {"RequestId": "R", "JobTemplates": [row], "TotalCount": 1}
    with RawServer(raw(b""), answer(listed)) as server:
        service = open_service(server.url)

        def landed() -> str | None:
            rows = service.rows(of_templates.LIST_JOB_TEMPLATES, WorkspaceId="1001")
            return next((str(row["TemplateId"]) for row in rows if row["Metadata"] == {"nonce": "n1"}), None)

        def send() -> str:
            made = service.call(of_templates.CREATE_JOB_TEMPLATE, TemplateName="t", Metadata={"nonce": "n1"})
            return str(made["TemplateId"])

        assert write_once(send, landed, sleep=_no_sleep) == "tpl7"
        assert [seen.method for seen in server.requests] == ["POST", "GET"]
