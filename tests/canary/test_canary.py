"""No secret in any output of any command in any format, at any verbosity, not even when everything fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ci.github_server import GitHubServer
from permissions.test_permissions import ELSEWHERE
from support.commands import Ended, python

from canary.canaries import (
    ALL,
    FELDSPAR,
    GRANITE,
    KEY_ID,
    KEY_SECRET,
    QUARTZ,
    TOKEN,
    URL,
    seen_in,
    seen_in_files,
    spellings,
)
from canary.table import ROWS, Words, commands, invocations, some_invocations
from canary.world import World, identity
from reconciler.emulator import Fault
from reconciler.live import LiveService
from reconciler.permissions import NEEDS, operations_of

RUN = [name for name, rows in ROWS.items() if rows]


SILENT = {"ci oidc-token", "ci annotate", "ci summary", "ci verify"}
"""They write elsewhere, or say something only when something is wrong."""


UNTELLABLE = {"init": "GRANITE"}
"""A live board has no free field that could say what came from the environment, and `init` has no manifests to ask."""


def leaks(world: World, ended: Ended) -> list[tuple[str, str]]:
    """Canaries in what a command said or wrote: manifests and the repository hold them by purpose."""
    own = (world.project.root / "manifests", world.project.root / ".git")
    said = [("", name) for name in seen_in(ended.text.encode())]
    return [*said, *seen_in_files(world.project.root.parent, own)]


def unexpected(world: World, name: str, ended: Ended) -> list[tuple[str, str]]:
    return [leak for leak in leaks(world, ended) if leak[1] != UNTELLABLE.get(name)]


def test_every_command_has_a_row() -> None:
    assert set(commands()) == set(ROWS)


@pytest.mark.parametrize("name", ALL)
def test_a_canary_is_found_however_it_is_spelled(name: str, tmp_path: Path) -> None:
    for spelled in spellings(ALL[name]):
        assert name in seen_in(b"before " + spelled + b" after")
    (tmp_path / "report.json").write_bytes(b"x" + next(spellings(ALL[name])))
    assert ("report.json", name) in seen_in_files(tmp_path)


WAYS = [pytest.param(some_invocations, id="some"), pytest.param(invocations, id="every", marks=pytest.mark.slow)]


@pytest.mark.parametrize("ways", WAYS)
@pytest.mark.parametrize("name", RUN)
def test_no_command_shows_a_canary(
    name: str, ways: Callable[[World, str], Iterator[Words]], world: World, host: GitHubServer
) -> None:
    said, called = 0, set()
    for arguments in ways(world, name):
        world.emulator.clear_log()
        ended = world.run(*arguments)
        called |= {str(request.action) for request in world.emulator.requests}
        said += len(ended.text)
        assert unexpected(world, name, ended) == [], arguments
        assert "internal error" not in ended.err, ended.err
    assert seen_in(repr([host.comments, host.issues, [each.body for each in host.seen]]).encode()) == []
    assert said or name in SILENT
    may = {each.name for each in operations_of([name], verifying=False)} if name in NEEDS else set()
    assert called <= may, "`reconciler/permissions/table.py` lacks calls of this command"
    rare = ELSEWHERE[name][0] if name in ELSEWHERE else set()
    assert name == "apply" or may - called <= rare, "this command does not call all that the table says"


LOADING = ("plan", "apply", "drift", "history", "diff", "export", "adopt", "audit")
"""Commands that read the manifests: they know what came from the environment, whatever it looks like."""
ECHO = (
    f'Invalid: {{"HF_TOKEN": "{ALL["ENVS"]}", "Password":"{ALL["PASSWORD"]}"}} MY_SECRET={ALL["ECHO"]} {URL}'
    f" {ALL['access key']} SecurityToken={TOKEN} SignatureDoesNotMatch AccessKeySecret={KEY_SECRET}"
)


ONLINE = (*LOADING, "jobs list", "jobs show", "boards list", "launch", "discover ecs-specs")


@pytest.mark.parametrize(
    ("name", "kind"),
    [*((name, kind) for name in ONLINE for kind in ("error_before", "rewrite")), ("plan", "throttle")],
)
def test_no_error_of_the_service_brings_a_canary_back(name: str, kind: str, world: World) -> None:
    """Neither as an error of its own nor as an answer that cannot be believed, nor among the retries that -v shows."""
    echo = f"{ECHO} {'.' * 100} {QUARTZ} and {FELDSPAR}" if name in LOADING else ECHO
    first = next(invocations(world, name))
    if kind == "rewrite":
        fault = Fault(kind=kind, times=None, rewrite=lambda _answer: [f"<h1>{echo}</h1>"])
    else:
        fault = Fault(kind=kind, status=400, code="InvalidParameter", message=echo, retry_after_ms=1, times=None)
    world.emulator.faults.clear()
    world.emulator.faults.add(fault)
    ended = world.run(*first)
    assert ended.code != 0
    assert "Invalid" in ended.err, ended.err
    assert leaks(world, ended) == [], ended.err


@pytest.mark.parametrize("action", ["CreateJobTemplate", "UpdateJobTemplate", "CreateTensorboard"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_report_of_an_apply_brings_a_canary_back(action: str, form: str, world: World) -> None:
    message = f"{'the content is not valid: ' * 8}{QUARTZ} {FELDSPAR} {GRANITE} {ECHO}"
    fault = Fault(kind="error_before", action=action, status=400, code="Bad", message=message, times=None)
    world.emulator.faults.add(fault)
    log = world.file(".jsonl")
    allowed = ("--allow-replacements", "5", "--allow-deletions", "5", "--wait", "1")
    ended = world.run("apply", "--yes", "-vv", "--format", form, "--log-json", log, *allowed, *world.here())
    assert ended.code == 4, ended.text
    assert "the content is not valid" in ended.text + Path(log).read_text(encoding="utf-8")
    assert leaks(world, ended) == [], ended.text


@pytest.mark.parametrize("name", [name for name in RUN if name in LOADING])
def test_a_crash_is_one_line_and_shows_no_canary(name: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = next(invocations(world, name))

    def crash(*_arguments: object, **_fields: object) -> None:
        raise RuntimeError(f"cannot go on with {QUARTZ!r}\nand {FELDSPAR}, {ECHO}")

    monkeypatch.setattr(LiveService, "call", crash)
    quiet = world.run(*(word for word in first if word != "-vv"))
    assert quiet.code == 1
    said = quiet.err.splitlines()
    (line,) = [each for each in said if "error:" in each]
    assert "internal error: RuntimeError: cannot go on with" in line
    assert "-vv" in said[said.index(line) + 1]
    assert not any("Traceback" in each or "  at " in each for each in said)
    loud = world.run(*first)
    assert "caused by RuntimeError" in loud.err
    assert "    at test_canary.py:" in loud.err
    for ended in (quiet, loud):
        assert leaks(world, ended) == [], ended.err


def test_credentials_stay_unseen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own, so that the SDK sees DEBUG when it is imported; keys from a profile this time."""
    home = world.project.root.parent / "home"
    identity(home)
    environ = {"HOME": str(home), "DEBUG": "sdk", "QUARTZ": QUARTZ, "FELDSPAR": FELDSPAR, "GRANITE": GRANITE}
    words = ("-m", "reconciler", "plan", "-vv", "--profile", "prod", *world.here())
    ended = python(*words, cwd=world.project.root, **environ)
    assert "JobTemplate/created" in ended.out or "created" in ended.out, ended.text
    assert seen_in(ended.text.encode()) == []
    assert "x-acs-security-token" not in ended.text.lower()
    signed = {request.headers.get("x-acs-accesskey-id") for request in world.emulator.requests[-1:]}
    assert signed == {KEY_ID}
    (home / ".aliyun" / "config.json").write_text(f'{{"profiles": "{KEY_SECRET}"', encoding="utf-8")
    broken = python(*words, cwd=world.project.root, **environ)
    assert broken.code == 1
    assert seen_in(broken.text.encode()) == []


def test_the_command_line_takes_the_sdks_debugging_away() -> None:
    told = (
        "import os, reconciler.cli.boundary as b\ntry: b.main(['--version'])\nfinally: print(os.environ.get('DEBUG'))"
    )
    assert python("-c", told, DEBUG="SDK").out.splitlines()[-1] == "None"
    assert python("-c", told, DEBUG="other").out.splitlines()[-1] == "other"
