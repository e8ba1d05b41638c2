"""JobTemplates: immutable versions addressed by content, a moving default, marks in Metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.kinds.abilities import Ownership, Versions
from reconciler.kinds.base import ANY, Kind
from reconciler.kinds.jobtemplate.canonical import (
    KIND_NAME,
    DesiredTemplate,
    LiveTemplate,
    desired,
    desired_digest,
)
from reconciler.kinds.jobtemplate.keeping import KEEPING, proves
from reconciler.kinds.jobtemplate.rules import RULES
from reconciler.kinds.jobtemplate.unchanged import expected, looked_over
from reconciler.kinds.jobtemplate.verify_rules import laid
from reconciler.model import Verb
from reconciler.model.lazily import later

if TYPE_CHECKING:
    from reconciler.kinds.audited import AnyAudit
    from reconciler.kinds.inspection import AnyInspection
    from reconciler.kinds.jobtemplate.adoption import asking, is_asked, released
    from reconciler.kinds.jobtemplate.answers import every_template
    from reconciler.kinds.jobtemplate.calls import calls
    from reconciler.kinds.jobtemplate.diff import diff
    from reconciler.kinds.jobtemplate.impact import impact
    from reconciler.kinds.jobtemplate.manifest import count, listing, manifest_of, manifest_of_version
    from reconciler.kinds.jobtemplate.named import named
    from reconciler.kinds.jobtemplate.proving import asked, need_before
    from reconciler.kinds.jobtemplate.read import read
    from reconciler.kinds.jobtemplate.read_some import read_some
    from reconciler.kinds.jobtemplate.standing import standings
    from reconciler.kinds.jobtemplate.traces import asked_digest, owned
    from reconciler.kinds.jobtemplate.write import look, perform
else:  # a command that only checks manifests uses none of these
    asking = later(f"{__name__}.adoption", "asking")
    is_asked = later(f"{__name__}.adoption", "is_asked")
    released = later(f"{__name__}.adoption", "released")
    every_template = later(f"{__name__}.answers", "every_template")
    calls = later(f"{__name__}.calls", "calls")
    diff = later(f"{__name__}.diff", "diff")
    impact = later(f"{__name__}.impact", "impact")
    count = later(f"{__name__}.manifest", "count")
    listing = later(f"{__name__}.manifest", "listing")
    manifest_of = later(f"{__name__}.manifest", "manifest_of")
    manifest_of_version = later(f"{__name__}.manifest", "manifest_of_version")
    named = later(f"{__name__}.named", "named")
    asked = later(f"{__name__}.proving", "asked")
    need_before = later(f"{__name__}.proving", "need_before")
    read = later(f"{__name__}.read", "read")
    read_some = later(f"{__name__}.read_some", "read_some")
    standings = later(f"{__name__}.standing", "standings")
    asked_digest = later(f"{__name__}.traces", "asked_digest")
    owned = later(f"{__name__}.traces", "owned")
    look = later(f"{__name__}.write", "look")
    perform = later(f"{__name__}.write", "perform")


def _audit() -> AnyAudit:
    from reconciler.kinds.jobtemplate.audit import AUDIT  # noqa: PLC0415 - only audits pay for it

    return AUDIT


def _inspection() -> AnyInspection:
    from reconciler.kinds.jobtemplate.inspection import INSPECTION  # noqa: PLC0415 - only histories pay for it

    return INSPECTION


JOB_TEMPLATE: Kind[DesiredTemplate, LiveTemplate] = Kind(
    name=KIND_NAME,
    noun="template",
    folder="templates",
    operation="CreateJob",
    prune="jobTemplates",
    is_open=True,
    ownership=Ownership(recorded=lambda live: live.body.marks.manifest, asks=is_asked, asking=asking, release=released),
    schema="jobtemplate.schema.json",
    plain=(
        ("Accessibility",),
        ("Priority",),
        ("DisplayName",),
        ("WorkspaceId",),
        ("CodeSource", "CodeSourceId"),
        ("DataSources", ANY, "DataSourceId"),
        ("JobSpecs", ANY, "EcsSpec"),
        ("JobSpecs", ANY, "ElasticSpotSpecs", ANY, "InstanceType"),
    ),
    of_one_object=(
        ("metadata", "renamedFrom"),
        ("metadata", "adopt"),
        ("metadata", "adoptFrom"),
        ("metadata", "templateId"),
        ("spec", "defaultVersion"),
        ("spec", "protect"),
    ),
    rules=RULES,
    desired=desired,
    digest=desired_digest,
    expected=expected,
    keeping=KEEPING,
    read=read,
    read_some=read_some,
    first_listing=lambda scope: every_template(scope.workspace_id),
    looked_over=looked_over,
    diff=diff,
    impact=impact,
    look=look,
    perform=perform,
    needs=need_before,
    asked=asked,
    proves=proves,
    former=lambda desired: desired.body.former_names,
    picked=lambda desired: desired.body.remote_id,
    laid=laid,
    phases={
        Verb.ADOPT: 0,
        Verb.RENAME: 0,
        Verb.RELEASE: 0,
        Verb.VERIFY: 1,
        Verb.CREATE: 1,
        Verb.NEW_VERSION: 1,
        Verb.UPDATE: 1,
        Verb.PROMOTE: 2,
        Verb.DELETE: 4,
    },
    calls=calls,
    listing=listing,
    manifest_of=manifest_of,
    named=named,
    versions=Versions(
        owned=owned,
        digest=asked_digest,
        standings=standings,
        count=count,
        manifest_of=manifest_of_version,
        inspection=_inspection,
    ),
    audit=_audit,
)
