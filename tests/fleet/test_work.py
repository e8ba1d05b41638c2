"""The work as a list for jobs side by side, and their plans joined again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.commands import Ended, command

from reconciler.errors import UsageError
from reconciler.fleet.worklist import MOST_JOBS, USUAL_SIZE, parts

from .conftest import FleetFolder


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 2000), min_size=1, max_size=9), st.integers(1, 40)
)
def test_every_target_whole_in_parts_of_even_sizes(sizes: dict[str, int], jobs: int) -> None:
    if jobs < len(sizes):
        with pytest.raises(UsageError):
            parts(sizes, jobs)
        return
    made = parts(sizes, jobs)
    assert len(made) <= jobs
    counts = {name: [each.shard.number for each in made if each.target == name] for name in sizes}
    for name, numbers in counts.items():
        assert numbers == list(range(1, len(numbers) + 1)), "all shards of a target, each once"
        assert {each.shard.of for each in made if each.target == name} == {len(numbers)}
        assert len(numbers) <= max(1, sizes[name]), "no shard without work"
    largest = max(sizes[name] / len(numbers) for name, numbers in counts.items())
    if len(made) < jobs:
        assert largest <= 1
    for name, numbers in counts.items():
        if len(numbers) > 1:
            assert sizes[name] / (len(numbers) - 1) >= largest, "one job less here would make a larger part"


def test_without_a_number_small_targets_are_one_job_each() -> None:
    assert len(parts({"a": 3, "b": USUAL_SIZE, "c": USUAL_SIZE + 1})) == 4
    assert len(parts({f"t{at}": 100_000 for at in range(100)})) == MOST_JOBS


def work(ended: Ended) -> list[dict[str, str]]:
    assert ended.code == 0, ended.text
    found: list[dict[str, str]] = ended.json
    return found


def test_the_list_the_parts_and_the_whole(fleet: FleetFolder, tmp_path: Path) -> None:
    """Each job plans one part; what they made is the document that one run would have made."""
    fleet.add("dev", "east")
    for name in "abcdefg":
        fleet.project.template(name)
    listed = fleet("plan", "--work-list", "--jobs", "5")
    rows = work(listed)
    shards = {name: [row["shard"] for row in rows if row["target"] == name] for name in ("dev", "east")}
    assert shards == {"dev": ["1/3", "2/3", "3/3"], "east": ["1/2", "2/2"]}
    (tmp_path / "work.json").write_text(listed.out)
    files = []
    for at, row in enumerate(rows):
        file = tmp_path / f"part-{at}.json"
        ended = fleet("plan", "--target", row["target"], "--shard", row["shard"], "--out", file)
        assert ended.code == 0, ended.text
        files.append(file)
    whole = tmp_path / "whole.json"
    joined = command("plan", "merge", *files, "--work-list", tmp_path / "work.json", "--out", whole)
    assert joined.code == 0, joined.text
    made = json.loads(whole.read_text())
    assert made["fleet_id"] == fleet.document("--all-targets")["fleet_id"]
    assert fleet("apply", whole).code == 0
    assert fleet.names("dev") == fleet.names("east") == [*"abcdefg", "train"]


def test_a_part_that_is_missing(fleet: FleetFolder, tmp_path: Path) -> None:
    """A target without a file is a failure that is told; a shard that is missing is refused."""
    fleet.add("dev", "east")
    listed = fleet("plan", "--work-list")
    assert work(listed) == [{"target": "dev", "shard": "1/1"}, {"target": "east", "shard": "1/1"}]
    (tmp_path / "work.json").write_text(listed.out)
    assert fleet("plan", "--target", "dev", "--out", tmp_path / "dev.json").code == 0
    merged = command("plan", "merge", tmp_path / "dev.json", "--work-list", tmp_path / "work.json", "--format", "json")
    assert (merged.code, merged.json["failed"][0]["code"]) == (1, "missing")
    assert "error: east: no plan was handed in" in merged.err
    fleet("plan", "--target", "east", "--shard", "1/2", "--out", tmp_path / "east.json")
    refused = command("plan", "merge", tmp_path / "dev.json", tmp_path / "east.json")
    assert (refused.code, "shard 2 is missing" in refused.err) == (3, True)
    (tmp_path / "work.json").write_text(fleet("plan", "--work-list", "--jobs", "3").out)
    files = (tmp_path / "dev.json", tmp_path / "east.json", "--work-list", tmp_path / "work.json")
    told = command("plan", "merge", *files, "--format", "json")
    assert told.code == 1, "with the work list, it is a failure of that target alone"
    assert [each["target"]["name"] for each in told.json["plans"]] == ["dev"]
    assert [(each["target"], each["code"]) for each in told.json["failed"]] == [("east", "missing")]
    assert "shard 2 is missing" in told.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--work-list", "--jobs", "1"), 64, "1 job for 2 targets: each needs one of its own"),
        (("--jobs", "4", "--target", "dev"), 64, "--jobs needs --work-list"),
        (("--work-list", "--jobs", "0"), 64, "0 is not in the range"),
    ],
)
def test_lists_that_make_no_sense(words: tuple[str, ...], code: int, told: str, fleet: FleetFolder) -> None:
    ended = fleet.add("dev", "east")("plan", *words)
    assert (ended.code, told in ended.err) == (code, True), ended.err


@pytest.mark.parametrize("text", ["", "{}", "[5]", '[{"target": "dev"}]', "\x00"])
def test_what_is_no_work_list(text: str, fleet: FleetFolder, tmp_path: Path) -> None:
    fleet.add("dev")
    fleet("plan", "--out", tmp_path / "dev.json")
    (tmp_path / "work.json").write_text(text)
    ended = command("plan", "merge", tmp_path / "dev.json", "--work-list", tmp_path / "work.json")
    assert (ended.code, "is no work list" in ended.err) == (1, True), ended.text


def test_documents_of_several_targets_are_joined_too(fleet: FleetFolder, tmp_path: Path) -> None:
    fleet.add("dev", "east", "west")
    fleet("plan", "--target", "dev", "--target", "east", "--out", tmp_path / "two.json")
    fleet("plan", "--target", "west", "--out", tmp_path / "one.json")
    merged = command("plan", "merge", tmp_path / "two.json", tmp_path / "one.json", "--format", "json")
    assert merged.json["fleet_id"] == fleet.document("--all-targets")["fleet_id"]
    twice = command("plan", "merge", tmp_path / "two.json", tmp_path / "one.json", tmp_path / "two.json")
    assert twice.code == 64
