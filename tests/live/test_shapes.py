"""Fields that are read without asking have the shape that readers take for granted, or the answer is not believed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.laws import examples

from reconciler.live.shapes import SHAPES, _misshapen, misshapen

WRONG: dict[str, Any] = {
    "TemplateName": {"TemplateName": 5},
    "Rows[1].Status": {"Rows": [{"Status": "Running"}, {"Status": ["Running"]}]},
    "Pods": {"Pods": "pod-0"},
    "Pods[0].PodId": {"Pods": [{"PodId": {}}]},
    "Pods[0].HistoryPods": {"Pods": [{"HistoryPods": [None]}]},
    "Settings": {"Settings": [1]},
    "EcsSpecs[0].PaymentTypes": {"EcsSpecs": [{"PaymentTypes": [True]}]},
    "Events": {"Events": ["a", None]},
    "PodMetrics[0].Metrics": {"PodMetrics": [{"Metrics": [{"Time": "now", "Value": 1}]}]},
    "SanityCheckResults": {"SanityCheckResults": [{}]},
    "Jobs[0].TemplateId": {"Jobs": [{"TemplateId": " "}]},
    "Jobs[0].JobId": {"Jobs": [{"JobId": "dlc\ud800"}]},
    "Boards[0].TensorboardId": {"Boards": [{"TensorboardId": ".."}]},
}


@pytest.mark.parametrize("place", WRONG)
def test_a_wrong_shape_is_named_by_its_place(place: str) -> None:
    assert [found for found, _ in misshapen(WRONG[place])] == [place]


@pytest.mark.parametrize("value", [10**18, -1, True, 1.5])
def test_a_moment_of_a_chart_is_a_date(value: Any) -> None:
    assert list(misshapen({"Metrics": [{"Time": value, "Value": 1}]}))


@pytest.mark.parametrize("value", ["nan", "inf", "", None, True, 10**400])
def test_a_value_of_a_chart_is_a_number(value: Any) -> None:
    assert list(misshapen({"Metrics": [{"Time": 1, "Value": value}]}))


def test_absent_null_unknown_and_written_by_people_is_fine() -> None:
    point = {"Time": 1_772_366_400_000, "Value": "0.5"}
    fine = {
        "Status": None,
        "TemplateId": "",
        "New": {"Status": "x"},
        "Content": {"Status": 1},
        "Metadata": {"JobId": 5},
    }
    assert list(misshapen({**fine, "Metrics": [point], "Logs": [], "SanityCheckResults": [[{}]]})) == []


_NAMES = st.sampled_from([*SHAPES, "Content", "Metadata", "New", "Rows"])
_VALUES = st.recursive(
    st.sampled_from([None, "", "x", " ", "..", 5, True, 1.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=15,
)


@settings(max_examples=examples(200))
@given(st.dictionaries(_NAMES, _VALUES, max_size=4), st.integers(0, 8))
def test_the_quick_look_finds_what_the_thorough_one_finds(body: dict[str, Any], deeper: int) -> None:
    """Most answers get the quick one alone."""
    for _ in range(deeper):
        body = {"Rows": [body]}
    assert list(misshapen(body)) == list(_misshapen(body, "", 0))
