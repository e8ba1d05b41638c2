"""How many examples a law is tried on, and which: the same in every run of a commit, new ones once a week.

quick    some, in every run
deep     twenty times as many, in CI
search   as many as deep, and new ones each time

A push is judged by what it changes: an example that nobody has drawn before belongs to a run that is there to find it.
"""

from __future__ import annotations

from hypothesis import settings

USUAL = 25
"""Examples of a law that says nothing else."""
DEEPER = 20


def register_profiles() -> None:
    """Register the profiles and load `quick`. A busy machine is no reason to fail: no law has a deadline."""
    settings.register_profile("quick", deadline=None, max_examples=USUAL, derandomize=True)
    settings.register_profile("deep", deadline=None, max_examples=USUAL * DEEPER, derandomize=True)
    settings.register_profile("search", deadline=None, max_examples=USUAL * DEEPER)
    settings.load_profile("quick")


def examples(quick: int) -> int:
    """For `@settings(max_examples=examples(10))`: the examples of a law that costs more, or less, than others."""
    return quick * settings().max_examples // USUAL
