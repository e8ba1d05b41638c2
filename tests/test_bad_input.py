"""What goes wrong outside: one clear line per problem, an exit code, nothing written. In every format.

The invariant kept here for every error path: an error is printed exactly when the exit code is not 0.
"""

from __future__ import annotations

import functools
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from support.commands import Commands, Ended, command, python
from support.project import ProjectFolder

from reconciler.emulator import Emulator, Fault, ManualClock, Profile
from reconciler.live import ConnectionOptions

Spoil = Callable[[ProjectFolder], object]


def manifest(text: str | bytes) -> Spoil:
    def write(project: ProjectFolder) -> None:
        data = text.encode() if isinstance(text, str) else text
        (project.root / "manifests" / "bad.yaml").write_bytes(data)

    return write


def bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines) + "\n"


def link_out(project: ProjectFolder) -> None:
    outside = project.root.parent / "outside.yaml"
    outside.write_text("kind: Secret\n", encoding="utf-8")
    (project.root / "manifests" / "bad.yaml").symlink_to(outside)


def unreadable(project: ProjectFolder) -> None:
    """A file nobody can read, whoever runs the test: a link that leads to itself."""
    file = project.root / "manifests" / "bad.yaml"
    file.symlink_to(file)


def without_manifests(project: ProjectFolder) -> None:
    project.remove("train")


def project_file(text: str) -> Spoil:
    def write(project: ProjectFolder) -> None:
        (project.root / "reconciler.yaml").write_text(text, encoding="utf-8")

    return write


BAD: dict[str, tuple[Spoil, str]] = {
    "malformed-yaml": (manifest("a: [1,\nb: }"), "bad.yaml:2:"),
    "binary": (manifest(bytes(range(256))), "bad.yaml"),
    "utf-16": (manifest("kind: x".encode("utf-16")), "bad.yaml"),
    "alias-bomb": (manifest(bomb()), "bad.yaml"),
    "deep-nesting": (manifest("[" * 3000), "bad.yaml"),
    "symlink-out": (link_out, "leads out of the project"),
    "unreadable": (unreadable, "bad.yaml"),
    "not-an-object": (manifest("- 1\n"), "bad.yaml:1:1"),
    "unknown-kind": (manifest("apiVersion: dlc-reconciler/v1\nkind: Jobtemplate\n"), "JobTemplate"),
    "missing-value": (lambda project: project.template(command="${values.nowhere}"), "nowhere"),
    "missing-variable": (lambda project: project.template(command="${env.NOWHERE}"), "NOWHERE"),
    "unknown-field": (lambda project: project.template(content={"UserComand": "x"}), '"UserCommand"'),
    "broken-rule": (lambda project: project.template(content={"JobType": "pytorchjob"}), "PyTorchJob"),
    "same-name-twice": (lambda project: project.template(file="again"), "train.yaml:"),
    "no-manifests": (without_manifests, "manifests"),
    "no-project": (lambda project: (project.root / "reconciler.yaml").unlink(), "reconciler.yaml"),
    "project-is-a-list": (project_file("[]"), "reconciler.yaml"),
    "project-without-targets": (
        project_file("apiVersion: dlc-reconciler/v1\nkind: Project\nmetadata: {name: x}\nspec: {manifests: [a.yaml]}"),
        "targets",
    ),
}


def checked(ended: Ended, code: int) -> Ended:
    """The invariant, and what every message must be."""
    assert ended.code == code, ended.text
    assert ("error" in ended.err.lower()) == (code not in (0, 2)), ended.text
    assert "Traceback" not in ended.text
    return ended


