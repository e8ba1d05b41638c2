"""The order in which a manifest or the service happens to write the keys of an object shows in no output."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from support.commands import command
from support.project import API, ProjectFolder

from reconciler.emulator import Emulator

CONTENT: dict[str, Any] = {
    "JobType": "PyTorchJob",
    "JobSpecs": [{"Type": "Worker", "PodCount": 2, "Image": "registry/train:1", "EcsSpec": "ecs.g7.xlarge"}],
    "UserCommand": "python train.py",
    "Envs": {"B": "1", "A": "2"},
    "Settings": {"Tags": {"team": "vision", "model": "resnet"}, "EnableRDMA": True},
}
LATER = {**CONTENT, "Envs": {"C": "3", "B": "1"}, "Settings": {"Tags": {"z": "1", "a": "2"}}}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d[.\d]*)?(Z|\+00:00| UTC)")
"""An audit says when it was taken."""
CONSTRAINTS = {"UserCommand": "overridable", "JobSpecs[0].Image": "locked"}


def turned(tree: Any) -> Any:
    """The same tree with the keys of every object in the opposite order."""
    if isinstance(tree, dict):
        return {key: turned(value) for key, value in reversed(tree.items())}
    return [turned(item) for item in tree] if isinstance(tree, list) else tree


def write(order: Callable[[Any], Any], project: ProjectFolder, emulator: Emulator) -> None:
    """Manifests and live templates whose objects are written in an order."""
    for name, content in (("new", CONTENT), ("changed", LATER)):
        document = {
            "apiVersion": API,
            "kind": "JobTemplate",
            "metadata": {"name": name, "labels": {"tier": "a", "area": "b"}},
            "spec": {"content": content, "constraints": CONSTRAINTS},
        }
        (project.root / "manifests" / f"{name}.yaml").write_text(json.dumps(order(document)), encoding="utf-8")
    emulator.store.clear()
    marks = order({"dlc-reconciler/project": "vision", "theirs": "kept"})
    for name in ("changed", "orphan"):
        made = emulator.store.create_template(
            name, json.dumps(order(CONTENT)), constraints=order(CONSTRAINTS), metadata=marks
        )
        emulator.store.add_version(made, json.dumps(order({**LATER, "Priority": 3})), default=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan",),
        ("plan", "--format", "json"),
        ("plan", "--format", "markdown"),
        ("plan", "--format", "html"),
        ("history", "changed"),
        ("history", "changed", "--format", "json"),
        ("history", "changed", "--format", "markdown"),
        ("history", "changed", "--format", "csv"),
        ("launch", "changed", "--preview"),
        ("launch", "changed", "--preview", "--format", "json"),
        ("launch", "changed", "--preview", "--format", "yaml"),
        ("diff", "changed", "1", "2"),
        ("diff", "changed", "1", "2", "--format", "markdown"),
        ("diff", "changed", "1", "2", "--format", "json"),
        ("export", "orphan"),
        ("drift", "--format", "json"),
        ("audit", "--format", "json"),
        ("audit", "--format", "html"),
        ("audit", "--format", "markdown"),
    ],
    ids=" ".join,
)
def test_the_order_of_keys_shows_nowhere(
    arguments: tuple[str, ...], project: ProjectFolder, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    said = []
    for order in (lambda tree: tree, turned):
        write(order, project, emulator)
        ended = command(*arguments, "--endpoint", emulator.url)
        said.append((MOMENT.sub("now", ended.out), ended.code))
    assert said[0][0]
    assert said[0] == said[1]
