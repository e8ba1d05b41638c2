"""Rules that people write: a JSON Schema or a JMESPath expression over one object, for policies and audits.

Neither the rule nor the object is trusted: judging opens no file and no connection, and its time and memory are
bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from reconciler.kinds.budget import NotJudged
from reconciler.model import FieldPath, JsonObject, JsonValue
from reconciler.model.lazily import later

if TYPE_CHECKING:
    from reconciler.kinds.expression_rules import compiled, holds
    from reconciler.kinds.schema_rules import broken, schema_problem
else:  # most projects have no rules of their own
    compiled = later("reconciler.kinds.expression_rules", "compiled")
    holds = later("reconciler.kinds.expression_rules", "holds")
    broken = later("reconciler.kinds.schema_rules", "broken")
    schema_problem = later("reconciler.kinds.schema_rules", "schema_problem")

__all__ = ["Judge", "NotJudged", "by_expression", "by_schema", "expression_problem", "schema_problem"]

Judge = Callable[[JsonObject], Iterator[FieldPath]]
"""Returns the paths at which an object breaks the rule; the empty path means the whole object. It raises NotJudged."""


def by_schema(schema: JsonValue) -> Judge:
    """Return a rule that an object fulfils when it fits the schema, which must be one without problems."""

    def judge(data: JsonObject) -> Iterator[FieldPath]:
        yield from broken(schema, data)

    return _until_it_is_too_much(judge)


def by_expression(text: str) -> Judge:
    """Return a rule that an object fulfils when the expression, which must be one without problems, is true of it."""
    expression = compiled(text)

    def judge(data: JsonObject) -> Iterator[FieldPath]:
        if not holds(expression, data):
            yield ()

    return _until_it_is_too_much(judge)


def _until_it_is_too_much(judge: Judge) -> Judge:
    """Return the rule, which is not tried again once it was too expensive: that is reported once, and there may be
    many objects."""
    given_up = False

    def bounded(data: JsonObject) -> Iterator[FieldPath]:
        nonlocal given_up
        if given_up:
            return
        try:
            yield from judge(data)
        except NotJudged as error:
            given_up = error.is_final
            raise

    return bounded


def expression_problem(text: str) -> str:
    """Return why a text is no expression that a rule may have; empty when it is one."""
    try:
        compiled(text)
    except ValueError as error:
        return str(error)
    return ""
