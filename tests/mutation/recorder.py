"""A pytest plugin: tells coverage which test is running, and writes down how long each test that passed took."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from coverage import Coverage

TIMES = "MUTATION_TIMES"
"""Names the file for the seconds of each test."""

_seconds = pytest.StashKey[dict[str, float]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_seconds] = {}
    config.pluginmanager.register(_Times(config.stash[_seconds]))


class _Times:
    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._unfit: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Setting up counts too: a test alone makes all its fixtures."""
        if report.outcome != "passed":
            self._unfit.add(report.nodeid)
        self._seconds[report.nodeid] = self._seconds.get(report.nodeid, 0.0) + report.duration

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not hasattr(session.config, "workerinput"):
            fit = {name: seconds for name, seconds in self._seconds.items() if name not in self._unfit}
            Path(os.environ[TIMES]).write_text(json.dumps(fit), encoding="utf-8")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    measuring = Coverage.current()
    if measuring is not None:
        measuring.switch_context(item.nodeid)
    try:
        return (yield)
    finally:
        if measuring is not None:
            measuring.switch_context("")
