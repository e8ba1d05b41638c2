"""The kinds of resources, in the order in which they are read. A new kind is one package and one line here."""

from __future__ import annotations

from typing import Any

from reconciler.kinds.base import Kind
from reconciler.kinds.jobtemplate import JOB_TEMPLATE
from reconciler.kinds.tensorboard import TENSORBOARD

__all__ = ["JOB_TEMPLATE", "JUDGED", "KINDS", "TENSORBOARD"]

KINDS: tuple[Kind[Any, Any], ...] = (JOB_TEMPLATE, TENSORBOARD)

JUDGED = JOB_TEMPLATE.name
"""The kind that a policy or an audit rule without `kind` judges."""
