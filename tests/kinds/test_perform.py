"""An action that does not belong to its kind, or lacks its manifest, is refused before anything is sent."""

from __future__ import annotations

from typing import Any, cast

import pytest

from reconciler.kinds import JOB_TEMPLATE, TENSORBOARD
from reconciler.kinds.base import Site
from reconciler.kinds.tensorboard.canonical import DesiredBoard
from reconciler.model import Action, Reason, Resource, ResourceId, SourceRef, Verb

NOWHERE = cast(Site, None)
"""Whoever sends something fails."""
WITHOUT_MANIFEST = frozenset({Verb.DELETE, Verb.RELEASE, Verb.START, Verb.STOP})


def action(kind: Any, verb: Verb) -> Action:
    return Action(verb=verb, id=ResourceId(kind.name, "a"), reason=Reason.CONTENT_CHANGED)


@pytest.mark.parametrize("verb", sorted(set(Verb) - WITHOUT_MANIFEST))
@pytest.mark.parametrize("kind", [JOB_TEMPLATE, TENSORBOARD], ids=lambda kind: kind.name)
def test_an_action_that_writes_a_manifest_needs_one(kind: Any, verb: Verb) -> None:
    with pytest.raises(ValueError, match="needs its manifest"):
        kind.perform(NOWHERE, action(kind, verb), None, {})


@pytest.mark.parametrize(
    ("kind", "verbs"),
    [
        (JOB_TEMPLATE, {Verb.REPLACE, Verb.FOLLOW}),
        (TENSORBOARD, {Verb.NEW_VERSION, Verb.PROMOTE, Verb.ADOPT, Verb.RENAME, Verb.RELEASE}),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_a_verb_of_another_kind_is_refused(kind: Any, verbs: set[Verb]) -> None:
    body = DesiredBoard(content={}, written={}, job_template="", state="", remote_id="")
    for verb in verbs:
        asked = action(kind, verb)
        with pytest.raises(ValueError, match=f"a {kind.name} cannot {verb}"):
            kind.perform(NOWHERE, asked, Resource(id=asked.id, body=body, origin=SourceRef("a.yaml", 1, 1)), {})
