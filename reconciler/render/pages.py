"""The templates of pages: each is compiled once in a process, which takes longer than to fill it."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from reconciler.languages import say
from reconciler.render.changes import clip

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def page_template(name: str) -> Template:
    """Return a template of `render/templates/`; `language`, the code of the one that is spoken, is given to fill it."""
    # Imported here, because only pages need it.
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals["say"] = say
    environment.filters["visible"] = lambda text: clip(str(text))
    text = resources.files("reconciler.render").joinpath("templates", name).read_text(encoding="utf-8")
    return environment.from_string(text)
