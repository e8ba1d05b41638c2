"""Templates of CI files become text. A value is quoted for the language it stands in, by a filter of the template."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any

from reconciler.authoring.ci.setting import Setting
from reconciler.model.expressions import expression

_PLAIN = expression(r"[A-Za-z_][A-Za-z0-9_./-]*")
_MISREAD = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def in_yaml(text: str) -> str:
    """A text as a scalar of YAML, in quotes where it could be read as something else."""
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _MISREAD
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def in_groovy(text: str) -> str:
    """A text as a string of Groovy in which nothing is replaced."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


FILTERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"yaml": in_yaml, "shell": shlex.quote, "groovy": in_groovy}
)


def from_template(name: str, setting: Setting, **more: Any) -> str:
    """Return the text of a template of this folder. Its marks are `<%= VALUE %>` and `<% STATEMENT %>`.

    Braces and dollars are left alone: GitHub, GitLab, Jenkins and shells have their own use for them.
    """
    # Imported here: only files that are written pay for it.
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=False,  # nosec B701 # no HTML: the filters quote
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<%=",
        variable_end_string="%>",
        comment_start_string="<%#",
        comment_end_string="%>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(FILTERS)
    return environment.get_template(name).render(it=setting, **more)


def _source(name: str) -> str:
    folder = resources.files("reconciler.authoring.ci").joinpath("templates")
    return folder.joinpath(*name.split("/")).read_text(encoding="utf-8")
