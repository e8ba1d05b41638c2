"""The core types: plain, frozen values that the stages hand to each other. No I/O; imports nothing of ours.

    manifests --> Document --(kind)--> Resource (desired) --+
                                                            +--> Action* --> Plan --> ApplyReport
    service ------------------(kind)--> Resource (live) ----+

    values     JSON trees, paths, ResourceId, places          action    Action, its changes and its impact
    finding    Finding                                        plan      Plan, Target, Limits
    resource   Document, Resource                             report    ApplyReport
    share      Share, part K of N                             address   Address of a server, the service's own hosts
    fleet      Fleet, the plans of many targets

A Plan holds nothing secret: sensitive values are replaced before an Action is made, so every renderer and every
plan file is safe by construction. What apply writes comes from the desired Resources, bound to the plan by digest.
"""

from __future__ import annotations

from reconciler.model.action import (
    VERIFY_TAG,
    Action,
    ActionKey,
    ContractChange,
    FieldChange,
    Impact,
    JobResources,
    Launches,
    Moved,
    Proving,
    Reason,
    Spending,
    Verb,
    Verification,
    spending_of,
)
from reconciler.model.finding import Finding, Severity
from reconciler.model.fleet import Failure, Fleet, FleetLimits, FleetReport
from reconciler.model.plan import Awaited, Broken, Limits, Plan, Retained, Shard, Target, Waiting
from reconciler.model.report import ApplyReport, Outcome, Status
from reconciler.model.resource import Document, PositionSource, Resource
from reconciler.model.share import WHOLE, Share
from reconciler.model.values import (
    APART,
    MISSING,
    PROJECT_FILE,
    WHEN_SET,
    FieldPath,
    JsonObject,
    JsonScalar,
    JsonValue,
    Missing,
    RemoteRef,
    ResourceId,
    SourceRef,
)

__all__ = [
    "APART",
    "MISSING",
    "PROJECT_FILE",
    "VERIFY_TAG",
    "WHEN_SET",
    "WHOLE",
    "Action",
    "ActionKey",
    "ApplyReport",
    "Awaited",
    "Broken",
    "ContractChange",
    "Document",
    "Failure",
    "FieldChange",
    "FieldPath",
    "Finding",
    "Fleet",
    "FleetLimits",
    "FleetReport",
    "Impact",
    "JobResources",
    "JsonObject",
    "JsonScalar",
    "JsonValue",
    "Launches",
    "Limits",
    "Missing",
    "Moved",
    "Outcome",
    "Plan",
    "PositionSource",
    "Proving",
    "Reason",
    "RemoteRef",
    "Resource",
    "ResourceId",
    "Retained",
    "Severity",
    "Shard",
    "Share",
    "SourceRef",
    "Spending",
    "Status",
    "Target",
    "Verb",
    "Verification",
    "Waiting",
    "spending_of",
]
