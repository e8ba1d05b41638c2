"""What a launch becomes: overridden keys are replaced whole, locked paths come back, required ones must be there."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.laws import examples

from reconciler.emulator import ServiceError
from reconciler.emulator.content import merge as served
from reconciler.jobs.template_merge import SettingError, merge, overrides
from reconciler.model.canonical import canonical
from reconciler.model.paths import parse_path

CONTENT: dict[str, Any] = {
    "JobType": "PyTorchJob",
    "JobSpecs": [{"Type": "Worker", "Image": "a:1", "PodCount": 2}, {"Type": "Master", "Image": "a:1"}],
    "UserCommand": "python train.py",
    "Envs": {"A": "1", "B": "2"},
    "_console": {"x": 1},
}


def fields(*settings: tuple[str, Any]) -> dict[str, Any]:
    return overrides(CONTENT, [(parse_path(path), value) for path, value in settings])


def test_one_setting_sends_the_whole_key_with_the_rest_of_it() -> None:
    assert fields(("Envs.C", "3")) == {"Envs": {"A": "1", "B": "2", "C": "3"}}
    sent = fields(("JobSpecs[0].PodCount", 4), ("JobSpecs[2].Type", "Worker"))["JobSpecs"]
    assert [spec.get("PodCount") for spec in sent] == [4, None, None]
    assert CONTENT["JobSpecs"][0]["PodCount"] == 2


def test_what_only_the_console_writes_is_not_sent_back() -> None:
    content = {**CONTENT, "Settings": {"_hidden": 1, "Tags": {}}}
    sent = overrides(content, [(parse_path("Settings.EnableRDMA"), True)])
    assert sent == {"Settings": {"Tags": {}, "EnableRDMA": True}}
    assert "_console" not in merge(content, {}, {}).job


@pytest.mark.parametrize(
    "path", ["UserCommand.x", "JobSpecs.x", "Envs[0]", "JobSpecs[7].Image", "JobSpecs[0].Image[0]"]
)
def test_a_setting_that_leads_nowhere(path: str) -> None:
    with pytest.raises(SettingError, match=path[:4]):
        fields((path, 1))


def test_locked_wins_and_says_so() -> None:
    locked = {"JobSpecs[0].Image": "locked", "Envs.A": "locked", "UserCommand": "overridable"}
    made = merge(CONTENT, locked, fields(("JobSpecs[0].Image", "b:2"), ("Envs.A", "1"), ("UserCommand", "x")))
    assert [(each.path, each.asked, each.kept) for each in made.ignored] == [("JobSpecs[0].Image", "b:2", "a:1")]
    assert made.job["JobSpecs"][0] == CONTENT["JobSpecs"][0]
    assert made.job["UserCommand"] == "x"


def test_the_job_type_is_always_the_templates() -> None:
    made = merge(CONTENT, {}, {"JobType": "TFJob"})
    assert (made.job["JobType"], made.ignored[0].path) == ("PyTorchJob", "JobType")


def test_a_locked_path_without_a_place_brings_its_whole_key_back() -> None:
    made = merge(CONTENT, {"JobSpecs[1].Image": "locked"}, {"JobSpecs": [{"Type": "Worker", "Image": "b:2"}]})
    assert made.job["JobSpecs"] == CONTENT["JobSpecs"]
    assert made.ignored[0].path == "JobSpecs[1].Image"


def test_required_paths() -> None:
    rules = {"DataSources": "required", "Envs.A": "required", "not a path": "required"}
    assert merge(CONTENT, rules, {}).missing == ("DataSources",)
    assert merge(CONTENT, rules, {"DataSources": [{"Uri": "oss://x"}]}).missing == ()
    assert merge(CONTENT, rules, {"Envs": {}, "DataSources": []}).missing == ("DataSources", "Envs.A")


PATHS = ["UserCommand", "Envs", "Envs.A", "Envs.Z", "JobSpecs", "JobSpecs[0]", "JobSpecs[0].Image", "JobSpecs[1].Image"]
SPECS = st.fixed_dictionaries({"Type": st.just("Worker")}, optional={"Image": st.sampled_from("ab"), "N": st.just(1)})
CALLS = st.fixed_dictionaries(
    {},
    optional={
        "JobType": st.sampled_from(["PyTorchJob", "TFJob"]),
        "UserCommand": st.sampled_from(["", "x"]),
        "Envs": st.dictionaries(st.sampled_from("AB"), st.sampled_from("12")),
        "JobSpecs": st.lists(SPECS, max_size=3),
    },
)


@settings(max_examples=examples(50))
@given(CALLS, st.dictionaries(st.sampled_from(PATHS), st.sampled_from(["locked", "overridable", "required"])))
def test_the_preview_is_what_the_service_makes(call: dict[str, Any], constraints: dict[str, str]) -> None:
    """Two programs that share no code agree on every launch."""
    content, before = {key: value for key, value in CONTENT.items() if key != "_console"}, copy.deepcopy(CONTENT)
    made = merge(content, constraints, call)
    try:
        expected = served(content, constraints, call)
    except ServiceError:
        assert made.missing
        return
    assert not made.missing
    assert canonical(made.job) == canonical(expected)
    assert before == CONTENT
