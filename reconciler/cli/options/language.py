"""In which language people are told things."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import click

from reconciler.cli.options.declared import Option
from reconciler.model.quick import dataclass

if TYPE_CHECKING:
    from reconciler.languages import Language

CODES = ("en", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageOptions:
    """The language of texts; JSON, codes and logs are the same in every one."""

    lang: Annotated[
        str | None,
        Option(
            "--lang",
            type=click.Choice(CODES),
            help="Language of texts. [default: on a terminal that of LANG, else en]",
        ),
    ] = None

    @property
    def language(self) -> Language:
        """The language that was asked for, else that of the terminal's user."""
        from reconciler.languages import language  # noqa: PLC0415 - most runs speak English and need no other texts

        return language(self.lang or (_of_the_user() if sys.stdout.isatty() else "en"))


def _of_the_user() -> str:
    """Return the first of LC_ALL, LC_MESSAGES and LANG that names a language which exists."""
    named = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return next((code for code in CODES if named.lower().startswith(code)), "en")
