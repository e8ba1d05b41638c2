"""YAML text -> nodes -> JSON-like data: the YAML 1.2 core types, bounded depth and size, no duplicate keys.

The C parser of libyaml does the work where it is there. Which field a value belongs to is of no concern here.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.model import JsonValue
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

MAX_DEPTH = 100
MAX_VALUES = 200_000
"""The most values of one file after aliases are expanded."""
MAX_NODES = 2 * MAX_VALUES
"""The most keys and values of one file as written: a file of millions is refused before it fills the memory."""

LONGEST_SHARED = 100
"""The most characters of a text that probably stands in other files too."""

STRING, NULL, TRUE, FALSE, INTEGER, FLOAT, LIST, OBJECT = "string", "null", "true", "false", "int", "float", "[", "{"
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), NULL),
    **dict.fromkeys(("true", "True", "TRUE"), TRUE),
    **dict.fromkeys(("false", "False", "FALSE"), FALSE),
}
# Numbers with leading zeros stay texts: 010 is 8 in YAML 1.1 and 10 in YAML 1.2, so its meaning is unclear.
_INTEGER = expression(r"[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = expression(
    r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_NUMBER_STARTS = frozenset("0123456789+-.")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the text; places are (line, column) from 1."""

    code: str
    summary: str
    at: tuple[int, int] = (1, 1)
    also: tuple[tuple[int, int], ...] = ()


