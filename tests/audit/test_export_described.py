"""`export` never writes a second manifest of what a file of the project describes, however that file describes it."""

from __future__ import annotations

from pathlib import Path

from support.commands import Commands, Ended, command
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator


def export(cli: Commands, *arguments: str | Path) -> Ended:
    return command("export", *arguments, "--project", cli.project, "--endpoint", cli.endpoint)


def refused(cli: Commands, name: str, file: str) -> None:
    """The export of a name is refused, names the file, and writes nothing; the export of everything leaves it out."""
    ended = export(cli, name, "--out", cli.project)
    assert ended.code == 3, ended.text
    assert f"is described by {file}" in ended.err
    everything = export(cli, "--out", cli.project)
    assert everything.code == 0, everything.text
    assert "Exported 0 manifests" in everything.err
    assert not (cli.project / "templates").exists()


def live(emulator: Emulator, *names: str) -> None:
    emulator.seed(
        {"jobTemplates": [{"TemplateName": each, "WorkspaceId": "1001", "Content": CONTENT} for each in names]}
    )


def test_a_manifest_in_any_file(project: ProjectFolder, cli: Commands) -> None:
    project.template("train", file="moved")
    assert cli.apply().code == 0
    refused(cli, "train", "manifests/moved.yaml")
    printed = export(cli, "train")
    assert (printed.code, "name: train" in printed.out) == (0, True)
    assert "JobTemplate/train is described by manifests/moved.yaml already" in printed.err


def test_outside_the_project_it_is_no_manifest_of_it(project: ProjectFolder, cli: Commands, tmp_path: Path) -> None:
    project.template("train")
    assert cli.apply().code == 0
    assert export(cli, "train", "--out", tmp_path / "elsewhere").code == 0


def test_force_writes_what_no_pattern_reads(project: ProjectFolder, cli: Commands) -> None:
    """Such a file is no manifest of the project; one that a pattern reads would be a second one, whatever is said."""
    project.template("train", file="moved")
    assert cli.apply().code == 0
    assert export(cli, "train", "--out", cli.project, "--force").code == 0
    project.settings(manifests=["manifests/*.yaml", "other/templates/*.yaml"])
    assert export(cli, "train", "--out", cli.project / "other", "--force").code == 3
    assert not (cli.project / "other").exists()


def test_rows_bases_and_abstract_ones(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.template("base", metadata={"abstract": True})
    project.template("row-${matrix.size}", file="rows", base="base", content={}, matrix=[{"size": "s"}])
    assert cli.apply().code == 0
    live(emulator, "base")
    refused(cli, "row-s", "manifests/rows.yaml")
    refused(cli, "base", "manifests/base.yaml")


def test_what_is_being_renamed(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.template("old")
    assert cli.apply().code == 0
    project.remove("old")
    project.template("new", metadata={"renamedFrom": "old"})
    refused(cli, "old", "manifests/new.yaml")
    assert cli.apply().code == 0
    live(emulator, "old")
    assert export(cli, "old", "--out", cli.project).code == 0, "the rename is done, and this is another template"


def test_a_manifest_with_errors(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    live(emulator, "wrong", "no-yaml")
    project.template("wrong", content={"JobType": "Nonsense"})
    (project.root / "manifests" / "text.yaml").write_text("metadata: {name: no-yaml\n")
    refused(cli, "wrong", "manifests/wrong.yaml")
    refused(cli, "no-yaml", "manifests/text.yaml")


def test_another_one_of_the_same_name(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    """A manifest that picks one by its id does not describe the other."""
    live(emulator, "twin", "twin")
    one, other = (each.id for each in emulator.store.templates())
    project.template("twin", metadata={"templateId": one})
    assert export(cli, one, "--out", cli.project).code == 3
    assert export(cli, other, "--out", cli.project).code == 0


def test_its_own_file_is_written_anew(project: ProjectFolder, cli: Commands) -> None:
    """With --force, where the file holds this manifest alone, so that there is one still."""
    project.settings(manifests=["templates/*.yaml"])
    (project.root / "manifests").rename(project.root / "templates")
    file = project.root / "templates" / "train.yaml"

    def write(name: str, **spec: object) -> None:
        (project.root / "manifests").mkdir(exist_ok=True)
        made = project.template(name, file="train", **spec)  # type: ignore[arg-type]
        made.replace(file)

    write("train")
    assert cli.apply().code == 0
    write("train", command="python other.py")
    assert export(cli, "train", "--out", cli.project).code == 3
    assert "python other.py" in file.read_text()
    assert export(cli, "train", "--out", cli.project, "--force").code == 0
    assert "python other.py" not in file.read_text()
    write("train", overrides={"test": {"description": "x"}})
    assert export(cli, "train", "--out", cli.project, "--force").code == 3


def test_many_targets(tmp_path: Path, emulator: Emulator) -> None:
    emulator.seed({"workspaces": ["1002"]})
    targets = {name: {"region": "cn-hangzhou", "workspaceId": name} for name in ("1001", "1002")}
    project = ProjectFolder(tmp_path / "many", targets=targets)
    project.template("train")
    cli = Commands(project.root, emulator.url)
    assert cli.apply("--all-targets").code == 0
    ended = export(cli, "train", "--all-targets", "--out", project.root / "live")
    assert ended.code == 3
    assert "is described by manifests/train.yaml" in ended.err
    assert not (project.root / "live").exists()
    outside = export(cli, "train", "--all-targets", "--out", tmp_path / "out")
    assert outside.code == 0
    assert "JobTemplate/train was written for 1001, 1002: keep one manifest" in outside.err
