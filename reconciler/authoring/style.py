"""One style for manifests: fields in order, indents of two, comments kept. The meaning never changes.

The result is read back and compared with the original before anybody sees it.
"""

from __future__ import annotations

import io
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.authoring.arrange import arranged
from reconciler.authoring.flow import in_our_style, too_wide
from reconciler.errors import ManifestError, ReconcilerError
from reconciler.manifests.files import ManifestFile, parse
from reconciler.manifests.yaml_text import UnreadableYaml, compose
from reconciler.model.expressions import expression

if TYPE_CHECKING:
    from ruamel.yaml import YAML

_MARKER = expression(r"(?m)^---(?:[ \t]+(?=#)|[ \t]*$\n?|[ \t]+)")
_WIDTH = 1_000_000
_ROUNDS = 4
_DEEPEST = 100
"""How deep collections in flow style may be nested."""


def formatted(name: str, text: str) -> str:
    """Return the text of a manifest file in our style.

    Raises:
        ManifestError: the file cannot be read as manifests.
        ReconcilerError: the text cannot be formatted without changing what it means.
    """
    before = _read(name, text)
    refused = ReconcilerError(
        f"{name} cannot be formatted without changing what it means", hint="Write it in plainer YAML."
    )
    try:
        made = _settled(name, text)
    except (yaml.YAMLError, UnreadableYaml) as error:  # a comment between lists in lists can spoil the result
        raise refused from error
    after = parse(name, made)
    same = [raw.data for raw in after.documents] == [raw.data for raw in before.documents]
    if not same or after.findings or made.count("#") != text.count("#"):
        raise refused
    return made


def _settled(name: str, text: str) -> str:
    """Return the text, written again until nothing changes any more."""
    for _ in range(_ROUNDS):
        again = "---\n".join(map(_document, _documents(text)))
        if again == text:
            return text
        text = again
    raise ReconcilerError(f"{name} cannot be formatted: its style does not settle")


def _read(name: str, text: str) -> ManifestFile:
    file = parse(name, text)
    findings = [*file.findings, *(item for raw in file.documents for item in raw.findings)]
    if findings:
        raise ManifestError(findings)
    return file


def _documents(text: str) -> list[str]:
    """Return the texts of the documents, without the lines that separate them."""
    parts = _MARKER.split(text.replace("\r\n", "\n"))
    first, *rest = parts
    return [first, *rest] if first.strip() or not rest else rest


def _document(text: str) -> str:
    """Return one document in our style; a document of comments alone stays as it is."""
    body = text if text.endswith("\n") or not text else f"{text}\n"
    nodes = compose(body)
    if len(nodes) != 1 or not isinstance(nodes[0], yaml.MappingNode):
        return body  # no manifest
    lines = arranged(nodes[0], body.splitlines())
    ordered = "\n".join(lines).strip("\n") + "\n"
    written = _written(ordered)
    # In lists of lists the round trip can lose a comment: then only the order is changed.
    return written if written.count("#") == ordered.count("#") else ordered


def _written(text: str) -> str:
    """Return the result of the round trip. Collections in flow style that are too wide for a line become block
    style."""
    made = in_our_style(_dumped(text, frozenset()))
    for _ in range(_DEEPEST):
        wide = too_wide(made)
        if not wide:
            break
        again = in_our_style(_dumped(made, wide))
        if again == made:  # what cannot be written in block style stays as it is
            break
        made = again
    return made


def _dumped(text: str, to_block: AbstractSet[tuple[int, int]]) -> str:
    """Return the text, read and written again, with the collections that begin at these places in block style."""
    stream = io.StringIO()
    editor = _editor()
    tree = editor.load(text)
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting += [each for each in inner if isinstance(each, dict | list)]
        if isinstance(node, dict | list) and node and (node.lc.line, node.lc.col) in to_block:  # type: ignore[union-attr]
            node.fa.set_block_style()  # type: ignore[union-attr]
    editor.dump(tree, stream)
    return stream.getvalue()


def _editor() -> YAML:
    """Return a YAML round trip in which every plain value keeps its letters, because nothing has a type."""
    from ruamel.yaml import YAML, resolver  # noqa: PLC0415 - only this command pays for it

    class Untyped(resolver.VersionedResolver):
        @property
        def versioned_resolver(self) -> dict[str, Any]:
            return {}

    editor = YAML()
    editor.Resolver = Untyped
    editor.preserve_quotes = True
    editor.width = _WIDTH
    editor.indent(mapping=2, sequence=4, offset=2)
    return editor
