"""Findings in the formats that other programs read: one module for each format, all with the same shape.

Every function takes findings and `prefix`, the project's folder relative to the repository's root: the places in a
finding are relative to the project, and those programs want them relative to the repository.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.lazily import names_of

if TYPE_CHECKING:
    from reconciler.render.findings.github import workflow_commands
    from reconciler.render.findings.junit_report import junit
    from reconciler.render.findings.own_json import findings_json
    from reconciler.render.findings.sarif_log import sarif

__all__ = ["findings_json", "junit", "sarif", "workflow_commands"]

__getattr__ = names_of(
    __name__,
    {"findings_json": "own_json", "junit": "junit_report", "sarif": "sarif_log", "workflow_commands": "github"},
)
