"""The language of this run, and the one function by which sentences are said in it.

The command line chooses it once, before it does anything. It is a variable of the context and no argument, because it
is the same for everything that a run tells people, and because what stages hand to each other is English in every
language: documents, logs and digests do not depend on who reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec

from .language import ENGLISH, Language

_SPOKEN: ContextVar[Language] = ContextVar("spoken", default=ENGLISH)
P = ParamSpec("P")


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Say everything in this language for a while."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def spoken() -> Language:
    """Return the language that is spoken now."""
    return _SPOKEN.get()


def say(text: str) -> str:
    """Return a sentence or phrase of ours in the language that is spoken; data inside it stays as it is."""
    return _SPOKEN.get().say(text)


def each(text: str) -> str:
    """Return a list like `2 to create, 1 promotion` in the language that is spoken, part by part."""
    return _SPOKEN.get().each(text)


def said(sentence: Callable[P, str]) -> Callable[P, str]:
    """Let a function that makes a sentence return it in the language that is spoken."""

    @wraps(sentence)
    def in_the_language(*arguments: P.args, **named: P.kwargs) -> str:
        return say(sentence(*arguments, **named))

    return in_the_language


def each_said(sentences: Callable[P, Iterator[str]]) -> Callable[P, Iterator[str]]:
    """Let a function that makes sentences yield them in the language that is spoken."""

    @wraps(sentences)
    def in_the_language(*arguments: P.args, **named: P.kwargs) -> Iterator[str]:
        return map(say, sentences(*arguments, **named))

    return in_the_language
