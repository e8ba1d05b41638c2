"""The code hosts' HTTP APIs: comments on pull and merge requests, drift issues, the OIDC token of a job.

Nothing here knows how a plan is made, rendered or applied; it takes texts and hashes. Imports `model` and
`errors` only.
"""

from __future__ import annotations

from reconciler.ci.cover import Coverage
from reconciler.ci.marker import Marker
from reconciler.ci.place import Place, find_place
from reconciler.ci.platform import Host, Job, Limits, Platform
from reconciler.ci.platforms import PLATFORMS, open_host, platform_named, platform_of, summary_file
from reconciler.ci.upsert import Upserted, report_drift, upsert_comment
from reconciler.ci.web import PlatformError, Web

__all__ = [
    "PLATFORMS",
    "Coverage",
    "Host",
    "Job",
    "Limits",
    "Marker",
    "Place",
    "Platform",
    "PlatformError",
    "Upserted",
    "Web",
    "find_place",
    "open_host",
    "platform_named",
    "platform_of",
    "report_drift",
    "summary_file",
    "upsert_comment",
]
