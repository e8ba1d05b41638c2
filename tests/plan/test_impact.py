"""Blast radius: counted on the live service, at a known moment, with as few calls as that takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from support.commands import Commands
from support.outside import launch, template_id
from support.project import BOARD, CONTENT, ProjectFolder

from reconciler.emulator import Emulator, Fault, ManualClock

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIG = {"CPU": "4", "Memory": "16Gi", "GPU": "1"}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))


def specs(**fields: Any) -> dict[str, Any]:
    quota = {"ResourceId": "quota1"} if "ResourceConfig" in fields else {}
    return {**quota, "JobSpecs": [{"Type": "Worker", "PodCount": 2, "Image": "registry.example.com/a:1", **fields}]}


def jobs(emulator: Emulator, *bodies: dict[str, Any], user: str = "1001", days_ago: float = 1.0) -> None:
    created = emulator.clock.now() - days_ago * 86400
    for body in bodies:
        emulator.store.create_job(
            "job", template_id=template_id(emulator, "train"), body=body, created=created, user=user
        )


def impact(cli: Commands, index: int = 0) -> Any:
    return cli.document()["actions"][index]["impact"]


@pytest.fixture
def train(project: ProjectFolder, cli: Commands) -> None:
    """A live template."""
    project.template("train", constraints={"UserCommand": "overridable"})
    assert cli.apply().code == 0


def test_nothing_to_do_asks_nothing_more(train: None, cli: Commands, emulator: Emulator) -> None:
    emulator.clear_log()
    assert cli.verbs() == []
    assert sorted(emulator.calls()) == ["ListJobTemplates", "ListTensorboards"]


def test_launches_of_thirty_days_are_counted_with_one_listing(
    train: None, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    jobs(emulator, {}, {}, user="1")
    jobs(emulator, {}, user="2", days_ago=29)
    jobs(emulator, {}, user="3", days_ago=31)
    project.template("train", command="python two.py")
    emulator.clear_log()
    assert impact(cli)["launches"] == {"since": "2026-01-30T00:00:00Z", "days": 30, "jobs": 3, "users": 2}
    assert emulator.calls().count("ListJobs") == 1
    assert emulator.calls().count("ListEcsSpecs") == 1


def test_a_listing_of_many_jobs_is_read_to_its_end(
    train: None, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    jobs(emulator, *({} for _ in range(130)))
    project.template("train", command="python two.py")
    assert impact(cli)["launches"]["jobs"] == 130


def test_many_actions_ask_for_instance_types_once(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    for name in ("a", "b", "c", "d"):
        project.template(name)
    assert len(cli.verbs()) == 4
    assert emulator.calls().count("ListEcsSpecs") == 1
    assert "ListJobs" not in emulator.calls()
    assert not [request for request in emulator.requests if "SortBy" in request.query and "ecsspecs" in request.path]


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (({}, {"UserCommand": "locked"}), ("UserCommand", "overridable", "locked", 2)),
        (({"UserCommand": "locked"}, {}), ("UserCommand", "locked", "overridable", None)),
        (({"UserCommand": "locked"}, {"UserCommand": "overridable"}), ("UserCommand", "locked", "overridable", None)),
        (({"UserCommand": "overridable"}, {}), None),
        (({}, {"Envs.RUN": "required"}), ("Envs.RUN", "overridable", "required", 2)),
        (({}, {"JobSpecs[0].Image": "locked"}), ("JobSpecs[0].Image", "overridable", "locked", 0)),
        (({}, {"UserCommand": "required"}), ("UserCommand", "overridable", "required", 0)),
    ],
)
def test_the_launch_contract_and_whom_it_would_have_touched(
    rules: tuple[dict[str, str], dict[str, str]],
    told: tuple[str, str, str, int | None] | None,
    project: ProjectFolder,
    cli: Commands,
    emulator: Emulator,
) -> None:
    before, after = rules
    project.template("train", constraints=before)
    assert cli.apply().code == 0
    free = {key: value for key, value in before.items() if value != "locked"} == before
    mine = {"UserCommand": "python mine.py"} if free else {}
    jobs(emulator, {}, {**mine, "Envs": {"RUN": "1"}}, {**mine, "Envs": {"OTHER": "1"}})
    project.template("train", constraints=after, description="x")
    found = [
        tuple(change[key] for key in ("path", "before", "after", "affected")) for change in impact(cli)["contract"]
    ]
    assert found == ([] if told is None else [told])


def test_an_override_equal_to_the_new_value_is_not_ignored(
    train: None, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    jobs(emulator, {"UserCommand": "python two.py"}, {"UserCommand": "python other.py"})
    project.template("train", command="python two.py", constraints={"UserCommand": "locked"})
    assert impact(cli)["contract"][0]["affected"] == 1


def test_a_field_that_no_listed_job_shows_gives_no_estimate(
    train: None, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    jobs(emulator, {"Options": "a=b"})
    project.template("train", content={"Options": "x=y"}, constraints={"Options": "locked"})
    assert [change["affected"] for change in impact(cli)["contract"] if change["path"] == "Options"] == [None]


def test_a_promotion_compares_the_versions(
    train: None, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template("train", command="python two.py", constraints={"UserCommand": "locked"})
    assert cli.apply().code == 0
    project.template("train", constraints={"UserCommand": "overridable"})
    assert cli.verbs() == ["promote JobTemplate/train"]
    change = {"path": "UserCommand", "before": "locked", "after": "overridable", "affected": None}
    assert impact(cli)["contract"] == [change]


def test_a_version_that_does_not_become_default_reaches_nobody(
    train: None, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template("train", command="python two.py", constraints={"UserCommand": "locked"}, defaultVersion=1)
    emulator.clear_log()
    found = impact(cli)
    assert found["launches"] is None
    assert found["contract"] == []
    assert "ListJobs" not in emulator.calls()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (specs(ResourceConfig=CONFIG), (2, 8, 32, {})),
        (specs(ResourceConfig={"CPU": "500m", "Memory": "512Mi"}), (0, 1, 1, {})),
        (specs(ResourceConfig={"CPU": "much", "Memory": "16"}), (0, None, None, {})),
        (specs(EcsSpec="ecs.gn6i-c4g1.xlarge"), (2, 8, 30, {"ecs.gn6i-c4g1.xlarge": 2})),
        (specs(EcsSpec="ecs.unheard-of"), (None, None, None, {"ecs.unheard-of": 2})),
        (specs(), (None, None, None, {})),
        (specs(ResourceConfig={"CPU": "${env.CORES}", "Memory": "16Gi"}), (0, None, 32, {})),
    ],
)
def test_what_a_job_takes(
    content: dict[str, Any], told: Any, project: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORES", "4711")
    project.template("train", content=content)
    document = cli.document()
    found = document["actions"][0]["impact"]["resources_after"]
    assert (found["gpu"], found["cpu"], found["memory_gib"], found["instances"]) == told
    assert "4711" not in str(document)


@pytest.mark.parametrize("status", [403, 400])
def test_jobs_that_cannot_be_read_are_a_note(
    status: int, train: None, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    emulator.faults.add(Fault(kind="error_before", action="ListJobs", status=status, code="Refused", times=None))
    project.template("train", command="python two.py", constraints={"UserCommand": "locked"})
    ended = cli.plan()
    assert ended.code == 0, ended.text
    assert "recent launches are unknown: " in ended.out
    assert "launch contract: UserCommand overridable -> locked\n" in ended.out


def test_instance_types_that_cannot_be_read_are_named_without_amounts(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    emulator.faults.add(Fault(kind="error_before", action="ListEcsSpecs", status=403, code="NoPermission", times=None))
    project.template("train")
    ended = cli.plan()
    assert ended.code == 0
    assert "each job runs on 2 x ecs.g7.xlarge" in ended.out
    assert "each job takes" not in ended.out


def test_a_board_that_goes_away_shows_its_address_and_age(
    project: ProjectFolder, cli: Commands, emulator: Emulator, clock: ManualClock
) -> None:
    project.board("gitops-a")
    project.board("gitops-b")
    assert cli.apply().code == 0
    for board in emulator.store.boards():
        emulator.store.set_board_status(board.id, "Running")
    project.board("gitops-a", content={**BOARD, "SummaryPath": "/mnt/other"})
    project.remove("gitops-b")
    created = {board.name: board.id for board in emulator.store.boards()}
    found = {each["id"]["name"]: (each["verb"], each["impact"]) for each in cli.document()["actions"]}
    for name, verb in (("gitops-a", "replace"), ("gitops-b", "delete")):
        assert found[name][0] == verb
        assert created[name] in found[name][1]["url"]
        assert found[name][1]["age_days"] == 0
        assert found[name][1]["created"].startswith("2026-03-01")


def test_the_same_plan_at_another_hour_is_the_same_document(
    train: None, project: ProjectFolder, cli: Commands, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch(emulator, "train", days_ago=3)
    project.template("train", content={**CONTENT, "Priority": 5})
    first = cli.document()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp()) + 3600))
    assert cli.document() == first
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp()) + 3 * 86400))
    later = cli.document()
    assert later["plan_id"] == first["plan_id"]
    assert later != first


def test_applying_a_saved_plan_counts_nobody_again(
    train: None, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template("train", command="python two.py")
    file = project.root / "saved.json"
    assert cli.plan("--out", file).code == 0
    emulator.clear_log()
    assert cli.apply(file).code == 0
    assert {"ListJobs", "ListEcsSpecs"} & set(emulator.calls()) == set()
