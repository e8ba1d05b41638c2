"""Chromium without a window, for tests that look at pages. Debian's packages are installed where that is possible."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

ENVIRON = dict(os.environ)
"""As the session began: apt-get may need the proxy that the tests take away."""

PROGRAMS = ("chromium", "chromedriver")

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@contextmanager
def chromium(profile: Path) -> Iterator[Chrome]:
    """A browser with an empty profile in that folder; skips the test where Chromium cannot be had."""
    _install()
    from selenium.webdriver import Chrome, ChromeOptions  # noqa: PLC0415
    from selenium.webdriver.chrome.service import Service  # noqa: PLC0415

    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    try:
        yield driver
    finally:
        driver.quit()


def _install() -> None:
    """One test process at a time: apt-get allows no second one."""
    with Path(tempfile.gettempdir(), "dlc-reconciler-chromium.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if all(map(shutil.which, PROGRAMS)):
            return
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            pytest.skip("needs the Debian packages chromium and chromium-driver")
        for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium", "chromium-driver"]):
            got = subprocess.run(["apt-get", "-qq", *words], env=ENVIRON, capture_output=True, check=False)
            if got.returncode != 0:
                pytest.skip("the Debian packages chromium and chromium-driver could not be installed")
