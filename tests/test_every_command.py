"""Laws of all commands: each exit code means the same everywhere, as the table in README.md says.

The tree of commands is walked; a command without a row in `ROWS` fails the first test.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from support.commands import Ended, command
from support.project import ProjectFolder

from reconciler.cli.app import cli
from reconciler.cli.terminal.outlets import Outlet
from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.fleet.codec import dumps, loads
from reconciler.http.transport import Transport
from reconciler.model import Failure, Fleet

P = ("--project", "{project}")
S = (*P, "--endpoint", "{endpoint}")
Y = (*S, "--yes")
FILE = ("{plan}",)
HOST = ("--platform", "github", "--repository", "a/b", "--number", "1")

ROWS: dict[str, tuple[str, ...]] = {
    "validate": P,
    "plan": S,
    "plan show": ("{plan}",),
    "plan merge": ("{plan}",),
    "apply": ("{plan}", *Y),
    "drift": S,
    "list": S,
    "show": ("train", *S),
    "adopt": ("--all", *Y),
    "release": ("--all", *Y),
    "force-unlock": ("{lock}", "--owner", "x", *S),
    "init": ("{folder}/new",),
    "export": ("train", *S),
    "fmt": ("--check", *P),
    "render": P,
    "explain": ("DLC012",),
    "schema": (),
    "discover images": S,
    "discover image-labels": S,
    "discover datasets": S,
    "discover ecs-specs": S,
    "discover code-sources": S,
    "discover workspaces": S,
    "history": ("train", *S),
    "diff": ("train", *S),
    "audit": S,
    "audit merge": ("{snapshot}", *P),
    "launch": ("train", *S),
    "jobs submit": ("{body}", *S),
    "jobs list": S,
    "jobs show": ("{job}", *S),
    "jobs update": ("{job}", "--priority", "3", *S),
    "jobs tag": ("{job}", "a=b", *S),
    "jobs stop": ("{job}", *Y),
    "jobs delete": ("{job}", *Y),
    "jobs clean": ("--verify", *Y),
    "jobs logs": ("{job}", *S),
    "jobs events": ("{job}", *S),
    "jobs pod-events": ("{job}", *S),
    "jobs metrics": ("{job}", *S),
    "jobs diagnose": ("{job}", *S),
    "jobs sanity": ("{job}", *S),
    "jobs dashboard": ("{job}", *S),
    "jobs ray-dashboard": ("{job}", *S),
    "jobs terminal": ("{job}", *S),
    "jobs token": ("{job}", *S),
    "boards list": S,
    "boards show": ("{board}", *S),
    "boards start": ("{board}", *S),
    "boards stop": ("{board}", *Y),
    "boards delete": ("{board}", *Y),
    "boards share": ("{board}", *S),
    "ci comment": (*FILE, *HOST),
    "ci summary": (*FILE, "--to", "{folder}/summary"),
    "ci annotate": FILE,
    "ci issue": (*FILE, *HOST),
    "ci notify": ("{plan}", "--to", "webhook"),
    "ci verify": (*FILE, *HOST),
    "ci mark": ("planning", *FILE, *HOST),
    "ci counts": FILE,
    "ci name": FILE,
    "ci oidc-token": ("--out", "{folder}/token"),
    "permissions": ("plan", *P),
    "completion": ("bash",),
    "cache size": ("--cache-dir", "{folder}/cache"),
    "cache clear": ("--cache-dir", "{folder}/cache"),
    "emulator seed": ("--fleet", "1", "--state", "{folder}/state"),
    "emulator reset": ("--state", "{folder}/state"),
    "emulator serve": ("--state", "{folder}/state", "--port", "0"),
}
"""Arguments with which each command does its work."""

MANY = ("{fleet}",)
ON_MANY: dict[str, tuple[str, ...]] = {
    "validate": (*P, "--all-targets"),
    "plan": (*S, "--all-targets"),
    "plan show": MANY,
    "plan merge": MANY,
    "apply": (*MANY, *Y),
    "drift": (*S, "--all-targets"),
    "audit": (*S, "--all-targets"),
    "list": (*S, "--all-targets"),
    "export": ("train", *S, "--all-targets", "--out", "{folder}/live"),
    "ci comment": (*MANY, *HOST),
    "ci summary": (*MANY, "--to", "{folder}/summary"),
    "ci annotate": MANY,
    "ci issue": (*MANY, *HOST),
    "ci notify": (*MANY, "--to", "webhook"),
    "ci verify": (*MANY, *HOST),
    "ci mark": ("planning", *MANY, *HOST),
    "ci counts": MANY,
    "ci name": MANY,
}
"""The same for many targets, or for the document of their plans."""

ENDS_BY_SIGNAL = frozenset({"emulator serve"})
"""What goes on until it is told to end: that is its ordinary end, with exit code 0."""


def commands(group: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something by itself, with its words."""
    if not isinstance(group, click.Group):
        yield " ".join(words), group
        return
    if group.invoke_without_command:
        yield " ".join(words), group
    for name in group.list_commands(click.Context(group)):
        inner = group.get_command(click.Context(group), name)
        assert inner is not None
        yield from commands(inner, (*words, name))


