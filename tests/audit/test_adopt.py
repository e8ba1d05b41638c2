"""`adopt`: marks and nothing else, on what manifests describe and nobody owns."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.commands import Commands
from support.outside import PREFIX, default_version, version_count
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator, Fault


def metadata(emulator: Emulator, name: str) -> dict[str, Any]:
    (found,) = (template.metadata for template in emulator.store.templates() if template.name == name)
    return dict(found or {})


@pytest.fixture
def there(project: ProjectFolder, emulator: Emulator) -> None:
    """A live template of two versions with somebody's own Metadata; the manifest asks for the older one's content."""
    template = emulator.store.create_template("train", json.dumps(CONTENT), metadata={"team": "x"})
    emulator.store.add_version(template, json.dumps({**CONTENT, "UserCommand": "newer"}), default=True)
    project.template(metadata={"labels": {"team": "vision"}}, protect=True)


@pytest.mark.usefixtures("there")
def test_marks_are_written_and_versions_stay(cli: Commands, emulator: Emulator, look: Any) -> None:
    ended = look("adopt", "train", "--yes")
    assert ended.code == 0, ended.err
    assert (version_count(emulator, "train"), default_version(emulator, "train")) == (2, 2)
    marks = metadata(emulator, "train")
    assert marks["team"] == "x"
    assert marks[PREFIX + "project"] == "vision"
    assert (marks[PREFIX + "protect"], marks[PREFIX + "label/team"]) == ("true", "vision")
    assert cli.verbs() == ["promote JobTemplate/train"]


@pytest.mark.usefixtures("there")
def test_twice_is_once(emulator: Emulator, look: Any) -> None:
    assert look("adopt", "--all", "--yes").code == 0
    emulator.clear_log()
    ended = look("adopt", "train", "--yes")
    assert (ended.code, emulator.writes()) == (0, [])
    assert "nothing to do" in ended.out


@pytest.mark.usefixtures("there")
def test_one_of_another_project_stops_all(project: ProjectFolder, emulator: Emulator, look: Any) -> None:
    emulator.store.create_template("theirs", metadata={PREFIX + "project": "other"})
    project.template("theirs")
    for arguments in (("--all",), ("theirs", "train")):
        ended = look("adopt", *arguments, "--yes")
        assert ended.code == 3
        assert 'belongs to project "other"' in ended.err
    assert emulator.writes() == []


@pytest.mark.usefixtures("there")
def test_what_the_plan_would_do_besides_is_not_done(project: ProjectFolder, emulator: Emulator, look: Any) -> None:
    project.template("new")
    emulator.store.create_template("orphan", metadata={PREFIX + "project": "vision"})
    ended = look("adopt", "--all", "--yes")
    assert ended.code == 0
    assert {request.action for request in emulator.writes()} == {"UpdateJobTemplate"}
    assert sorted(template.name for template in emulator.store.templates()) == ["orphan", "train"]


@pytest.mark.usefixtures("there")
def test_somebody_who_writes_meanwhile_is_not_overwritten(emulator: Emulator, look: Any) -> None:
    done: list[str] = []

    def meddle(request: Any) -> None:
        if request.action == "GetJobTemplate" and len(done) < 2:
            done.append(request.action)
            if len(done) == 2:
                (template,) = emulator.store.templates()
                emulator.store.update_template(template.id, metadata={PREFIX + "project": "quicker"})

    emulator.on_request(meddle)
    ended = look("adopt", "train", "--yes")
    assert ended.code in (3, 4)
    assert metadata(emulator, "train") == {PREFIX + "project": "quicker"}


@pytest.mark.usefixtures("there")
def test_a_lost_answer_is_looked_up(emulator: Emulator, look: Any) -> None:
    emulator.faults.add(Fault(kind="drop_after", action="UpdateJobTemplate"))
    ended = look("adopt", "train", "--yes")
    assert ended.code == 0, ended.text
    assert metadata(emulator, "train")[PREFIX + "project"] == "vision"


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 64, "nothing to adopt was named"),
        (("train", "--all"), 64, "names and --all exclude each other"),
        (("trian",), 1, 'did you mean "train"?'),
        (("train",), 64, "nobody is there to confirm"),
        (("board", "--yes"), 1, "is a TensorBoard"),
        (("new", "--yes"), 1, "not there to be adopted: new"),
    ],
)
def test_mistakes(
    project: ProjectFolder, emulator: Emulator, look: Any, *, arguments: tuple[str, ...], code: int, message: str
) -> None:
    project.board()
    project.template("new")
    ended = look("adopt", *arguments)
    assert ended.code == code
    assert message in ended.err
    assert emulator.writes() == []
