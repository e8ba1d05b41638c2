"""Rules that people write: a JSON Schema or a JMESPath expression over one object, for policies and audits alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reconciler.model import FieldPath, JsonObject, JsonValue


class NotJudged(Exception):
    """An expression could not be evaluated on an object."""


Judge = Callable[[JsonObject], Iterator[FieldPath]]
"""The paths at which an object breaks the rule; the empty path stands for the whole object."""


def by_schema(schema: JsonValue) -> Judge:
    """A rule that is fulfilled when the schema fits."""
    import jsonschema  # noqa: PLC0415 - only projects with such rules pay for it

    validator = jsonschema.Draft202012Validator(schema)

    def judge(data: JsonObject) -> Iterator[FieldPath]:
        yield from sorted({tuple(error.absolute_path) for error in validator.iter_errors(data)}, key=str)

    return judge


def by_expression(text: str) -> Judge:
    """A rule that is fulfilled when the expression is true of the object; judging raises NotJudged."""
    import jmespath  # noqa: PLC0415 - only projects with such rules pay for it

    expression = jmespath.compile(text)

    def judge(data: JsonObject) -> Iterator[FieldPath]:
        try:
            holds = expression.search(data)
        except jmespath.exceptions.JMESPathError as error:
            raise NotJudged(type(error).__name__) from error
        if holds in (None, False, "", [], {}):  # what JMESPath itself counts as false
            yield ()

    return judge


def expression_problem(text: str) -> str:
    """Why a text is no expression; empty when it is one."""
    import jmespath  # noqa: PLC0415 - only projects with such rules pay for it

    try:
        jmespath.compile(text)
    except jmespath.exceptions.JMESPathError as error:
        return str(error).splitlines()[0]
    return ""


def schema_problem(schema: JsonValue) -> str:
    """Why a value is no JSON Schema; empty when it is one."""
    import jsonschema  # noqa: PLC0415 - only projects with such rules pay for it

    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        return error.message
    return ""
