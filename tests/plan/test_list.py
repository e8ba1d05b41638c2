"""`list`: what is live, whose it is, and how it stands beside the manifests, in the words of a plan."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands, Ended, command
from support.furnished import Furnished
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator, ManualClock
from reconciler.manifests.schemas import validator

CHANGED = "python other.py"


def listed(cli: Commands, *arguments: str | Path) -> Ended:
    return command("list", "--project", cli.project, "--endpoint", cli.endpoint, *arguments)


def stands(cli: Commands) -> dict[str, tuple[str, ...]]:
    """How everything stands, by name."""
    objects = listed(cli, "--format", "json").json["targets"][0]["objects"]
    return {each["name"]: (each["stands"], *each["details"]) for each in objects}


def one_for_each_way(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
    project = ProjectFolder(folder / "project")
    cli = Commands(project.root, emulator.url)
    for name in ("same", "changed", "gone", "used"):
        project.template(name)
    project.template("proved", verify={"maxMinutes": 5})
    project.board("gitops-board")
    project.board("gitops-late")
    emulator.seed({"jobLives": [{"job": "verify-*", "steps": ["Succeeded"]}]})
    assert cli.apply().code == 0
    emulator.seed({"jobLives": [{"job": "verify-*", "steps": ["Failed"], "message": "exit code 1"}]})
    project.template("changed", command=CHANGED)
    project.template("proved", command=CHANGED, verify={"maxMinutes": 5})
    assert cli.apply().code == 4
    project.template("changed", command="python third.py")
    foreign: dict[str, Any] = {"WorkspaceId": "1001", "Content": CONTENT}
    speech = {"Metadata": {"dlc-reconciler/project": "speech"}}
    emulator.seed(
        {
            "jobTemplates": [
                {"TemplateName": "theirs", **foreign, **speech},
                *({"TemplateName": name, **foreign} for name in ("nobodys", "taken")),
            ],
            "jobs": [{"TemplateName": name, "WorkspaceId": "1001"} for name in ("used", "nobodys")],
            "tensorboards": [
                {"DisplayName": "somebodys", "WorkspaceId": "1001", "SummaryPath": "/mnt", "Status": "Stopped"}
            ],
        }
    )
    project.template("taken")
    project.template("fresh")
    project.template("wrong", content={"JobType": "Nonsense"})
    project.board("gitops-waits", content={"SummaryPath": "/mnt"}, job={"template": "fresh"})
    project.remove("gone")
    project.remove("used")


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(tmp_path_factory.mktemp("furnished"), one_for_each_way)


@pytest.fixture
def world(furnished: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> ProjectFolder:
    """One object for each way to stand."""
    furnished.again(tmp_path, emulator)
    return project


def test_everything_stands_somewhere(world: ProjectFolder, cli: Commands) -> None:
    found = stands(cli)
    assert {name: each[0] for name, each in found.items()} == {
        "same": "in step",
        "changed": "to change",
        "gone": "to delete",
        "used": "retained",
        "proved": "held",
        "fresh": "to create",
        "theirs": "not ours",
        "nobodys": "not ours",
        "taken": "refused",
        "wrong": "manifest with errors",
        "gitops-board": "in step",
        "gitops-late": "in step",
        "gitops-waits": "waiting",
        "somebodys": "not ours",
    }
    assert found["changed"][1] == "new-version"
    assert "exit code 1" in found["proved"][1]
    assert found["wrong"][1].startswith("manifests/wrong.yaml:1")


def test_the_document_says_what_is_known(world: ProjectFolder, cli: Commands, clock: ManualClock) -> None:
    document = listed(cli, "--format", "json").json
    assert list(validator("list.schema.json").errors(document)) == []
    objects = {each["name"]: each for each in document["targets"][0]["objects"]}
    changed = objects["changed"]
    assert (changed["owner"], changed["ours"], changed["in_step"]) == ("vision", True, False)
    assert (changed["default_version"], changed["versions"], changed["manifest"]) == (2, 2, "manifests/changed.yaml")
    assert changed["id"].startswith("tpl")
    assert objects["nobodys"]["owner"] is None
    assert objects["nobodys"]["last_used"].startswith("20")
    assert objects["theirs"]["owner"] == "speech"
    assert (objects["theirs"]["in_step"], objects["theirs"]["last_used"]) == (None, None)
    assert objects["fresh"]["id"] is None
    assert (objects["gitops-board"]["owner"], objects["gitops-board"]["state"]) == ("vision", "Running")
    assert (objects["somebodys"]["owner"], objects["somebodys"]["state"]) == (None, "Stopped")
    assert document["targets"][0]["summary"] == dict(Counter(each["stands"] for each in objects.values()))


def test_the_text_is_a_table_for_each_kind(world: ProjectFolder, cli: Commands) -> None:
    shown = listed(cli)
    assert shown.code == 0
    lines = shown.out.splitlines()
    assert lines[0].startswith("vision -> test (cn-hangzhou, workspace 1001")
    heads = [line.split("  ")[0] for line in lines if "STANDS" in line]
    assert heads == ["JOBTEMPLATE", "TENSORBOARD"]
    assert lines[-1] == (
        "14 objects: 3 in step, 1 to create, 1 to change, 1 to delete, 1 waiting, 1 held, 1 retained, 1 refused,"
        " 1 manifest with errors, 3 not ours."
    )
    assert any(line.split() == ["changed", "to", "change:", "new-version"] for line in map(_without_facts, lines))


def _without_facts(line: str) -> str:
    return " ".join(
        word for word in line.split() if word[:3] not in ("tpl", "vis") and not word[0].isdigit() and word != "-"
    )


def test_few_calls_and_fewer_the_next_time(
    project: ProjectFolder, cli: Commands, emulator: Emulator, clock: ManualClock
) -> None:
    """A listing of each kind; versions cost one call for each template, once."""
    for number in range(5):
        project.template(f"t{number}")
    assert cli.apply().code == 0
    clock.advance(1000)

    def calls(*arguments: str) -> Counter[str]:
        emulator.clear_log()
        assert listed(cli, *arguments).code == 0
        return Counter(str(request.action) for request in emulator.requests)

    pages = Counter({"ListJobTemplates": 1, "ListTensorboards": 1})
    assert calls("--no-versions") == pages
    assert calls() == pages + Counter({"GetJobTemplate": 5})
    assert calls() == pages
    project.template("t0", command=CHANGED)
    assert calls() == pages + Counter({"GetJobTemplate": 1})
    assert emulator.writes() == []


def test_a_renamed_template_and_one_that_is_picked_by_its_id(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template("old")
    project.template("twin")
    assert cli.apply().code == 0
    emulator.seed({"jobTemplates": [{"TemplateName": "twin", "WorkspaceId": "1001", "Content": CONTENT}]})
    ours = next(each.id for each in emulator.store.templates() if each.name == "twin")
    project.remove("old")
    project.template("new", metadata={"renamedFrom": "old"})
    assert [each["stands"] for each in _objects(cli, "twin")] == ["refused", "refused"]
    project.template("twin", metadata={"templateId": ours})
    assert {each["id"] == ours: each["stands"] for each in _objects(cli, "twin")} == {
        True: "in step",
        False: "not ours",
    }
    assert [(each["stands"], each["details"], each["manifest"]) for each in _objects(cli, "old")] == [
        ("to change", ["rename"], "manifests/new.yaml")
    ]
    assert _objects(cli, "new") == []


def _objects(cli: Commands, name: str) -> list[Any]:
    found = listed(cli, "--format", "json").json["targets"][0]["objects"]
    return [each for each in found if each["name"] == name]


def test_pruning_that_is_off_leaves_what_is_in_no_manifest(project: ProjectFolder, cli: Commands) -> None:
    project.settings(prune={"jobTemplates": False})
    project.template("kept")
    project.template("left")
    assert cli.apply().code == 0
    project.remove("left")
    assert stands(cli) == {"kept": ("in step",), "left": ("in no manifest",)}


def test_what_a_manifest_describes_that_is_no_yaml_any_more_is_in_a_manifest(
    project: ProjectFolder, cli: Commands
) -> None:
    """The file is known by what the live template records; which objects it describes nobody can read."""
    project.settings(prune={"jobTemplates": False})
    project.template("sound")
    file = project.template("train")
    assert cli.apply().code == 0
    file.write_text("metadata: [", encoding="utf-8")
    found = listed(cli, "--format", "json").json["targets"][0]["objects"]
    assert {each["name"]: (each["stands"], each["manifest"]) for each in found} == {
        "sound": ("in step", "manifests/sound.yaml"),
        "train": ("manifest with errors", "manifests/train.yaml"),
    }


def test_one_of_many_targets_that_cannot_be_read_hides_nothing(tmp_path: Path, emulator: Emulator) -> None:
    targets = {name: {"region": "cn-hangzhou", "workspaceId": name} for name in ("1001", "1002")}
    project = ProjectFolder(tmp_path / "many", targets=targets)
    project.template()
    cli = Commands(project.root, emulator.url)
    ended = listed(cli, "--all-targets", "--format", "json")
    assert ended.code == 1
    assert [each["target"]["name"] for each in ended.json["targets"]] == ["1001"]
    assert [each["target"] for each in ended.json["failed"]] == ["1002"]
    assert list(validator("list.schema.json").errors(ended.json)) == []
    assert "1002" in ended.err
