"""Whose change it was, over random histories: what a field says agrees with what Git and the service really did."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.commands import Commands
from support.laws import examples
from support.outside import default_version, template_id, version_count
from support.project import ProjectFolder

from reconciler.emulator import Emulator, Profile

STEPS = st.lists(
    st.tuples(st.sampled_from(["command", "pin", "label", "push", "default", "apply"]), st.integers(0, 3)), max_size=7
)


@settings(max_examples=examples(4), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
@example([("command", 1), ("pin", 1), ("apply", 0), ("pin", 0)])  # published beside a pin, then without it
@example([("command", 1), ("apply", 0), ("default", 1), ("command", 2)])
def test_what_a_field_says_is_what_happened(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder, Emulator(profile=Profile(board_delay=0.0)) as emulator:
        project = ProjectFolder(Path(folder))
        cli = Commands(project.root, emulator.url)
        asked: dict[str, Any] = {"command": 0, "pin": 0, "label": 0}

        def write() -> None:
            pin = {"defaultVersion": asked["pin"]} if asked["pin"] else {}
            labels = {"labels": {"n": str(asked["label"])}}
            project.template(command=f"python {asked['command']}.py", metadata=labels, **pin)

        def apply() -> tuple[dict[str, Any], int]:
            assert cli.apply().code == 0
            return dict(asked), default_version(emulator, "train")

        write()
        left = apply()
        for step, number in steps:
            if step in asked:
                asked[step] = min(number, version_count(emulator, "train")) if step == "pin" else number
                write()
            elif step == "push":
                emulator.store.add_version(template_id(emulator, "train"), default=True)
            elif step == "default":
                one = 1 + number % version_count(emulator, "train")
                emulator.store.update_template(template_id(emulator, "train"), default_version=one)
            else:
                left = apply()
            check(cli, asked != left[0], default_version(emulator, "train") != left[1])


def check(cli: Commands, git: bool, service: bool) -> None:
    """No side is blamed that did nothing, and an action blames every side that one of its fields does."""
    for action in cli.plan("--format", "json").json["actions"]:
        sides = set().union(*({"manifest", "service"} if w == "both" else {w} for w in words(action))) - {"unknown"}
        whole = {"manifest", "service"} if action["moved"] == "both" else {action["moved"]} - {"unknown"}
        assert sides <= whole, action
        assert not ("manifest" in whole and not git), action
        assert not ("service" in whole and not service), action


def words(action: Any) -> list[str]:
    return [change["moved"] for change in action["changes"]]
