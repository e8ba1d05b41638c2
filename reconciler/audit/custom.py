"""Custom rules: a JSON Schema or a JMESPath expression over one object, given as {kind, name, content, ...}.

Objects are what a snapshot holds: secrets in them read "(sensitive)". A finding has the project's own message, so that
no value of an object gets into it.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.audit.settings import CustomRule
from reconciler.kinds.audited import AnyAudit, Hit, Subject
from reconciler.kinds.judges import Judge, by_expression, by_schema
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True)
class Compiled:
    """A custom rule that is ready to judge."""

    rule: CustomRule
    judge: Judge

    def hits(self, audit: AnyAudit, subject: Subject) -> Iterator[Hit]:
        """Yield what the rule finds in one object of its kind; nothing in objects of other kinds.

        Raises:
            NotJudged: the expression does not fit the object.
        """
        if self.rule.kind != audit.kind:
            return
        seen = {"kind": subject.kind, "name": subject.name, "target": subject.site, **audit.document(subject)}
        for path in self.judge(seen):
            yield Hit(code=self.rule.code, summary=self.rule.message, path=path, hint=self.rule.hint)


def compile_rule(rule: CustomRule) -> Compiled:
    """Prepare a rule of settings without flaws."""
    return Compiled(rule, by_schema(rule.schema) if rule.schema is not None else by_expression(rule.expression))
