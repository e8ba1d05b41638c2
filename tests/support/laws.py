"""How many examples a law is tried on: some in every run, ten times as many with `--hypothesis-profile deep`."""

from __future__ import annotations

from hypothesis import settings

USUAL = 50
"""Examples of a law that says nothing else."""
DEEPER = 10


def register_profiles() -> None:
    """The profiles `quick`, which is loaded, and `deep`. A busy machine is no reason to fail: no law has a deadline."""
    settings.register_profile("quick", deadline=None, max_examples=USUAL)
    settings.register_profile("deep", deadline=None, max_examples=USUAL * DEEPER)
    settings.load_profile("quick")


def examples(quick: int) -> int:
    """For `@settings(max_examples=examples(20))`: the examples of a law that costs more, or less, than others."""
    return quick * settings().max_examples // USUAL
