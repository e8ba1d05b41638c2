"""`export`: what is live reads back as exactly that, secrets stay out, and exporting, adopting, planning ends empty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.commands import Commands, command
from support.laws import examples
from support.outside import version_count
from support.project import CONTENT, ProjectFolder

from reconciler.authoring.from_live import Variables, Written, written, yaml_text
from reconciler.emulator import Emulator
from reconciler.kinds import JOB_TEMPLATE
from reconciler.kinds.jobtemplate.canonical import LiveTemplate, LiveVersion, resource_id
from reconciler.kinds.jobtemplate.manifest import asking_for
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.kinds.tensorboard.manifest import board_content
from reconciler.manifests.environment import ProcessEnvironment
from reconciler.manifests.examine import examine_all
from reconciler.manifests.files import parse
from reconciler.manifests.project import TargetSpec
from reconciler.model import Target
from reconciler.model.canonical import canonical, version_digest

TARGET = TargetSpec(target=Target(name="test", region="cn-hangzhou", workspace_id="1001"))
TOKEN = "hf_abcdefghijklmnopqrst"
# fmt: off
TRAPS = ["NO", "on", "y", "~", "null", "12:30", "010", "0o17", "1e3", "1_000", ".5", "2026-01-01", "0x1F", "=", "<<",
         "", " lead", "trail ", "a: b", "a #b", "- a", "#x", "@x", "!t", "&a", "*a", "%d", "`x`", "{a}", "[a]", "true",
         "+1", "-", "?", "'", '"', "\\", "a\tb", "${X}", "$${X}", "$$${", "\u2028", "\x07", "é", "😀", "\ufeff"]
# fmt: on
LINES = ["set -e", "  python \\", "", "echo ${A} $B", "x ", "\ttab", "# c", "---", "..."]

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
"""No NUL: a variable of the environment cannot hold one."""
texts = st.one_of(
    st.sampled_from(TRAPS),
    st.text(characters, max_size=12),
    st.lists(st.sampled_from(LINES), max_size=5).map("\n".join),
)
keys = st.one_of(st.sampled_from(["NO", "on", "1", "a.b"]), st.text(characters, min_size=1, max_size=5))
secrets = st.sampled_from([TOKEN, f"export HF_TOKEN={TOKEN} && run", f"a {TOKEN}\nb {TOKEN}x${{C}}", "p4ssw0rd", "a b"])
contents = st.builds(
    lambda command_, envs, tags, hidden: {
        **CONTENT,
        "UserCommand": command_,
        "Envs": {**envs, **hidden},
        "Settings": {"Tags": tags},
    },
    st.one_of(texts, secrets),
    st.dictionaries(keys, texts, max_size=3),
    st.dictionaries(st.sampled_from(["y", "12:30", "K"]), texts, max_size=2),
    st.dictionaries(st.sampled_from(["HF_TOKEN", "DB_PASSWORD", "PATH_TOKEN"]), st.one_of(secrets, texts), max_size=2),
)


def live(content: dict[str, Any], **constraints: str) -> LiveTemplate:
    version = LiveVersion(number=1, content=canonical(content), constraints=constraints)
    return LiveTemplate(
        template_id="tpl1",
        name="train",
        description="",
        metadata={},
        default_version=1,
        created="",
        marks=Marks(),
        versions={1: version},
    )


def write_template(name: str, template: LiveTemplate, variables: Variables, *, schema: str = "") -> Written:
    return written(resource_id(name), asking_for(template), variables, schema=schema)


def read_back(text: str, values: dict[str, str]) -> Any:
    """The resource that the loader makes of the text, without regard to the schema's opinion."""
    (raw,) = parse("t.yaml", text).documents
    assert not raw.findings
    kinds = {"JobTemplate": JOB_TEMPLATE}
    (found,) = examine_all([raw], kinds, TARGET, frozenset({"test"}), ProcessEnvironment(values))
    assert found.document is not None, found.findings
    return JOB_TEMPLATE.desired(found.document), found.findings


@given(contents)
def test_what_is_written_reads_back_as_the_same_version(content: dict[str, Any]) -> None:
    template = live(content)
    written = write_template("t", template, Variables())
    values = {secret.variable: secret.value for secret in written.secrets}
    resource, findings = read_back(written.text, values)
    before = template.versions[1]
    assert not [each for each in findings if each.code.startswith("DLC03")], findings
    assert resource.body.digest == version_digest(before.content, before.constraints)


@given(contents)
def test_no_secret_is_written(content: dict[str, Any]) -> None:
    written = write_template("t", live(content), Variables())
    assert TOKEN not in written.text
    assert TOKEN not in repr(written)


