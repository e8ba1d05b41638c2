"""A code host is a row: a third one that nobody knew works after one line, and nothing else knows a host by name."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.commands import command

from ci.github_server import TOKEN, GitHubServer
from ci.test_ci_commands import CI, a_plan, action
from reconciler.ci import PLATFORMS, Host, Job, Limits, Web, platforms
from reconciler.ci.github import GITHUB, GitHub
from reconciler.ci.platform import Variables
from reconciler.secrets.admission import Admission

REMOTE = replace(
    GITHUB,
    name="remote",
    title="Remote",
    variables=Variables(
        running="REMOTE_JOB", api="REMOTE_API", repository=("REMOTE_REPOSITORY",), token=("REMOTE_TOKEN",)
    ),
    official="https://remote.example/api",
    limits=Limits(comment=5_000),
    headers=lambda token: {"Authorization": f"Bearer {token}"},
    job=lambda environ: Job(number=int(environ["REMOTE_REQUEST"])),
)


def test_no_manifest_may_use_the_token_of_a_host() -> None:
    """Rooms below `ci` cannot see its table, so the names stand in `secrets.admission` once more."""
    tokens = [name for platform in PLATFORMS for name in platform.variables.token]
    assert [name for name in tokens if Admission().refusal(name) is None] == []
    assert Admission().refusal(REMOTE.variables.token[0]) is None, "a host with a row needs its name there"


@pytest.mark.parametrize(
    ("event", "ref", "number"),
    [
        ({"pull_request": {"number": 7}}, "refs/pull/8/merge", 7),
        ({"issue": {"number": 7}}, "refs/heads/main", 7),
        ({"number": 7}, "", 7),
        ({}, "refs/pull/7/merge", 7),
        ({"pull_request": {"number": "7"}}, "refs/pull/78/head", 78),
        ({"pull_request": None, "number": None}, "refs/heads/pull/7/merge", None),
        ({}, "", None),
    ],
)
def test_the_number_of_a_pull_request_is_in_the_event_or_in_the_ref(
    event: dict[str, Any], ref: str, number: int | None, tmp_path: Path
) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event))
    environ = {"GITHUB_EVENT_PATH": str(file), "GITHUB_REF": ref, "GITHUB_SHA": "c" * 40}
    assert GITHUB.job(environ).number == number


def test_a_third_host_is_one_row(github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "REMOTE_JOB": "1",
        "REMOTE_API": github.url,
        "REMOTE_REPOSITORY": "acme/models",
        "REMOTE_REQUEST": "7",
        "REMOTE_TOKEN": TOKEN,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(platforms, "PLATFORMS", (*PLATFORMS, REMOTE))
    ci, plan = CI(tmp_path), a_plan(*(action(f"t{number}", text="x\n" * 500) for number in range(40)))
    assert ci.run("comment", plan).code == 0
    (body,) = github.bodies()
    assert len(body) <= REMOTE.limits.comment
    assert ci.run("verify", plan).code == 0
    refused = command("ci", "issue", "--file", ci.save(plan), "--platform", "elsewhere")
    assert (refused.code, "Known are: github, gitlab, codeup, gitee, remote." in refused.err) == (64, True)


NAMES = {
    spelled
    for name in ("github", "gitlab", "codeup", "gitee", "GitHub", "GitLab", "Codeup", "Gitee")
    for spelled in (name, name.upper())
}


def test_no_host_is_known_by_name_outside_its_module_and_the_table() -> None:
    package = Path(platforms.__file__).parent
    own = {"github.py", "gitlab.py", "codeup.py", "gitee.py", "platforms.py", "oidc.py"}
    for file in sorted(package.glob("*.py")):
        if file.name in own:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            text = node.id if isinstance(node, ast.Name) else node.value if isinstance(node, ast.Constant) else None
            is_prose = isinstance(text, str) and " " in text
            assert is_prose or text not in NAMES, file.name


def test_every_host_has_its_own_name_and_does_what_the_port_says() -> None:
    assert len({platform.name for platform in PLATFORMS}) == len(PLATFORMS)
    host: Host = GitHub(Web("http://127.0.0.1:9", {}, ""), "acme/models", "me")
    assert host.account() == "me"
