"""`plan --shard K/N` and `plan merge`: the parts are the whole, and nothing is decided on a part."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.commands import Commands, Ended, command
from support.laws import examples
from support.outside import act
from support.project import ProjectFolder

from reconciler.emulator import Emulator, Profile
from reconciler.errors import PlanFileError
from reconciler.kinds import KINDS
from reconciler.model import Plan, ResourceId, Share
from reconciler.plan.codec import dumps, loads
from reconciler.plan.shard import merge

NAMES = tuple("abcdefgh")


def shards(cli: Commands, folder: Path, of: int, *arguments: str) -> list[Path]:
    """The plan files of all shards."""
    files = [folder / f"shard-{number}.json" for number in range(1, of + 1)]
    for number, file in enumerate(files, start=1):
        made = cli.plan("--shard", f"{number}/{of}", "--out", file, *arguments)
        assert made.code == (3 if json.loads(file.read_text())["blocked"] else 0), made.text
    return files


def merged(*files: Path, more: tuple[str, ...] = ()) -> Ended:
    return command("plan", "merge", *files, "--format", "json", *more)


@given(st.lists(st.text(max_size=8), unique=True, max_size=50), st.integers(1, 9))
def test_every_resource_is_in_exactly_one_share(names: list[str], of: int) -> None:
    shares = [Share(number, of) for number in range(1, of + 1)]
    for name in names:
        assert sum(share.covers(ResourceId("JobTemplate", name)) for share in shares) == 1


def test_a_share_is_the_same_on_every_machine() -> None:
    numbers = [next(k for k in range(1, 5) if Share(k, 4).covers(ResourceId("JobTemplate", name))) for name in NAMES]
    assert numbers == [2, 1, 1, 3, 3, 3, 2, 4]


def test_shares_are_of_like_size() -> None:
    ids = [ResourceId("JobTemplate", f"model-{number}") for number in range(4000)]
    sizes = [sum(Share(number, 8).covers(id) for id in ids) for number in range(1, 9)]
    assert min(sizes) > 400
    assert max(sizes) < 600


ABSENT = ("absent", "gone", "gone-used", "gone-protected", "renamed", "renamed-unsaid")
FATES = st.sampled_from([*ABSENT, "same", "changed", "theirs", "twice", "default-moved", "board"])


def prepare(here: ProjectFolder, emulator: Emulator, cli: Commands, fates: dict[str, str]) -> None:
    """A workspace in which each name has met its fate since the last apply."""
    here.template("anchor")
    for name, fate in fates.items():
        if fate == "board":
            here.board(f"gitops-{name}")
        elif fate not in ("absent", "theirs"):
            here.template(name, protect=fate == "gone-protected")
    assert cli.apply().code == 0

    def gone_used(name: str) -> None:
        here.remove(name)
        act(emulator, {"do": "launch", "template": name, "daysAgo": 30})

    def rename(name: str, **metadata: str) -> None:
        here.remove(name)
        here.template(f"{name}-renamed", metadata=metadata)

    happen: dict[str, Callable[[str], object]] = {
        "absent": here.template,
        "changed": lambda name: here.template(name, command="python other.py"),
        "theirs": emulator.store.create_template,
        "twice": emulator.store.create_template,
        "default-moved": lambda name: act(emulator, {"do": "add-version", "template": name, "default": True}),
        "board": lambda name: here.remove(f"gitops-{name}"),
        "gone": here.remove,
        "gone-protected": here.remove,
        "gone-used": gone_used,
        "renamed": lambda name: rename(name, renamedFrom=name),
        "renamed-unsaid": rename,
    }
    for name, fate in fates.items():
        if fate in happen:
            happen[fate](name)


@settings(max_examples=examples(4), suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(NAMES), FATES, min_size=3), st.integers(2, 4), st.integers(0, 2))
def test_the_merged_plan_is_the_plan(fates: dict[str, str], of: int, most: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Emulator(profile=Profile(board_delay=0.0)) as emulator:
        here = ProjectFolder(Path(folder), safety={"maxDeletions": most, "maxDeletionPercent": 60})
        cli = Commands(here.root, emulator.url)
        prepare(here, emulator, cli, fates)
        whole = cli.plan("--format", "json")
        files = shards(cli, here.root, of)
        for order in (files, files[::-1]):
            joined = merged(*order)
            assert joined.json == whole.json
            assert joined.code == whole.code


def test_limits_are_judged_on_the_whole_only(
    project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    project.settings(safety={"maxDeletions": 2, "maxDeletionPercent": 100})
    for name in NAMES:
        project.template(name)
    assert cli.apply().code == 0
    for name in NAMES[:4]:
        project.remove(name)
    files = shards(cli, tmp_path, 4)
    assert [json.loads(file.read_text())["blocked"] for file in files] == [False] * 4
    whole = merged(*files)
    assert (whole.code, whole.json["summary"]["delete"]) == (3, 4)
    assert [finding["code"] for finding in whole.json["findings"]] == ["DLC211"]
    assert merged(*files, more=("--allow-deletions", "4")).code == 0


def test_a_merged_plan_is_applied_and_a_shard_is_refused(
    project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    for name in NAMES:
        project.template(name)
    files = shards(cli, tmp_path, 3)
    refused = cli.apply(files[0])
    assert refused.code != 0
    assert "the plan is shard 1/3 and not whole" in refused.err
    assert "plan merge" in refused.err
    assert emulator.writes() == []
    whole = tmp_path / "plan.json"
    assert merged(*files, more=("--out", str(whole))).code == 0
    applied = cli.apply(whole)
    assert applied.code == 0, applied.text
    assert cli.verbs() == []


def test_a_shard_says_what_it_is(project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path) -> None:
    project.template()
    (file, *_) = shards(cli, tmp_path, 2)
    for format_name in ("text", "markdown", "html"):
        assert "Shard 1/2 only" in command("plan", "show", file, "--format", format_name).out


def test_a_shard_fetches_only_its_own_templates(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    for name in NAMES:
        project.template(name)
    assert cli.apply().code == 0
    counts = []
    for number in (1, 2, 3):
        emulator.clear_log()
        assert cli.plan("--verify", "--shard", f"{number}/3").code == 0
        counts.append(emulator.calls().count("GetJobTemplate"))
    assert sum(counts) == len(NAMES)
    assert max(counts) < len(NAMES)


def test_what_is_no_set_of_shards_is_refused(
    project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    for name in NAMES:
        project.template(name)
    one, two, three = shards(cli, tmp_path, 3)
    whole = tmp_path / "whole.json"
    assert cli.plan("--out", whole).code == 0
    copy = tmp_path / "copy.json"
    copy.write_bytes(two.read_bytes())
    for files, reason in (
        ((one, two), "one plan of test\n  - shard 3 is missing"),
        ((one, two, three, copy), "shard 2 is there 2 times"),
        ((one, two, three, whole), "whole.json is a whole plan, not a shard of one"),
        ((whole,), "whole.json is a whole plan, not a shard of one"),
        ((one, one, two, three), "shard-1.json is named twice"),
    ):
        refused = merged(*files)
        assert refused.code != 0
        assert reason in refused.err, refused.err
        assert refused.out == ""


def test_shards_of_different_plans_are_not_joined(
    project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    for name in NAMES:
        project.template(name)
    files = shards(cli, tmp_path, 2)
    project.template("a", command="python other.py")
    assert cli.plan("--shard", "2/2", "--out", files[1]).code == 0
    refused = merged(*files)
    assert refused.code != 0
    assert "shard-2.json has another set of manifests" in refused.err


def _moved(plan: Plan, **changes: Any) -> Plan:
    assert plan.shard is not None
    return replace(plan, shard=replace(plan.shard, **changes))


def test_every_difference_between_shards_is_named(
    project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    for name in NAMES:
        project.template(name)
    one, two = (loads(file.read_text()) for file in shards(cli, tmp_path, 2))
    assert merge({"1": one, "2": two}, KINDS).shard is None
    for other, what in (
        (replace(two, project="another"), "project"),
        (replace(two, target=replace(two.target, workspace_id="2002")), "target"),
        (replace(two, selection=("team=x",)), "selection"),
        (replace(two, manifests={}), "set of manifests"),
        (_moved(two, revision="f" * 40), "Git revision: ffffffffffff, not none"),
        (_moved(two, of=3), "number of shards: 3, not 2"),
        (_moved(two, limits=replace(two.shard.limits, max_deletions=9)), "set of limits"),  # type: ignore[union-attr]
    ):
        with pytest.raises(PlanFileError) as caught:
            merge({"1": one, "2": other}, KINDS)
        assert f"2 has another {what}" in caught.value.reasons
    with pytest.raises(PlanFileError) as caught:
        merge({"1": one, "2": replace(two, actions=one.actions)}, KINDS)
    assert any("which is not of shard 2/2" in reason for reason in caught.value.reasons)


def test_a_shard_survives_its_document(
    project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    project.template()
    (file,) = shards(cli, tmp_path, 2)[:1]
    text = file.read_text()
    assert dumps(loads(text)) == text
    assert json.loads(text)["shard"]["of"] == 2


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "-1/2", "a/b", "1/2/3", ""])
def test_a_part_that_is_none_is_wrong_usage(project: ProjectFolder, cli: Commands, text: str) -> None:
    project.template()
    assert cli.plan("--shard", text).code == 64
