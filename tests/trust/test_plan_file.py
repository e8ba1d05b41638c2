"""A plan file is checked, never obeyed: whoever edits it, and makes its hashes anew, can only make apply refuse.

Each edit is tried on the same world: a new version, an update of a board, and four deletions where two are allowed by
the project (or are allowed by number). Either apply refuses and nothing is written, or it does exactly what it would
have done with the file as it was.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live.raw import RawServer, answer
from support.commands import Commands, command
from support.furnished import Furnished, emptied, standing_still
from support.project import BOARD, ProjectFolder

from reconciler.emulator import Emulator
from reconciler.model.canonical import digest

Edit = Callable[[dict[str, Any]], None]
DEPARTED = ("old1", "old2", "old3", "old4")
ALLOWED = ("--allow-deletions", "4")


@pytest.fixture(scope="module")
def served() -> Iterator[Emulator]:
    """One service for all tests, because a plan holds its address and is made once."""
    with standing_still() as running:
        yield running


@pytest.fixture
def emulator(served: Emulator) -> Emulator:
    return emptied(served)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, served: Emulator) -> Furnished:
    def make(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
        safety = {"maxDeletions": 2, "maxDeletionPercent": 100, "maxReplacements": 5}
        place = {"region": "cn-hangzhou", "workspaceId": "1001"}
        project = ProjectFolder(
            folder / "project", safety=safety, targets={"test": place, "prod": {**place, "workspaceId": "2002"}}
        )
        cli = Commands(project.root, emulator.url)
        for name in ("train", "kept", *DEPARTED):
            project.template(name, metadata={"labels": {"team": "x" if name == "train" else "y"}})
        project.board("gitops-board")
        assert cli.apply("--target", "test").code == 0
        project.template("train", command="python two.py", metadata={"labels": {"team": "x"}})
        project.board("gitops-board", content={**BOARD, "Accessibility": "PRIVATE"})
        for name in DEPARTED:
            project.remove(name)
        assert cli.plan("--target", "test", "--out", project.root / "plan.json").code == 3

    return Furnished(tmp_path_factory.mktemp("furnished"), make, served=served)


@pytest.fixture
def file(furnished: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> Path:
    """A plan of one new version, one update of a board, and four deletions past a limit of two."""
    furnished.again(tmp_path, emulator)
    return tmp_path / "project" / "plan.json"


def forge(file: Path, edit: Edit) -> None:
    """Edit a plan file as an attacker would: with the hashes that the format has made anew."""
    document = json.loads(file.read_text())
    edit(document)
    for key in ("plan_id", "checksum"):
        document.pop(key, None)
    keys = ("project", "target", "manifests", "selection", "shard", "broken")
    actions = [{key: value for key, value in each.items() if key != "impact"} for each in document["actions"]]
    errors = [each for each in document["findings"] if each["severity"] == "error"]
    meaning = {key: document[key] for key in keys if key in document}
    of_jobs = ("references", "reference_count")
    retained = [{key: value for key, value in each.items() if key not in of_jobs} for each in document["retained"]]
    document["plan_id"] = digest({**meaning, "retained": retained, "actions": actions, "errors": errors})
    document["checksum"] = digest(document)
    file.write_text(json.dumps(document))


def action(document: dict[str, Any], verb: str) -> dict[str, Any]:
    return next(each for each in document["actions"] if each["verb"] == verb)


def without(verb: str) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        document["actions"] = [each for each in document["actions"] if each["verb"] != verb]

    return edit


def added(**fields: Any) -> Edit:
    """One more action, made like one of the file's own."""

    def edit(document: dict[str, Any]) -> None:
        document["actions"].append({**copy.deepcopy(action(document, "delete")), **fields})

    return edit


def kept_is_deleted(document: dict[str, Any]) -> None:
    added(id={"kind": "JobTemplate", "name": "kept"})(document)


def of_another_target(document: dict[str, Any]) -> None:
    document["target"].update(name="prod", workspace_id="2002")


def repeated(document: dict[str, Any]) -> None:
    document["actions"] += copy.deepcopy(document["actions"])


def retained(document: dict[str, Any]) -> None:
    document["retained"] = [
        {"id": {"kind": "JobTemplate", "name": "old1"}, "remote_id": "x", "why": "jobs", "references": [],
         "reference_count": 0}
    ]  # fmt: skip
    document["actions"] = [each for each in document["actions"] if each["id"]["name"] != "old1"]


def left_out(document: dict[str, Any]) -> None:
    document["left_out"] = [each["id"] for each in document["actions"] if each["verb"] == "delete"]
    without("delete")(document)


def narrowed(document: dict[str, Any]) -> None:
    """As `plan --select team=x` would have made it."""
    document["selection"] = ["team=x"]
    document["actions"] = [each for each in document["actions"] if each["id"]["name"] == "train"]


