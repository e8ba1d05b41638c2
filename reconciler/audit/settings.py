"""What a project says about its audits: the numbers of rules, and rules of its own.

How findings are graded and which are waived holds for every command: see `codes.grading`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from reconciler.audit.rule_table import parameters_of
from reconciler.kinds import JUDGED
from reconciler.kinds.base import Kinds
from reconciler.kinds.judges import expression_problem, schema_problem
from reconciler.model import FieldPath, JsonObject, JsonValue, Severity
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomRule:
    """A rule of the project's own: a JSON Schema or a JMESPath expression that every object of a kind must fulfil."""

    code: str
    severity: Severity
    message: str
    kind: str
    """The name of the kind that it judges."""
    hint: str = ""
    expression: str = ""
    """JMESPath; empty when there is a schema."""
    schema: JsonValue = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """`spec.audit` of the project file: numbers of rules, and rules of the project's own."""

    rules: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """The numbers that the project sets, by the code of their rule."""
    custom: tuple[CustomRule, ...] = ()
    defaults: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """The default numbers of rules, by code and name."""

    def numbers(self, code: str) -> Mapping[str, int]:
        """Return the numbers of a rule: the project's own, else the defaults."""
        return {**self.defaults.get(code, {}), **self.rules.get(code, {})}


@dataclass(frozen=True, slots=True)
class Flaw:
    """A setting that the schema accepts but that makes no sense; `path` begins below `spec.audit`."""

    path: FieldPath
    summary: str


def flaws(spec: JsonObject) -> Iterator[Flaw]:
    """Yield what is wrong with settings that fulfil the schema: expressions, schemas, codes used twice."""
    seen: set[str] = set()
    for index, rule in enumerate(spec.get("custom") or ()):
        if rule["code"] in seen:
            yield Flaw(("custom", index, "code"), f"custom rule {rule['code']} is there twice")
        seen.add(rule["code"])
        if ("jmespath" in rule) == ("schema" in rule):
            yield Flaw(("custom", index), f"custom rule {rule['code']} needs `jmespath` or `schema`, one of the two")
        if "jmespath" in rule and (problem := expression_problem(rule["jmespath"])):
            yield Flaw(("custom", index, "jmespath"), f"not a JMESPath expression: {problem}")
        if "schema" in rule and (problem := schema_problem(rule["schema"])):
            yield Flaw(("custom", index, "schema"), f"not a JSON Schema: {problem}")


def parse_settings(spec: JsonObject, kinds: Kinds) -> AuditSettings:
    """Return the settings of a `spec.audit` without flaws."""
    return AuditSettings(
        rules=spec.get("rules") or {},
        custom=tuple(_custom(each) for each in spec.get("custom") or ()),
        defaults={
            code: {parameter.name: parameter.default for parameter in parameters}
            for code, parameters in parameters_of(kinds).items()
        },
    )


def _custom(rule: JsonObject) -> CustomRule:
    return CustomRule(
        code=rule["code"],
        severity=Severity(rule["severity"]),
        message=rule["message"],
        kind=rule.get("kind", JUDGED),
        hint=rule.get("hint", ""),
        expression=rule.get("jmespath", ""),
        schema=rule.get("schema"),
    )
