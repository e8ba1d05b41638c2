"""A template whose versions cannot be believed: the same clear line in every command, and an audit that goes on."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands, command
from support.furnished import Furnished
from support.outside import launch, template_id
from support.project import ProjectFolder
from support.sources import modules_with

from reconciler.emulator import Emulator, Fault


def _number(value: Any) -> Any:
    def change(versions: list[Any]) -> list[Any]:
        return [{**versions[0], "Version": value}]

    return change


def _content(value: Any) -> Any:
    def change(versions: list[Any]) -> list[Any]:
        return [{**versions[0], "Content": value}]

    return change


SHAPES: dict[str, tuple[Any, str]] = {
    "not a list": (lambda versions: {"1": versions[0]}, "Versions is unusable"),
    "none": (lambda _versions: [], "is shown without any version"),
    "an item that is a text": (lambda _versions: ["1"], "a version is not an object"),
    "an item that is null": (lambda versions: [*versions, None], "a version is not an object"),
    "number missing": (lambda versions: [{"Content": versions[0]["Content"]}], "Version is missing"),
    "number is a word": (_number("one"), "Version is not a version number"),
    "number is zero": (_number(0), "Version is not a version number"),
    "number is a fraction": (_number(1.5), "Version is not a version number"),
    "number is true": (_number(True), "Version is not a version number"),
    "number is twice": (lambda versions: [versions[0], {**versions[0]}], "version 1 is there twice"),
    "content is cut off": (_content('{"JobType": '), "version 1: Content is not JSON"),
    "content is a list": (_content("[]"), "version 1: Content is not an object"),
    "content is missing": (_content(None), "version 1: Content is missing"),
    "content is infinite": (_content('{"a": 1e999}'), "version 1: Content is not JSON"),
    "constraints are a text": (
        lambda versions: [{**versions[0], "Constraints": "locked"}],
        "version 1: Constraints is not an object",
    ),
}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """Two templates of ours with a job each."""

    def make(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
        project = ProjectFolder(folder / "project")
        project.template("sound")
        project.template("spoilt")
        assert Commands(project.root, emulator.url).apply().code == 0
        for name in ("sound", "spoilt"):
            launch(emulator, name)

    return Furnished(tmp_path_factory.mktemp("furnished"), make)


@pytest.fixture
def spoilt(furnished: Furnished, tmp_path: Path, emulator: Emulator, request: pytest.FixtureRequest) -> str:
    """Of one of the templates the service shows versions of the given shape. What it says."""
    furnished.again(tmp_path, emulator)
    change, says = SHAPES[request.param]
    id = template_id(emulator, "spoilt")

    def rewrite(answer: Any) -> Any:
        return {**answer, "Versions": change(answer["Versions"])} if answer["TemplateId"] == id else answer

    emulator.faults.add(Fault(kind="rewrite", action="GetJobTemplate", rewrite=rewrite, times=None))
    return str(says)


every_shape = pytest.mark.parametrize("spoilt", SHAPES, indirect=True)


COMMANDS = (("plan", "--verify"), ("history", "spoilt"), ("diff", "spoilt", "default", "manifest"), ("drift",))
TRIED = [
    pytest.param(
        shape, arguments, marks=() if at % len(COMMANDS) == row else pytest.mark.slow, id=f"{arguments[0]}-{shape}"
    )
    for row, arguments in enumerate(COMMANDS)
    for at, shape in enumerate(SHAPES)
]
"""All of them read versions by one function: each run tries every shape with one of the commands, CI with all."""


@pytest.mark.parametrize(("spoilt", "arguments"), TRIED, indirect=["spoilt"])
def test_one_clear_line(spoilt: str, cli: Commands, arguments: tuple[str, ...]) -> None:
    ended = command(*arguments, "--project", cli.project, "--endpoint", cli.endpoint)
    assert ended.code == 1, ended.text
    assert spoilt in ended.err
    assert "internal error" not in ended.err
    assert "Traceback" not in ended.err
    assert ended.err.count("error:") == 1, ended.err


@every_shape
def test_an_audit_goes_on_and_names_it(spoilt: str, cli: Commands, tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot.db"
    ended = command(
        "audit", "--snapshot", snapshot, "--format", "json", "--project", cli.project, "--endpoint", cli.endpoint
    )
    told = json.loads(ended.out)
    assert [each["name"] for each in told["templates"]] == ["sound"]
    unread = [each for each in told["findings"] if each["code"] == "DLC332"]
    assert [each["name"] for each in unread] == ["spoilt"], told["findings"]
    assert spoilt in unread[0]["summary"]
    assert told["templates"][0]["jobs"] == 1


def test_a_default_that_the_answer_lacks_can_still_be_left(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    """What it holds is not known, so the plan shows the number alone."""
    for words in ("python one.py", "python two.py"):
        project.template(command=words)
        assert cli.apply().code == 0
    project.template(command="python one.py")

    def rewrite(answer: Any) -> Any:
        return {**answer, "Versions": [each for each in answer["Versions"] if each["Version"] == 1]}

    emulator.faults.add(Fault(kind="rewrite", action="GetJobTemplate", rewrite=rewrite, times=None))
    (action,) = cli.document()["actions"]
    assert (action["verb"], [each["path"] for each in action["changes"]]) == ("promote", [["defaultVersion"]])


@pytest.mark.parametrize("spoilt", ["number is twice"], indirect=True)
def test_shards_of_an_audit_keep_what_could_not_be_read(spoilt: str, cli: Commands, tmp_path: Path) -> None:
    where = ("--project", cli.project, "--endpoint", cli.endpoint)
    parts = [tmp_path / f"part-{number}.db" for number in (1, 2)]
    for number, part in enumerate(parts, start=1):
        command("audit", "--snapshot", part, "--shard", f"{number}/2", *where)
    ended = command(
        "audit", "merge", *parts, "--snapshot", tmp_path / "all.db", "--format", "json", "--project", cli.project
    )
    assert spoilt in ended.out, ended.text


def test_one_place_reads_versions_and_one_decides_about_the_window_of_jobs() -> None:
    """Literals of the service's fields, and uses of the operation that takes them, by module."""
    found: dict[str, set[str]] = {"Versions": set(), "TemplateId=": set()}
    for name, tree in modules_with("Versions", "LIST_JOBS"):
        if name.startswith("emulator/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                found["Versions"] |= {name} if node.slice.value == "Versions" else set()
            if isinstance(node, ast.Call) and any(
                isinstance(argument, ast.Name) and argument.id == "LIST_JOBS" for argument in node.args
            ):
                found["TemplateId="] |= {name} if any(key.arg == "TemplateId" for key in node.keywords) else set()
    assert found["Versions"] == {"kinds/jobtemplate/answers.py"}
    assert found["TemplateId="] == {"kinds/jobtemplate/launches.py"}
