"""Options that may be given several times, and their variables."""

from __future__ import annotations

from collections.abc import Sequence

import click


class NamesType(click.types.StringParamType):
    """A name. In a variable, several are separated by commas, because a name may contain blanks."""

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        """Return the names in a variable."""
        return [name for name in map(str.strip, (rv or "").split(",")) if name]
