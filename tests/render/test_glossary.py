"""Every word that plans and reports print is explained, however it is written."""

from __future__ import annotations

import pytest
from support.commands import command

from reconciler.model import Moved, Reason, Status, Verb
from reconciler.render.glossary import _OUTCOMES, _VERBS, found, words
from reconciler.render.wording import ERRORS, GROUPS, MOVED, OTHERS, REASONS, RETAINED, WAITING

PRINTED = [
    *(verb.value for verb in Verb),
    *(status.value for status in Status),
    *(text for group in GROUPS.values() for text in (group.sign, group.heading, group.one, group.many)),
    *(ERRORS, WAITING, RETAINED, OTHERS, "unchanged", "blocked", "not ours"),
    *(MOVED[side] for side in Moved),
    *(reason.value for reason in Reason),
    *REASONS.values(),
]


@pytest.mark.parametrize("word", PRINTED)
def test_every_word_is_explained(word: str) -> None:
    assert found(word)
    assert found(word.upper()) == found(word)


def test_a_word_is_explained_on_the_command_line() -> None:
    said = command("explain", "new", "version")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("new-version (action, sign `~`)\n\n  No live version has the manifest's content")
    assert command("explain", "~").out.count("(action, sign `~`)") == 2
    assert command("explain", "--", "-").out.startswith("delete ")
    assert command("explain", "HELD").out.startswith("held (outcome)")
    wrong = command("explain", "helt")
    assert (wrong.code, 'Did you mean "held"?' in wrong.err) == (64, True)


def test_every_action_and_outcome_has_a_meaning_of_its_own() -> None:
    assert set(Verb) == set(_VERBS)
    assert set(Status) == set(_OUTCOMES)


def test_meanings_are_whole_sentences() -> None:
    for word in words():
        assert word.meaning.endswith("."), word.text
