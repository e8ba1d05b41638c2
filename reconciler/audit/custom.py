"""Custom rules: a JSON Schema or a JMESPath expression over one object, given as {kind, name, content, ...}.

Objects are what a snapshot holds: secrets in them read "(sensitive)". A finding carries the project's own message, so
that no value of an object gets into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.audit.rules.base import Hit
from reconciler.audit.settings import CustomRule
from reconciler.audit.snapshot import Board, Template
from reconciler.kinds import JOB_TEMPLATE, TENSORBOARD
from reconciler.kinds.judges import Judge, by_expression, by_schema
from reconciler.model import JsonObject


@dataclass(frozen=True, slots=True)
class Compiled:
    """A custom rule that is ready to judge."""

    rule: CustomRule
    judge: Judge

    def hits(self, subject: Template | Board) -> Iterator[Hit]:
        """What it finds in one object; nothing in objects of the other kind.

        Raises:
            NotJudged: the expression does not fit the object.
        """
        if self.rule.kind != kind_of(subject):
            return
        for path in self.judge(document(subject)):
            yield Hit(code=self.rule.code, summary=self.rule.message, path=path, hint=self.rule.hint)


def compile_rule(rule: CustomRule) -> Compiled:
    """Prepare a rule of settings without flaws."""
    return Compiled(rule, by_schema(rule.schema) if rule.schema is not None else by_expression(rule.expression))


def kind_of(subject: Template | Board) -> str:
    """The kind as manifests name it."""
    return JOB_TEMPLATE.name if isinstance(subject, Template) else TENSORBOARD.name


def document(subject: Template | Board) -> JsonObject:
    """What a custom rule sees of an object."""
    if isinstance(subject, Board):
        return {
            "kind": TENSORBOARD.name,
            "name": subject.name,
            "target": subject.site,
            "content": subject.content,
            "constraints": {},
            "metadata": {},
        }
    default = subject.default_version
    return {
        "kind": JOB_TEMPLATE.name,
        "name": subject.name,
        "target": subject.site,
        "content": default.content if default else {},
        "constraints": default.constraints if default else {},
        "metadata": subject.metadata,
        "owner": subject.owner,
        "defaultVersion": subject.default,
        "versions": len(subject.versions),
        "jobs": subject.jobs,
        "users": subject.users,
    }
