"""A snapshot of every help page. `--update-help` writes them anew; read the diff before committing it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from support.commands import command

from reconciler.cli.app import cli

PAGES = Path(__file__).parent / "pages"


def commands(group: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command there is, groups first."""
    yield words
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            inner = group.get_command(context, name)
            assert inner is not None
            yield from commands(inner, (*words, name))


ALL = sorted(commands(cli))


def page(words: tuple[str, ...]) -> Path:
    return PAGES / f"{'-'.join(words) or 'dlc-reconciler'}.txt"


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_a_help_page(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    short, long = command(*words, "-h"), command(*words, "--help")
    assert (short.code, short.err) == (0, "")
    assert short.out == long.out
    if pytestconfig.getoption("--update-help", default=False):
        PAGES.mkdir(exist_ok=True)
        page(words).write_text(short.out, encoding="utf-8")
    assert short.out == page(words).read_text(encoding="utf-8")


def test_no_page_is_left_over() -> None:
    assert {each.name for each in PAGES.iterdir()} == {page(words).name for words in ALL}


@pytest.mark.parametrize("words", [words for words in ALL if words], ids=" ".join)
def test_every_page_has_an_example_that_names_the_command(words: tuple[str, ...]) -> None:
    found = command(*words, "-h").out
    assert "\n  Example" in found
    assert f"dlc-reconciler {' '.join(words)}" in found.partition("\n  Example")[2]


def test_an_unknown_command_names_the_nearest() -> None:
    for words, name in ((("pln",), "plan"), (("jobs", "lst"), "list"), (("PLAN",), "plan")):
        ended = command(*words)
        assert (ended.code, f'Did you mean "{name}"?' in ended.err) == (64, True), ended.err


@pytest.mark.parametrize(("group", "inner"), [("plan", "show"), ("audit", "merge")])
def test_an_option_before_a_subcommand_is_refused_since_it_would_have_no_effect(group: str, inner: str) -> None:
    ended = command(group, "--format", "json", inner, "some-file")
    assert (ended.code, f"write options after `{inner}`, not before it: --format" in ended.err) == (64, True), ended.err