@given(contents)
def test_every_other_reader_sees_the_same_texts(content: dict[str, Any]) -> None:
    """A YAML 1.1 reader agrees with ours: whatever the two editions read differently is in quotes."""
    text = write_template("t", live(content), Variables()).text
    (raw,) = parse("t.yaml", text).documents
    assert yaml.safe_load(text) == raw.data


@pytest.mark.parametrize("trap", TRAPS)
def test_traps_keep_their_type_as_value_and_as_key(trap: str) -> None:
    text = yaml_text({"a": trap, "b": [trap], "c": {trap or "x": 1}})
    assert yaml.safe_load(text) == {"a": trap, "b": [trap], "c": {trap or "x": 1}}
    (raw,) = parse("t.yaml", text).documents
    assert raw.data == yaml.safe_load(text)


def test_commands_of_several_lines_are_blocks_and_fields_stand_in_their_order() -> None:
    content = {**CONTENT, "UserCommand": "set -e\npython train.py\n", "Envs": {"B": "1", "A": "NO"}}
    text = write_template("t", live(content, UserCommand="locked"), Variables(), schema="s.json").text
    assert text == (
        "# yaml-language-server: $schema=s.json\n"
        "apiVersion: dlc-reconciler/v1\n"
        "kind: JobTemplate\n"
        "metadata:\n"
        "  name: t\n"
        "spec:\n"
        "  content:\n"
        "    JobType: PyTorchJob\n"
        "    JobSpecs:\n"
        "      - Type: Worker\n"
        "        PodCount: 2\n"
        "        Image: registry.example.com/a:1\n"
        "        EcsSpec: ecs.g7.xlarge\n"
        "    UserCommand: |\n"
        "      set -e\n"
        "      python train.py\n"
        "    Envs:\n"
        '      A: "NO"\n'
        '      B: "1"\n'
        "  constraints:\n"
        "    UserCommand: locked\n"
    )


