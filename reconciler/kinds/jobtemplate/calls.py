"""Which operations of the service are called for JobTemplates (API.md sections 2.1 to 2.6)."""

from __future__ import annotations

import reconciler.kinds.jobtemplate.operations as op
from reconciler.kinds.abilities import Calls


def calls() -> Calls:
    """Return the operations that are called for templates."""
    return Calls(
        read=(op.LIST_JOB_TEMPLATES, op.GET_JOB_TEMPLATE),
        mark=(op.UPDATE_JOB_TEMPLATE,),
        write=(op.CREATE_JOB_TEMPLATE, op.UPDATE_JOB_TEMPLATE, op.SET_DEFAULT_VERSION, op.DELETE_JOB_TEMPLATE),
    )
