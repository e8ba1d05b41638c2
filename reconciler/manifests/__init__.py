"""Manifests: YAML text to desired Resources of one target, with every problem as a Finding at its place.

    files -> nodes and data -> overrides and references -> schema -> rules -> Resources

Nothing here talks to the service or knows what a kind means; `kinds` brings rules and canonical forms along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.lazily import names_of

if TYPE_CHECKING:
    from reconciler.manifests.desired import Desired
    from reconciler.manifests.environment import Environment, ProcessEnvironment, UnknownEnvironment
    from reconciler.manifests.loading import Loading
    from reconciler.manifests.manifest_set import ManifestSet, load_desired, load_each
    from reconciler.manifests.project import Project, TargetSpec, load_project
    from reconciler.manifests.schemas import schema_text

__all__ = [
    "Desired",
    "Environment",
    "Loading",
    "ManifestSet",
    "ProcessEnvironment",
    "Project",
    "TargetSpec",
    "UnknownEnvironment",
    "load_desired",
    "load_each",
    "load_project",
    "schema_text",
]

_PLACES = {
    "desired": ("Desired",),
    "environment": ("Environment", "ProcessEnvironment", "UnknownEnvironment"),
    "loading": ("Loading",),
    "manifest_set": ("ManifestSet", "load_desired", "load_each"),
    "project": ("Project", "TargetSpec", "load_project"),
    "schemas": ("schema_text",),
}
"""The names of each module. The process that only parses files loads nothing of the rest (see `reader`)."""

__getattr__ = names_of(__name__, {name: module for module, names in _PLACES.items() for name in names})
