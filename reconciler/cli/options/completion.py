"""What the shell completes of a project: names of targets and resources. It shows nothing where anything is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.manifests import ManifestSet, UnknownEnvironment, load_project
from reconciler.model import PROJECT_FILE


def target_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the targets of the project, with their regions."""
    del param
    return items(_targets(ctx), incomplete)


def manifest_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return names of the project's JobTemplates and TensorBoards."""
    del param
    return items(_manifests(ctx), incomplete)


def template_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return names of the project's JobTemplates."""
    del param
    return items(_manifests(ctx, with_versions=True), incomplete)


def items(found: Iterable[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
    """Return what the shell offers, each with its help: those names that begin with what was typed."""
    return [CompletionItem(name, help=text or None) for name, text in found if name.startswith(incomplete)]


def _targets(ctx: click.Context) -> Iterator[tuple[str, str]]:
    try:
        project = load_project(_project(ctx))
    except ReconcilerError:
        return
    for name, spec in project.targets.items():
        yield name, f"{spec.target.region}, workspace {spec.target.workspace_id}"


def _manifests(ctx: click.Context, *, with_versions: bool = False) -> Iterator[tuple[str, str]]:
    try:
        project = load_project(_project(ctx))
        named = ctx.params.get("target") or next(iter(project.targets))
        target = named[0] if isinstance(named, tuple) else named
        documents = ManifestSet(project, KINDS).desired(target, UnknownEnvironment()).documents
    except ReconcilerError:
        return
    versioned = {kind.name for kind in KINDS if kind.versions is not None}
    for id, document in documents.items():
        if not with_versions or id.kind in versioned:
            yield id.name, str(document.spec.get("description") or id.kind)


def _project(ctx: click.Context) -> Path:
    return Path(ctx.params.get("project") or PROJECT_FILE)
