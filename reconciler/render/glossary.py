"""Every word that a plan or a report prints, and what it means: actions, outcomes, headings, reasons, signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.languages import say
from reconciler.model import Moved, Status, Verb
from reconciler.model.quick import dataclass
from reconciler.render.style import PLAIN, Palette
from reconciler.render.wording import ERRORS, GROUPS, MOVED, OTHERS, REASONS, RETAINED, WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word: what sort of word it is, what it means, and the other words under which it is found."""

    text: str
    sort: str
    meaning: str
    also: tuple[str, ...] = ()


_VERBS = {
    Verb.VERIFY: "Run what is about to become the default once, as a job of its own. Only what passes is published;"
    " what does not is held. It costs what the plan says at most.",
    Verb.CREATE: "No live object has this name: it is created. A template's version 1 becomes its default.",
    Verb.ADOPT: "The live template has no owner and the manifest asks for it: the project's mark is written on it.",
    Verb.RENAME: "The manifest says which name the live template has still (`renamedFrom`): it gets the new name, and"
    " keeps its versions, its jobs and its id.",
    Verb.RELEASE: "The project's mark is taken off the live template: it stays as it is, and belongs to nobody.",
    Verb.NEW_VERSION: "No live version has the manifest's content: one is made, and becomes the default unless the"
    " manifest pins another. Versions never change afterwards.",
    Verb.PROMOTE: "A version with the content that is asked for exists, or a pinned one is not the default: it becomes"
    " the default, so that new jobs get it.",
    Verb.UPDATE: "Fields that can change in place differ: description, labels, marks; of a TensorBoard also"
    " accessibility, running time and priority.",
    Verb.REPLACE: "A field of a TensorBoard differs that cannot change in place: a new one is created, then the old one"
    " is stopped and deleted. Its address changes.",
    Verb.FOLLOW: "The template of a TensorBoard has a newer job: the board goes over to it. Nobody changed anything, so"
    " it needs no review and is no drift.",
    Verb.START: "The manifest says `state: running`, and the TensorBoard is stopped: it is started.",
    Verb.STOP: "The manifest says `state: stopped`, and the TensorBoard runs: it is stopped.",
    Verb.DELETE: "The object is in no manifest any more and pruning is on, or the manifest says `state: absent`: it is"
    " deleted. A template that a job refers to is retained instead.",
}
_OUTCOMES = {
    Status.DONE: "The action was done, and reading back showed it.",
    Status.FAILED: "The service refused it or did not do it; the reason stands beside it. Nothing is deleted in this"
    " run.",
    Status.SKIPPED: "It was not tried: something it depends on failed, or the run ended before.",
    Status.RETAINED: "It was to be deleted and stays: a job refers to it, it is protected, or the service refused.",
    Status.STALE: "The live object is not what was seen when planning: nothing was written. Plan again.",
    Status.UNKNOWN: "The answer to a write was lost, and looking did not tell whether it happened. Look, then plan"
    " again.",
    Status.HELD: "The version did not prove itself, so it was not published; the template stays as it was. The failed"
    " job is its memory: change the manifest, or use --verify-again.",
    Status.WAITING: "It is under way or waits for something, such as another target; a later apply goes on with it.",
}
_HEADINGS = {
    ERRORS: "What blocks the plan: apply refuses it until these are gone.",
    WAITING: "What is planned and not done yet, because something is missing on another target or a job has not ended.",
    RETAINED: "What is in no manifest any more and stays, because jobs refer to it or it is protected.",
    OTHERS: "What is worth knowing and blocks nothing.",
}
_SUMS = {
    "unchanged": "Objects that are as the manifests ask. They are counted and not shown.",
    "blocked": "An error stands in the plan: it is shown whole, and apply refuses it (exit code 3).",
    "not ours": "Live objects of the workspace that carry no mark of this project. They are left alone.",
}
_SIDES = {
    Moved.MANIFEST: "The manifest differs from what was applied last; the live object is as it was left.",
    Moved.SERVICE: "Somebody changed the live object past the manifests: this is drift.",
    Moved.BOTH: "The manifest changed, and the live object too: apply brings what the manifest says.",
    Moved.UNKNOWN: "What our last write left cannot be told, so neither can which side moved.",
}


def words() -> tuple[Word, ...]:
    """Return all words, in the order in which plans and reports use them."""
    return tuple(_words())


def _words() -> Iterator[Word]:
    for verb, group in GROUPS.items():
        meaning = say(_VERBS.get(verb, f"{group.heading}."))
        yield _word(
            verb.value, f"action, sign `{group.sign}`", meaning, group.sign, group.heading, group.one, group.many
        )
    for status, meaning in _OUTCOMES.items():
        yield _word(status.value, "outcome", say(meaning))
    for heading, meaning in _HEADINGS.items():
        yield _word(heading, "heading", say(meaning))
    for text, meaning in _SUMS.items():
        yield _word(text, "in the line of sums", say(meaning))
    for side, meaning in _SIDES.items():
        yield _word(MOVED[side], "which side moved", say(meaning), side.value)
    for reason, told in REASONS.items():
        meaning = say(told)
        yield _word(reason.value, "reason", f"{meaning[:1].upper()}{meaning[1:]}{say('.')}", told)


def _word(text: str, sort: str, meaning: str, *also: str) -> Word:
    """Return a word, which is found in English and in the language that is spoken."""
    return Word(text=text, sort=say(sort), meaning=meaning, also=(*also, *map(say, (text, *also))))


def found(topic: str) -> list[Word]:
    """Return the words that a topic may mean. Upper and lower case, and blanks and hyphens, count as the same."""
    wanted = _folded(topic)
    return [word for word in words() if wanted in map(_folded, (word.text, *word.also))]


def word_text(entries: Iterable[Word], palette: Palette = PLAIN) -> str:
    """Return words with their meanings, for a terminal."""
    return "\n".join(
        f"{palette.paint(palette.bold, _shown(word.text))} ({word.sort})\n\n  {word.meaning}\n" for word in entries
    )


def _shown(text: str) -> str:
    """A word as plans print it, and in English too where that is another."""
    said = say(text)
    return text if said == text else f"{said} {text}"


def _folded(text: str) -> str:
    return " ".join(text.replace("-", " ").split()).lower() if text.strip("-") else text
