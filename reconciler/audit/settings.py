"""What a project says about its audits: rules switched, graded and given numbers; custom rules; waivers."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from reconciler.audit.table import codes_of, parameters_of
from reconciler.kinds import JUDGED
from reconciler.kinds.base import Kinds
from reconciler.kinds.judges import expression_problem, schema_problem
from reconciler.model import FieldPath, JsonObject, JsonValue, Severity, SourceRef

OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetting:
    """One rule as the project wants it."""

    on: bool = True
    severity: Severity | None = None
    """None: the one in the table of codes."""
    numbers: Mapping[str, int] = field(default_factory=dict)


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
class Waiver:
    """A finding that somebody accepts for a while, and why."""

    code: str
    name: str
    """A pattern of names, with `*` and `?`."""
    reason: str
    expires: date
    """The last day on which it counts."""
    target: str = "*"
    """A pattern of targets."""
    where: SourceRef | None = None
    """Where it is written."""

    def covers(self, code: str, site: str, name: str) -> bool:
        """Whether it is about this finding, expired or not."""
        return code == self.code and fnmatch.fnmatchcase(name, self.name) and fnmatch.fnmatchcase(site, self.target)

    def is_expired(self, today: date) -> bool:
        """Whether its last day has passed."""
        return today > self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """`spec.audit` of the project file."""

    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    custom: tuple[CustomRule, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    defaults: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """The numbers that rules have by default, by code and name."""

    def rule(self, code: str) -> RuleSetting:
        """How a rule is set; as the table of codes has it when the project does not say."""
        return self.rules.get(code, RuleSetting())

    def numbers(self, code: str) -> Mapping[str, int]:
        """The numbers of a rule: the project's, else the defaults."""
        return {**self.defaults.get(code, {}), **self.rule(code).numbers}


@dataclass(frozen=True, slots=True)
class Flaw:
    """A setting that the schema lets through and that makes no sense; `path` begins below `spec.audit`."""

    path: FieldPath
    summary: str


def flaws(spec: JsonObject, kinds: Kinds) -> Iterator[Flaw]:
    """What is wrong with settings that fulfil the schema: dates, expressions, schemas, codes used twice."""
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
    known = {*codes_of(kinds), *seen}
    for index, waiver in enumerate(spec.get("waivers") or ()):
        if waiver["code"] not in known:
            yield Flaw(("waivers", index, "code"), f"there is no rule {waiver['code']}")
        try:
            date.fromisoformat(waiver["expires"])
        except ValueError:
            yield Flaw(("waivers", index, "expires"), f"{waiver['expires']} is not a day")


def parse_settings(spec: JsonObject, kinds: Kinds, locate: Callable[[FieldPath], SourceRef | None]) -> AuditSettings:
    """The settings of a `spec.audit` without flaws; `locate` says where a path below it is written."""
    return AuditSettings(
        rules={code: _rule(value) for code, value in (spec.get("rules") or {}).items()},
        custom=tuple(_custom(each) for each in spec.get("custom") or ()),
        waivers=tuple(
            Waiver(
                code=each["code"],
                name=each["name"],
                reason=each["reason"],
                expires=date.fromisoformat(each["expires"]),
                target=each.get("target", "*"),
                where=locate(("waivers", index)),
            )
            for index, each in enumerate(spec.get("waivers") or ())
        ),
        defaults={
            code: {parameter.name: parameter.default for parameter in parameters}
            for code, parameters in parameters_of(kinds).items()
        },
    )


def _rule(value: JsonValue) -> RuleSetting:
    if value == OFF:
        return RuleSetting(on=False)
    severity = value.get("severity")
    return RuleSetting(
        severity=Severity(severity) if severity else None,
        numbers={name: number for name, number in value.items() if name != "severity"},
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
