"""The code hosts' HTTP APIs: comments on pull and merge requests, drift issues, the OIDC token of a job.

Nothing here knows how a plan is made, rendered or applied; it takes texts and hashes. Imports `model` and
`errors` only.
"""

from __future__ import annotations

from reconciler.ci.cover import Coverage
from reconciler.ci.marker import Marker
from reconciler.ci.place import Place, find_place
from reconciler.ci.platforms import open_platform
from reconciler.ci.upsert import Upserted, report_drift, upsert_comment
from reconciler.ci.web import PlatformError, Web, WebOptions

__all__ = [
    "Coverage",
    "Marker",
    "Place",
    "PlatformError",
    "Upserted",
    "Web",
    "WebOptions",
    "find_place",
    "open_platform",
    "report_drift",
    "upsert_comment",
]
