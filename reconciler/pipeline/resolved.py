"""Manifests of one target after values, bases, rows and overrides were put together; secrets are hidden."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.errors import ManifestError, UsageError
from reconciler.manifests import ManifestSet
from reconciler.manifests.project import API_VERSION
from reconciler.model import Document, FieldPath, Finding, JsonObject, Severity, SourceRef
from reconciler.model.nearest import meant
from reconciler.model.quick import dataclass
from reconciler.pipeline import Settings, choose_target, open_project
from reconciler.secrets.trees import redact

UNSET = "DLC032"


@dataclass(frozen=True, slots=True)
class Resolved:
    """One manifest after everything was put together, and the place where it was written."""

    document: JsonObject
    where: SourceRef


@dataclass(frozen=True, slots=True)
class Rendering:
    """The manifests of a target, by kind and name, and the findings about them."""

    manifests: tuple[Resolved, ...]
    findings: tuple[Finding, ...]


def resolved(settings: Settings, names: Sequence[str]) -> Rendering:
    """Return the manifests with these names, or all. Variables need not be set, because their values are hidden in any
    case.

    Raises:
        ManifestError: with every error in every manifest, where one of them is in what is asked for.
        UsageError: a name that no manifest has.
    """
    project = open_project(settings)
    target = choose_target(project, settings.target)
    desired = ManifestSet(project, settings.kinds).desired(target, settings.unknown_environment())
    wrong = {each.name for each in desired.broken}
    if desired.general or (desired.broken and not names) or wrong.intersection(names):
        raise ManifestError(desired.findings)
    documents = [document for _, document in sorted(desired.documents.items())]
    known = {document.name for document in documents}
    for name in names:
        if name in {id.name for id in desired.abstract}:
            raise UsageError(f'"{name}" is abstract: it describes nothing', hint="Name a manifest that builds on it.")
        if name not in known:
            raise UsageError(f'no manifest is called "{name}"{meant(name, known)}')
    shown = tuple(_shown(document) for document in documents if not names or document.name in names)
    worth = (each for each in desired.findings if each.severity is not Severity.NOTE and each.code != UNSET)
    return Rendering(shown, tuple(worth))


def _shown(document: Document) -> Resolved:
    sensitive: frozenset[FieldPath] = document.sensitive
    whole: JsonObject = {
        "apiVersion": API_VERSION,
        "kind": document.kind,
        "metadata": document.metadata,
        "spec": document.spec,
    }
    return Resolved(redact(whole, sensitive=sensitive), document.where)
