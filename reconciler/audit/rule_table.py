"""The table of rules: those that the kinds bring and those about all kinds, with the numbers that a project may set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.audit.comparisons import RULES, ComparingRule
from reconciler.kinds.audited import AnyAudit, FleetRule, Parameter, Rule
from reconciler.kinds.base import Kinds


def audits_of(kinds: Kinds) -> tuple[AnyAudit, ...]:
    """Return what an audit asks of each kind that can be audited, in the order of the kinds."""
    return tuple(kind.audit() for kind in kinds if kind.audit is not None)


def parameters_of(kinds: Kinds) -> Mapping[str, tuple[Parameter, ...]]:
    """Return the numbers of every rule with a code of its own, by that code."""
    return {rule.code: rule.parameters for rule in _rules(kinds) if rule.code}


def names_of(kinds: Kinds) -> Mapping[str, str]:
    """Return the short name of every rule with a code of its own, by that code."""
    return {rule.code: rule.name for rule in _rules(kinds) if rule.code}


def codes_of(kinds: Kinds) -> tuple[str, ...]:
    """Return every code that a project may switch off or grade, in order."""
    brought = {code for audit in audits_of(kinds) for rule in audit.rules for code in rule.brings}
    return tuple(sorted({*parameters_of(kinds), *brought}))


def _rules(kinds: Kinds) -> Iterator[Rule[Any] | FleetRule | ComparingRule]:
    yield from RULES
    for audit in audits_of(kinds):
        yield from audit.rules
        yield from audit.fleet_rules
