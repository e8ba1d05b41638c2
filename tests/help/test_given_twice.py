"""An option that takes one value: different ones are wrong usage, whichever command it is, or the last one is taken."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from support.commands import command

from reconciler.cli.app import cli
from reconciler.cli.options.once import HINTS, LAST_WINS, OnceOption
from reconciler.errors import UsageError

from .test_help import commands


def called(words: tuple[str, ...]) -> click.Command:
    """The command of these words."""
    found: click.Command = cli
    for word in words:
        assert isinstance(found, click.Group)
        inner = found.get_command(click.Context(found), word)
        assert inner is not None
        found = inner
    return found


def whole() -> click.Context:
    """The context of the program; a command keeps the names of its help option that it finds there first."""
    return click.Context(cli, **cli.context_settings)


ALL = {" ".join(words): called(words) for words in commands(cli)}


def single(owner: click.Command) -> Iterator[click.Option]:
    """The options of a command that take one value."""
    for each in owner.params:
        if isinstance(each, click.Option) and not (each.multiple or each.is_flag or each.count):
            yield each


def told(owner: click.Command, *words: str) -> str:
    """What is said of an option that is given twice; empty for nothing, whatever else is missing or wrong."""
    try:
        owner.make_context("x", list(words), parent=whole())
    except UsageError as error:
        return str(error)
    except click.ClickException:
        return ""
    return ""


def test_every_option_of_every_command() -> None:
    names, wrong = set(), []
    for words, owner in ALL.items():
        for option in single(owner):
            name = option.opts[-1]
            names.add(name)
            is_refused = told(owner, name, "1", name, "2") == f'{name} is given as "1" and as "2", and takes one value'
            if is_refused is (name in LAST_WINS):
                wrong.append(f"{words} {name}")
            if told(owner, name, "1", name, "1"):
                wrong.append(f"{words} {name}, the same value twice")
    assert wrong == []
    assert len(names) > 80
    assert names >= LAST_WINS, "no name is left over in the table"


def test_the_hint_names_the_commands_that_take_several_targets() -> None:
    several = [
        f"`{words}`"
        for words, owner in sorted(ALL.items())
        if any("--target" in each.opts and getattr(each, "multiple", False) for each in owner.params)
    ]
    assert f"{', '.join(several[:-1])} and {several[-1]} take several" in HINTS["--target"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("history", "train", "--target", "a", "--target=b"),
            '--target is given as "a" and as "b", and takes one value',
        ),
        (("plan", "--project", "a", "--project", "b"), '--project is given as "a" and as "b", and takes one value'),
        (("ci", "counts", "--file", "a", "--file", "b"), '--file is given as "a" and as "b", and takes one value'),
        (("apply", "--lock", "file:a", "--lock", "file:b"), '--lock is given as "file:a" and as "file:b"'),
    ],
)
def test_it_is_wrong_usage_and_says_what_to_do(words: tuple[str, ...], says: str) -> None:
    ended = command(*words)
    assert (ended.code, ended.out) == (64, "")
    assert says in ended.err
    assert ("`apply`, `audit`" if "--target" in words else "Leave one of them out.") in ended.err


def test_what_is_appended_wins_where_it_is_about_showing() -> None:
    ended = command("schema", "JobTemplate", "--lang", "zh", "--lang", "en")
    assert ended.code == 0
    assert command("plan", "--format", "html", "--format", "wrong").code == 64


def test_completion_says_nothing_about_it() -> None:
    option = next(each for each in called(("history",)).params if "--target" in each.opts)
    assert isinstance(option, OnceOption)
    context = called(("history",)).make_context(
        "x", ["--target", "a", "--target", "b"], parent=whole(), resilient_parsing=True
    )
    assert context.params["target"] == "b"
