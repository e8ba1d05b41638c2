"""`--update-manifest-cases` rewrites the expected texts of `cases/`; look at the diff before committing it."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-manifest-cases", action="store_true", help="rewrite tests/manifests/cases/*/expected.txt"
    )
