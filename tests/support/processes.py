"""The second processes that read manifests, for tests that ask what became of them."""

from __future__ import annotations

from subprocess import Popen

import pytest

from reconciler.manifests import reader


def processes_begun(monkeypatch: pytest.MonkeyPatch) -> list[Popen[bytes]]:
    """Return a list that grows with each process that is started from now on."""
    begun: list[Popen[bytes]] = []
    start = reader._started

    def started() -> Popen[bytes] | None:
        begun.extend(filter(None, [start()]))
        return begun[-1]

    monkeypatch.setattr(reader, "_started", started)
    return begun
