"""One comparison in every command: whatever the service makes of what it is sent, an apply is followed by peace."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.commands import Commands, Ended, command
from support.laws import examples
from support.outside import template_id
from support.project import ProjectFolder

from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.kinds import text_equality
from reconciler.kinds.jobtemplate.echoes import additions, general

FILLS: dict[str, Any] = {"Settings.EnableRDMA": False, "JobSpecs[].Type": "Worker", "Settings.Oversold.Level": 1}
Habit = Literal["trim", "nfc", "lower"]
HABITS = st.frozensets(st.sampled_from(["trim", "nfc", "lower"]))
PROFILES = st.builds(
    lambda names, texts, fills, order: Profile(
        board_delay=0.0, name_habits=names, text_habits=texts, fill_ins=fills, key_order=order
    ),
    HABITS,
    HABITS,
    st.lists(st.sampled_from(sorted(FILLS)), unique=True).map(lambda paths: {path: FILLS[path] for path in paths}),
    st.sampled_from(["kept", "sorted"]),
)
WORDS = st.sampled_from(
    ["", "text", "Text", " a \n", "cafe\u0301 ", "\u0130\u00df\u03a3", "line\n", "\u00c5"]
) | st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=8)
NAMES = st.sampled_from(["train", "Train", "Cafe\u0301", "caf\u00e9-2", "\u0130\u00df\u03a3"])
MANIFESTS = st.fixed_dictionaries(
    {
        "command": st.sampled_from(["python One.py", " a ", "cafe\u0301", "x\n"]),
        "description": WORDS,
        "metadata": st.dictionaries(st.sampled_from(["team", "Stage"]), WORDS, max_size=2).map(
            lambda labels: {"labels": labels} if labels else {}
        ),
        "constraints": st.sampled_from([{}, {"UserCommand": "locked"}]),
    }
)


@dataclass(frozen=True)
class World:
    project: ProjectFolder
    emulator: Emulator
    cli: Commands

    def run(self, name: str, *arguments: str) -> Ended:
        return command(name, "--project", self.project.root, "--endpoint", self.emulator.url, *arguments)

    def versions(self) -> int:
        return sum(len(self.emulator.store.versions(each.id)) for each in self.emulator.store.templates())


@contextlib.contextmanager
def world(profile: Profile) -> Iterator[World]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Emulator(clock=ManualClock(datetime(2026, 3, 1, tzinfo=UTC)), profile=profile) as emulator,
    ):
        yield World(ProjectFolder(Path(folder)), emulator, Commands(Path(folder), emulator.url))


def check_peace(here: World) -> None:
    """Nothing to do, nothing drifted, and looking at everything makes no version."""
    count = here.versions()
    assert here.cli.verbs() == []
    drift = here.run("drift", "--detailed-exitcode")
    assert drift.code == 0, drift.text
    assert here.cli.verbs("--verify") == []
    assert here.cli.apply("--verify").code == 0
    assert here.versions() == count


@settings(
    max_examples=examples(3),
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(PROFILES, NAMES, MANIFESTS, MANIFESTS)
def test_apply_is_followed_by_peace_and_a_revert_finds_the_old_version(
    profile: Profile, name: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    with world(profile) as here:
        for manifest in (first, second, first):
            here.project.template(name, file="manifest", **manifest)
            done = here.cli.apply()
            assert done.code == 0, done.text
            check_peace(here)
        (template,) = here.emulator.store.templates()
        assert here.versions() <= 2
        assert template.default_version == 1


FILLED = Profile(fill_ins={"Settings.EnableRDMA": False, "JobSpecs[].X": 1}, key_order="sorted")


def test_what_the_service_adds_is_named_once_and_nowhere_a_difference(tmp_path: Path) -> None:
    with world(FILLED) as here:
        for name in ("a", "b"):
            here.project.template(name)
        done = here.cli.apply()
        assert "the service added JobSpecs[].X, Settings.EnableRDMA" in done.out
        for arguments in ((), ("--verify",)):
            plan = here.cli.plan(*arguments)
            assert plan.out.count("EnableRDMA") == 1
            assert "DLC217" in plan.out
        assert here.run("diff", "a", "--detailed-exitcode").code == 0
        assert "by hand" not in here.run("history", "a").out
        check_peace(here)


def test_a_change_shows_what_git_changed_and_not_what_the_service_will_add_again(tmp_path: Path) -> None:
    with world(FILLED) as here:
        here.project.template("a", command="python one.py")
        here.cli.apply()
        here.project.template("a", command="python two.py")
        (action,) = here.cli.document()["actions"]
        assert [change["path"] for change in action["changes"]] == [["content", "UserCommand"]]
        assert "EnableRDMA" not in here.run("diff", "a").out


def test_a_version_made_by_hand_is_not_excused(tmp_path: Path) -> None:
    """The service's additions are known by version and digest: the same content with another addition is a change."""
    with world(FILLED) as here:
        here.project.template("a")
        here.cli.apply()
        id = template_id(here.emulator, "a")
        content = here.emulator.store.versions(id)[0].content
        here.emulator.store.add_version(id, str(content).replace("false", "true"), default=True)
        assert here.run("drift", "--detailed-exitcode").code == 2
        assert here.cli.verbs("--verify") == ["promote JobTemplate/a"]


