"""A folder and a state of the service that are made once in a process, and are there again for each test.

For worlds that take many commands to make and that each test of a file changes in its own way:

    @pytest.fixture(scope="module")
    def furnished(tmp_path_factory): return Furnished(tmp_path_factory.mktemp("furnished"), make)

    @pytest.fixture
    def world(furnished, tmp_path, emulator):
        furnished.again(tmp_path, emulator)
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.emulator import Emulator, ManualClock, Profile
from support.environment import clean_environment
from support.waits import skip_waits

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""What the clock of the emulator shows in tests, unless they say otherwise."""
Make = Callable[[Path, Emulator, pytest.MonkeyPatch], None]
"""Writes into an empty folder and changes an empty service; variables it sets are gone afterwards."""


def standing_still(profile: Profile | None = None) -> Emulator:
    """The service, empty, at the time `START`; without a profile its boards change state at once."""
    return Emulator(clock=ManualClock(START), profile=profile or Profile(board_delay=0.0, deterministic_ids=True))


def emptied(emulator: Emulator) -> Emulator:
    """A service of `standing_still` that tests share, as it was at its start."""
    assert isinstance(emulator.clock, ManualClock)
    emulator.clock.set(START)
    emulator.reset()
    emulator.faults.clear()
    emulator.clear_hooks()
    emulator.clear_log()
    return emulator


class Furnished:
    """What `make` left behind in a folder and in the memory of a service, and the time when it was done."""

    def __init__(
        self, folder: Path, make: Make, profile: Profile | None = None, served: Emulator | None = None
    ) -> None:
        """`served`: the empty service to make it in, where what is made holds the address; else one that ends here."""
        self._folder = folder
        with (
            pytest.MonkeyPatch.context() as patch,
            nullcontext(served) if served else standing_still(profile) as emulator,
        ):
            clean_environment(patch)
            patch.setenv("XDG_CACHE_HOME", str(folder / ".cache"))
            skip_waits(patch)
            make(folder, emulator, patch)
            self._state = emulator._store._db.serialize()
            self._now = emulator.clock.now()

    def again(self, folder: Path, emulator: Emulator) -> None:
        """Copy the folder's content into another, and put a service in memory into that state, at that time."""
        shutil.copytree(self._folder, folder, symlinks=True, dirs_exist_ok=True)
        emulator._store._db.deserialize(self._state)
        assert isinstance(emulator.clock, ManualClock)
        emulator.clock.advance(self._now - emulator.clock.now())
