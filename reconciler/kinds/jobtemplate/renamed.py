"""Whether a live template still has a former name of its manifest."""

from __future__ import annotations

from reconciler.kinds import text_equality
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate
from reconciler.model import Resource


def is_renamed(desired: Resource[DesiredTemplate], live: LiveTemplate) -> bool:
    """Return whether the template has a former name of its manifest and therefore gets a new one.

    A template whose name the service shows otherwise than it was sent, as its marks say, has the new name already.
    """
    return bool(desired.body.former_names) and not live.marks.same(desired.id.name, live.name)


def name_as_sent(desired: Resource[DesiredTemplate], live: LiveTemplate) -> str:
    """Return the name that was sent for the template as it is shown: a former one, or that of the manifest."""
    is_former = any(text_equality.same(live.name, name) for name in desired.body.former_names)
    return live.name if is_former and is_renamed(desired, live) else desired.id.name
