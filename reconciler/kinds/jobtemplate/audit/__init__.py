"""What audits and histories say about JobTemplates: versions, who uses which of them, and the rules about both."""

from __future__ import annotations

from reconciler.kinds.audited import Audit, Reading
from reconciler.kinds.jobtemplate.audit import content_rules, proofs, version_rules
from reconciler.kinds.jobtemplate.audit.facts import Template, document, row
from reconciler.kinds.jobtemplate.audit.kept import may_be_kept, renewed
from reconciler.kinds.jobtemplate.audit.read import ask, listed, subject
from reconciler.kinds.jobtemplate.canonical import KIND_NAME

AUDIT: Audit[Template] = Audit(
    kind=KIND_NAME,
    many="templates",
    subject=Template,
    listed=listed,
    reading=Reading(ask=ask, subject=subject, renewed=renewed, may_be_kept=may_be_kept),
    rules=(*version_rules.RULES, *content_rules.RULES, *proofs.RULES),
    is_compared=True,
    document=document,
    row=row,
)
