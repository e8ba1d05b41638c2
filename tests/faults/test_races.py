"""Somebody else writes at the worst moment: refused, or named as `stale`, and never overwritten without a word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Fault
from reconciler.emulator.application import Request
from reconciler.model import ApplyReport, Status

from .house import House, board, content, house, template

TWO = template(command="python two.py")


def _one(home: House, name: str = "train") -> Any:
    return next(each for each in home.emulator.store.templates() if each.name == name)


def somebody_pushes(home: House) -> None:
    home.emulator.store.add_version(_one(home).id, content("python theirs.py"))


def somebody_pushes_twice(home: House) -> None:
    for number in (1, 2):
        home.emulator.store.add_version(_one(home).id, content(f"python theirs-{number}.py"))


def somebody_pushes_the_same(home: House) -> None:
    home.emulator.store.add_version(_one(home).id, content("python two.py"))


def somebody_promotes(home: House) -> None:
    number = home.emulator.store.add_version(_one(home).id, content("python theirs.py"))
    home.emulator.store.update_template(_one(home).id, default_version=number)


def somebody_describes(home: House) -> None:
    home.emulator.store.update_template(_one(home).id, description="their words")


def somebody_marks(home: House) -> None:
    one = _one(home)
    home.emulator.store.update_template(one.id, metadata={**one.metadata, "dlc-reconciler/project": "theirs"})


def somebody_protects(home: House) -> None:
    one = _one(home)
    home.emulator.store.update_template(one.id, metadata={**one.metadata, "dlc-reconciler/protect": "true"})


def somebody_launches(home: House) -> None:
    home.emulator.store.create_job("job", template_id=_one(home).id)


def somebody_creates(home: House) -> None:
    home.emulator.store.create_template("train", content("python theirs.py"))


def somebody_creates_a_board(home: House) -> None:
    home.emulator.store.create_board("gitops-board", status="Creating")


def somebody_deletes(home: House) -> None:
    home.emulator.store.delete_template(_one(home).id)


def _eldest_board(home: House) -> Any:
    return min(home.emulator.store.boards(), key=lambda each: (each.created, each.id))


def somebody_changes_the_board(home: House) -> None:
    home.emulator.store.update_board(_eldest_board(home).id, MaxRunningTimeMinutes=7)


def their_minutes_are_there(home: House) -> bool:
    return bool(_eldest_board(home).body["MaxRunningTimeMinutes"] == 7)


def their_words_are_there(home: House) -> bool:
    return bool(_one(home).description == "their words")


def their_mark_is_there(home: House) -> bool:
    return bool(_one(home).metadata.get("dlc-reconciler/project") == "theirs")


def it_is_there(home: House) -> bool:
    return any(each.name == "train" for each in home.emulator.store.templates())


def nothing(_home: House) -> None:
    pass


def somebody_pushes_and_describes(home: House) -> None:
    somebody_pushes(home)
    home.emulator.on_response(lambda request: somebody_describes(home) if request.action == UPDATE else None)


@dataclass(frozen=True, kw_only=True)
class Race:
    """What somebody does when the n-th call of an operation arrives (or was just answered)."""

    name: str
    before: tuple[Mapping[str, Any], ...] = (template(),)
    desired: tuple[Mapping[str, Any], ...] = (TWO,)
    prepare: Callable[[House], object] = nothing
    action: str
    nth: int = 1
    answered: bool = False
    outside: Callable[[House], object]
    status: Status = Status.STALE
    says: str
    """Stands in the outcome's detail."""
    writes: int
    """How many writes we sent all the same."""
    keeps: Callable[[House], bool] = lambda _home: True
    """Whether what they wrote is still there."""
    fault: Fault | None = None


