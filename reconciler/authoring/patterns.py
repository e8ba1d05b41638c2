"""Adds one more pattern to `spec.manifests` of a project file and leaves everything else as it is."""

from __future__ import annotations

import yaml

from reconciler.manifests.yaml_text import compose


def with_pattern(text: str, pattern: str) -> str | None:
    """Return the project file with one more line under `spec.manifests`.

    Returns:
        The new text, or None when the list is not written line by line, so that a person has to add it.

    Raises:
        UnreadableYaml: the text is no YAML.
    """
    found = _value(_value(next(iter(compose(text)), None), "spec"), "manifests")
    if not isinstance(found, yaml.SequenceNode) or found.flow_style or not found.value:
        return None
    lines = text.splitlines(keepends=True)
    last = found.value[-1].end_mark.line
    if not lines[last].endswith("\n"):
        lines[last] += "\n"
    lines.insert(last + 1, f"{' ' * found.start_mark.column}- {pattern}\n")
    return "".join(lines)


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)
