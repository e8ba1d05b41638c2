"""What an action of a plan says it intends is what the service holds once it is done."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.commands import Commands
from support.outside import default_version, template_id
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator

ONE, TWO, THREE = ({"command": f"python {word}.py"} for word in ("one", "two", "three"))
PINNED = {**TWO, "defaultVersion": 1}


@pytest.mark.parametrize(
    ("history", "verbs"),
    [
        ([ONE], ["create"]),
        ([{**ONE, "defaultVersion": 1}], ["create"]),
        ([ONE, TWO], ["new-version"]),
        ([ONE, TWO, ONE], ["promote"]),
        ([ONE, TWO, ONE, THREE], ["new-version"]),
        ([ONE, TWO, PINNED], ["promote"]),
        ([ONE, TWO, PINNED, TWO], ["promote"]),
        ([ONE, TWO, {**THREE, "defaultVersion": 2}], ["new-version"]),
        ([ONE, TWO, {**THREE, "defaultVersion": 1}], ["new-version", "promote"]),
    ],
)
def test_versions_and_default(
    project: ProjectFolder, cli: Commands, emulator: Emulator, history: list[dict[str, Any]], verbs: list[str]
) -> None:
    for spec in history[:-1]:
        project.template(**spec)
        assert cli.apply().code == 0
    project.template(**history[-1])
    actions = cli.document()["actions"]
    assert [action["verb"] for action in actions] == verbs
    assert cli.apply().code == 0
    intended: dict[str, Any] = {}
    for action in actions:
        intended |= action["intended"]
    default = default_version(emulator, "train")
    assert intended.get("defaultVersion", default) == default
    if "version" in intended:
        versions = emulator.store.versions(template_id(emulator, "train"))
        assert intended["version"] == max(version.number for version in versions)
    assert cli.verbs() == []


def test_a_version_holds_what_the_manifest_says_and_a_stamp_only_where_it_is_asked_for(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    tags = {"owner": "vision"}
    for number, stamp in enumerate((False, True), start=1):
        project.settings(stamp=stamp)
        content = {**CONTENT, "UserCommand": f"python {number}.py", "Settings": {"Tags": tags}}
        project.template(content=content)
        (action,) = cli.document()["actions"]
        assert cli.apply().code == 0
        stored = json.loads(str(emulator.store.versions(template_id(emulator, "train"))[-1].content))
        tagged = {"dlc-reconciler-digest": action["intended"]["digest"].removeprefix("sha256:")[:32]} if stamp else {}
        assert stored == {**content, "Settings": {"Tags": {**tags, **tagged}}}
        assert cli.verbs() == []
        assert cli.verbs("--fetch-all") == []
