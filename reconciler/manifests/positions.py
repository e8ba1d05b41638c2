"""Where a field of a document stands in its file. The file is parsed for it only when asked: most documents never
are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import yaml

from reconciler.manifests.files import RawDocument
from reconciler.manifests.yaml_text import compose, place
from reconciler.model import FieldPath, PositionSource, SourceRef
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

_WHOLE_ROW_VALUE = expression(r"\$\{matrix\.([^{}\n]*)\}")


class _Composed(NamedTuple):
    text: str
    roots: list[yaml.Node]


@lru_cache(maxsize=2)
def _composed(source: Callable[[], str]) -> _Composed:
    """Return a file's text and its documents' nodes.

    They are kept for the file that is being examined and for its base's file. Findings come file by file, and parsing a
    file of a thousand documents again for each of their findings took a minute.
    """
    text = source()
    return _Composed(text, compose(text))


@dataclass(frozen=True, slots=True)
class FilePositions(PositionSource):
    """Positions in one document of a file, as it is with the overrides of one target (or of none).

    The place of a value that is one `${matrix.NAME}` is in its row; that of an inherited value, in the base.
    """

    document: RawDocument
    target: str = ""
    row: int | None = None
    bases: tuple[FilePositions, ...] = ()
    """The bases, the outermost first; their own bases are not used."""

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files that took part, the document's own first."""
        return tuple(dict.fromkeys(each.document.at.file for each in (self, *self.bases)))

    def locate(self, path: FieldPath) -> SourceRef:
        """Return where the field's key (or list item) stands; the nearest enclosing one when there is no such field."""
        found = self._find(path)
        return found.place(found.key)

    def locate_text(self, path: FieldPath, text: str) -> SourceRef:
        """Return where a piece of text stands inside the field's value; the beginning of the value when it is not
        found."""
        found = self._find(path)
        for node in (found.key, found.value):
            whole = _composed(found.document.source).text
            at = whole.find(text, node.start_mark.index, node.end_mark.index)
            if at >= 0:
                before = whole[:at]
                return SourceRef(found.document.at.file, before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1)
        return found.place(found.value)

    def _find(self, path: FieldPath) -> _Walk:
        layers = (*self.bases, self) if path[:1] == ("spec",) else (self,)
        best: _Walk | None = None
        for walk in (walk for layer in layers for walk in layer._walks(path)):
            if best is None or walk.replaces(best, path):
                best = walk
        assert best is not None  # nosec B101 # every document gives at least one walk
        return best

    def _walks(self, path: FieldPath) -> Iterator[_Walk]:
        """Yield how far the path leads in the document as written, and in the target's override."""
        root = _composed(self.document.source).roots[self.document.index]
        yield self._walk(root, path)
        if self.target and path[:1] == ("spec",):
            prefix = ("spec", "overrides", self.target)
            walk = self._walk(root, prefix + path[1:])
            if walk.depth > len(prefix):
                yield _Walk(self.document, walk.key, walk.value, walk.depth - len(prefix) + 1, is_override=True)

    def _walk(self, root: yaml.Node, path: FieldPath) -> _Walk:
        key, value, depth, is_in_row = root, root, 0, False
        for step in path:
            found = _step(value, step)
            if found is None:
                break
            key, value = found
            depth += 1
            if not is_in_row and (stands_for := self._in_row(root, value)):
                (key, value), is_in_row = stands_for, True
        return _Walk(self.document, key, value, depth)

    def _in_row(self, root: yaml.Node, node: yaml.Node) -> tuple[yaml.Node, yaml.Node] | None:
        """Return key and value in the row, for a node that only names them."""
        reference = _WHOLE_ROW_VALUE.fullmatch(node.value) if isinstance(node, yaml.ScalarNode) else None
        if self.row is None or reference is None:
            return None
        found: tuple[yaml.Node, yaml.Node] | None = (root, root)
        for step in ("spec", "matrix", self.row, *reference[1].split(".")):
            found = _step(found[1], step) if found else None
        return found


@dataclass(frozen=True, slots=True)
class _Walk:
    """How far a path led in one document: the last key and value that exist, and how many steps were taken."""

    document: RawDocument
    key: yaml.Node
    value: yaml.Node
    depth: int
    is_override: bool = False

    def place(self, node: yaml.Node) -> SourceRef:
        """Return where one of its nodes stands."""
        return SourceRef(self.document.at.file, *place(node))

    def replaces(self, other: _Walk, path: FieldPath) -> bool:
        """Return whether the value comes from here, although the path also leads somewhere in the document below."""
        if self.depth > other.depth or self.depth == len(path):
            return True
        # A merge patch replaces everything that is no object as a whole.
        is_leaf = self.depth > 1 and not isinstance(self.value, yaml.MappingNode)
        return is_leaf or (self.depth == other.depth and not self.is_override)


def _step(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in reversed(node.value) if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        return node.value[step], node.value[step]
    return None
