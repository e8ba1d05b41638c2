"""When what an earlier audit was answered about a template still says what the service would say now.

A version never changes, and whatever else can change shows in the listing. So an answer stands while the listing shows
the same template with the same GmtModifyTime, and that time was not too close when the answer was given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from reconciler.errors import BadAnswer
from reconciler.kinds.audited import AuditedSite
from reconciler.kinds.jobtemplate.answers import live_summary, versions_shown
from reconciler.kinds.jobtemplate.seen import is_settled
from reconciler.model import JsonObject, JsonValue
from reconciler.secrets.trees import hides_nothing

_USED = "LastUsedTime"
"""Moves with each launch, and GmtModifyTime does not (API.md, section 2.9)."""


def renewed(answer: JsonObject, row: JsonObject) -> JsonObject | None:
    """Return what GetJobTemplate would answer now, from an earlier answer and the row of ListJobTemplates; None when
    the template was changed, or the listing does not tell enough."""
    try:
        before, now = live_summary(answer), live_summary(row)
    except BadAnswer:
        return None
    # Who modified it last is the same while the time is the same; a service may leave it out of the listing.
    if replace(before, last_used=now.last_used, modified_by=now.modified_by) != now:
        return None
    if now.last_used == before.last_used:
        return answer
    return {**answer, _USED: now.last_used} if now.last_used else None


def may_be_kept(audited: AuditedSite, answer: JsonObject) -> bool:
    """Return whether an answer shows no secret, and GmtModifyTime lay far enough back when it was given."""
    live = live_summary(answer)
    if live.sensitive or not is_settled(audited.site.scope, live.modified):
        return False
    head = {key: value for key, value in answer.items() if key != "Versions"}
    return hides_nothing(head) and all(hides_nothing(_opened(row)) for row in versions_shown(answer))


def _opened(row: JsonValue) -> JsonValue:
    """Return a version with its content as an object: secrets are known by the names of fields."""
    if isinstance(row, Mapping) and isinstance(row.get("Content"), str):
        return {**row, "Content": json.loads(row["Content"])}
    return row
