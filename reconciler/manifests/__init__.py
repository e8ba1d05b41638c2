"""Manifests: YAML text to desired Resources of one target, with every problem as a Finding at its place.

    files -> nodes and data -> overrides and references -> schema -> rules -> Resources

Nothing here talks to the service or knows what a kind means; `kinds` brings rules and canonical forms along.
"""

from __future__ import annotations

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
