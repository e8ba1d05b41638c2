"""Every benchmark runs, at a size that says nothing about speed: whoever needs its numbers finds it working."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from benchmarks import Measurement
from benchmarks.__main__ import names, tables
from benchmarks._child import check_unchanged

from reconciler.model import Plan, Target
from reconciler.render.sums import summary

SMALL: dict[str, tuple[Any, ...]] = {
    "applying": (3,),
    "audit_memory": (2, (1, 2)),
    "cold": (3, 1),
    "engine": (20, 4, 1),
    "fleet": (3, 2, 1),
    "growth": ((2, 4), 6, 3),
    "loading": (3, 1),
    "memory": (3,),
    "peers": (2, 10),
    "startup": (1,),
    "steady": (3, 1),
    "transport": (40, 1),
    "verifying": (3, 4, 0.1),
    "warm": (6, 5, 1, 1, 8),
}


def test_every_benchmark_is_tried_here() -> None:
    assert sorted(SMALL) == names()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_benchmark_runs(name: str) -> None:
    results: list[Measurement] = importlib.import_module(f"benchmarks.{name}").measure(*SMALL[name])
    assert results
    assert all(each.ratio >= 0 for each in results)
    assert len(tables(results).splitlines()) >= len(results) + 1


@pytest.mark.parametrize("count", [2, 1_000, 10_000])
def test_benchmarks_look_for_what_plans_write(count: int) -> None:
    target = Target(name="prod", region="cn-hangzhou", workspace_id="1001")
    check_unchanged(summary(Plan(project="p", target=target, unchanged=count)), count)
