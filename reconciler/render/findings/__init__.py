"""Findings in the formats that other programs read: one module for each format, all with the same shape.

Every function takes findings and `prefix`, the project's folder relative to the repository's root: the places in a
finding are relative to the project, and those programs want them relative to the repository.
"""

from __future__ import annotations

from reconciler.render.findings.github import workflow_commands
from reconciler.render.findings.junit import junit
from reconciler.render.findings.own_json import findings_json
from reconciler.render.findings.sarif import sarif

__all__ = ["findings_json", "junit", "sarif", "workflow_commands"]
