"""Reads and writes the baseline file: fingerprints of findings that are accepted, so that only new ones are shown."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from reconciler.audit.judge import Judged
from reconciler.errors import ReconcilerError

FORMAT_VERSION = "1.0"


def read_baseline(path: Path) -> frozenset[str]:
    """Return the fingerprints in a baseline file.

    Raises:
        ReconcilerError: it cannot be read, or is something else.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "Write it first by `--write-baseline`."
        raise ReconcilerError(f"{path} cannot be read: {error.strerror}", hint=hint) from error
    except ValueError as error:
        raise ReconcilerError(f"{path} is not a baseline: {error}") from error
    found = data.get("findings") if isinstance(data, dict) else None
    if not isinstance(found, dict) or data.get("format_version") != FORMAT_VERSION:
        raise ReconcilerError(f"{path} is not a baseline of this version", hint="Write it again by `--write-baseline`.")
    return frozenset(found)


def baseline_text(found: Iterable[Judged]) -> str:
    """Return a baseline of these findings, each with a line for people. Waived findings and those about waivers are
    left out."""
    lines = {each.fingerprint: _told(each) for each in found if each.waiver is None and each.finding.code != "DLC330"}
    document = {"format_version": FORMAT_VERSION, "findings": dict(sorted(lines.items(), key=lambda item: item[::-1]))}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _told(judged: Judged) -> str:
    made = judged.finding
    return f"{made.code} {made.subject or ''}{'@' + judged.site if judged.site else ''}"