def test_variables_keep_different_secrets_apart_and_leave_our_own_alone() -> None:
    names = Variables()
    assert names.name("HF_TOKEN", "a", "one") == "HF_TOKEN"
    assert names.name("HF_TOKEN", "b", "one") == "HF_TOKEN"
    assert names.name("HF_TOKEN", "b", "two") == "B_HF_TOKEN"
    assert names.name("HF_TOKEN", "b", "three") == "B_HF_TOKEN_2"
    assert names.name("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "my job", "x") == "MY_JOB_ALIBABA_CLOUD_ACCESS_KEY_SECRET"
    assert names.name("PATH", "9", "x") == "SECRET_9_PATH"


def test_a_board_of_several_sources_keeps_them_all() -> None:
    """A dataset is named twice by the service, but a dataset beside a path is a source of its own."""
    path = {"SourceType": "datasource", "Uri": "oss://logs/", "FullSummaryPath": "oss://logs/x", "Name": ""}
    twice = {"TensorboardId": "tb1", "DataSourceId": "d-1", "TensorboardDataSources": [{"Id": "d-1"}]}
    beside = {"TensorboardId": "tb1", "DataSourceId": "d-1", "TensorboardDataSources": [path]}
    assert board_content(twice) == {"TensorboardDataSources": [{"Id": "d-1"}]}
    assert board_content(beside) == {
        "DataSourceId": "d-1",
        "TensorboardDataSources": [{"SourceType": "datasource", "Uri": "oss://logs/"}],
    }


@pytest.fixture
def foreign(emulator: Emulator) -> None:
    """What others made: by the console and by calls, with secrets, and TensorBoards of each sort."""
    store = emulator.store
    console = {
        **CONTENT,
        "_ResourcePaymentType": "x",
        "UserCommand": f"curl -H 'Authorization: Bearer {TOKEN}'\npython t.py --n ${{N}}\n",
        "Envs": {"HF_TOKEN": TOKEN, "MODE": "NO"},
    }
    store.create_template("By Console", console, description="costs ${5}")
    template = store.create_template("two/versions", json.dumps(CONTENT), constraints={"JobSpecs[0].Image": "locked"})
    store.add_version(template, json.dumps({**CONTENT, "UserCommand": "newer"}))
    job = store.create_job(template_id=template)
    store.create_board("of a dataset")
    store.create_board("of a job", body={"JobId": job, "SummaryPath": None, "DataSourceId": None})
    store.create_board("stopped", status="Stopped", body={"MaxRunningTimeMinutes": 10, "Accessibility": "PUBLIC"})


@pytest.mark.usefixtures("foreign")
def test_export_adopt_plan_is_empty(
    project: ProjectFolder, cli: Commands, emulator: Emulator, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.settings(manifests=["templates/*.yaml", "tensorboards/*.yaml"])
    ended = look("export", "--out", str(project.root))
    assert ended.code == 0, ended.err
    assert len(ended.out.splitlines()) == 5
    assert TOKEN not in ended.text + "".join(file.read_text() for file in project.root.glob("t*/*.yaml"))
    assert "HF_TOKEN" in ended.err
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    for name in ("BEARER",):
        monkeypatch.setenv(name, TOKEN)
    emulator.clear_log()
    assert look("adopt", "--all", "--yes").code == 0
    assert {request.action for request in emulator.writes()} == {"UpdateJobTemplate"}
    assert version_count(emulator, "two/versions") == 2
    plan = cli.plan("--verify", "--detailed-exitcode")
    assert plan.code == 0, plan.text
    assert look("drift", "--detailed-exitcode").code == 0
    assert look("export").out == ""


@given(data=st.data())
@settings(max_examples=examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_round_trip_holds_for_any_content(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    made = data.draw(st.lists(contents, min_size=1, max_size=3))
    root = tmp_path_factory.mktemp("project")
    project = ProjectFolder(root, manifests=["templates/*.yaml"])
    with Emulator() as emulator, pytest.MonkeyPatch.context() as patch:
        for at, content in enumerate(made):
            emulator.store.create_template(f"t{at}", json.dumps(content))
        where = ("--project", project.root, "--endpoint", emulator.url)
        # Texts that no job may hold are found, but what is sound comes back whole.
        command("export", "--out", root, *where)
        names = Variables()
        for at, content in enumerate(made):
            for secret in write_template(f"t{at}", live(content), names).secrets:
                patch.setenv(secret.variable, secret.value)
        validated = command("validate", "--project", project.root)
        if validated.code == 0:
            assert command("adopt", "--all", "--yes", *where).code == 0
            assert command("plan", "--verify", "--detailed-exitcode", *where).code == 0


def test_what_exists_is_not_overwritten(project: ProjectFolder, emulator: Emulator, look: Any) -> None:
    emulator.store.create_template("a")
    emulator.store.create_template("b")
    file = project.root / "templates" / "b.yaml"
    file.parent.mkdir()
    file.write_text("mine")
    ended = look("export", "--out", str(project.root))
    assert ended.code == 3
    assert str(file) in ended.err
    assert (file.read_text(), (file.parent / "a.yaml").exists()) == ("mine", False)
    assert look("export", "--out", str(project.root), "--force").code == 0
    assert file.read_text().startswith("# yaml-language-server")


def test_names_of_files_stay_inside_the_folder(project: ProjectFolder, emulator: Emulator, look: Any) -> None:
    for name in ("../../up", "Ab", "aB", "...", "模板"):
        emulator.store.create_template(name)
    ended = look("export", "--out", str(project.root))
    assert ended.code == 0
    names = sorted(Path(line).relative_to(project.root).as_posix() for line in ended.out.splitlines())
    assert len({name.lower() for name in names}) == 5
    assert all(name.startswith("templates/") and ".." not in name for name in names)


def test_namesakes_are_exported_by_their_id(project: ProjectFolder, emulator: Emulator, look: Any) -> None:
    first, second = (emulator.store.create_template("twin") for _ in range(2))
    ended = look("export")
    assert ended.out == ""
    assert f"several live objects have this name ({min(first, second)}, {max(first, second)})" in ended.err
    ended = look("export", second)
    assert f"templateId: {second}" in ended.out


def test_what_is_described_already_is_left_out_unless_named(
    project: ProjectFolder, cli: Commands, emulator: Emulator, look: Any
) -> None:
    project.template()
    cli.apply()
    emulator.store.create_template("new")
    assert "name: train" not in look("export").out
    assert "name: train" in look("export", "train").out


def test_a_name_that_nothing_has(project: ProjectFolder, emulator: Emulator, look: Any) -> None:
    emulator.store.create_template("train")
    ended = look("export", "trian")
    assert ended.code == 1
    assert 'there is no live object "trian" in test (workspace 1001); did you mean "train"?' in ended.err


def test_what_the_loader_will_refuse_is_said_at_once(project: ProjectFolder, emulator: Emulator, look: Any) -> None:
    emulator.store.create_template("odd", json.dumps({**CONTENT, "JobType": "NoSuchJob"}))
    ended = look("export")
    assert "JobType: NoSuchJob" in ended.out
    assert ended.code == 1
    assert "templates/odd.yaml:8:" in ended.err


def test_the_schema_is_where_the_project_has_its_own(project: ProjectFolder, emulator: Emulator, look: Any) -> None:
    emulator.store.create_template("a")
    file = project.root / "reconciler.yaml"
    file.write_text(f"# yaml-language-server: $schema=../specs/project.schema.json\n{file.read_text()}")
    look("export", "--out", str(project.root))
    head = (project.root / "templates" / "a.yaml").read_text().splitlines()[0]
    assert head == "# yaml-language-server: $schema=../../specs/jobtemplate.schema.json"
