"""In which language people are told things."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import click

from reconciler.languages import LANGUAGES, Language, language

_OPTION = "--lang"
_VARIABLE = "DLC_RECONCILER_LANG"


takes_a_language = click.option(
    _OPTION,
    type=click.Choice(LANGUAGES),
    envvar=_VARIABLE,
    expose_value=False,
    help="Language of texts. [default: on a terminal that of LANG, else en]",
)
"""Declares the option, which every command has and none looks at.

`language_of` reads it before the command is parsed, so that what is wrong with the command line is told in that
language too.
"""


def language_of(arguments: Sequence[str] | None, environ: Mapping[str, str]) -> Language:
    """Return the language of a run: of its option or variable; of its user where the output is a terminal."""
    words = sys.argv[1:] if arguments is None else arguments
    asked = _written(words) or environ.get(_VARIABLE) or (_of_the_user(environ) if _is_terminal() else "")
    return language(asked if asked in LANGUAGES else "en")


def _written(words: Sequence[str]) -> str:
    """Return the value of the option, the last one where there are several; empty without it."""
    found = ""
    for word, behind in zip(words, [*words, ""][1:], strict=True):
        if word == _OPTION:
            found = behind
        elif word.startswith(f"{_OPTION}="):
            found = word.removeprefix(f"{_OPTION}=")
    return found


def _is_terminal() -> bool:
    """Whether a person reads the output; Python has none where it was closed."""
    return sys.stdout is not None and sys.stdout.isatty()


def _of_the_user(environ: Mapping[str, str]) -> str:
    """Return what LC_ALL, LC_MESSAGES or LANG name, the first of them that is set, as POSIX has it."""
    named = next(filter(None, map(environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return next((code for code in LANGUAGES if named.lower().startswith(code)), "")