def pairs_kept(here: World) -> list[str]:
    (template,) = here.emulator.store.templates()
    return str(template.metadata.get("dlc-reconciler/texts", "")).split()


@pytest.mark.parametrize(
    ("habits", "differ"),
    [(frozenset(), []), (frozenset({"trim", "nfc"}), []), (frozenset({"lower"}), ["A Text ", "Vision"])],
)
def test_what_is_kept_of_texts_is_what_the_service_shows_otherwise(habits: frozenset[Habit], differ: list[str]) -> None:
    """Equal texts are not learned, and what was learned of a text is dropped together with the text."""
    with world(Profile(text_habits=habits)) as here:
        here.project.template(
            "a", description="A Text ", metadata={"labels": {"team": "Vision", "stage": "cafe\u0301"}}
        )
        assert here.cli.apply().code == 0
        assert pairs_kept(here) == sorted(text_equality.pair(text, text.strip().lower()) for text in differ)
        here.project.template("a", description="plain", metadata={"labels": {"team": "Vision"}})
        assert here.cli.apply().code == 0
        assert pairs_kept(here) == [text_equality.pair(text, text.lower()) for text in differ if text == "Vision"]


def test_a_project_is_known_by_its_name_however_the_service_writes_it(tmp_path: Path) -> None:
    with world(Profile(text_habits=frozenset({"lower"}))) as here:
        here.project.settings("Vision")
        here.project.template("a", file="Upper")
        assert here.cli.apply().code == 0
        (template,) = here.emulator.store.templates()
        assert template.metadata["dlc-reconciler/project"] == "vision"
        sent = ("Vision", "manifests/Upper.yaml")
        assert pairs_kept(here) == sorted(text_equality.pair(text, text.lower()) for text in sent)
        check_peace(here)


@pytest.mark.parametrize(
    ("shown", "added"),
    [
        ({"A": 1, "L": [{"B": 2}]}, ()),
        ({"A": 1, "L": [{"B": 2, "C": False}], "S": {"R": {"T": 0}}}, ("L[].C", "S.R.T")),
        ({"A": True, "L": [{"B": 2}]}, None),
        ({"L": [{"B": 2}]}, None),
        ({"A": 1, "L": [{"B": 2}, {"B": 3}]}, None),
        ({"A": 2, "L": [{"B": 2}], "N": 1}, None),
    ],
)
def test_an_addition_counts_only_while_all_that_was_sent_is_shown_unchanged(
    shown: dict[str, Any], added: tuple[str, ...] | None
) -> None:
    found = additions({"A": 1, "L": [{"B": 2}]}, shown)
    assert (None if found is None else general(found)) == added


def test_texts_that_differ_invisibly_are_shown_so_that_the_difference_is_seen(tmp_path: Path) -> None:
    with world(Profile()) as here:
        here.project.template("a", command="echo caf\u00e9")
        here.cli.apply()
        for command, spelled in (("echo cafe\u0301", "cafe\\u0301"), ("echo caf\u00e9\u200b", "\u00e9\\u200b")):
            here.project.template("a", command=command)
            for format_name in ("text", "markdown", "html"):
                assert spelled in here.cli.plan("--format", format_name).out
