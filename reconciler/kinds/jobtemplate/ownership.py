"""Whose a live template is. Reading, comparing and everything that looks back ask this module."""

from __future__ import annotations

from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate
from reconciler.kinds.jobtemplate.marks import Marks


def is_ours(scope: Scope, marks: Marks) -> bool:
    """Return whether a template is this project's: under its name, or under one that it had before."""
    return marks.is_of_any((scope.project, *scope.former_projects))


def owner(scope: Scope, marks: Marks) -> str:
    """Return the project whose marks a template carries; empty for none. A name of this project is as the project
    writes it, also where the service shows it in another form."""
    names = (scope.project, *scope.former_projects)
    return next((name for name in names if marks.is_of(name)), marks.project)


def is_offered(marks: Marks, body: DesiredTemplate) -> bool:
    """Return whether a manifest may take over a template that is not ours: one of nobody, or of the project that it
    names."""
    if not marks.project:
        return body.adopt or bool(body.adopt_from)
    return bool(body.adopt_from) and marks.is_of(body.adopt_from)
