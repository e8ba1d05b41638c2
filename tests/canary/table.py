"""Every command there is, with arguments that make it say as much as it can. A command without a row fails a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
import yaml

from canary.world import World, plain
from reconciler.cli.app import cli

Words = list[str]
Row = Callable[[World], Words]


def words(*arguments: str) -> Row:
    """A row that is the same in every world, and needs to be told where it is."""
    return lambda world: [*arguments, *world.here()]


def alone(*arguments: str) -> Row:
    """A row that needs no place."""
    return lambda _world: [*arguments]


def on_job(*arguments: str, status: str | None = "Succeeded") -> Row:
    """A command on a job made for it."""
    return lambda world: [world.job(status), *arguments, *world.here()]


def on_board(*arguments: str, status: str = "Running") -> Row:
    """A command on a board made for it."""
    return lambda world: [world.board(status), *arguments, *world.here()]


def _project(world: World) -> Words:
    return ["--project", str(world.project.root)]


def _merge(world: World) -> Words:
    file = world.file(".sqlite3")
    world.run("audit", "--snapshot", file, "--out", world.file(".txt"), *world.here())
    return [file, *_project(world)]


def _body(world: World) -> Words:
    file = Path(world.file(".job.yaml"))
    folder = world.project.root / "manifests"  # what a person wrote holds secrets by purpose
    file = folder / f"{file.name}.body"
    file.write_text(yaml.safe_dump(plain("body")), encoding="utf-8")
    return [str(file), *world.here()]


def _emulator_seed(world: World) -> Words:
    return ["--fleet", "10", "--state", world.file(".sqlite3")]


DISCOVERED = ("ecs-specs", "workspaces", "image-labels", "datasets", "code-sources", "images")
_WAIT = ("--wait", "1", "--interval", "0.01")
ROWS: Mapping[str, tuple[Row, ...]] = {
    "init": (
        lambda world: [world.file(".d"), "--from-live", "--workspace", "1001", "--endpoint", world.emulator.url],
        alone("--list"),
    ),
    "validate": (_project, words("--online")),
    "fmt": (lambda world: ["--check", *_project(world)],),
    "render": (_project,),
    "explain": (alone("DLC115"), alone("JobTemplate.spec.content.Envs"), alone("new-version")),
    "schema": (alone("JobTemplate"),),
    "plan": (
        words(),
        words("--verify", "--changed-since", "HEAD~1"),
        words("--all-targets"),
        lambda world: ["--work-list", *_project(world)],
        lambda world: ["--out", world.file(".out"), *world.here()],
    ),
    "plan show": (lambda world: [world.plan_file()],),
    "plan merge": (
        lambda world: [world.plan_file("--shard", "1/2"), world.plan_file("--shard", "2/2"), "--out", world.file(".m")],
    ),
    "apply": (
        lambda world: ["--yes", "--log-json", world.file(".jsonl"), "--parallel", "1", *world.here()],
        lambda world: [world.plan_file(), "--yes", *world.here()],
        lambda world: ["--all-targets", "--yes", "--log-json", world.file(".jsonl"), *world.here()],
    ),
    "ci annotate": (lambda world: [world.plan_file(), *_project(world)],),
    "ci comment": (lambda world: [world.plan_file()],),
    "ci issue": (lambda world: [world.plan_file()],),
    "ci notify": (
        lambda world: [world.plan_file(), "--to", "slack"],
        lambda world: [world.plan_file(), "--to", "webhook", "--drift", "--told", world.file(".told"), "--strict"],
    ),
    "ci counts": (lambda world: [world.plan_file()],),
    "ci mark": (lambda world: ["refused", world.plan_file()],),
    "ci name": (lambda world: [world.plan_file()],),
    "ci oidc-token": (lambda world: ["--out", world.file(".token")],),
    "ci summary": (lambda world: [world.plan_file(), "--to", world.file(".md")],),
    "ci verify": (lambda world: [world.plan_file()],),
    "drift": (words(), words("--all-targets")),
    "history": (words("all"), words("plain"), words("foreign"), words("plain", "--no-jobs", "--commits", "0")),
    "diff": (
        words("all"),
        words("plain", "1", "2"),
        words("foreign", "1", "2"),
        words("all", "1", "manifest"),
        words("plain", "foreign"),
    ),
    "export": (
        words("all"),
        words("foreign"),
        lambda world: ["--out", world.file(".d"), *world.here()],
        lambda world: ["--job", world.job("Succeeded"), *world.here()],
        lambda world: ["unchanged", "plain", "gitops-board", "--out", world.file(".d"), *world.here()],
    ),
    "list": (words(), words("--all-targets")),
    "show": (words("all"), words("foreign"), words("plain", "--version", "1"), words("gitops-board")),
    "force-unlock": (lambda world: [world.file(".lock"), "--owner", "0", *world.here()],),
    "adopt": (words("plain", "--yes"), words("--all", "--yes")),
    "release": (words("plain", "--yes"), words("--all", "--yes")),
    "audit": (
        words("--fail-on", "note"),
        lambda world: ["--snapshot", world.file(".sqlite3"), "--write-baseline", *_baseline(world), *world.here()],
    ),
    "audit merge": (_merge,),
    "launch": (
        words("all", "--preview", "--env", "MY_TOKEN=canary-112-echo", "--set", "Envs.QUIET=x"),
        words("foreign", "--preview", "--set", "Envs.HF_TOKEN=other"),
        words("unchanged", "--preview"),
        words("unchanged"),
    ),
    "jobs submit": (_body, lambda world: [*_body(world), "--preview"]),
    "jobs list": (words(), words("--limit", "100")),
    "jobs show": (on_job(), on_job(status="Failed")),
    "jobs update": (on_job("--description", "new", *_WAIT, status="Running"),),
    "jobs stop": (on_job("--yes", *_WAIT, status=None),),
    "jobs tag": (on_job("team=vision", *_WAIT),),
    "jobs clean": (words("--verify", "--yes", *_WAIT),),
    "jobs delete": (on_job("--yes", *_WAIT),),
    "jobs logs": (on_job(), on_job("--follow", *_WAIT)),
    "jobs events": (on_job(),),
    "jobs pod-events": (on_job(),),
    "jobs metrics": (on_job(),),
    "jobs diagnose": (on_job(status="Failed"),),
    "jobs sanity": (on_job(),),
    "jobs dashboard": (on_job("--share"),),
    "jobs ray-dashboard": (on_job(),),
    "jobs terminal": (on_job(status="Running"),),
    "jobs token": (on_job(),),
    "boards list": (words(),),
    "boards show": (on_board(),),
    "boards start": (on_board(*_WAIT, status="Stopped"),),
    "boards stop": (on_board("--yes", *_WAIT),),
    "boards delete": (on_board("--yes", *_WAIT),),
    "boards share": (on_board(),),
    **{f"discover {what}": (words(),) for what in DISCOVERED},
    "completion": (alone("bash"),),
    "permissions": (lambda world: ["plan", "apply", *_project(world)],),
    "cache size": (lambda world: ["--cache-dir", world.file(".cache")],),
    "cache clear": (lambda world: ["--cache-dir", world.file(".cache")],),
    "emulator serve": (),  # runs until it is stopped, and says its address
    "emulator seed": (_emulator_seed,),
    "emulator reset": (lambda world: ["--state", world.file(".sqlite3")],),
}


def _baseline(world: World) -> Words:
    return ["--baseline", world.file(".baseline.json")]


def commands() -> dict[str, click.Command]:
    """Every command that does something, by its words."""
    return dict(_walk(cli, ()))


def _walk(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group) or (command.invoke_without_command and words):
        yield " ".join(words), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _walk(inner, (*words, name))


def command_of(name: str) -> click.Command:
    """One command by its words; the others are not imported."""
    found: click.Command = cli
    for word in name.split():
        assert isinstance(found, click.Group)
        inner = found.get_command(click.Context(found), word)
        assert inner is not None
        found = inner
    return found


def formats(command: click.Command) -> list[str]:
    """Its formats; empty when there is only one."""
    found = next((each.type for each in command.params if "--format" in each.opts), None)
    return list(found.choices) if isinstance(found, click.Choice) else []


def invocations(world: World, name: str) -> Iterator[Words]:
    """Every way to run one command in this world: each row in each format, saying as much as it can."""
    for row in ROWS[name]:
        for form in formats(command_of(name)) or [""]:
            yield _invocation(world, name, row, form)


def some_invocations(world: World, name: str) -> Iterator[Words]:
    """The first row in each format, and each other row in one of them, in turn."""
    forms = formats(command_of(name)) or [""]
    first, *others = ROWS[name]
    for form in forms:
        yield _invocation(world, name, first, form)
    for number, row in enumerate(others):
        yield _invocation(world, name, row, forms[number % len(forms)])


def _invocation(world: World, name: str, row: Row, form: str) -> Words:
    loud = ["-vv"] if any("-v" in each.opts for each in command_of(name).params) else []
    return [*name.split(), *(["--format", form] if form else []), *loud, *row(world)]
