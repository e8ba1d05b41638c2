"""What is known of a template's versions without their contents: enough to tell whether one is as Git asks.

A version never changes, so a fact about it is true for ever. Only GmtModifyTime tells whether more versions were made
since, and its seconds are too coarse for what happened a moment ago.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.canonical import (
    STAMP_TAG,
    DesiredTemplate,
    LiveTemplate,
    LiveVersion,
    comparable_part,
    ignored_keys,
)
from reconciler.kinds.jobtemplate.equality import as_sent
from reconciler.model import MISSING, JsonValue
from reconciler.model.canonical import version_digest
from reconciler.model.moments import moment_of
from reconciler.model.paths import lookup
from reconciler.model.quick import dataclass
from reconciler.secrets.trees import plain_secrets

TOGETHER = 500
"""Of how many templates the cache is asked at once: one by one takes five times as long, and all at once hold much."""
SETTLED_AFTER = timedelta(minutes=2)
"""How old a change must be before nothing else can hide in the same moment. The service's clock is not ours."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One version as a digest."""

    digest: str
    """The digest as a manifest without unknown fields sees it: without console keys and our own stamp."""
    is_stamped: bool
    """Whether it carries our stamp, which means that we made it."""
    ignored: tuple[str, ...] = ()
    """The keys that the digest leaves out, except the stamp."""

    @classmethod
    def of(cls, version: LiveVersion) -> Seen:
        """Return the facts about a version that was fetched."""
        return cls(
            version_digest(comparable_part(version.content, {}), version.constraints),
            lookup(version.content, ("Settings", "Tags", STAMP_TAG)) is not MISSING,
            ignored_keys(version.content, {}),
        )

    def holds(self, live: LiveTemplate, number: int, body: DesiredTemplate) -> bool:
        """Return whether the version is known to hold what a manifest asks for, apart from what the service adds
        itself."""
        return as_sent(live, number, self.digest) == body.digest and not any(
            key in body.content for key in self.ignored
        )


def held(live: LiveTemplate, seen: Mapping[int, Seen], body: DesiredTemplate) -> int | None:
    """Return the version that holds the manifest's content, where that version or the pin is the default as the
    manifest asks; else None.

    It is the default version if that holds the content, else the newest one that does.
    """
    equal = [number for number, version in seen.items() if version.holds(live, number, body)]
    number = live.default_version if live.default_version in equal else max(equal, default=None)
    return number if (number if body.pin is None else body.pin) == live.default_version else None


def recalled(scope: Scope, live: LiveTemplate) -> dict[int, Seen]:
    """Return the versions that were seen in earlier runs, by number. There may be more."""
    return recorded(scope.memory.recall(live.template_id))


def recalled_all(scope: Scope, live: LiveTemplate) -> dict[int, Seen]:
    """Return all versions, when none can have been made since they were seen; else nothing."""
    facts = scope.memory.recall(live.template_id)
    return all_recorded(scope, facts, modified=live.modified, default=live.default_version)


def recorded(facts: JsonValue) -> dict[int, Seen]:
    """Return `recalled` from the facts that are remembered of a template."""
    return _read(facts)[1]


def all_recorded(scope: Scope, facts: JsonValue, *, modified: str, default: int) -> dict[int, Seen]:
    """Return `recalled_all` from the facts that are remembered of a template. It was `modified` last at that time
    (GmtModifyTime), and `default` is its default version."""
    then, seen = _read(facts)
    return seen if then == modified and default in seen and is_settled(scope, modified) else {}


def learn(scope: Scope, live: LiveTemplate) -> dict[int, Seen]:
    """Remember facts about the versions that were fetched; those of a template with secrets until the run ends."""
    modified, former = _read(scope.memory.recall(live.template_id))
    now = {number: Seen.of(version) for number, version in live.versions.items()}
    if live.all_versions:
        modified = live.modified if is_settled(scope, live.modified) else ""
    rows = {str(number): [each.digest, each.is_stamped, list(each.ignored)] for number, each in (former | now).items()}
    # Whoever reads the file could try which short secret makes a digest that was made from it.
    remember = scope.memory.hold if _may_hold_secrets(live) else scope.memory.learn
    remember(live.template_id, {"modified": modified, "versions": rows})
    return now


def _may_hold_secrets(live: LiveTemplate) -> bool:
    """Return whether a version may hold a value from the environment, or shows something that looks like a secret."""
    return bool(live.sensitive) or any(any(plain_secrets(each.content)) for each in live.versions.values())


def is_settled(scope: Scope, modified: str) -> bool:
    """Return whether a template that was modified last at this time (GmtModifyTime) cannot have been changed again at
    the same time."""
    moment = moment_of(modified)
    return moment is not None and scope.now - moment >= SETTLED_AFTER


def _read(facts: JsonValue) -> tuple[str, dict[int, Seen]]:
    """Return when the template had last been modified when all versions were seen (empty: not all were), and the
    versions."""
    if not isinstance(facts, dict):
        return "", {}
    rows = facts["versions"].items()
    return facts["modified"], {int(number): Seen(row[0], row[1], tuple(row[2])) for number, row in rows}
