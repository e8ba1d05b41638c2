"""Small changes of a source text, found on its syntax tree: each is a mistake that a person could make."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

NOT_CODE = (ast.AnnAssign, ast.arg, ast.Import, ast.ImportFrom)
"""Nodes whose parts are annotations or names; of an annotated assignment only the value is looked at."""

COMPARED: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
STATEMENTS = (ast.Expr, ast.AugAssign, ast.Raise, ast.Delete, ast.Continue, ast.Break)
OTHER_CALL = {"min": "max", "max": "min", "any": "all", "all": "any"}
OTHER_SIGN: dict[type[ast.operator], str] = {ast.Add: "-", ast.Sub: "+"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the text of a place in a file, and what stands there instead."""

    file: str
    """Relative to the checkout."""
    line: int
    statement: int
    """The first line of the statement; Python does not count each line of one that takes several."""
    start: int
    end: int
    """Offsets in the file's UTF-8 bytes."""
    kind: str
    before: str
    after: str

    def applied(self, source: bytes) -> bytes:
        """The file's text with the change."""
        return source[: self.start] + self.after.encode() + source[self.end :]


class Source:
    """One file: its text, its tree, and where a node stands in the text."""

    def __init__(self, root: Path, file: str) -> None:
        self.file = file
        self.text = (root / file).read_bytes()
        self._starts = [0]
        for line in self.text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def mutants(self) -> list[Mutant]:
        """Every change, in the order of the text; two that give the same text are one."""
        found = {(each.start, each.end, each.after): each for each in self._all(ast.parse(self.text))}
        return [found[key] for key in sorted(found) if _is_python(found[key].applied(self.text))]

    def _all(self, tree: ast.AST) -> Iterator[Mutant]:
        statements = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt)}
        for node in _code(tree):
            for kind, place, after in _changes(node, self._segment):
                start, end = self._span(place)
                before = self.text[start:end].decode()
                if before != after:
                    statement = max(line for line in statements if line <= place.lineno)
                    yield Mutant(self.file, place.lineno, statement, start, end, kind, before, after)

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[end_line - 1] + end_column

    def _segment(self, node: ast.expr | ast.stmt) -> str:
        start, end = self._span(node)
        return self.text[start:end].decode()


Change = tuple[str, ast.expr | ast.stmt, str]
"""The kind, the node whose text is replaced, and what stands there instead."""
Segment = Callable[[ast.expr | ast.stmt], str]
"""Gives the text of a node."""


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """The node and everything inside that runs: no annotations, imports, decorators, or blocks for the type checker."""
    if isinstance(node, ast.AnnAssign):
        if node.value is not None:
            yield from _code(node.value)
        return
    if isinstance(node, NOT_CODE) or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
        return
    yield node
    for field, value in ast.iter_fields(node):
        if field not in ("returns", "annotation", "decorator_list"):
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, ast.AST):
                    yield from _code(inner)


def _changes(node: ast.AST, text: Segment) -> Iterator[Change]:
    for made in _MAKERS:
        yield from made(node, text)


def _negated(node: ast.AST, text: Segment) -> Iterator[Change]:
    tests = [node.test] if isinstance(node, ast.If | ast.While | ast.IfExp) else []
    tests += node.ifs if isinstance(node, ast.comprehension) else []
    for test in tests:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            yield "condition negated", test, f"({text(test.operand)})"
        elif not isinstance(test, ast.Compare) or len(test.ops) > 1:
            yield "condition negated", test, f"(not ({text(test)}))"


def _compared(node: ast.AST, text: Segment) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for index, operator in enumerate(node.ops):
            words = [text(sides[0])]
            for at, side in enumerate(sides[1:]):
                words += [COMPARED[type(operator)] if at == index else _word(node.ops[at]), text(side)]
            yield "comparison swapped", node, "(" + " ".join(words) + ")"


def _word(operator: ast.cmpop) -> str:
    return ast.unparse(ast.Compare(ast.Name("a"), [operator], [ast.Name("b")]))[2:-2]


def _joined(node: ast.AST, text: Segment) -> Iterator[Change]:
    if isinstance(node, ast.BoolOp):
        word = " or " if isinstance(node.op, ast.And) else " and "
        yield "and, or", node, "(" + word.join(f"({text(value)})" for value in node.values) + ")"


def _dropped(node: ast.AST, text: Segment) -> Iterator[Change]:
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if isinstance(node, STATEMENTS) and not is_docstring:
        yield "statement dropped", node, "pass"
    elif isinstance(node, ast.Return) and node.value is not None and text(node.value) != "None":
        yield "result dropped", node, "return None"


def _constant(node: ast.AST, _: Segment) -> Iterator[Change]:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield "constant changed", node, repr(not node.value)
        elif isinstance(node.value, int | float):
            yield "constant changed", node, repr(node.value + 1)


def _called(node: ast.AST, _: Segment) -> Iterator[Change]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OTHER_CALL:
        yield "other function", node.func, OTHER_CALL[node.func.id]


def _signed(node: ast.AST, text: Segment) -> Iterator[Change]:
    if isinstance(node, ast.BinOp) and type(node.op) in OTHER_SIGN and not _is_text(node):
        yield "sign changed", node, f"({text(node.left)} {OTHER_SIGN[type(node.op)]} {text(node.right)})"


def _is_text(node: ast.BinOp) -> bool:
    """Texts and lists cannot be taken from each other: that mistake shows at once and would prove nothing."""
    return any(isinstance(side, ast.JoinedStr | ast.List | ast.Tuple) for side in (node.left, node.right)) or any(
        isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right)
    )


_MAKERS = (_negated, _compared, _joined, _dropped, _constant, _called, _signed)


def _is_python(text: bytes) -> bool:
    try:
        compile(text, "mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True