LOOK, UPDATE = "GetJobTemplate", "UpdateJobTemplate"
SET_DEFAULT = "SetJobTemplateDefaultVersion"
SECOND_WRITES = (
    Race(
        name="words between default and marks",
        before=(template(), TWO),
        desired=(template(),),
        action=SET_DEFAULT,
        answered=True,
        outside=somebody_describes,
        says="version 1 was made default; then somebody else changed description",
        writes=1,
        keeps=their_words_are_there,
    ),
    Race(
        name="owner between default and marks",
        before=(template(), TWO),
        desired=(template(),),
        action=SET_DEFAULT,
        answered=True,
        outside=somebody_marks,
        says="version 1 was made default; then somebody else changed dlc-reconciler/project",
        writes=1,
        keeps=their_mark_is_there,
    ),
    Race(
        name="words between last look and default",
        before=(template(), TWO),
        desired=(template(),),
        action=SET_DEFAULT,
        outside=somebody_describes,
        says="version 1 was made default; then somebody else changed description",
        writes=1,
        keeps=their_words_are_there,
    ),
    Race(
        name="words between create and marks",
        before=(),
        desired=(template(),),
        action="CreateJobTemplate",
        answered=True,
        outside=somebody_describes,
        says="was created; then somebody else changed description",
        writes=1,
        keeps=their_words_are_there,
    ),
    Race(
        name="owner between listing and marks of a create",
        before=(),
        desired=(template(),),
        action=LOOK,
        outside=somebody_marks,
        says="was created; then somebody else changed dlc-reconciler/project",
        writes=1,
        keeps=their_mark_is_there,
    ),
    Race(
        name="version and words around our version",
        action=UPDATE,
        outside=somebody_pushes_and_describes,
        says="version 3 was made, though another number was expected; then somebody else changed description",
        writes=1,
        keeps=their_words_are_there,
    ),
    Race(
        name="words before a version is sent again",
        action=LOOK,
        nth=3,
        fault=Fault(kind="error_before", action=UPDATE, status=500, code="InternalError"),
        outside=somebody_describes,
        says="settings was",
        writes=1,
        keeps=their_words_are_there,
    ),
    Race(
        name="words before a default is sent again",
        before=(template(), TWO),
        desired=(template(),),
        action=LOOK,
        nth=3,
        fault=Fault(kind="drop_before", action=SET_DEFAULT),
        outside=somebody_describes,
        says="nothing was written",
        writes=1,
        keeps=their_words_are_there,
    ),
    Race(
        name="protected while jobs are listed",
        desired=(template("other"),),
        before=(template(), template("other")),
        action="ListJobs",
        outside=somebody_protects,
        says="nothing was written",
        writes=0,
        keeps=it_is_there,
    ),
    Race(
        name="protected before a delete is sent again",
        desired=(template("other"),),
        before=(template(), template("other")),
        action="DeleteJobTemplate",
        fault=Fault(kind="drop_before", action="DeleteJobTemplate"),
        outside=somebody_protects,
        says="nothing was written",
        writes=1,
        keeps=it_is_there,
    ),
    Race(
        name="old board changed while its successor is made",
        before=(board(),),
        desired=(board(path="/mnt/other"),),
        action="CreateTensorboard",
        answered=True,
        outside=somebody_changes_the_board,
        says="was neither stopped nor deleted: somebody else changed its settings meanwhile",
        writes=1,
        keeps=their_minutes_are_there,
    ),
    Race(
        name="old board changed while it stops",
        before=(board(),),
        desired=(board(path="/mnt/other"),),
        action="StopTensorboard",
        outside=somebody_changes_the_board,
        says="was not deleted: somebody else changed its settings meanwhile",
        writes=2,
        keeps=their_minutes_are_there,
    ),
    Race(
        name="board changed before an update is sent again",
        before=(board(),),
        desired=(board(minutes=60),),
        action="UpdateTensorboard",
        fault=Fault(kind="drop_before", action="UpdateTensorboard"),
        outside=somebody_changes_the_board,
        says="was not updated: somebody else changed its settings meanwhile",
        writes=1,
        keeps=their_minutes_are_there,
    ),
)
"""Somebody writes after the look before an action's first write, and before its second write, or the same one again."""

