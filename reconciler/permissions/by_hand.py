"""What the commands call that are about jobs, boards and what the service offers as such, whatever kinds there are."""

from __future__ import annotations

from collections.abc import Mapping

import reconciler.kinds.jobtemplate.operations as on_templates
import reconciler.kinds.tensorboard.operations as on_boards
import reconciler.live.operations as op
from reconciler.permissions.needs import Calls, Needs

_JOB: Calls = (op.GET_JOB, op.LIST_JOBS)
"""A job by its id or its name."""
_SHOWN_JOB: Calls = (*_JOB, on_templates.GET_JOB_TEMPLATE)
"""The template of the job too, because the template's marks say what must not be shown."""
_BOARD: Calls = (on_boards.GET_TENSORBOARD, on_boards.LIST_TENSORBOARDS)

BY_HAND: Mapping[str, Needs] = {
    "discover images": Needs(calls=(op.LIST_IMAGES,)),
    "discover image-labels": Needs(calls=(op.LIST_IMAGE_LABELS,)),
    "discover datasets": Needs(calls=(op.LIST_DATASETS,)),
    "discover ecs-specs": Needs(calls=(op.LIST_ECS_SPECS,)),
    "discover code-sources": Needs(calls=(op.LIST_CODE_SOURCES,)),
    "discover workspaces": Needs(calls=(op.LIST_WORKSPACES,)),
    "launch": Needs(
        calls=(on_templates.LIST_JOB_TEMPLATES, on_templates.GET_JOB_TEMPLATE, op.CREATE_JOB, op.LIST_JOBS)
    ),
    "jobs submit": Needs(calls=(op.CREATE_JOB, op.LIST_JOBS)),
    "jobs list": Needs(calls=(op.LIST_JOBS,)),
    "jobs show": Needs(calls=_SHOWN_JOB),
    "jobs update": Needs(calls=(*_SHOWN_JOB, op.UPDATE_JOB)),
    "jobs tag": Needs(calls=(*_SHOWN_JOB, op.TAG_RESOURCES, op.UNTAG_RESOURCES)),
    "jobs stop": Needs(calls=(*_SHOWN_JOB, op.STOP_JOB)),
    "jobs delete": Needs(calls=(*_JOB, op.DELETE_JOB)),
    "jobs clean": Needs(calls=(op.LIST_JOBS, op.DELETE_JOB)),
    "jobs logs": Needs(calls=(*_SHOWN_JOB, op.GET_POD_LOGS)),
    "jobs events": Needs(calls=(*_SHOWN_JOB, op.GET_JOB_EVENTS)),
    "jobs pod-events": Needs(calls=(*_SHOWN_JOB, op.GET_POD_EVENTS)),
    "jobs metrics": Needs(calls=(*_JOB, op.GET_JOB_METRICS)),
    "jobs diagnose": Needs(calls=(*_SHOWN_JOB, op.GET_JOB_EVENTS, op.GET_POD_EVENTS, op.GET_POD_LOGS)),
    "jobs sanity": Needs(calls=(*_JOB, op.LIST_SANITY_CHECK_RESULTS, op.GET_SANITY_CHECK_RESULT)),
    "jobs dashboard": Needs(calls=(*_JOB, op.GET_DASHBOARD, op.GET_TOKEN)),
    "jobs ray-dashboard": Needs(calls=(*_JOB, op.GET_RAY_DASHBOARD)),
    "jobs terminal": Needs(calls=(*_JOB, op.GET_WEB_TERMINAL)),
    "jobs token": Needs(calls=(*_JOB, op.GET_TOKEN)),
    "boards list": Needs(calls=(on_boards.LIST_TENSORBOARDS,)),
    "boards show": Needs(calls=_BOARD),
    "boards start": Needs(calls=(*_BOARD, on_boards.START_TENSORBOARD)),
    "boards stop": Needs(calls=(*_BOARD, on_boards.STOP_TENSORBOARD)),
    "boards delete": Needs(calls=(*_BOARD, on_boards.STOP_TENSORBOARD, on_boards.DELETE_TENSORBOARD)),
    "boards share": Needs(calls=(*_BOARD, on_boards.GET_TENSORBOARD_SHARED_URL)),
}
"""The calls by the words of the command."""