COMMANDS = dict(commands(cli))


def test_every_command_has_a_row() -> None:
    assert ROWS.keys() == COMMANDS.keys()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A project, what is live of it, and the files that commands take."""
    folder = tmp_path_factory.mktemp("world")
    project = ProjectFolder(folder / "project")
    project.template()
    project.board("gitops-board")
    clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
    with Emulator(clock=clock, profile=Profile(board_delay=0.0, job_delay=0.0, deterministic_ids=True)) as emulator:
        service = ("--project", project.root, "--endpoint", emulator.url)
        for step in (
            ("apply", "--yes", *service),
            ("launch", "train", *service),
            ("audit", *service, "--snapshot", folder / "audit.sqlite3"),
        ):
            ended = command(*step)
            assert ended.code in (0, 1), ended.text
        project.template(command="python two.py")
        assert command("plan", *service, "--out", folder / "plan.json").code == 0
        assert command("plan", *service, "--all-targets", "--out", folder / "fleet.json").code == 0
        (folder / "body.json").write_text('{"JobType": "PyTorchJob"}')
        yield {
            "project": str(project.root),
            "endpoint": emulator.url,
            "plan": str(folder / "plan.json"),
            "fleet": str(folder / "fleet.json"),
            "snapshot": str(folder / "audit.sqlite3"),
            "body": str(folder / "body.json"),
            "job": emulator.store.jobs()[0].id,
            "board": emulator.store.boards()[0].id,
        }


@pytest.fixture
def run(world: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Run a command with its row; `places` stand in for what the row names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_TOKEN", "not-a-token")
    monkeypatch.setenv("DLC_RECONCILER_NOTIFY_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "not-a-token")

    def run(name: str, *more: str, **places: str) -> Ended:
        known = {**world, "folder": str(tmp_path), "lock": f"file:{tmp_path}/lock", **places}
        return command(*name.split(), *(each.format(**known) for each in ROWS[name]), *more)

    return run


def the_version(text: str) -> str:
    return json.dumps({**json.loads(text), "format_version": "99.0"})


def half(text: str) -> str:
    return text[: len(text) // 2]


def a_field(text: str) -> str:
    return json.dumps({**json.loads(text), "more": 1})


def without_targets(text: str) -> str:
    return dumps(replace(fleet_of(text), plans=()))


def a_target_twice(text: str) -> str:
    fleet = fleet_of(text)
    return dumps(replace(fleet, plans=fleet.plans * 2))


def a_plan_that_failed(text: str) -> str:
    fleet = fleet_of(text)
    failed = (Failure(target=fleet.targets[0], code="unreachable", message="no answer"),)
    return dumps(replace(fleet, failed=failed))


def fleet_of(text: str) -> Fleet:
    found = loads(text)
    assert isinstance(found, Fleet)
    return found


@pytest.mark.parametrize(
    "spoil",
    [the_version, half, a_field, without_targets, a_target_twice, a_plan_that_failed],
    ids=lambda each: each.__name__,
)
def test_no_command_takes_a_spoiled_document_of_many_targets(
    spoil: Callable[[str], str], run: Callable[..., Ended], world: dict[str, str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Some marks are made anew after the change, as somebody would who wants the document to be believed."""
    file = tmp_path / "fleet.json"
    file.write_text(spoil(Path(world["fleet"]).read_text()))
    for name in (name for name, row in ON_MANY.items() if "{fleet}" in row):
        monkeypatch.setitem(ROWS, name, ON_MANY[name])
        ended = run(name, fleet=str(file))
        assert ended.code == 3, (name, ended.text)
        assert "internal error" not in ended.text
        assert file.name in ended.err, name