RACES = (
    *SECOND_WRITES,
    Race(
        name="version before the first look",
        action=LOOK,
        outside=somebody_pushes,
        says="highestVersion was 1, is 2",
        writes=0,
    ),
    Race(
        name="version before the last look",
        action=LOOK,
        nth=2,
        outside=somebody_pushes,
        says="nothing was written",
        writes=0,
    ),
    Race(
        name="words before the last look", action=LOOK, nth=2, outside=somebody_describes, says="settings was", writes=0
    ),
    Race(
        name="default before the last look",
        action=LOOK,
        nth=2,
        outside=somebody_promotes,
        says="defaultVersion was 1, is 2",
        writes=0,
    ),
    Race(
        name="version between look and write",
        action=UPDATE,
        outside=somebody_pushes,
        says="somebody else made version 2 at the same time; ours is version 3 and is default now",
        writes=2,
    ),
    Race(
        name="two versions between look and write",
        action=UPDATE,
        outside=somebody_pushes_twice,
        says="somebody else made versions 2 to 3 at the same time; ours is version 4 and is default now",
        writes=2,
    ),
    Race(
        name="the same version between look and write",
        action=UPDATE,
        outside=somebody_pushes_the_same,
        says="somebody else made version 2 (2 with the same content) at the same time; ours is version 3",
        writes=2,
    ),
    Race(
        name="default right after our version",
        action=UPDATE,
        answered=True,
        outside=somebody_promotes,
        says="version 2 was made; somebody else made version 3 default",
        writes=1,
    ),
    Race(
        name="default right after our create",
        before=(),
        desired=(template(),),
        action="CreateJobTemplate",
        answered=True,
        outside=somebody_promotes,
        says="was created; somebody else made version 2 default",
        writes=2,
        keeps=lambda home: bool(_one(home).default_version == 2),
    ),
    Race(
        name="marks right after our version",
        action=UPDATE,
        answered=True,
        outside=somebody_marks,
        says="version 2 was made; then somebody else changed dlc-reconciler/project",
        writes=1,
        keeps=their_mark_is_there,
    ),
    Race(
        name="words right after our words",
        desired=(template(description="our words"),),
        action=UPDATE,
        answered=True,
        outside=somebody_describes,
        says="were changed by somebody else right after our write",
        writes=1,
    ),
    Race(
        name="other words while the answer to ours is lost",
        desired=(template(description="our words"),),
        action=UPDATE,
        answered=True,
        fault=Fault(kind="drop_after", action=UPDATE),
        outside=somebody_describes,
        says="were changed by somebody else meanwhile",
        writes=1,
        keeps=their_words_are_there,
    ),
    Race(
        name="a version while ours gets lost",
        action=UPDATE,
        fault=Fault(kind="drop_before", action=UPDATE),
        outside=somebody_pushes,
        status=Status.UNKNOWN,
        says="it is not to be seen after 1 try",
        writes=1,
        keeps=lambda home: len(home.emulator.store.versions(_one(home).id)) == 2,
    ),
    Race(
        name="another default while the answer to ours is lost",
        before=(template(), TWO),
        desired=(template(),),
        action=SET_DEFAULT,
        answered=True,
        fault=Fault(kind="drop_after", action=SET_DEFAULT),
        outside=somebody_promotes,
        says="somebody else made version 3 default at the same time",
        writes=1,
        keeps=lambda home: bool(_one(home).default_version == 3),
    ),
    Race(
        name="default right after our default",
        before=(template(), TWO),
        prepare=lambda home: home.emulator.store.update_template(_one(home).id, default_version=1),
        action="SetJobTemplateDefaultVersion",
        answered=True,
        outside=somebody_promotes,
        says="version 2 was made default; somebody else made version 3 default",
        writes=1,
    ),
    Race(
        name="template of our name just before ours",
        before=(),
        action="CreateJobTemplate",
        outside=somebody_creates,
        says="of the same name was created at the same time; ours, ",
        writes=2,
    ),
    Race(
        name="template of our name before the look",
        before=(),
        action="ListJobTemplates",
        outside=somebody_creates,
        says="it exists by now",
        writes=0,
    ),
    Race(
        name="board of our name just before ours",
        before=(),
        desired=(board(state="running"),),
        action="CreateTensorboard",
        outside=somebody_creates_a_board,
        says="of the same name was created at the same time; ours, ",
        writes=3,
    ),
    Race(
        name="board of our name before the last look",
        before=(),
        desired=(board(state="running"),),
        action="ListTensorboards",
        nth=2,
        outside=somebody_creates_a_board,
        says="was created by somebody else meanwhile",
        writes=0,
    ),
    Race(
        name="protected before it is deleted",
        desired=(template("other"),),
        before=(template(), template("other")),
        action=LOOK,
        nth=2,
        outside=somebody_protects,
        says="nothing was written",
        writes=0,
    ),
    Race(
        name="used before it is deleted",
        desired=(template("other"),),
        before=(template(), template("other")),
        action="DeleteJobTemplate",
        outside=somebody_launches,
        status=Status.RETAINED,
        says="the service refused",
        writes=0,
    ),
    Race(
        name="deleted before it is deleted",
        desired=(template("other"),),
        before=(template(), template("other")),
        action="DeleteJobTemplate",
        outside=somebody_deletes,
        status=Status.DONE,
        says="deleted with all its versions",
        writes=0,
    ),
    Race(
        name="deleted before our version",
        action=UPDATE,
        outside=somebody_deletes,
        status=Status.FAILED,
        says="NotFound",
        writes=0,
    ),
)


