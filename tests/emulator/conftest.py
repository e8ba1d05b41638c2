"""An emulator per test and a raw client without retries, so that every byte and status is seen as sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from reconciler.emulator import Emulator, ManualClock, Profile

CONTENT = json.dumps(
    {
        "JobType": "PyTorchJob",
        "JobSpecs": [{"Type": "Worker", "PodCount": 2, "Image": "registry.invalid/a:1", "EcsSpec": "ecs.g7.xlarge"}],
        "UserCommand": "python train.py",
        "Envs": {"A": "1"},
    },
    indent=1,
)


class Wire:
    """Sends one raw request at a time; `call` returns the status and the parsed body."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = urllib3.PoolManager(retries=False)
        self.headers: Any = {}

    def raw(self, method: str, path: str, body: bytes | None = None, **headers: str) -> urllib3.BaseHTTPResponse:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, self.url + path, body=body, headers=names, timeout=10)

    def call(self, method: str, path: str, body: object = None, **query: object) -> tuple[int, Any]:
        target = "/api/v1" + path + ("?" + urlencode({k: str(v) for k, v in query.items()}) if query else "")
        answer = self.raw(method, target, None if body is None else json.dumps(body).encode())
        self.headers = answer.headers
        return answer.status, json.loads(answer.data)

    def ok(self, method: str, path: str, body: object = None, **query: object) -> Any:
        status, answer = self.call(method, path, body, **query)
        assert status == 200, answer
        return answer

    def refused(self, method: str, path: str, body: object = None, **query: object) -> tuple[int, str]:
        status, answer = self.call(method, path, body, **query)
        assert status >= 400, answer
        return status, answer["Code"]

    def template(self, name: str = "t", **fields: Any) -> str:
        body = {"TemplateName": name, "Content": CONTENT, "WorkspaceId": "1001", **fields}
        return str(self.ok("POST", "/jobtemplates", body)["TemplateId"])

    def close(self) -> None:
        self.http.clear()


Start = Callable[..., Wire]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def emulator(clock: ManualClock) -> Iterator[Emulator]:
    with Emulator(clock=clock) as running:
        yield running


@pytest.fixture
def wire(emulator: Emulator) -> Iterator[Wire]:
    client = Wire(emulator.url)
    yield client
    client.close()


@pytest.fixture
def with_profile(clock: ManualClock) -> Iterator[Callable[..., tuple[Emulator, Wire]]]:
    """Starts an emulator with other habits."""
    running: list[tuple[Emulator, Wire]] = []

    def start(**settings: Any) -> tuple[Emulator, Wire]:
        emulator = Emulator(clock=clock, profile=Profile(**settings))
        running.append((emulator, Wire(emulator.url)))
        return running[-1]

    yield start
    for emulator, client in running:
        client.close()
        emulator.stop()
