"""What `init --ci` writes: valid and clean for each system and kind of project, and executed against the hosts."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import Ended, command
from support.project import ProjectFolder
from support.schemas import violations

from ci.codeup_server import REPOSITORY, CodeupServer
from ci.composite import Composite
from ci.github_server import TOKEN, GitHubServer
from ci.gitlab_pipeline import BIN, GitLabPipeline, base_environ, script
from ci.gitlab_server import GitLabServer
from ci.loopback import serving
from ci.scene import Scene
from ci.test_hosted_script import commands_of
from ci.test_workflows import template, tool, written
from reconciler.authoring.ci import HOSTS, SYSTEMS
from reconciler.authoring.ci.requirements import installed
from reconciler.ci.platforms import PLATFORMS
from reconciler.cli.init.pipelines import CHATS
from reconciler.emulator import Emulator, Profile
from reconciler.notify import RECEIVERS

PLACE = {"region": "cn-hangzhou", "workspaceId": "1001"}
LOCAL = {**PLACE, "endpoint": "emulator"}


def place(number: int, *after: str, soak: float = 0) -> dict[str, Any]:
    waits = {"after": {"targets": list(after), **({"soakHours": soak} if soak else {})}} if after else {}
    return {**PLACE, "workspaceId": str(number), **waits}


PROJECTS: Mapping[str, Mapping[str, Any]] = {
    "one": {"local": LOCAL, "prod": place(1)},
    "waves": {"staging": place(1), "east": place(2, "staging"), "west": place(3, "staging", "east", soak=24)},
    "odd": {
        "prod eu/1": place(1),
        'it\'s "a" #2: {x}': place(2, "prod eu/1"),
        "生产": place(3, 'it\'s "a" #2: {x}'),
        "on": place(4),
        "123": place(5),
        "-}`|&;*": place(6),
    },
}
"""Targets on the service, and one on the emulator that no pipeline should know."""
CODEUP = f"https://codeup.aliyun.com/{REPOSITORY}"


def on_service(targets: Mapping[str, Any]) -> list[str]:
    return [name for name, target in targets.items() if "endpoint" not in target]


def repository(project: ProjectFolder, remote: str = CODEUP, branch: str = "trunk") -> Path:
    """The project in a Git repository of its own; nothing is committed."""
    for words in (("init", "-q", "-b", branch), ("remote", "add", "origin", remote)):
        subprocess.run(["git", *words], cwd=project.root, check=True)
    return project.root


def init(root: Path, system: str, *words: str) -> Ended:
    ended = command("init", root, "--ci", system, *words)
    assert ended.code == 0, ended.text
    return ended


@pytest.mark.parametrize(
    ("system", "shape"),
    [
        pytest.param(system, shape, marks=pytest.mark.slow if (row + column) % len(PROJECTS) else ())
        for row, system in enumerate(SYSTEMS)
        for column, shape in enumerate(PROJECTS)
    ],
)
def test_the_files_are_valid_clean_and_about_the_targets_of_the_project(
    system: str, shape: str, project: ProjectFolder
) -> None:
    project.settings(targets=PROJECTS[shape])
    project.template(content={"Envs": {"TOKEN": "${env.HF_TOKEN}", "PRICE": "$${env.NOT_ONE}"}})
    root = repository(project, CODEUP if system == "codeup" else "git@gitee.com:acme/models.git")
    before = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}
    ended = init(root, system, *(["--notify", "wecom"] if SYSTEMS[system].needs_repository else []))
    assert {file: file.read_bytes() for file in before} == before
    files = [Path(line) for line in ended.out.splitlines()]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    assert targets_in(system, root) == sorted(on_service(PROJECTS[shape]))  # as the project file has them here
    assert not re.search(r"acme/dlc-reconciler|1234567890", text)
    assert {each.partition("/")[0] for each in re.findall(r"uses: (\S+)", text)} <= {"actions", "$"}
    assert "HF_TOKEN" in text
    assert "NOT_ONE" not in text
    check_files(system, root, files)


def targets_in(system: str, root: Path) -> list[str]:
    """The targets that the files of a system name, in their order."""
    if system == "github":
        jobs = load(root / ".github/workflows/dlc-apply.yml")["jobs"]
        applied = [job["steps"][-1]["with"]["target"] for job in jobs.values()]
        for name in ("plan", "drift"):
            assert (
                load(root / f".github/workflows/dlc-{name}.yml")["jobs"][name]["strategy"]["matrix"]["target"]
                == applied
            )
        return applied
    if system == "gitlab":
        jobs = load(root / ".gitlab/dlc.yml")
        applied = [
            job["variables"]["DLC_RECONCILER_TARGET"] for name, job in jobs.items() if name.startswith("dlc-apply")
        ]
        for name in ("dlc-plan", "dlc-validate", "dlc-drift"):
            assert jobs[name]["parallel"]["matrix"] == [{"DLC_RECONCILER_TARGET": applied}]
        return applied
    head = (root / "ci" / ("generic.sh" if system == "generic" else "hosted.sh")).read_text(encoding="utf-8")
    lines = "\n".join(line for line in head.splitlines() if line.startswith("export DLC_"))
    return script(lines, 'printf %s "$DLC_RECONCILER_TARGET"', cwd=root).stdout.split(",")


def load(file: Path) -> dict[Any, Any]:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def check_files(system: str, root: Path, files: list[Path]) -> None:
    """As the files that are examples are checked."""
    scripts = [file for file in files if file.suffix == ".sh"]
    if scripts:
        done = tool("shellcheck", "--exclude=SC1091", *scripts)
        assert done.returncode == 0, done.stdout
    if system == "github":
        for schema, pattern in (("workflows", "workflows/*.yml"), ("actions", "actions/*/*/action.yml")):
            found = sorted((root / ".github").glob(pattern))
            assert (violations(f"github-{schema}", found), len(found)) == ("", 3)
        done = tool("zizmor", "--offline", "--no-progress", root / ".github")
        assert done.returncode == 0, done.stdout
    elif system == "gitlab":
        assert violations("gitlab-ci", [root / ".gitlab/dlc.yml"]) == ""
        assert load(root / ".gitlab-ci.yml") == {"include": [{"local": ".gitlab/dlc.yml"}]}
    else:
        run = [line for file in files if file.suffix == ".yml" for line in commands_of(load(file))]
        run += [
            line
            for file in files
            if file.name == "Jenkinsfile"
            for line in re.findall(r"sh '([^']*)'", file.read_text())
        ]
        done = subprocess.run(
            [BIN / "shellcheck", "--shell=bash", "-"], input="\n".join(run), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
        assert all(os.access(file, os.X_OK) for file in scripts)


def test_targets_wait_for_those_before_them(project: ProjectFolder) -> None:
    project.settings(targets=PROJECTS["waves"])
    root = repository(project)
    init(root, "github")
    init(root, "gitlab")
    workflow = load(root / ".github/workflows/dlc-apply.yml")
    needs = {name: job.get("needs", []) for name, job in workflow["jobs"].items()}
    assert needs == {
        "apply-staging": [],
        "apply-east": ["apply-staging"],
        "apply-west": ["apply-staging", "apply-east"],
    }
    assert workflow[True].keys() == {"push", "schedule"}  # YAML 1.1 reads `on` as true
    assert workflow[True]["push"]["branches"] == ["trunk"]
    jobs = load(root / ".gitlab/dlc.yml")
    assert jobs["dlc-apply-west"]["needs"] == ["dlc-apply-staging", "dlc-apply-east"]
    assert "needs" not in jobs["dlc-apply-staging"]


def test_what_is_a_persons_own_stays_and_the_rest_is_asked_for(project: ProjectFolder) -> None:
    root = repository(project)
    (root / ".gitlab-ci.yml").write_text("include: []\n", encoding="utf-8")
    init(root, "gitlab")
    assert (root / ".gitlab-ci.yml").read_text(encoding="utf-8") == "include: []\n"
    pinned = root / ".gitlab" / "dlc-requirements.txt"
    pinned.write_text("# with hashes\n", encoding="utf-8")
    again = init(root, "gitlab")
    assert (again.out, pinned.read_text(encoding="utf-8")) == ("", "# with hashes\n")
    project.settings(targets=PROJECTS["waves"])
    refused = command("init", root, "--ci", "gitlab")
    assert (refused.code, str(root / ".gitlab/dlc.yml") in refused.err) == (3, True)
    init(root, "gitlab", "--force")
    assert targets_in("gitlab", root) == ["east", "staging", "west"]
    assert pinned.read_text(encoding="utf-8") == "# with hashes\n"


def test_a_project_below_the_root_has_its_files_at_the_root(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=tmp_path, check=True)
    folder = tmp_path / "teams" / "vision models"
    ended = command("init", folder, "--name", "vision", "--workspace", "2002", "--ci", "github")
    assert ended.code == 0, ended.text
    step = load(tmp_path / ".github/workflows/dlc-plan.yml")["jobs"]["plan"]
    assert step["steps"][-1]["with"]["project"] == "teams/vision models/reconciler.yaml"
    assert step["concurrency"]["group"].startswith("dlc-plan-teams-vision-models-")
    assert targets_in("github", tmp_path) == ["prod"]


@pytest.mark.parametrize(
    ("targets", "remote", "words", "line"),
    [
        ({"local": LOCAL}, CODEUP, ["github"], "the project has no target on the service"),
        ({"a,b": PLACE}, CODEUP, ["github"], "target 'a,b' has ',' in it"),
        ({"a$b": PLACE}, CODEUP, ["gitlab"], "target 'a$b' has '$' in it"),
        ({"a\nb": PLACE}, CODEUP, ["generic"], "target 'a\\nb' has '\\n' in it"),
        ({"prod": PLACE}, "", ["codeup"], "there is no remote `origin`"),
        ({"prod": PLACE}, "git@git.corp.example:a/b.git", ["jenkins"], "what kind of code host is git.corp.example?"),
        ({"prod": PLACE}, "https://codeup.aliyun.com/acme/m", ["codeup"], "which are called ORGANIZATION_ID/PATH"),
        ({"prod": PLACE}, "https://u:secret@git.example", ["jenkins"], "'git.example' is not the address"),
        (
            {"prod": PLACE},
            CODEUP,
            ["github", "--notify", "slack"],
            "--notify goes with --ci codeup or gitee or jenkins",
        ),
        ({"prod": PLACE}, CODEUP, ["github", "--workspace", "7"], "--workspace is for a new project"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(
    targets: Any, remote: str, words: list[str], line: str, project: ProjectFolder
) -> None:
    project.settings(targets=targets)
    root = repository(project, remote) if remote else project.root
    ended = command("init", root, "--ci", *words)
    assert (ended.code, ended.out) == (64, ""), ended.text
    assert line in ended.err
    assert "secret" not in ended.err


def test_a_new_project_needs_a_workspace_for_its_pipelines(tmp_path: Path) -> None:
    ended = command("init", tmp_path / "new", "--ci", "github")
    assert (ended.code, "Add `--region REGION --workspace ID`." in ended.err) == (64, True)
    assert not (tmp_path / "new").exists()


def test_a_host_of_ones_own_is_named_with_the_address_of_its_api(project: ProjectFolder) -> None:
    root = repository(project, "ssh://git@git.corp.example:2222/acme/ai/models.git")
    init(root, "jenkins", "--code-host", "gitlab")
    text = (root / "ci/Jenkinsfile").read_text(encoding="utf-8")
    assert "CI_API_V4_URL = 'https://git.corp.example/api/v4'" in text
    assert "DLC_RECONCILER_REPOSITORY = 'acme/ai/models'" in text


def test_hosts_and_chats_are_those_of_the_other_commands() -> None:
    assert {each.name: (each.variables.token[0], each.variables.api) for each in PLATFORMS} == {
        name: (host.credential, host.api) for name, host in HOSTS.items()
    }
    assert set(CHATS) == {each.name for each in RECEIVERS} - {"webhook"}


def test_the_requirements_are_what_runs_here_and_hold_no_hash_that_nobody_knows(project: ProjectFolder) -> None:
    ended = init(repository(project), "generic")
    pinned = project.root / "ci" / "dlc-requirements.txt"
    lines = [line for line in pinned.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines == [f"{name}=={version}" for name, version in sorted(installed().items())]
    assert {"click", "dlc-reconciler", "alibabacloud-pai-dlc20201203", "darabonba-core"} <= installed().keys()
    assert "--hash" not in pinned.read_text(encoding="utf-8")
    found = re.search(r"1\. (uv pip compile .*?)  #", ended.err)
    assert found is not None
    assert shlex.split(found[1])[-2:] == ["ci/dlc-requirements.txt", "ci/dlc-requirements.in"]


# ---- executed ----


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """The service with a workspace for each target."""
    known = frozenset(map(str, range(1, 7)))
    with Emulator(profile=Profile(deterministic_ids=True, workspaces=known)) as running:
        yield running


@pytest.mark.slow
def test_the_copied_actions_plan_and_apply(
    project: ProjectFolder, emulator: Emulator, github: GitHubServer, tmp_path: Path
) -> None:
    project.settings(targets={"prod eu/1": place(1)})
    project.write("train", template("train"))
    root = repository(project)
    init(root, "github")
    temporary = tmp_path / "runner"
    temporary.mkdir()

    def run(workflow: str, job: str, event: str) -> Any:
        number = '{"pull_request": {"number": 7}}' if event == "pull_request" else "{}"
        (temporary / "event.json").write_text(number, encoding="utf-8")
        environ = base_environ() | {
            "DLC_RECONCILER_ENDPOINT": emulator.url,
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": github.url,
            "GITHUB_EVENT_PATH": str(temporary / "event.json"),
            "GITHUB_REPOSITORY": "acme/models",
            "GITHUB_SHA": "feedc0de",
            "GITHUB_REF_TYPE": "branch" if event == "push" else "",
            "GITHUB_REF_NAME": "main" if event == "push" else "7/merge",
        }
        step = load(root / f".github/workflows/dlc-{workflow}.yml")["jobs"][job]["steps"][-1]
        given = {name: str(value) for name, value in step["with"].items() if "${{" not in str(value)}
        action = Composite(root / step["uses"].removeprefix("$/"), root, temporary, environ)
        return action.run({"token": TOKEN, "event_name": event}, **{"target": "prod eu/1", **given})

    planned = run("plan", "plan", "pull_request")
    assert not planned.failed, planned.log
    assert "JobTemplate/train" in github.bodies()[0]
    github.merge(7, "feedc0de")
    (apply,) = load(root / ".github/workflows/dlc-apply.yml")["jobs"]
    applied = run("apply", apply, "push")
    assert not applied.failed, applied.log
    assert written(emulator).count("CreateJobTemplate") == 1
    drifted = run("drift", "drift", "schedule")
    assert not drifted.failed, drifted.log
    assert github.issues == []


@pytest.mark.slow
def test_three_targets_on_gitlab_one_after_the_other(
    project: ProjectFolder, emulator: Emulator, gitlab: GitLabServer
) -> None:
    project.settings(targets={**PROJECTS["waves"], "west": place(3, "staging", "east")})
    project.write("train", template("train"))
    root = repository(project)
    init(root, "gitlab")
    pipeline = GitLabPipeline(root / ".gitlab/dlc.yml", root, gitlab, emulator.url)
    for variables in pipeline.instances("dlc-plan"):
        planned = pipeline.run("dlc-plan", CI_MERGE_REQUEST_IID="7", **variables)
        assert planned.returncode == 0, planned.stderr
    assert len(gitlab.notes[7]) == 3
    gitlab.merge(7, "feedc0de")
    for target in ("staging", "east", "west"):
        applied = pipeline.run(f"dlc-apply-{target}")
        assert applied.returncode == 0, applied.stderr
    assert written(emulator).count("CreateJobTemplate") == 3


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["waves", "odd"])
def test_many_targets_on_codeup_are_one_comment_and_one_apply(
    shape: str, project: ProjectFolder, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.settings(targets={name: without_soak(target) for name, target in PROJECTS[shape].items()})
    project.write("train", template("train"))
    root = repository(project)
    init(root, "codeup")
    host = CodeupServer()
    commit = "7" * 40
    with serving(host):
        scene = Scene(host, tmp_path, monkeypatch)

        def run(what: str) -> subprocess.CompletedProcess[str]:
            words = ("CI_", "YUNXIAO_", "PIPELINE_", "BUILD_")
            environ = {key: value for key, value in os.environ.items() if key.startswith(words)}
            (lines,) = commands_of(load(root / f"ci/codeup/{what}.yml"))
            return script(lines, cwd=root, DLC_RECONCILER_ENDPOINT=emulator.url, **environ)

        scene.on_request()
        project.write("train", template("train", UserComand="x"))
        assert run("plan").returncode == 1
        assert "Out of date: the manifests of " in scene.only()
        project.write("train", template("train"))
        planned = run("plan")
        assert planned.returncode == 0, planned.stderr
        targets = on_service(PROJECTS[shape])
        assert f"{len(targets)} targets" in scene.only()
        assert "Out of date" not in scene.only()
        scene.on_commit(commit)
        assert run("apply").returncode == 3
        host.merge(7, commit)
        applied = run("apply")
        assert applied.returncode == 0, applied.stderr
        assert written(emulator).count("CreateJobTemplate") == len(targets)
        assert f"Applied on {len(targets)} targets" in scene.only(purpose="apply")
        drifted = run("drift")
        assert drifted.returncode == 0, drifted.stderr
    assert json.loads((root / "dlc" / "plan.json").read_text(encoding="utf-8"))["plans"]


def without_soak(target: Mapping[str, Any]) -> dict[str, Any]:
    after = {key: value for key, value in target.get("after", {}).items() if key != "soakHours"}
    return {**target, **({"after": after} if after else {})}