class Interrupted:
    """Ctrl-C at the first thing that a command does with the world: a request, a file that is read, a line."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.happened = False
        for place, name in ((Transport, "exchange"), (Path, "read_text"), (Path, "read_bytes"), (Outlet, "write")):
            monkeypatch.setattr(place, name, self._once(getattr(place, name)))

    def _once(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*arguments: Any, **named: Any) -> Any:
            if self.happened:
                return real(*arguments, **named)
            self.happened = True
            raise KeyboardInterrupt

        return act


@pytest.mark.parametrize("name", sorted(ROWS.keys() - ENDS_BY_SIGNAL))
def test_interrupted_is_130(name: str, run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    is_130(name, run, monkeypatch)


@pytest.mark.parametrize("name", sorted(ON_MANY))
def test_interrupted_on_many_targets_is_130(
    name: str, run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ROWS, name, ON_MANY[name])
    is_130(name, run, monkeypatch)


def is_130(name: str, run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted = Interrupted(monkeypatch)
    ended = run(name)
    assert interrupted.happened
    assert ended.code == 130, ended.text
    assert ended.err.endswith("Interrupted.\n")


ASKING = {
    "apply": S,
    "jobs stop": ("{job}", *S),
    "boards stop": ("{board}", *S),
    "boards delete": ("{board}", *S),
    "init": ("{project}", "--template", "single-gpu", "--as", "train"),
}


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("typed", [KeyboardInterrupt, EOFError, "n"])
def test_a_question_that_nobody_answers(
    name: str, typed: Any, run: Callable[..., Ended], world: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C and the end of the input interrupt; `no` is an answer."""

    def prompt(_text: str = "") -> str:
        if isinstance(typed, str):
            return typed
        raise typed

    project = Path(world["project"])
    (project / "templates").mkdir(exist_ok=True)
    (project / "templates" / "train.yaml").write_text("# mine\n")
    monkeypatch.setattr("click.termui.visible_prompt_func", prompt)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setitem(ROWS, name, ASKING[name])
    ended = run(name)
    shutil.rmtree(project / "templates")
    if isinstance(typed, str):
        # `init` leaves the file alone that is not to be overwritten, and is done.
        assert ended.code == (0 if name == "init" else 1), ended.text
    else:
        assert ended.code == 130, ended.text


MAY_BE_MISSING = frozenset(
    {
        ("emulator reset", "state"),
        ("ci oidc-token", "out"),
        ("ci notify", "told"),
        *((name, "project") for name in ROWS if name.startswith("ci ")),
        *((name, "cache_dir") for name in ROWS),
    }
)
"""A forgotten state may be gone; a token is fetched first; what was told matters with --drift alone; what tells of a
broken project reads it leniently; without a cache everything goes on."""


def file_parameters() -> Iterator[tuple[str, click.Parameter]]:
    for name, each in COMMANDS.items():
        for parameter in each.params:
            if getattr(parameter, "hidden", False):
                continue
            if isinstance(parameter.type, click.Path) and (name, parameter.name) not in MAY_BE_MISSING:
                yield name, parameter


@pytest.mark.parametrize(
    ("name", "parameter"), list(file_parameters()), ids=lambda each: each if isinstance(each, str) else each.name
)
def test_a_wrong_file_is_1(
    name: str, parameter: click.Parameter, run: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path below a file: nothing is there, and nothing can be made there."""
    (tmp_path / "file").write_text("x")
    wrong = str(tmp_path / "file" / "x.html")
    if isinstance(parameter, click.Argument):
        places = dict.fromkeys(("plan", "snapshot", "body"), wrong)
        if name in ("fmt", "emulator seed", "init"):
            monkeypatch.setitem(ROWS, name, (wrong, *(("--state", "{folder}/state") if "seed" in name else ())))
        ended = run(name, **places)
    else:
        option = parameter.opts[-1]
        words = ROWS[name]
        if option in words:
            at = words.index(option)
            monkeypatch.setitem(ROWS, name, (*words[:at], *words[at + 2 :]))
        ended = run(name, option, wrong, lock="oss://bucket/key")
    assert ended.code == 1, ended.text
    assert "internal error" not in ended.text
    assert wrong in ended.text or str(Path(wrong).parent) in ended.text


@pytest.mark.parametrize("name", ROWS)
def test_wrong_usage_is_64(name: str, run: Callable[..., Ended]) -> None:
    """An option that there is not, a value that cannot be one, an argument that is missing."""
    assert run(name, "--no-such-option").code == 64
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option) and not parameter.is_flag and not parameter.count:
            if not isinstance(parameter.type, click.types.StringParamType | click.Path | click.types.FuncParamType):
                assert run(name, parameter.opts[-1], "?").code == 64, parameter.opts
        elif isinstance(parameter, click.Argument) and parameter.required:
            assert command(*name.split()).code == 64


MAY_BE_EMPTY = frozenset({"--artifact-url", "--description"})
"""There may be no artifact, and a description may be taken away."""


@pytest.mark.parametrize("name", ROWS)
def test_an_empty_value_is_64_and_never_as_if_the_option_were_absent(name: str, run: Callable[..., Ended]) -> None:
    """`--lock "$LOCK"` where nobody has set LOCK."""
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option) and not parameter.is_flag and not parameter.count:
            for option in set(parameter.opts) - MAY_BE_EMPTY:
                for empty in ("", " "):
                    ended = run(name, option, empty)
                    assert ended.code == 64, (option, ended.text)
                    assert "internal error" not in ended.text
        elif isinstance(parameter, click.Argument):
            assert command(*name.split(), "").code == 64


def test_an_empty_value_says_what_to_do(run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    ended = run("adopt", "--from", "")
    assert "Invalid value for '--from': the value is empty; leave it out, or write one" in ended.err
    monkeypatch.setenv("DLC_RECONCILER_FROM", "")
    assert run("adopt").code == 0
