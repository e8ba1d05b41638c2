"""The world of the canary test, in which every command runs without waiting."""

from __future__ import annotations

from canary.conftest import _no_waiting, emulator, host, planted, world

__all__ = ["_no_waiting", "emulator", "host", "planted", "world"]