def run(race: Race, folder: Path) -> tuple[House, ApplyReport]:
    with house(folder, deterministic_ids=True) as home:
        for document in race.before:
            rest = [each for each in race.before if each["metadata"]["name"] != document["metadata"]["name"]]
            home.manifests(document, *rest)
            home.apply()
        race.prepare(home)
        home.manifests(*race.desired)
        plan = home.plan()
        assert len(plan.actions) == 1
        happened = []

        def hook(request: Request) -> None:
            if request.action == race.action:
                happened.append(request)
                if len(happened) == race.nth:
                    race.outside(home)

        if race.fault is not None:
            home.emulator.faults.add(race.fault)
        (home.emulator.on_response if race.answered else home.emulator.on_request)(hook)
        report = home.apply(plan)
        home.emulator.clear_hooks()
        assert len(happened) >= race.nth
        assert race.keeps(home), "what they wrote was overwritten"
        return home, report


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.name.replace(" ", "-"))
def test_it_is_refused_or_named(race: Race, tmp_path: Path) -> None:
    _, report = run(race, tmp_path)
    (outcome,) = report.outcomes
    assert (outcome.status, outcome.writes) == (race.status, race.writes), outcome.detail
    assert race.says in outcome.detail


@pytest.mark.parametrize(("pin", "default"), [({}, 3), ({"defaultVersion": 1}, 1)])
def test_after_a_race_of_versions_the_marks_name_ours_and_what_is_default(
    pin: dict[str, Any], default: int, tmp_path: Path
) -> None:
    with house(tmp_path) as home:
        home.manifests(template())
        home.apply()
        home.manifests(template(command="python two.py", **pin))
        home.emulator.on_request(lambda request: somebody_pushes(home) if request.action == UPDATE else None)
        plan = home.plan()
        home.sleep(3600)
        (outcome,) = home.apply(plan).outcomes
        home.emulator.clear_hooks()
        one = _one(home)
        assert (outcome.status, one.default_version) == (Status.STALE, default)
        assert one.metadata["dlc-reconciler/version"] == "3"
        since = one.metadata["dlc-reconciler/since"]
        assert since.startswith(f"{default}/2026-03-01T{12 if pin else 13}:")
        assert home.plan().is_empty
