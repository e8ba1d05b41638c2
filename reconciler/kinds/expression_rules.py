"""Evaluates a JMESPath expression from the checkout with bounded time and memory.

An expression of a few lines can make a value that fills any memory: `[@,@] | [@,@] | ...` doubles it at every step, and
`join` multiplies. So every step is counted, and so is the size of everything that it makes, written out in full.
"""

from __future__ import annotations

from typing import Any

from reconciler.kinds.budget import Budget, NotJudged
from reconciler.model import JsonObject, JsonValue

MAX_CHARACTERS, MAX_DEPTH, MAX_SIZE = 10_000, 100, 1_000_000
"""The characters of the expression; the depth of its tree; the size of what it makes, in values and characters."""


def compiled(text: str) -> Any:
    """Return a parsed expression.

    Raises:
        ValueError: it is no expression, or larger than one should be.
    """
    import jmespath  # noqa: PLC0415 - only projects with such rules pay for it

    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"it is longer than {MAX_CHARACTERS:,} characters")
    try:
        tree = jmespath.compile(text).parsed
    except jmespath.exceptions.JMESPathError as error:
        raise ValueError(str(error).splitlines()[0]) from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if _depth(tree) > MAX_DEPTH:
        raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
    return tree


def _depth(tree: JsonObject) -> int:
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += ((child, depth + 1) for child in node.get("children", ()) if isinstance(child, dict))
    return deepest


def holds(tree: Any, data: JsonObject) -> bool:
    """Return whether an expression is true of an object, by JMESPath's idea of truth.

    Raises:
        NotJudged: it cannot be evaluated, or takes or makes too much.
    """
    import jmespath  # noqa: PLC0415 - only projects with such rules pay for it

    try:
        result = _interpreter().visit(tree, data)
    except jmespath.exceptions.JMESPathError as error:
        raise NotJudged(type(error).__name__) from error
    except RecursionError as error:
        raise NotJudged("it goes too deep", is_final=True) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # The library raises these, for example for `ceil` of a number that is too large.
        raise NotJudged("one of its functions cannot take what it is given") from error
    return not (result is None or result is False or (isinstance(result, str | list | dict) and not result))


def _interpreter() -> Any:
    """Return an interpreter of JMESPath that counts its steps. Its classes are made here because the library is
    imported here."""
    from jmespath import functions, visitor  # noqa: PLC0415 - only projects with such rules pay for it

    weights, budget = _Weights(), Budget()

    class Functions(functions.Functions):  # type: ignore[misc, unused-ignore]
        def call_function(self, function_name: str, resolved_args: Any) -> Any:
            budget.spend(1 + sum(weights.of(each) for each in resolved_args) // 10)
            if function_name == "join" and [type(each) for each in resolved_args] == [str, list]:
                glue, parts = resolved_args
                weights.check(len(glue) * len(parts) + weights.of(parts))
            return super().call_function(function_name, resolved_args)

    class Interpreter(visitor.TreeInterpreter):  # type: ignore[misc, unused-ignore]
        def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
            budget.spend()
            result = super().visit(node, *args, **kwargs)
            weights.check(weights.of(result))
            return result

        def visit_comparator(self, node: Any, value: Any) -> Any:
            sides = [self.visit(child, value) for child in node["children"]]
            budget.spend(min(map(weights.of, sides)) // 10)
            literals: Any = [{"type": "literal", "children": [], "value": side} for side in sides]
            counted: Any = {**node, "children": literals}
            return super().visit_comparator(counted, value)

    return Interpreter(visitor.Options(custom_functions=Functions()))


class _Weights:
    """How large values are when they are written out in full. Values are kept alive, so that no two of them get the
    same identity."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, int]] = {}

    def of(self, value: JsonValue) -> int:
        """Return how many values and characters a value has."""
        if isinstance(value, str):
            return 1 + len(value)
        if not isinstance(value, dict | list):
            return 1
        known = self._known.get(id(value))
        if known is None:
            inner = value.values() if isinstance(value, dict) else value
            known = (value, 1 + sum(map(self.of, inner)))
            self._known[id(value)] = known
        return known[1]

    @staticmethod
    def check(weight: int) -> None:
        """Check that a value of this size may be made.

        Raises:
            NotJudged: it is too large.
        """
        if weight > MAX_SIZE:
            raise NotJudged(f"it makes a value of more than {MAX_SIZE:,} characters", is_final=True)