def nothing_changed(document: dict[str, Any]) -> None:
    document.update(changed_since="0" * 40, actions=[])


REFUSED: dict[str, Edit] = {
    "project": lambda plan: plan.update(project="another"),
    "target.name": lambda plan: plan["target"].update(name="prod"),
    "target of another workspace": of_another_target,
    "target.region": lambda plan: plan["target"].update(region="cn-shanghai"),
    "target.workspace_id": lambda plan: plan["target"].update(workspace_id="2002"),
    "target.endpoint": lambda plan: plan["target"].update(endpoint="https://elsewhere.example"),
    "target.endpoint emulator": lambda plan: plan["target"].update(endpoint="emulator"),
    "target.endpoint empty": lambda plan: plan["target"].update(endpoint=""),
    "a manifest's digest": lambda plan: plan["manifests"].update({"JobTemplate/train": "0" * 64}),
    "a manifest less": lambda plan: plan["manifests"].pop("JobTemplate/kept"),
    "a manifest more": lambda plan: plan["manifests"].update({"JobTemplate/new": "0" * 64}),
    "actions taken out": without("delete"),
    "the new version taken out": without("new-version"),
    "all actions taken out": lambda plan: plan["actions"].clear(),
    "a deletion of what stays": kept_is_deleted,
    "a deletion of what is not there": added(id={"kind": "JobTemplate", "name": "nowhere"}),
    "another verb": lambda plan: action(plan, "new-version").update(verb="delete"),
    "another verb for the board": lambda plan: action(plan, "update").update(verb="replace"),
    "another name": lambda plan: action(plan, "delete")["id"].update(name="kept"),
    "observed": lambda plan: action(plan, "delete")["observed"].update(templateId="tpl-other"),
    "observed emptied": lambda plan: action(plan, "new-version").update(observed={}),
    "intended": lambda plan: action(plan, "new-version")["intended"].update(digest="0" * 64),
    "intended version": lambda plan: action(plan, "new-version")["intended"].update(version=9),
    "retained instead of deleted": retained,
    "left out": left_out,
    "shard": lambda plan: plan.update(
        shard={"number": 1, "of": 1, "revision": "", "limits": {"max_deletions": 99, "max_deletion_percent": 100,
               "max_replacements": 99}, "managed": {}}
    ),
    "changed_since nothing": nothing_changed,
    "changed_since an option": lambda plan: plan.update(changed_since="--output=/tmp/x"),
    "a selection that does not fit": lambda plan: plan.update(selection=["team=x"]),
    "a selection of nothing": lambda plan: plan.update(selection=["team=none"], actions=[]),
    "narrowed": narrowed,
    "format_version": lambda plan: plan.update(format_version="1.99"),
    "actions of a wrong type": lambda plan: plan.update(actions={}),
}  # fmt: skip
"""Edits that apply refuses, although the four deletions were allowed by number."""

HARMLESS: dict[str, Edit] = {
    "an action repeated": repeated,
    "actions reordered": lambda plan: plan["actions"].reverse(),
    "reason": lambda plan: action(plan, "delete").update(reason="tombstone"),
    "moved": lambda plan: action(plan, "new-version").update(moved="service"),
    "notes": lambda plan: action(plan, "delete").update(notes=["canary-words"]),
    "changes": lambda plan: action(plan, "new-version").update(changes=[]),
    "impact": lambda plan: action(plan, "delete").update(impact=None),
    "findings": lambda plan: plan.update(findings=[]),
    "blocked": lambda plan: plan.update(blocked=False),
    "summary": lambda plan: plan["summary"].update(delete=0),
    "unchanged": lambda plan: plan.update(unchanged=99),
    "unmanaged": lambda plan: plan.update(unmanaged=[{"kind": "JobTemplate", "name": "canary-words"}]),
    "retained, in words only": lambda plan: plan.update(
        retained=[{"id": {"kind": "JobTemplate", "name": "canary-words"}, "remote_id": "x", "why": "y",
                   "references": [], "reference_count": 0}]
    ),
    "left_out, in words only": lambda plan: plan.update(left_out=[{"kind": "JobTemplate", "name": "kept"}]),
    "tool_version": lambda plan: plan.update(tool_version="99.0"),
    "an unknown field": lambda plan: plan.update(endpoint="https://elsewhere.example"),
}  # fmt: skip
"""Edits of what apply does not take from the file: it does what it would have done anyway, and does not show them."""


SHRINK = ("--allow-shrink",)
TRIED = [
    *(pytest.param(name, (), id=name) for name in REFUSED),
    *(
        pytest.param(name, SHRINK, id=f"shrink-{name}", marks=pytest.mark.slow if number % 3 else ())
        for number, name in enumerate(REFUSED)
    ),
]
"""Each run tries all edits, and a third of them with the option that lets a plan be done in part; CI all."""


