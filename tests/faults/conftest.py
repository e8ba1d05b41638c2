"""Sums up the figures of the matrix at the end of a test run, also of one in several processes."""

from __future__ import annotations

import pytest

FIGURES = "faults"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = [
        value
        for kind in ("passed", "failed")
        for report in terminalreporter.stats.get(kind, [])
        for name, value in report.user_properties
        if name == FIGURES
    ]
    if rows:
        lost, doubled, blind = (sum(row[index] for row in rows) for index in range(3))
        terminalreporter.write_line(
            f"writes times faults: {len(rows)} cases tried, lost {lost}, doubled {doubled}, repeated blindly {blind}"
        )
