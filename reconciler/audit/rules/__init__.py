"""The table of rules: what is audited, in the order of the codes, and the numbers that a project may set."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reconciler.audit.rules import boards, content, fleet, versions
from reconciler.audit.rules.base import BoardRule, Hit, Parameter, Rule, Setting, TemplateRule
from reconciler.audit.rules.content import CONTENT_CODES, problems_of_content
from reconciler.audit.rules.fleet import FleetRule

__all__ = [
    "BOARD_RULES",
    "CODES",
    "CONTENT_CODES",
    "FLEET_RULES",
    "NAMES",
    "PARAMETERS",
    "TEMPLATE_RULES",
    "BoardRule",
    "FleetRule",
    "Hit",
    "Parameter",
    "Rule",
    "Setting",
    "TemplateRule",
    "problems_of_content",
]

TEMPLATE_RULES: tuple[TemplateRule, ...] = tuple(sorted((*versions.RULES, *content.RULES), key=lambda rule: rule.code))
BOARD_RULES: tuple[BoardRule, ...] = boards.RULES
FLEET_RULES: tuple[FleetRule, ...] = fleet.RULES

_TABLE: tuple[TemplateRule | BoardRule | FleetRule, ...] = (*TEMPLATE_RULES, *BOARD_RULES, *FLEET_RULES)

PARAMETERS: Mapping[str, tuple[Parameter, ...]] = MappingProxyType({rule.code: rule.parameters for rule in _TABLE})
"""The numbers of every rule of the table, by its code."""

NAMES: Mapping[str, str] = MappingProxyType({rule.code: rule.name for rule in _TABLE})
"""The short name of every rule of the table, by its code."""

CODES: tuple[str, ...] = tuple(sorted((*PARAMETERS, *CONTENT_CODES)))
"""Every code that the project may switch off or grade."""
