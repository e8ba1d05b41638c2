"""The environment of a test: nothing of the person's own, and nothing of the job that runs the tests."""

from __future__ import annotations

import os

import pytest

_UNWANTED = ("ALIBABA_", "DLC_RECONCILER_")
_ALSO_UNWANTED = frozenset(
    {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NO_COLOR", "FORCE_COLOR", "GIT_DIR", "GIT_WORK_TREE"}
)


def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the variables that would change what commands do, and what Git would copy into new repositories."""
    for name in list(os.environ):
        if name.startswith(_UNWANTED) or name.upper() in _ALSO_UNWANTED:
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_TEMPLATE_DIR", "")  # `git init` would copy sixteen files that no test needs
