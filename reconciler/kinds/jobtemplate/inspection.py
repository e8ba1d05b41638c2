"""What `history` and `diff` ask of JobTemplates."""

from __future__ import annotations

from reconciler.kinds.base import Scope
from reconciler.kinds.history import Usage
from reconciler.kinds.inspection import Content, Inspection
from reconciler.kinds.jobtemplate.answers import ALL, fetch
from reconciler.kinds.jobtemplate.audit.history import history, version_tree
from reconciler.kinds.jobtemplate.audit.inference import Defaults
from reconciler.kinds.jobtemplate.audit.usage import gpu_count, template_usage
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate
from reconciler.kinds.jobtemplate.equality import asked_tree, sent_digest, without_additions
from reconciler.kinds.jobtemplate.launches import launches
from reconciler.kinds.offers import Offers
from reconciler.live.port import Service
from reconciler.model import Resource


def _usage(service: Service, scope: Scope, live: LiveTemplate) -> Usage:
    rows = launches(service, scope.workspace_id, live.template_id)
    return template_usage(list(live.versions.values()), Defaults.of(live), rows, gpu_count(Offers(service)))


def _asked(resource: Resource[DesiredTemplate]) -> Content:
    return Content(tree=asked_tree(resource.body), digest=resource.body.digest, sensitive=resource.sensitive)


def _shown(live: LiveTemplate, number: int) -> Content:
    tree = version_tree(live.versions[number])
    return Content(
        tree=tree,
        digest=sent_digest(live, number),
        sensitive=live.sensitive,
        beside=lambda other: without_additions(tree, other, live),
    )


INSPECTION: Inspection[DesiredTemplate, LiveTemplate] = Inspection(
    fetch=lambda service, row: fetch(service, row.remote_id, ALL),
    usage=_usage,
    history=history,
    asked=_asked,
    shown=_shown,
)
