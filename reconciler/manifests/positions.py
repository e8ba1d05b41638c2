"""Where a field of a document stands in its file. Composes the file again when asked: most documents never are."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from reconciler.manifests.files import RawDocument
from reconciler.manifests.yaml_text import compose, place
from reconciler.model import FieldPath, PositionSource, SourceRef


@dataclass(frozen=True, slots=True)
class FilePositions(PositionSource):
    """Positions in one document of a file, seen with the overrides of one target (or of none)."""

    document: RawDocument
    target: str = ""

    def locate(self, path: FieldPath) -> SourceRef:
        """Where the field's key (or list item) stands; the nearest enclosing one when there is no such field."""
        key, _ = self._find(path)
        return self._place(key)

    def locate_text(self, path: FieldPath, text: str) -> SourceRef:
        """Where a piece of text stands inside the field's value; the value's begin when it is not found."""
        key, value = self._find(path)
        for node in (key, value):
            start, end = node.start_mark.index, node.end_mark.index
            found = self.document.text.find(text, start, end)
            if found >= 0:
                before = self.document.text[:found]
                return SourceRef(self.document.at.file, before.count("\n") + 1, found - (before.rfind("\n") + 1) + 1)
        return self._place(value)

    def _place(self, node: yaml.Node) -> SourceRef:
        return SourceRef(self.document.at.file, *place(node))

    def _find(self, path: FieldPath) -> tuple[yaml.Node, yaml.Node]:
        root = compose(self.document.text)[self.document.index]
        written = _walk(root, path)
        if self.target and path[:1] == ("spec",):
            patch_path = ("spec", "overrides", self.target)
            patched = _walk(root, patch_path + path[1:])
            # The deeper one is where the value came from; on equal depth the patch has replaced what it names.
            depth = patched.depth - len(patch_path) + 1
            if patched.depth > len(patch_path) and (depth > written.depth or patched.is_leaf or depth == len(path)):
                return patched.key, patched.value
        return written.key, written.value


@dataclass(frozen=True, slots=True)
class _Walk:
    """How far a path led: the last key and value that exist, and how many steps were taken."""

    key: yaml.Node
    value: yaml.Node
    depth: int

    @property
    def is_leaf(self) -> bool:
        """Whether a merge patch replaces here instead of merging."""
        return not isinstance(self.value, yaml.MappingNode)


def _walk(root: yaml.Node, path: FieldPath) -> _Walk:
    walk = _Walk(root, root, 0)
    for step in path:
        found = _step(walk.value, step)
        if found is None:
            break
        walk = _Walk(*found, walk.depth + 1)
    return walk


def _step(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in reversed(node.value) if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        return node.value[step], node.value[step]
    return None
