"""Puts the fields of a document into the order in which people read them, moving lines together with their comments.

Only block mappings of known structures are arranged. What people name themselves (labels, variables, targets) keeps its
order. Because lines are moved and not nodes, every comment stays above or beside its field.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import yaml

from reconciler.manifests.field_order import FREE, place_of
from reconciler.model.quick import dataclass

_UNTOUCHED = frozenset({"values", "matrix", "schema", "AdvancedSettings"})
"""Trees whose keys people choose."""


def arranged(root: yaml.Node, lines: Sequence[str]) -> list[str]:
    """Return the lines of one document with its fields in order; `root` was composed from exactly these lines."""
    if not isinstance(root, yaml.MappingNode) or root.flow_style or not root.value or _is_shared(root):
        return list(lines)
    begin = root.start_mark.line
    header = [line.strip() for line in lines[:begin]]
    return [*header, *_mapping(root, _Slice(list(lines[begin:]), begin), "", 0)]


def _is_shared(root: yaml.Node) -> bool:
    """Return whether the document has aliases. An alias must stay below its anchor, so nothing is moved then."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            return True
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return False


@dataclass(frozen=True, slots=True)
class _Slice:
    """Some lines of the document; `begin` is the number of the first one."""

    lines: list[str]
    begin: int

    def part(self, first: int, last: int) -> _Slice:
        """Return the lines from `first` up to `last`, both by their numbers in the document."""
        return _Slice(self.lines[first - self.begin : last - self.begin], first)

    @property
    def end(self) -> int:
        return self.begin + len(self.lines)

    def top(self, line: int, column: int, floor: int) -> int:
        """Return where the comments above a line begin: comments that are not deeper than the line, and blank lines."""
        while line > floor and _is_aside(self.lines[line - 1 - self.begin], column):
            line -= 1
        return line


def _is_aside(line: str, column: int) -> bool:
    text = line.lstrip(" ")
    return not text.strip() or (text.startswith("#") and len(line) - len(text) <= column)


def _mapping(node: yaml.MappingNode, part: _Slice, parent: str, indent: int) -> list[str]:
    """Return the lines of a mapping with this indentation; its first key stands on the first line that is no
    comment."""
    keys = [key for key, _ in node.value]
    starts, column = [key.start_mark.line for key in keys], keys[0].start_mark.column
    if starts != sorted(set(starts)) or any(key.start_mark.column != column for key in keys):
        return _moved(part.lines, indent - column)
    tops = [part.begin, *(part.top(line, column, above + 1) for above, line in pairwise(starts))]
    end = part.top(part.end, column, starts[-1] + 1)
    blocks = [
        (key.value, _entry(key, value, part.part(top, bottom), indent))
        for (key, value), top, bottom in zip(node.value, tops, [*tops[1:], end], strict=True)
    ]
    if parent not in FREE:
        blocks.sort(key=lambda block: place_of(block[0]))
    return [line for _, block in blocks for line in block] + _asides(part.part(end, part.end).lines, indent)


def _entry(key: yaml.Node, value: yaml.Node, part: _Slice, indent: int) -> list[str]:
    """Return the lines of one key with the comments above it, and with its value arranged."""
    line, by = key.start_mark.line, indent - key.start_mark.column
    said, inner = _asides(part.part(part.begin, line).lines, indent), part.part(line + 1, part.end)
    head = _moved(part.part(line, line + 1).lines, by)
    is_block = isinstance(value, yaml.CollectionNode) and not value.flow_style and value.start_mark.line > line
    if not is_block or key.value in _UNTOUCHED:
        return [*said, *head, *_moved(inner.lines, by)]
    if isinstance(value, yaml.MappingNode):
        return [*said, *head, *_mapping(value, inner, key.value, indent + 2)]
    return [*said, *head, *_list(value, inner, key.value, indent + 2)]


def _list(node: yaml.Node, part: _Slice, parent: str, indent: int) -> list[str]:
    """Return the lines of a list whose dashes have this indentation, with the mappings in it arranged."""
    column = node.start_mark.column
    starts = [item.start_mark.line for item in node.value]
    if starts != sorted(set(starts)) or any(not _dash(part, line, column) for line in starts):
        return _moved(part.lines, indent - column)
    tops = [part.begin, *(part.top(line, column, above + 1) for above, line in pairwise(starts))]
    lines: list[str] = []
    for item, line, top, bottom in zip(node.value, starts, tops, [*tops[1:], part.end], strict=True):
        lines += _asides(part.part(top, line).lines, indent)
        lines += _item(item, part.part(line, bottom), column, parent, indent)
    return lines


def _dash(part: _Slice, line: int, column: int) -> bool:
    """Return whether an item begins on this line, after its dash."""
    text = part.lines[line - part.begin]
    return text[:column].strip() == "" and text[column : column + 1] == "-"


def _item(item: yaml.Node, part: _Slice, column: int, parent: str, indent: int) -> list[str]:
    inside, first = item.start_mark.column, part.lines[0]
    is_block = not getattr(item, "flow_style", True) and bool(item.value)
    if not isinstance(item, yaml.MappingNode) or not is_block or first[column:inside].strip() != "-":
        return _moved(part.lines, indent - column)
    bare = _Slice([" " * inside + first[inside:], *part.lines[1:]], part.begin)
    lines = _mapping(item, bare, parent, indent + 2)
    at = next(index for index, line in enumerate(lines) if not _is_aside(line, indent + 2))
    return [*_asides(lines[:at], indent), f"{' ' * indent}- {lines[at].lstrip(' ')}", *lines[at + 1 :]]


def _asides(lines: Sequence[str], indent: int) -> list[str]:
    """Return comments and blank lines with this indentation."""
    return [" " * indent + line.strip() if line.strip() else "" for line in lines]


def _moved(lines: Sequence[str], by: int) -> list[str]:
    """Return lines moved to the right, or to the left as far as there is room."""
    if by >= 0:
        return [" " * by + line if line.strip() else line for line in lines]
    return [line[min(-by, len(line) - len(line.lstrip(" "))) :] for line in lines]