@pytest.mark.parametrize(("name", "shrink"), TRIED)
def test_an_edited_plan_is_refused(
    name: str, shrink: tuple[str, ...], file: Path, cli: Commands, emulator: Emulator
) -> None:
    forge(file, REFUSED[name])
    ended = cli.apply(file, "--target", "test", *ALLOWED, *shrink)
    if shrink and ended.code == 0:
        # What is not to be done (any more) is left out, as asked: nothing but what a plan made now says was done.
        assert set(done(ended.out)) <= set(DONE)
        return
    assert ended.code == 3, ended.text
    assert "Traceback" not in ended.text
    assert emulator.writes() == []


DONE = sorted(
    ["new-version JobTemplate/train", "update TensorBoard/gitops-board", *(f"delete JobTemplate/{n}" for n in DEPARTED)]
)


def done(report: str) -> list[str]:
    lines = [line.split() for line in report.splitlines() if line.startswith("  done ")]
    return sorted(f"{words[1]} {words[2].rstrip(':')}" for words in lines)


THIRDS = [
    pytest.param(name, marks=pytest.mark.slow if number % 3 else ())
    for number, name in enumerate(["nothing", *HARMLESS])
]
"""Each run tries a third of the edits that change nothing; CI all."""


@pytest.mark.parametrize("name", THIRDS)
def test_what_apply_does_is_not_taken_from_the_file(name: str, file: Path, cli: Commands) -> None:
    forge(file, HARMLESS.get(name, lambda _: None))
    ended = cli.apply(file, "--target", "test", *ALLOWED)
    if ended.code == 0:
        assert done(ended.out) == DONE
        assert "canary-words" not in ended.text
        assert cli.verbs("--target", "test") == []
    else:
        assert ended.code == 3, ended.text
        assert done(ended.out) == []


@pytest.mark.parametrize("name", THIRDS)
def test_limits_are_judged_anew(name: str, file: Path, cli: Commands, emulator: Emulator) -> None:
    """Also when the file says that nothing speaks against it."""
    forge(file, HARMLESS.get(name, lambda _: None))
    ended = cli.apply(file, "--target", "test")
    assert ended.code == 3
    assert name == "an unknown field" or "DLC211" in ended.text
    assert emulator.writes() == []


def test_the_limit_of_the_project_counts_and_not_that_of_the_file(
    file: Path, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    assert cli.apply(file, "--target", "test", "--allow-deletions", "3").code == 3
    assert emulator.writes() == []


def test_no_request_goes_where_only_the_file_points(
    file: Path, project: ProjectFolder, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project names the emulator's address, the file a listener: the listener stays silent."""
    place = {"region": "cn-hangzhou", "workspaceId": "1001", "endpoint": emulator.url}
    project.settings(targets={"test": place})
    with RawServer(answer({})) as listener:
        forge(file, lambda plan: plan["target"].update(endpoint=listener.url))
        for more in ((), ("--target", "test"), ("--allow-shrink",)):
            ended = command("apply", file, "--project", project.root, *ALLOWED, *more)
            assert ended.code == 3
            assert listener.url in ended.err
            assert "never by the plan" in ended.err
        assert listener.requests == []
        assert emulator.writes() == []


def test_a_plan_does_not_choose_among_targets(file: Path, cli: Commands, emulator: Emulator) -> None:
    """With several targets and none named, an edited plan could otherwise choose production."""
    ended = cli.apply(file, *ALLOWED)
    assert ended.code == 1
    assert "--target" in ended.text
    assert emulator.writes() == []


def test_a_plan_does_not_choose_its_selection(file: Path, cli: Commands, emulator: Emulator) -> None:
    """Otherwise who writes the file decides what of the checkout is left out; the command line has to say the same."""
    forge(file, narrowed)
    for more in ((), ("--select", "team=y"), ("--select", "team=x", "--select", "team=y")):
        ended = cli.apply(file, "--target", "test", *more)
        assert ended.code == 3
        assert "Run it with `--select team=x`, or make the plan again." in ended.err
    assert emulator.writes() == []
    ended = cli.apply(file, "--target", "test", "--select", "team=x")
    assert ended.code == 0, ended.text
    assert done(ended.out) == ["new-version JobTemplate/train"]
    assert "Only what is labelled team=x: 6 resources of this project left out." in ended.text


def test_a_whole_plan_is_not_narrowed_by_the_command_line(file: Path, cli: Commands, emulator: Emulator) -> None:
    ended = cli.apply(file, "--target", "test", *ALLOWED, "--select", "team=x")
    assert ended.code == 3
    assert "Run it without --select, --name and --changed-since, or make the plan again." in ended.err
    assert emulator.writes() == []
