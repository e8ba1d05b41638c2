"""init, explain, schema, render, completion: run as a person would run them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.shell_completion import ShellComplete
from support.commands import Commands, command, python
from support.project import CONTENT, ProjectFolder

from reconciler.authoring.fields import all_fields, field_called
from reconciler.authoring.schemas import FILES, schema_of
from reconciler.authoring.starters import STARTERS
from reconciler.cli.app import cli as commands
from reconciler.codes import CODE_TABLE
from reconciler.emulator import Emulator
from reconciler.render.explain import code_text, field_text

ROOT = Path(__file__).parents[2]


def test_a_project_from_nothing_validates_and_plans(tmp_path: Path) -> None:
    assert command("init", tmp_path / "demo").code == 0
    assert command("validate", "--project", tmp_path / "demo").code == 0
    assert command("fmt", "--check", "--project", tmp_path / "demo").out == ""
    planned = command("plan", "--project", tmp_path / "demo")
    assert (planned.code, "create JobTemplate/single-gpu" in planned.out) == (0, True)


@pytest.mark.parametrize("starter", STARTERS)
def test_every_starter_validates_and_keeps_the_recommended_policies(tmp_path: Path, starter: str) -> None:
    command("init", tmp_path)
    assert command("init", tmp_path, "--template", starter, "--as", "team-model-20260401", "--force").code == 0
    told = command("validate", "--project", tmp_path, "--format", "json")
    assert (told.code, json.loads(told.out)["findings"]) == (0, [])
    assert command("fmt", "--check", "--project", tmp_path).out == ""


def test_a_template_of_another_folder_is_read_too(tmp_path: Path) -> None:
    """The project file gets a pattern for it, once, and everything else in it stays."""
    command("init", tmp_path)
    project = tmp_path / "reconciler.yaml"
    before = project.read_text(encoding="utf-8").replace("  manifests:", "  manifests:  # ours")
    project.write_text(before, encoding="utf-8")
    for name in ("one", "two"):
        ended = command("init", tmp_path, "--template", "tensorboard", "--as", name)
        assert ended.code == 0, ended.text
    line = "    - templates/**/*.yaml\n"
    assert project.read_text(encoding="utf-8") == before.replace(line, f"{line}    - tensorboards/**/*.yaml\n")
    project.write_text(before.replace(f"  # ours\n{line}", " [templates/*.yaml]\n"), encoding="utf-8")
    ended = command("init", tmp_path, "--template", "tensorboard", "--as", "three")
    assert (ended.code, "Add `tensorboards/**/*.yaml` to it" in ended.err) == (64, True)
    assert not (tmp_path / "tensorboards" / "three.yaml").exists()


def test_pruning_is_off_unless_asked(tmp_path: Path) -> None:
    command("init", tmp_path)
    assert "prune" not in yaml.safe_load((tmp_path / "reconciler.yaml").read_text(encoding="utf-8"))["spec"]


def test_every_file_has_a_schema_that_is_there(tmp_path: Path) -> None:
    command("init", tmp_path, *(word for each in STARTERS for word in ("--template", each)))
    for file in [*tmp_path.rglob("*.yaml")]:
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert (file.parent / first.removeprefix("# yaml-language-server: $schema=")).is_file(), file


def test_nothing_is_overwritten_without_asking(tmp_path: Path) -> None:
    command("init", tmp_path)
    file = tmp_path / "templates" / "single-gpu.yaml"
    file.write_text("# mine\n", encoding="utf-8")
    ended = command("init", tmp_path, "--template", "single-gpu", "--template", "ray")
    assert (ended.code, file.read_text(encoding="utf-8")) == (3, "# mine\n")
    assert str(file) in ended.err
    assert not (tmp_path / "templates" / "ray.yaml").exists()
    assert command("init", tmp_path, "--template", "single-gpu", "--force").code == 0
    assert file.read_text(encoding="utf-8") != "# mine\n"


def test_a_second_init_changes_nothing(tmp_path: Path) -> None:
    command("init", tmp_path)
    ended = command("init", tmp_path)
    assert (ended.code, ended.out) == (64, "")
    assert "exists already" in ended.err


def test_a_project_from_a_live_workspace_has_an_empty_plan_after_adoption(
    project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    project.template(content={"Envs": {"HF_TOKEN": "hf_" + "a1B2" * 9}})
    assert cli.apply().code == 0
    emulator.store.create_template("console-made", {"JobType": "PyTorchJob", "JobSpecs": [{"Type": "Worker"}]})
    mine = tmp_path / "mine"
    where = ("--workspace", "1001", "--endpoint", emulator.url)
    ended = command("init", mine, "--from-live", "--name", "vision", *where)
    assert ended.code == 0, ended.text
    assert "HF_TOKEN" in ended.err
    assert {each.name for each in (mine / "templates").iterdir()} == {"train.yaml", "console-made.yaml"}
    assert "hf_a1B2" not in "".join(each.read_text(encoding="utf-8") for each in mine.rglob("*.yaml"))
    first = (mine / "templates" / "train.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schemas/jobtemplate.schema.json"


def test_faults_of_a_live_workspace_are_waived_by_name_so_that_the_first_plan_after_adoption_is_empty(
    emulator: Emulator, tmp_path: Path
) -> None:
    """Wrong templates and fields that nobody knows are exported too; what another project owns is left to it."""
    wrong = {**CONTENT, "JobSpecs": [{**CONTENT["JobSpecs"][0], "Type": "PS"}], "Settings": {"NewKnob": 1}}
    emulator.store.create_template("wrong", wrong)
    emulator.store.create_template("sound", CONTENT)
    emulator.store.create_template("theirs", CONTENT, metadata={"dlc-reconciler/project": "other"})
    mine = tmp_path / "mine"
    where = ("--workspace", "1001", "--endpoint", emulator.url)
    ended = command("init", mine, "--from-live", *where)
    assert ended.code == 0, ended.text
    assert "1 error is waived in" in ended.err
    spec = yaml.safe_load((mine / "reconciler.yaml").read_text(encoding="utf-8"))["spec"]
    assert [(each["code"], each["name"]) for each in spec["waivers"]] == [("DLC107", "wrong")]
    assert spec["allowFields"] == ["Settings.NewKnob"]
    assert {each.name for each in (mine / "templates").iterdir()} == {"wrong.yaml", "sound.yaml"}
    assert command("fmt", "--check", "--project", mine).code == 0
    project = ("--project", mine, "--target", "prod", "--endpoint", emulator.url)
    assert command("adopt", "--all", "--yes", *project).code == 0
    planned = command("plan", "--detailed-exitcode", *project)
    assert planned.code == 0, planned.text


@pytest.mark.parametrize("folder", [".", "mine"])
def test_a_project_from_a_seeded_emulator_has_its_templates_and_boards(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`emulator seed` writes its state into the folder that the command runs in, which is no project yet."""
    monkeypatch.chdir(tmp_path)
    seed = {
        "jobTemplates": [{"TemplateName": "train", "Content": CONTENT}],
        "jobs": [{"TemplateName": "train", "ageDays": 1}],
        "tensorboards": [{"DisplayName": "curves", "DataSourceId": "d-logs", "SummaryPath": "/mnt/logs"}],
    }
    Path("seed.json").write_text(json.dumps(seed), encoding="utf-8")
    assert command("emulator", "seed", "seed.json").code == 0
    ended = command("init", folder, "--from-live", "--workspace", "1001", "--endpoint", "emulator")
    assert "Exported 2 manifests." in ended.text
    made = sorted(str(file.relative_to(folder)) for file in Path(folder).glob("t*/*.yaml"))
    assert made == ["templates/train.yaml", "tensorboards/curves.yaml"]


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["--from-live"], 64, "--from-live needs --workspace"),
        (["--as", "x"], 64, "--as names the template of one --template"),
        (["--name", "a b"], 64, '"a b" cannot be the name of a project'),
        (["--from-live", "--workspace", "1", "--template", "ray"], 64, "--from-live and --template exclude each other"),
        (["--from-live", "--workspace", "1", "--endpoint", "http://127.0.0.1:9"], 1, "no connection"),
    ],
)
def test_init_refuses_in_one_line(tmp_path: Path, arguments: list[str], code: int, line: str) -> None:
    ended = command("init", tmp_path / "p", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert line in ended.err
    assert not (tmp_path / "p" / "reconciler.yaml").exists()


@pytest.mark.parametrize("code", sorted(CODE_TABLE))
def test_every_code_is_explained(code: str) -> None:
    ended = command("explain", code.lower())
    assert (ended.code, ended.out) == (0, code_text(CODE_TABLE[code]))
    assert " ".join(ended.out.split()).count(CODE_TABLE[code].why[:30]) == 1


@pytest.mark.parametrize("kind", FILES)
def test_every_field_is_explained_as_the_reference_has_it(kind: str) -> None:
    reference = (ROOT / "specs" / "README.md").read_text(encoding="utf-8")
    for field in all_fields(kind, json.loads(schema_of(kind))):
        assert field_text(field_called(field.path)) == field_text(field)
        assert field.description, field.path
        assert f"| `{field.path.partition('.')[2]}` |" in reference


def test_a_field_in_full() -> None:
    assert command("explain", "jobtemplate.spec.content.JobSpecs[0].RestartPolicy").out == (
        "JobTemplate.spec.content.JobSpecs[].RestartPolicy\n\n"
        "  When a finished node is started again.\n\n"
        "  Type:     text\n"
        "  Allowed:  Always, Never, OnFailure, ExitCode\n"
        "  Source:   CreateJob, field JobSpecs[].RestartPolicy\n"
    )


@pytest.mark.parametrize(
    ("topic", "line"),
    [
        ("DLC999", "there is no finding code DLC999"),
        ("DLC22", "there is no finding code DLC22"),
        ("JobTemplate.spec.contnt", 'JobTemplate.spec has no field "contnt"; did you mean "content"?'),
        ("JobTemplat", 'there is no kind "JobTemplat"; did you mean "JobTemplate"?'),
        ("JobTemplate.kind.x", 'JobTemplate.kind has no field "x"'),
    ],
)
def test_what_cannot_be_explained_is_said_in_one_line(topic: str, line: str) -> None:
    ended = command("explain", topic)
    assert (ended.code, ended.out) == (64, "")
    assert ended.err.splitlines()[0] == f"error: {line}"


def test_packaged_policies_are_explained() -> None:
    assert "REC003: a GPU job without a sanity check (warning)" in command("explain", "rec003").out


@pytest.mark.parametrize("kind", ["", *FILES])
def test_schemas_are_printed(kind: str) -> None:
    printed = json.loads(command("schema", *([kind.lower()] if kind else [])).out)
    assert printed["title"] == (kind or "Manifest")


def test_render_puts_everything_together_and_hides_secrets(project: ProjectFolder) -> None:
    project.settings(
        targets={"test": {"region": "cn-hangzhou", "workspaceId": "1", "values": {"gpu": "ecs.g7.xlarge"}}}
    )
    specs = [{"Type": "Worker", "PodCount": "${matrix.workers}", "Image": "a:1", "EcsSpec": "${values.gpu}"}]
    project.template(
        "train-${matrix.size}",
        content={"JobSpecs": specs, "Envs": {"HF_TOKEN": "${env.TOKEN}"}},
        file="m",
        matrix=[{"size": "s", "workers": 1}, {"size": "l", "workers": 4}],
        overrides={"test": {"content": {"Priority": 3}}},
    )
    ended = command("render", "train-l", "--project", project.root)
    assert (ended.code, ended.err) == (0, "")
    spec = yaml.safe_load(ended.out)["spec"]
    assert spec["content"]["JobSpecs"][0]["PodCount"] == 4
    assert spec["content"]["JobSpecs"][0]["EcsSpec"] == "ecs.g7.xlarge"
    assert (spec["content"]["Envs"], spec["content"]["Priority"]) == ({"HF_TOKEN": "(sensitive)"}, 3)
    assert spec.keys() == {"content"}
    assert ended.out.startswith("# manifests/m.yaml:1:1\n")
    assert len(json.loads(command("render", "--project", project.root, "--format", "json").out)) == 2


def test_render_says_what_is_wrong(project: ProjectFolder) -> None:
    project.template()
    assert (
        'no manifest is called "trai"; did you mean "train"?'
        in command("render", "trai", "--project", project.root).err
    )
    project.template("other", base="nowhere")
    ended = command("render", "--project", project.root)
    assert (ended.code, ended.out) == (1, "")
    assert "DLC043" in ended.err


def completed(words: list[str], incomplete: str) -> list[str]:
    """What the shell would offer after some words."""
    shell = ShellComplete(commands, {}, "dlc-reconciler", "_DLC_RECONCILER_COMPLETE")
    return [each.value for each in shell.get_completions(words, incomplete)]


def test_the_shell_completes_commands_targets_names_and_topics(project: ProjectFolder) -> None:
    project.template("resnet")
    project.board("board")
    where = ["--project", str(project.root)]
    assert completed([], "ex") == ["export", "explain"]
    assert completed(["plan", *where, "--target"], "") == ["test"]
    assert completed(["render", *where], "") == ["resnet", "board"]
    assert completed(["history", *where], "r") == ["resnet"]
    assert completed(["explain"], "JobTemplate.spec.co") == ["JobTemplate.spec.content", "JobTemplate.spec.constraints"]
    assert completed(["explain"], "DLC04") == [code for code in CODE_TABLE if code.startswith("DLC04")]
    assert completed(["schema"], "J") == ["JobTemplate"]


def test_completion_is_silent_without_a_project(tmp_path: Path) -> None:
    assert completed(["plan", "--project", str(tmp_path), "--target"], "") == []
    assert completed(["render", "--project", str(tmp_path)], "") == []


def test_bash_is_told_what_to_do() -> None:
    ended = python("-m", "reconciler", _DLC_RECONCILER_COMPLETE="bash_source")
    assert "dlc-reconciler" in ended.out