class UnreadableYaml(Exception):
    """The text cannot be turned into nodes at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.summary)
        self.problem = problem


class _TooMany(yaml.YAMLError):
    """Raised inside the parser, which would otherwise build millions of nodes first."""


class _TooDeep(yaml.YAMLError):
    """Raised inside the parser, which would otherwise exhaust the stack."""


if TYPE_CHECKING:
    _Parser = yaml.CSafeLoader
else:
    _Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Parser):
    """Composes nodes whose tags are the constants above; any other tag was written by a person."""

    depth = 0
    nodes = 0

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        if kind is not yaml.ScalarNode:
            return LIST if kind is yaml.SequenceNode else OBJECT
        if not implicit[0]:
            return STRING
        if value[:1] in _NUMBER_STARTS and value:
            if _INTEGER.fullmatch(value):
                return INTEGER
            return FLOAT if _FLOAT.fullmatch(value) else STRING
        return _WORDS.get(value, STRING)

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:  # noqa: ARG002 - the parser's signature
        self.depth += 1
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _TooMany
        if self.depth > MAX_DEPTH:
            raise _TooDeep

    def ascend_resolver(self) -> None:
        self.depth -= 1


def compose(text: str) -> list[yaml.Node]:
    """Return the root nodes of the text's documents, empty documents left out.

    Raises:
        UnreadableYaml: the text is not YAML, nested deeper than `MAX_DEPTH`, or of more than `MAX_NODES` nodes.
    """
    nodes = []
    try:
        loader = _Loader(text)
        try:
            while loader.check_node():
                node = loader.get_node()
                if node is not None and (node.tag != NULL or node.value):
                    nodes.append(node)
        finally:
            loader.dispose()
    except _TooDeep:
        raise UnreadableYaml(Problem("DLC006", f"nested deeper than {MAX_DEPTH} levels")) from None
    except _TooMany:
        raise UnreadableYaml(Problem("DLC007", f"more than {MAX_NODES:,} keys and values")) from None
    except yaml.MarkedYAMLError as error:
        raise UnreadableYaml(_syntax_problem(text, error)) from None
    except yaml.reader.ReaderError as error:
        raise UnreadableYaml(_character_problem(text, error)) from None
    return nodes


def _syntax_problem(text: str, error: yaml.MarkedYAMLError) -> Problem:
    mark, context = error.problem_mark or error.context_mark, error.context_mark
    words = " ".join(part for part in (error.problem, error.context) if part)
    if mark is None:
        return Problem("DLC001", f"not valid YAML: {words}")
    if text[mark.index : mark.index + 1] == "\t":
        words = "a tab cannot indent; use spaces"
    lines = text.splitlines()
    if mark.line < len(lines) and "${" in lines[mark.line][: mark.column + 1]:
        return Problem("DLC001", "not valid YAML: a reference inside { } or [ ] needs quotes", _at(mark))
    also = (_at(context),) if context and context.index != mark.index else ()
    begun = f" that begins in line {also[0][0]}" if also else ""
    return Problem("DLC001", f"not valid YAML: {words}{begun}", _at(mark), also)


def _at(mark: yaml.Mark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _character_problem(text: str, error: yaml.reader.ReaderError) -> Problem:
    before = text[: error.position]
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    code = ord(error.character) if isinstance(error.character, str) else int(error.character)
    return Problem("DLC003", f"control character U+{code:04X} in the text", (line, column))


def place(node: yaml.Node) -> tuple[int, int]:
    """Return line and column of a node, from 1."""
    return node.start_mark.line + 1, node.start_mark.column + 1


class Builder:
    """Turns the nodes of one file into data and collects what is wrong with them."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._values = 0

    def take_problems(self) -> list[Problem]:
        """Return the problems since the last call."""
        problems, self._problems = self._problems, []
        return problems

    def build(self, node: yaml.Node, depth: int = 0) -> JsonValue:
        """Return the node as JSON-like data; parts with problems are left out or None."""
        tag = node.tag
        if tag == STRING:
            return _shared(node.value)
        if tag in (OBJECT, LIST):
            if not self._fits(node, depth):
                return None
            if tag == OBJECT:
                return self._object(node, depth + 1)
            return [self.build(item, depth + 1) for item in node.value]
        return self._scalar(node)

    def _fits(self, node: yaml.Node, depth: int) -> bool:
        self._values += len(node.value)
        if depth >= MAX_DEPTH:
            self._report("DLC006", f"nested deeper than {MAX_DEPTH} levels, or an alias that contains itself", node)
        elif self._values > MAX_VALUES:
            self._report("DLC007", f"more than {MAX_VALUES:,} values after aliases are expanded", node)
        else:
            return True
        return False

    def _report(self, code: str, summary: str, node: yaml.Node, also: Sequence[yaml.Node] = ()) -> None:
        # One report of a limit is enough: a malicious file would meet it thousands of times.
        if code in _BOUNDS and any(problem.code in _BOUNDS for problem in self._problems):
            return
        self._problems.append(Problem(code, summary, place(node), tuple(map(place, also))))

    def _object(self, node: yaml.Node, depth: int) -> dict[str, JsonValue]:
        data: dict[str, JsonValue] = {}
        for key, value in node.value:
            if key.tag != STRING:
                self._report("DLC009", f"key {_shown(key)} is not text", key)
                continue
            name = _shared(key.value)
            if name in data:
                first = next(other for other, _ in node.value if other.tag == STRING and other.value == name)
                self._report("DLC008", f'key "{name}" was written before, in line {place(first)[0]}', key, [first])
            if name == "<<" and not key.style:
                self._report("DLC010", "merge keys (`<<`) are not part of YAML 1.2", key)
            data[name] = _shared(value.value) if value.tag == STRING else self.build(value, depth)
        return data

    def _scalar(self, node: yaml.Node) -> JsonValue:
        tag, text = node.tag, node.value
        if tag in _CONSTANTS:
            return _CONSTANTS[tag]
        number: int | float | None = None
        if tag == INTEGER and len(text) <= 20:
            number = int(text, 0)
            number = number if -(2**63) <= number < 2**63 else None
        elif tag == FLOAT and len(text) <= 400:
            number = float(text) if text.lstrip("+-")[:2].lower() not in (".i", ".n") else math.inf
            number = number if math.isfinite(number) else None
        elif tag not in (INTEGER, FLOAT):
            self._report("DLC011", f"tag {tag.replace('tag:yaml.org,2002:', '!!')} is not allowed", node)
            return None
        if number is None:
            self._report("DLC012", f"{_shown(node)} is not a number JSON can hold", node)
        return number


def _shared(text: str) -> str:
    """Return the text. One copy of each short text is kept, because thousands of files have the same ones: a plan
    takes a tenth less memory."""
    return sys.intern(text) if len(text) <= LONGEST_SHARED else text


_BOUNDS = ("DLC006", "DLC007")
_CONSTANTS = {NULL: None, TRUE: True, FALSE: False}


def _shown(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        return "a list or object"
    text = str(node.value)
    return text if len(text) <= 40 else text[:37] + "..."
