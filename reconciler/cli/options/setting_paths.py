"""`--set PATH=VALUE` and `--env KEY=VALUE` as paths and values of a CreateJob body."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reconciler.manifests.yaml_text import Builder, UnreadableYaml, compose
from reconciler.model import FieldPath, JsonValue
from reconciler.model.paths import PathError, parse_path

_OWN_OPTIONS = {
    "DisplayName": "--name",
    "WorkspaceId": "--target",
    "TemplateId": "TEMPLATE",
    "TemplateVersion": "--version",
}


def parse_settings(
    settings: Sequence[str], envs: Sequence[str], max_minutes: int | None
) -> list[tuple[FieldPath, JsonValue]]:
    """Return what the options set, in their order; later ones have priority.

    Raises:
        click.BadParameter: one of them is not a setting.
    """
    found = [_setting(text) for text in settings]
    for text in envs:
        key, equals, value = text.partition("=")
        if not key or not equals:
            # The text is not quoted: it may be a secret that was meant as a value.
            raise click.BadParameter("an environment variable is KEY=VALUE", param_hint="--env")
        found.append((("Envs", key), value))
    if max_minutes is not None:
        found.append((("JobMaxRunningTimeMinutes",), max_minutes))
    return found


def _setting(text: str) -> tuple[FieldPath, JsonValue]:
    path_text, equals, value = _split(text)
    if not equals:
        raise click.BadParameter(f"{path_text!r} is not PATH=VALUE", param_hint="--set")
    try:
        path = parse_path(path_text)
    except PathError as error:
        raise click.BadParameter(f"{path_text!r}: {error}. {error.hint}".rstrip(), param_hint="--set") from error
    if not isinstance(path[0], str):
        raise click.BadParameter(f"{path_text!r}: a path begins with a field", param_hint="--set")
    if path[0] in _OWN_OPTIONS:
        raise click.BadParameter(f"{path[0]} is set with {_OWN_OPTIONS[path[0]]}", param_hint="--set")
    return path, parse_value(value, path_text)


def _split(text: str) -> tuple[str, str, str]:
    """Split at the first `=` outside of quotes: `Envs["A=B"]=1` is a path too."""
    quoted = False
    for at, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif letter == "=" and not quoted:
            return text[:at], "=", text[at + 1 :]
    return text, "", ""


def parse_value(text: str, path: str) -> JsonValue:
    """Return a YAML scalar, or JSON when the text begins with a bracket; any other text is returned itself.

    Raises:
        click.BadParameter: it begins like JSON and is none.
    """
    is_tree = text.lstrip()[:1] in ("{", "[")
    try:
        nodes = compose(text)
    except UnreadableYaml as error:
        if not is_tree:
            return text
        raise click.BadParameter(f"{path}: {error}", param_hint="--set") from error
    if len(nodes) != 1:
        return text
    builder = Builder()
    value = builder.build(nodes[0])
    if isinstance(value, dict | list) and not is_tree:
        return text  # a command such as `python a.py --name: x`
    problems = builder.take_problems()
    if problems:
        raise click.BadParameter(f"{path}: {problems[0].summary}", param_hint="--set")
    return value
