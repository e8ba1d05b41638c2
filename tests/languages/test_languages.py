"""Everything that is said in a language beside English is there, and takes the room that it takes on a terminal."""

from __future__ import annotations

import re
import sys
from types import SimpleNamespace

import pytest
from support.commands import command

from reconciler.cli.options.language import language_of
from reconciler.codes import CODE_TABLE
from reconciler.languages import LANGUAGES, language
from reconciler.manifests.policies import packaged_policies
from reconciler.render.width import padded, width

ENTRIES = {**CODE_TABLE, **packaged_policies()}
OTHERS = [code for code in LANGUAGES if code != "en"]


@pytest.mark.parametrize("code", OTHERS)
def test_no_finding_code_is_missing_and_none_is_left_over(code: str) -> None:
    texts = language(code).codes
    assert ENTRIES.keys() - texts.keys() == set(), "translate these in reconciler/languages"
    assert texts.keys() - ENTRIES.keys() == set()
    assert [each for each in texts if texts[each].keys() != {"title", "why", "fix"}] == []


@pytest.mark.parametrize("code", OTHERS)
def test_commands_fields_and_addresses_are_the_same_in_every_language(code: str) -> None:
    """What stands in backquotes is typed or written as it is, so it must not be translated."""
    texts = language(code).codes
    for entry in ENTRIES.values():
        for name in ("title", "why", "fix"):
            quoted = [sorted(re.findall(r"`[^`]+`", text)) for text in (getattr(entry, name), texts[entry.code][name])]
            assert quoted[0] == quoted[1], f"{entry.code} {name}"


def test_explain_speaks_chinese_where_it_is_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    chinese = command("explain", "dlc020", "--lang", "zh").out
    assert chinese.startswith("DLC020: 未知字段 (错误)\n")
    assert "原因:" in chinese
    assert "处理办法:" in chinese
    assert command("explain", "dlc020").out == command("explain", "dlc020", "--lang", "en").out
    monkeypatch.setenv("DLC_RECONCILER_LANG", "zh")
    assert command("explain", "dlc020").out == chinese
    assert "DLC020  错误     未知字段\n" in command("explain").out


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_of_the_system_counts_on_a_terminal_only(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert language_of(["plan"], variables).code == "en"
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: True))
    assert language_of(["plan"], variables).code == expected


@pytest.mark.parametrize(
    ("arguments", "variable", "expected"),
    [
        (["plan", "--lang", "zh"], "", "zh"),
        (["plan", "--lang=zh"], "", "zh"),
        (["plan"], "zh", "zh"),
        (["plan", "--lang", "en"], "zh", "en"),
        (["plan", "--lang", "en", "--lang", "zh"], "", "zh"),
        (["plan", "--lang"], "", "en"),
        (["plan", "--lang", "fr"], "zh", "en"),
    ],
)
def test_the_option_and_the_variable_count_always(arguments: list[str], variable: str, expected: str) -> None:
    assert language_of(arguments, {"DLC_RECONCILER_LANG": variable, "LANG": "de_DE"}).code == expected


@pytest.mark.parametrize(
    ("text", "columns"), [("plan", 4), ("计划", 4), ("é", 1), ("e\u0301", 1), ("\uff21", 2), ("", 0)]
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns
    assert width(padded(text, 9)) == 9
