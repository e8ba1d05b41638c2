"""Templates that are exactly as their manifests ask, told from the listing alone, or from the listing and what earlier
runs saw of the versions: nothing is made of either side.

Of thousands of templates most are so in most runs. What both sides have to agree in is a few texts: the digest of the
version, the description's, the manifest's path, the protection, the labels. A row says them in its marks; of a manifest
one digest of all of them is kept. Whatever is not word for word so, or needs a second thought (a pin, a former name, a
secret, an addition of the service, a mark that this module does not know), is compared as ever (`comparison`).
"""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from reconciler.kinds import text_equality
from reconciler.kinds.base import Scope, Trust
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, resource_id
from reconciler.kinds.jobtemplate.marks import LABEL_PREFIX, PREFIX
from reconciler.kinds.jobtemplate.seen import TOGETHER, all_recorded
from reconciler.kinds.keeping import Expected
from reconciler.model import JsonObject, JsonValue, Resource, ResourceId

_PROJECT, _TEMPLATE_ID, _VERSION = PREFIX + "project", PREFIX + "template-id", PREFIX + "version"
_DIGEST, _MANIFEST, _PROTECT = PREFIX + "digest", PREFIX + "manifest", PREFIX + "protect"
_OF_WRITES = frozenset(PREFIX + name for name in ("revision", "nonce", "verified", "since"))
"""Marks that are written together with other changes, and are no reason for a change themselves."""
_KNOWN = _OF_WRITES | {_PROJECT, _TEMPLATE_ID, _VERSION, _DIGEST, _MANIFEST, _PROTECT}
_DIGITS = 32
_MOST_VERSIONS = 1_000_000_000
"""Marks with a higher number are not believed (see `marks`)."""


def expected(resource: Resource[DesiredTemplate]) -> Expected:
    """Return the digest of what the row of a template shows that is exactly as its manifest asks (`Kind.expected`)."""
    body = resource.body
    if body.pin is not None or body.former_names or body.remote_id or resource.sensitive:
        return ""
    labels = [text for name, value in sorted(resource.labels.items()) for text in (LABEL_PREFIX + name, value)]
    return _digest(body.digest, body.manifest, "true" if body.protect else "", body.description_digest, *labels)


class Shown(list[JsonObject]):
    """Rows of a listing; `each` is what every one of them shows to a project, in the same order."""

    def __init__(self, project: str, rows: Sequence[JsonObject]) -> None:
        super().__init__(rows)
        self.project = project
        digest_of = functools.cache(text_equality.digest)  # many descriptions are equal, most of them empty
        self.each = [_shown(project, row, digest_of) for row in rows]


def looked_over(scope: Scope, rows: Sequence[JsonObject]) -> list[JsonObject]:
    """Return the rows with what they show (`Kind.looked_over`)."""
    return Shown(scope.project, rows)


def unchanged(scope: Scope, rows: Sequence[JsonObject]) -> Mapping[ResourceId, JsonObject]:
    """Return the rows of the templates that are exactly as their manifests ask. Each is the only row of its name.

    Where marks are not believed, but what was fetched once is, what the cache knows of their versions has to say so
    too.
    """
    match scope.trust if scope.expected else Trust.NOTHING:
        case Trust.MARKS:
            return _marked(scope, rows)
        case Trust.FETCHED:
            return _confirmed(scope, _marked(scope, rows))
        case Trust.NOTHING:
            return {}


def _confirmed(scope: Scope, marked: Mapping[ResourceId, JsonObject]) -> Mapping[ResourceId, JsonObject]:
    """Return those of the rows whose default version was seen to hold what their marks say, and all other versions to
    be older ones: somebody else may have made a newer one."""
    found: dict[ResourceId, JsonObject] = {}
    rows = list(marked.items())
    for start in range(0, len(rows), TOGETHER):
        some = rows[start : start + TOGETHER]
        facts = scope.memory.recall_each([row["TemplateId"] for _, row in some])
        found.update((id, row) for id, row in some if _is_confirmed(scope, row, facts.get(row["TemplateId"])))
    return found


def _is_confirmed(scope: Scope, row: JsonObject, facts: JsonValue) -> bool:
    version = row["DefaultVersion"]
    seen = all_recorded(scope, facts, modified=str(row.get("GmtModifyTime") or ""), default=version)
    if not seen or max(seen) > version:
        return False
    return seen[version].digest == row["Metadata"][_DIGEST] and not seen[version].ignored


def _marked(scope: Scope, rows: Sequence[JsonObject]) -> dict[ResourceId, JsonObject]:
    """Return the rows of the templates that are as their manifests ask if their marks are right."""
    names = [row.get("TemplateName") or "" for row in rows]
    count = Counter(names)
    seen = rows if isinstance(rows, Shown) and rows.project == scope.project else Shown(scope.project, rows)
    found = {}
    for name, row, shows in zip(names, rows, seen.each, strict=True):
        id = resource_id(name)
        if shows and count[name] == 1 and scope.expected.get(id) == shows:
            found[id] = row
    return found


def _shown(project: str, row: JsonObject, digest_of: Callable[[str], str]) -> Expected:
    """Return what a row shows, as `expected` has it; nothing where it takes more to understand it."""
    marks, version = row.get("Metadata"), row.get("DefaultVersion")
    if not isinstance(marks, dict) or type(version) is not int or not 0 < version < _MOST_VERSIONS:
        return ""
    recorded = (marks.get(_PROJECT), marks.get(_TEMPLATE_ID), marks.get(_VERSION))
    if recorded != (project, row["TemplateId"], str(version)):
        return ""
    described = digest_of(str(row.get("Description") or ""))
    others = sorted(key for key in marks.keys() - _KNOWN if key.startswith(PREFIX))
    more = [text for key in others for text in (key, marks[key])]
    return _digest(marks.get(_DIGEST, ""), marks.get(_MANIFEST, ""), marks.get(_PROTECT, ""), described, *more)


def _digest(*told: JsonValue) -> Expected:
    # Python's own spelling tells any two rows of JSON values apart, in a third of the time that JSON takes.
    return hashlib.sha256(repr(told).encode()).hexdigest()[:_DIGITS]
