"""Findings as JUnit XML, which most CI systems show as tests: an error is a failed test, anything else passes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from reconciler.model import Finding, Severity
from reconciler.model.expressions import expression
from reconciler.render.findings.places import in_repository, subject_text
from reconciler.render.style import visible

# Characters that XML 1.0 cannot hold at all, not even escaped, and that `visible` does not write out.
_NOT_XML = expression("[\ufffe\uffff]")


def junit(
    findings: Iterable[Finding], *, prefix: str = "", suite: str = "dlc-reconciler validate", group: str = "manifests"
) -> str:
    """Return one suite with a test for each finding; with one passed test when there is no finding.

    Findings without a file are in the class `group`.
    """
    found = tuple(findings)
    nothing = f'    <testcase classname={_attribute(group)} name="valid"/>'
    cases = [_case(finding, prefix, group) for finding in found] or [nothing]
    failures = sum(finding.severity is Severity.ERROR for finding in found)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f'  <testsuite name={_attribute(suite)} {counts} skipped="0">',
        *cases,
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _case(finding: Finding, prefix: str, group: str) -> str:
    where = finding.where
    file = in_repository(where.file, prefix) if where else ""
    message = f"{subject_text(finding)}{finding.summary}"
    place = f"{file}:{where.line}:{where.column}" if where else ""
    name = _attribute(" ".join(part for part in (finding.code, place, message) if part))
    head = f"    <testcase classname={_attribute(file or group)} name={name}" + (
        f" file={_attribute(file)}>" if file else ">"
    )
    also = [f"also at {in_repository(other.file, prefix)}:{other.line}:{other.column}" for other in finding.also]
    told = "\n".join(part for part in (f"{place}: {message}" if place else message, *also, finding.hint) if part)
    if finding.severity is Severity.ERROR:
        body = f"<failure type={_attribute(finding.code)} message={_attribute(message)}>{_text(told)}</failure>"
    else:
        body = f"<system-out>{_text(f'{finding.severity}: {told}')}</system-out>"
    return f"{head}\n      {body}\n    </testcase>"


def _attribute(text: str) -> str:
    quoted = escape(_clean(text), quote=False).replace('"', "&quot;")
    return f'"{quoted}"'


def _text(text: str) -> str:
    return escape(_clean(text, keep="\n"), quote=False)


def _clean(text: str, *, keep: str = "") -> str:
    return _NOT_XML.sub(lambda found: f"\\u{ord(found.group()):04x}", visible(text, keep=keep))