@pytest.mark.parametrize(
    "arguments", [(verb, "--format", form) for verb in ("plan", "apply") for form in ("text", "json")], ids=" ".join
)
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_line_and_writes_nothing(
    name: str, arguments: tuple[str, ...], project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template()
    spoil, told = BAD[name]
    spoil(project)
    ended = checked(getattr(cli, arguments[0])(*arguments[1:]), 1)
    assert told in ended.err
    assert ended.out == ""
    assert len(ended.err.splitlines()) < 12
    assert emulator.writes() == []


@pytest.mark.parametrize("name", [name for name in BAD if name != "missing-variable"])
def test_validate_says_the_same_without_a_service(name: str, project: ProjectFolder) -> None:
    project.template()
    spoil, told = BAD[name]
    spoil(project)
    ended = command("validate", "--project", project.root)
    assert ended.code == 1
    assert told in ended.text
    assert "Traceback" not in ended.text


def test_every_problem_of_every_file_is_reported(project: ProjectFolder, cli: Commands) -> None:
    project.template("a", content={"UserComand": "x", "JobTyp": "y"})
    project.template("b", command="${values.nowhere}")
    manifest("a: [")(project)
    ended = checked(cli.plan(), 1)
    assert all(name in ended.err for name in ("a.yaml", "b.yaml", "bad.yaml", "UserComand", "JobTyp", "nowhere"))


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow each other at once."""
    impatient = functools.partial(ConnectionOptions, sleep=lambda _seconds: None)
    monkeypatch.setattr("reconciler.cli.options.service.ConnectionOptions", impatient)


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_an_unknown_target_names_the_known_ones(project: ProjectFolder, cli: Commands) -> None:
    project.template()
    ended = checked(cli.plan("--target", "tset"), 1)
    assert "tset" in ended.err
    assert "test" in ended.err.replace("tset", "")


@pytest.mark.usefixtures("no_waiting")
def test_an_unreachable_endpoint(project: ProjectFolder, closed_port: int) -> None:
    project.template()
    ended = checked(command("plan", "--project", project.root, "--endpoint", f"http://127.0.0.1:{closed_port}"), 1)
    assert f"127.0.0.1:{closed_port}" in ended.err


@pytest.mark.parametrize(
    "endpoint", ["ftp://127.0.0.1", "http://", "http://example.com", "not a url", "http://127.0.0.1:99999"]
)
def test_an_endpoint_that_cannot_be_one(endpoint: str, project: ProjectFolder) -> None:
    project.template()
    ended = command("plan", "--project", project.root, "--endpoint", endpoint)
    assert ended.code in (1, 64)
    checked(ended, ended.code)


@pytest.fixture
def strict(clock: ManualClock) -> Iterator[Emulator]:
    """A service that checks signatures."""
    profile = Profile(access_keys={"known": "right"}, board_delay=0.0)
    with Emulator(clock=clock, profile=profile) as running:
        yield running


@pytest.mark.parametrize(("key", "secret"), [("known", "wrong-canary"), ("unknown", "right-canary")])
def test_wrong_credentials(
    key: str, secret: str, project: ProjectFolder, strict: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", key)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret)
    project.template()
    for name in ("plan", "apply"):
        ended = checked(getattr(Commands(project.root, strict.url), name)(), 1)
        assert "canary" not in ended.text
    assert {request.status // 100 for request in strict.requests} == {4}
    assert [request for request in strict.writes() if request.status == 200] == []


def test_right_credentials(project: ProjectFolder, strict: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "known")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "right")
    project.template()
    checked(Commands(project.root, strict.url).apply(), 0)


def test_a_profile_that_does_not_exist(project: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(project.root))
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "another")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "identity")
    project.template()
    ended = checked(cli.plan("--profile", "prdo"), 1)
    assert "prdo" in ended.err


@pytest.mark.parametrize("name", ["plan", "apply"])
def test_a_workspace_that_does_not_exist(name: str, project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.settings(targets={"test": {"region": "cn-hangzhou", "workspaceId": "424242"}})
    project.template()
    ended = checked(getattr(cli, name)(), 1)
    assert "424242" in ended.err
    assert emulator.writes() == []


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("kind", ["html", "empty", "null", "list", "missing_list", "drop_rows"])
def test_an_answer_that_cannot_be_believed_plans_nothing(
    kind: str, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template()
    checked(cli.apply(), 0)
    emulator.clear_log()
    project.template("other")
    emulator.faults.add(Fault(kind=kind, action="ListJobTemplates", times=None))
    checked(cli.apply(), 1)
    assert emulator.writes() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--nonsense"),
        ("nonsense",),
        ("plan", "--format", "xml"),
        ("plan", "--select", "team"),
        ("plan", "--profile", "a", "--ecs-role"),
        ("apply", "--parallel", "0"),
        ("apply", "--wait", "long"),
        ("apply", "--wait", "nan"),
        ("apply", "--wait", "-1"),
        ("apply", "--allow-deletions", "-1"),
        ("plan", "--rate", "0"),
        ("plan", "--rate", "nan"),
        ("plan", "--rate", "inf"),
        ("plan", "--read-timeout", "0"),
        ("drift", "--watch", "inf"),
        (),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64(arguments: tuple[str, ...], project: ProjectFolder) -> None:
    project.template()
    ended = command(*arguments, *(("--project", project.root) if arguments[1:] else ()))
    assert ended.code == (64 if arguments else ended.code)
    assert (ended.code != 0) == bool(ended.err)


def test_nobody_is_there_to_confirm(project: ProjectFolder, emulator: Emulator) -> None:
    project.template()
    ended = python(
        "-m", "reconciler", "apply", "--project", str(project.root), "--endpoint", emulator.url, cwd=project.root
    )
    assert ended.code == 64
    assert "--yes" in ended.err
    assert emulator.writes() == []


def test_an_output_file_that_cannot_be_written(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.template()
    nowhere = project.root / "nowhere" / "plan.json"
    assert "cannot be written" in checked(cli.plan("--out", nowhere), 1).err
    assert "cannot be written" in checked(cli.apply("--log-json", nowhere), 1).err
    assert emulator.writes() == []


def test_the_embedded_emulator_with_a_state_file_of_something_else(project: ProjectFolder) -> None:
    project.template()
    state = project.root / ".dlc-reconciler" / "emulator.sqlite3"
    state.parent.mkdir()
    state.write_bytes(b"not a database, but long enough to be looked at " * 20)
    ended = checked(command("plan", "--project", project.root, "--endpoint", "emulator"), 1)
    assert "emulator.sqlite3" in ended.err


def test_the_embedded_emulator_where_nothing_can_be_written(project: ProjectFolder) -> None:
    project.template()
    (project.root / ".dlc-reconciler").write_text("a file, not a folder", encoding="utf-8")
    ended = checked(command("plan", "--project", project.root, "--endpoint", "emulator"), 1)
    assert ".dlc-reconciler" in ended.err


def test_the_embedded_emulator_knows_the_workspaces_of_all_targets(project: ProjectFolder) -> None:
    place = {"region": "cn-hangzhou", "workspaceId": "1001", "endpoint": "emulator"}
    project.settings(targets={"one": place, "two": {**place, "workspaceId": "777"}})
    project.template()
    for target in ("one", "two"):
        done = command("apply", "--yes", "--project", project.root, "--target", target)
        assert done.code == 0, done.text
        assert "1 unchanged" in command("plan", "--project", project.root, "--target", target).out


def test_a_crash_of_our_own_is_one_line_too(
    project: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.template()

    def crash(*arguments: object) -> None:
        raise ZeroDivisionError("canary detail")

    monkeypatch.setattr("reconciler.pipeline.planning.build_plan", crash)
    ended = checked(cli.plan(), 1)
    assert "ZeroDivisionError" in ended.err
    assert len(ended.err.splitlines()) < 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a pipe to close early")
def test_a_reader_that_goes_away_is_no_error_message(project: ProjectFolder, emulator: Emulator) -> None:
    project.template()
    script = (
        "import subprocess, sys\n"
        "p = subprocess.Popen([sys.executable, '-m', 'reconciler', 'plan', '--endpoint', sys.argv[1]],"
        " stdout=subprocess.PIPE, stderr=subprocess.PIPE)\n"
        "p.stdout.close()\n"
        "print(p.stderr.read().decode())\n"
        "p.stderr.close(); sys.exit(p.wait())\n"
    )
    ended = python("-c", script, emulator.url, cwd=project.root)
    assert "Traceback" not in ended.text


def test_settings_are_read_as_written(tmp_path: Path) -> None:
    """The builder of these tests writes what it says: a check on the tests themselves."""
    project = ProjectFolder(tmp_path, prune={"jobTemplates": False})
    read = yaml.safe_load((project.root / "reconciler.yaml").read_text(encoding="utf-8"))
    assert read["spec"]["prune"] == {"jobTemplates": False}
