"""`--update-help` rewrites the snapshots of `pages/`."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-help", action="store_true", help="rewrite tests/help/pages")
