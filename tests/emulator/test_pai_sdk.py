"""PAI's own Python SDK, which other people's scripts use, opens a session on the emulator and walks over it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commands import python

from reconciler.emulator import Emulator

WALK = Path(__file__).with_name("pai_sdk_walk.py")


@pytest.mark.slow
def test_pais_own_sdk_walks_over_the_emulator(emulator: Emulator) -> None:
    names = [f"job-{number}" for number in range(5)]
    for name in names:
        emulator.store.create_job(name, status=None)
    emulator.store.create_board("board")
    ended = python(str(WALK), emulator.endpoint, ALIBABA_CLOUD_ECS_METADATA_DISABLED="true")
    assert ended.code == 0, ended.text
    found = json.loads(ended.out)
    assert sorted(found.pop("jobs")) == names
    images, labels = found.pop("images"), found.pop("labels")
    assert all("pytorch" in image for image in images)
    assert len(images) == 2
    assert {"PyTorch", "Tensorflow 1.15"} <= set(labels)
    assert found.pop("datasets")
    assert found.pop("code")
    assert found == {
        "workspace": "workspace_1001",
        "default": "1001",
        "configs": [],
        "events": True,
        "board": "board",
    }
    refused = [(request.action, request.code) for request in emulator.requests if request.status != 200]
    assert refused == []
