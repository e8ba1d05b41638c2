"""What the shell completes: names of targets, kinds, templates and codes. It shows nothing where anything is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from reconciler.authoring.fields import field_called
from reconciler.authoring.schemas import FILES
from reconciler.codes import CODE_TABLE
from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.manifests import ManifestSet, UnknownEnvironment, load_project
from reconciler.model import PROJECT_FILE
from reconciler.render.glossary import words


def target_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the targets of the project, with their regions."""
    del param
    return _items(_targets(ctx), incomplete)


def manifest_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return names of the project's JobTemplates and TensorBoards."""
    del param
    return _items(_manifests(ctx), incomplete)


def template_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return names of the project's JobTemplates."""
    del param
    return _items(_manifests(ctx, with_versions=True), incomplete)


def kind_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the kinds of documents."""
    del ctx, param
    return _items(((kind, "") for kind in FILES), incomplete)


def topics(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return finding codes, and fields one level deeper than what was typed."""
    del ctx, param
    above, dot, _ = incomplete.rpartition(".")
    if dot:
        try:
            inside = field_called(above).fields
        except ReconcilerError:
            return []
        return _items(((f"{above}.{name}", text) for name, text in inside), incomplete)
    codes = ((entry.code, entry.title) for entry in CODE_TABLE.values())
    said = ((word.text, word.meaning) for word in words())
    return _items([*((kind, "") for kind in FILES), *codes, *said], incomplete)


def _items(found: Iterator[tuple[str, str]] | list[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
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
