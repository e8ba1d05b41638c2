"""Every sentence that the program can say is there in every language, and says what the English one says."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from string import Formatter

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.kinds import KINDS
from reconciler.languages import LANGUAGES, language, say, speaking
from reconciler.languages.catalogue import Catalogue, template_of
from reconciler.model import Moved, Reason, Severity, Status, Verb
from reconciler.render.glossary import words
from reconciler.render.wording import GROUPS

from .prose import SOURCE, is_told, templates

OTHERS = [code for code in LANGUAGES if code != "en"]
BESIDES = frozenset({"words", "composed", "click"})
"""Files with texts that do not stand in the source as a whole: single words, rows of several texts, a library's."""


@cache
def files_of(code: str) -> dict[str, dict[str, str]]:
    folder = SOURCE / "languages" / code
    found = [*(folder / "messages").glob("*.yaml"), folder / "words.yaml"]
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {file.stem: yaml.load(file.read_text(encoding="utf-8"), loader) for file in found}  # noqa: S506 # safe


def pieces_of(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_of_the_source_is_there(code: str) -> None:
    known = {english.replace("{n}", "{}") for file in files_of(code).values() for english in file}
    missing = [f"{file}: {text}" for text, file in templates().items() if is_told(text, file) and text not in known]
    assert missing == [], f"say these in reconciler/languages/{code}/messages, or list them in not_told.yaml"


@pytest.mark.parametrize("code", OTHERS)
def test_no_sentence_is_left_over_and_none_is_there_twice(code: str) -> None:
    files = files_of(code)
    left = [
        f"{name}: {text}"
        for name, file in files.items()
        if name not in BESIDES
        for text in file
        if text.replace("{n}", "{}") not in templates()
    ]
    assert left == [], "the source does not say these any more"
    every = Counter(text.replace("{n}", "{}") for file in files.values() for text in file)
    assert sorted(text for text, times in every.items() if times > 1) == []


@pytest.mark.parametrize("code", OTHERS)
def test_what_a_kind_calls_its_objects_is_a_word_of_the_language(code: str) -> None:
    with speaking(language(code)):
        kept = [kind.noun for kind in KINDS if say(kind.noun) == kind.noun and kind.noun != kind.name]
    assert kept == [], f"say these in reconciler/languages/{code}/words.yaml"


ENDINGS = re.compile(r"(?<=[a-z])\{\}|\{\}(?= errors\b)|(?<=\bprove )\{\}|(?<=\brefuses )\{\}|(?<=\{n\} )\{\}\Z")
"""The `s` of a plural, "its" and "their", "try" and "tries": what Chinese has no word for."""


@pytest.mark.parametrize("code", OTHERS)
def test_all_data_of_a_sentence_is_in_its_translation_and_nothing_else(code: str) -> None:
    for file in files_of(code).values():
        for english, said in file.items():
            given_pieces, used = len(pieces_of(english)), {int(name) for name in pieces_of(said)}
            assert used <= set(range(given_pieces)), english
            endings = len(ENDINGS.findall(english))
            assert given_pieces - len(used) <= endings, f"{english} -> {said}"


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_typed_stays_as_it_is(code: str) -> None:
    for file in files_of(code).values():
        for english, said in file.items():
            assert typed_in(english) == typed_in(said)


def typed_in(text: str) -> tuple[list[str], list[str]]:
    """Return what stands in backquotes, without the numbers of pieces, and the options."""
    plain = re.sub(r"\{[^{}]*\}", "{}", text)
    return sorted(re.findall(r"`[^`]+`", plain)), sorted(re.findall(r"--[a-z-]+", plain))


ENUMS: tuple[type[Verb | Reason | Severity | Status | Moved], ...] = (Verb, Severity, Status)


@pytest.mark.parametrize("code", OTHERS)
def test_every_word_of_a_plan_and_its_meaning_are_there(code: str) -> None:
    spoken = language(code)
    with speaking(spoken):
        explained = words()
    for word in explained:
        assert not word.meaning.isascii(), word
        assert not word.sort.isascii(), word
    for kind in ENUMS:
        assert [each for each in kind if spoken.say(each.value).isascii()] == []
    for group in GROUPS.values():
        assert not spoken.say(f"1 {group.one}").isascii()
        assert not spoken.say(f"2 {group.many}").isascii()


def test_english_is_what_the_code_says() -> None:
    assert say("Takes away 3 live objects.") == "Takes away 3 live objects."
    with speaking(language("zh")):
        assert say("Takes away 3 live objects.") == "会移除 3 个线上对象。"
        with speaking(language("en")):
            assert say("nothing to do") == "nothing to do"
    assert say("nothing to do") == "nothing to do"


CATALOGUE = Catalogue(
    {
        'unknown field "{}"{}': '未知字段 "{0}"{1:say}',
        'did you mean "{}"?': '您是否想写 "{0}"？',
        "{n} jobs": "{0} 个任务",
        "{} kept: {}": "保留 {0}：{1:say}",
        "jobs refer to it": "有任务引用它",
        "Sums: {}": "合计：{0:each}",
        "Look again.": "请再看一次。",
    },
    {"; ": "；", ", ": "，", " ": "", ", and ": "和"},
)


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ('unknown field "x"', '未知字段 "x"'),
        ('unknown field "x"; did you mean "y"?', '未知字段 "x"；您是否想写 "y"？'),
        ("tpl1 kept: jobs refer to it", "保留 tpl1：有任务引用它"),
        ("tpl1 kept: a reason of the service", "保留 tpl1：a reason of the service"),
        ("Sums: 2 jobs, 3 jobs", "合计：2 个任务，3 个任务"),
        ("x jobs", "x jobs"),
        ("Look again. Look again.", "请再看一次。请再看一次。"),
        ("Nobody knows this. Look again.", "Nobody knows this. 请再看一次。"),
        ("  jobs refer to it\n", "  有任务引用它\n"),
        ("", ""),
    ],
)
def test_sentences_are_found_by_their_form(english: str, said: str) -> None:
    assert CATALOGUE.say(english) == said


HOSTILE = st.text(alphabet='ab{}`";. 2jobsreftLook again.,:，\n')


@given(data=HOSTILE)
def test_data_is_never_translated_and_never_breaks_a_sentence(data: str) -> None:
    """Whatever stands inside a sentence comes out letter by letter, also where it looks like a sentence of ours."""
    said = CATALOGUE.say(f"{data} kept: jobs refer to it")
    assert data.strip(" \n") in said
    assert CATALOGUE.say(f'unknown field "{data}"').count(data) >= 1


@given(data=st.sampled_from(["2 jobs", "jobs refer to it", "Look again.", 'x"; did you mean "y"?', "Sums: 2 jobs"]))
def test_data_that_reads_like_a_sentence_of_ours_stays(data: str) -> None:
    assert f'"{data}"' in CATALOGUE.say(f'unknown field "{data}"')


def test_a_template_tells_numbers_from_texts() -> None:
    assert template_of("{n} of {}").pieces("12 of jobs") == ["12", "jobs"]
    assert template_of("{n} of {}").pieces("a of jobs") is None
    assert template_of("{}{}").pieces("a; b") == ["a", "; b"]
