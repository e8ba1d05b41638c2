"""Templates: answers that lack something, templates gone meanwhile, writes that were accepted and do not show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Fault
from reconciler.emulator.application import Request
from reconciler.kinds import text_equality
from reconciler.model import Status, Verb

from .disturbed import ALWAYS, Documents, ended, fault
from .everything import killed_after
from .house import House, board, house, template

ONE, TWO = template(), template(command="python two.py")
WORDS = template(description="other words")


@pytest.mark.parametrize("kind", ["drop_after", "error_after", "html"])
def test_a_look_that_fails_before_the_first_write_is_no_unknown_end(kind: str, tmp_path: Path) -> None:
    outcome = ended(tmp_path, (ONE,), (TWO,), fault(kind, "GetJobTemplate", **ALWAYS))
    assert outcome.status is Status.FAILED, outcome.detail
    assert outcome.writes == 0
    assert 0 <= outcome.seconds < 3600


@pytest.mark.parametrize("version", ["", "two", None, "\u0662"])
def test_a_version_number_that_the_answer_lacks_is_looked_up(version: object, tmp_path: Path) -> None:
    outcome = ended(tmp_path, (ONE,), (TWO,), fault("patch", "UpdateJobTemplate", value={"Version": version}))
    assert (outcome.status, outcome.detail) == (Status.DONE, "version 2 is default")


@pytest.mark.parametrize(
    ("desired", "nth", "status", "says"),
    [
        ((TWO,), 1, Status.STALE, "it is gone"),
        ((TWO,), 2, Status.FAILED, "NotFound"),
        ((WORDS,), 2, Status.FAILED, "NotFound"),
        ((), 1, Status.DONE, "was gone already"),
        ((), 2, Status.DONE, "was gone already"),
    ],
)
def test_a_template_that_is_gone_meanwhile(
    desired: Documents, nth: int, status: Status, says: str, tmp_path: Path
) -> None:
    with house(tmp_path, deterministic_ids=True) as home:
        home.manifests(ONE, board())
        home.apply()
        home.manifests(*desired, board())
        plan = home.plan()
        home.emulator.on_request(_deleting_templates(home, nth))
        (outcome,) = home.apply(plan).outcomes
    assert outcome.status is status, outcome.detail
    assert says in outcome.detail


def _deleting_templates(home: House, nth: int) -> Callable[[Request], None]:
    seen: list[Request] = []

    def hook(request: Request) -> None:
        if request.action == "GetJobTemplate":
            seen.append(request)
            if len(seen) == nth:
                for each in home.emulator.store.templates():
                    home.emulator.store.delete_template(each.id)

    return hook


def test_a_template_that_was_created_and_is_never_listed_is_done_with_a_warning(tmp_path: Path) -> None:
    def nothing_new(answer: Any) -> Any:
        return {**answer, "JobTemplates": [], "TotalCount": 0}

    outcome = ended(tmp_path, (), (ONE,), fault("rewrite", "ListJobTemplates", rewrite=nothing_new, **ALWAYS))
    assert outcome.status is Status.DONE
    assert "warning: after 60 s the listing does not show" in outcome.detail


def test_a_version_that_was_accepted_and_is_never_shown_is_told(tmp_path: Path) -> None:
    def only_the_first(answer: Any) -> Any:
        return {
            **answer,
            "DefaultVersion": 1,
            "Versions": [each for each in answer["Versions"] if each["Version"] == 1],
        }

    outcome = ended(tmp_path, (ONE,), (TWO,), fault("rewrite", "GetJobTemplate", rewrite=only_the_first, **ALWAYS))
    assert outcome.status is Status.FAILED
    assert "version 2 of tpl" in outcome.detail
    assert "was accepted but cannot be read back" in outcome.detail


def test_a_version_that_holds_something_else_is_told(tmp_path: Path) -> None:
    def changed(answer: Any) -> Any:
        other = [
            {**each, "Content": '{"JobType": "TFJob"}'} if each["Version"] == 2 else each for each in answer["Versions"]
        ]
        return {**answer, "Versions": other}

    outcome = ended(tmp_path, (ONE,), (TWO,), fault("rewrite", "GetJobTemplate", rewrite=changed, **ALWAYS))
    assert outcome.status is Status.FAILED
    assert "does not hold what was written" in outcome.detail


@pytest.mark.parametrize("kind", ["drop_after", "error_after"])
def test_a_version_to_which_the_service_adds_is_found_after_a_lost_answer(kind: str, tmp_path: Path) -> None:
    with house(tmp_path, fill_ins={"Settings.EnableRDMA": False}) as home:
        home.manifests(ONE)
        assert home.apply().is_complete
        home.manifests(TWO)
        home.emulator.faults.add(Fault(kind=kind, action="UpdateJobTemplate", code="InternalError"))
        (outcome,) = home.apply().outcomes
        assert outcome.status is Status.DONE, outcome.detail
        (one,) = home.emulator.store.templates()
        assert [version.number for version in home.emulator.store.versions(one.id)] == [1, 2]
        assert home.plan().is_empty


@pytest.mark.parametrize("late", [1, 3])
def test_a_default_that_shows_late_is_waited_for_and_no_longer(late: int, tmp_path: Path) -> None:
    with house(tmp_path) as home:
        for document in (ONE, TWO):
            home.manifests(document)
            assert home.apply().is_complete
        home.manifests(ONE)
        plan, looks = home.plan(), list[str]()
        former = Fault(kind="patch", action="GetJobTemplate", value={"DefaultVersion": 2}, times=late)

        def hook(request: Request) -> None:
            looks.append(str(request.action))
            if request.action == "SetJobTemplateDefaultVersion":
                home.emulator.faults.add(former)

        home.emulator.on_response(hook)
        (outcome,) = home.apply(plan).outcomes
        assert (outcome.status, outcome.detail) == (Status.DONE, "version 1 is default")
        after = looks[looks.index("SetJobTemplateDefaultVersion") + 1 : looks.index("UpdateJobTemplate")]
        assert after == ["GetJobTemplate"] * (late + 1)


@pytest.mark.parametrize("kind", ["drop_after", "html"])
def test_a_delete_whose_answer_is_lost_is_looked_for_and_not_sent_again(kind: str, tmp_path: Path) -> None:
    both = (template(), template("other"))
    with house(tmp_path) as home:
        home.manifests(*both)
        assert home.apply().is_complete
        home.manifests(both[1])
        home.emulator.faults.add(Fault(kind=kind, action="DeleteJobTemplate"))
        (outcome,) = home.apply().outcomes
        assert outcome.status is Status.DONE, outcome.detail
        assert home.emulator.calls().count("DeleteJobTemplate") == 1
        assert [one.name for one in home.emulator.store.templates()] == ["other"]


@pytest.mark.parametrize("half", ["version", "settings"])
def test_a_look_that_lags_behind_by_half_is_not_believed(half: str, tmp_path: Path) -> None:
    """One call writes version and settings; a look right after it may show one of them only."""

    def lagging(answer: Any) -> Any:
        if half == "settings":
            return {**answer, "Description": ""}
        first = [each for each in answer["Versions"] if each["Version"] == 1]
        return {**answer, "DefaultVersion": 1, "Versions": first}

    with house(tmp_path) as home:
        home.manifests(ONE)
        home.apply()
        home.manifests(template(command="python two.py", description="new words"))
        plan = home.plan()
        written: list[Request] = []

        def note(request: Request) -> None:
            if request.action == "UpdateJobTemplate" and not written:
                written.append(request)
                home.emulator.faults.add(Fault(kind="rewrite", action="GetJobTemplate", times=2, rewrite=lagging))

        home.emulator.on_response(note)
        (outcome,) = home.apply(plan).outcomes
        assert outcome.status is Status.DONE, outcome.detail
        assert home.plan().is_empty


@pytest.mark.parametrize(
    ("status", "ends"),
    [
        (400, Status.RETAINED),
        (409, Status.RETAINED),
        (401, Status.FAILED),
        (403, Status.FAILED),
        (405, Status.FAILED),
        (410, Status.FAILED),
        (422, Status.FAILED),
    ],
)
def test_a_template_is_kept_only_where_the_service_says_that_its_state_forbids_it(
    status: int, ends: Status, tmp_path: Path
) -> None:
    with house(tmp_path) as home:
        home.manifests(ONE, template("other"))
        home.apply()
        home.manifests(template("other"))
        fault("error_before", "DeleteJobTemplate", status=status, code="Refused", message="It is in use.")(home)
        (outcome,) = home.apply().outcomes
        assert outcome.status is ends, outcome.detail
        assert "It is in use." in outcome.detail
        assert len(home.emulator.store.templates()) == 2


def test_in_a_run_in_which_something_failed_the_others_are_changed_and_nothing_is_deleted(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.manifests(*(template(name) for name in ("a-fails", "goes", "changes")))
        home.apply()
        home.manifests(template("a-fails", command="python two.py"), template("changes", description="words"))
        plan = home.plan()
        refused = Fault(
            kind="error_before", action="UpdateJobTemplate", status=400, code="No", path=_path(home, "a-fails")
        )
        home.emulator.faults.add(refused)
        outcomes = {outcome.action.id.name: outcome for outcome in home.apply(plan).outcomes}
        assert outcomes["a-fails"].status is Status.FAILED
        assert outcomes["changes"].status is Status.DONE, outcomes["changes"].detail
        assert outcomes["goes"].status is Status.SKIPPED
        assert outcomes["goes"].detail == "nothing is deleted in a run in which something failed"
        assert len(home.emulator.store.templates()) == 3


def _path(home: House, name: str) -> str:
    return "*" + next(each.id for each in home.emulator.store.templates() if each.name == name)


@pytest.mark.parametrize(
    "desired",
    [
        WORDS,
        template(labels={"team": "b"}),
        template(protect=True),
        template("other", renamedFrom="train"),
        template("Train", renamedFrom="train"),
    ],
)
def test_settings_that_show_two_looks_late_are_waited_for(desired: dict[str, Any], tmp_path: Path) -> None:
    with house(tmp_path, lag_looks=2) as home:
        home.manifests(ONE)
        home.settled()
        home.manifests(desired)
        (outcome,) = home.apply().outcomes
        assert (outcome.status, outcome.writes) == (Status.DONE, 1), outcome.detail
        assert home.plan().is_empty


def test_a_text_that_changes_its_case_alone_is_written_once(tmp_path: Path) -> None:
    """What the service shows before the write is not its way to store what we send."""
    with house(tmp_path) as home:
        home.manifests(template(description="words", labels={"team": "vision"}))
        home.settled()
        home.manifests(template(description="Words", labels={"team": "Vision"}))
        (outcome,) = home.apply().outcomes
        assert (outcome.status, outcome.writes) == (Status.DONE, 1), outcome.detail
        assert home.emulator.store.templates()[0].description == "Words"


def test_a_promoted_version_is_known_when_the_run_ends_right_after(tmp_path: Path) -> None:
    """The proof is written with the version that it is about, before the default moves: the next plan has no work."""
    verify = {"maxMinutes": 5}
    with house(tmp_path) as home:
        for command in ("python one.py", "python two.py"):
            home.manifests(template(command=command))
            home.settled()
        home.emulator.seed({"jobLives": [{"job": "verify-*", "steps": ["Succeeded"]}]})
        home.manifests(template(command="python one.py", verify=verify))
        plan = home.plan()
        assert [action.verb for action in plan.actions] == [Verb.VERIFY, Verb.PROMOTE]
        killed_after(home, plan, "SetJobTemplateDefaultVersion")
        (one,) = home.emulator.store.templates()
        assert one.default_version == 1
        assert home.plan().is_empty


@pytest.mark.parametrize("names", [(), ("lower",), ("trim", "lower")], ids=["", "names", "names-and-blanks"])
@pytest.mark.parametrize("texts", [(), ("lower",)], ids=["", "texts"])
def test_a_name_is_known_again_however_the_service_stores_it(
    names: tuple[str, ...], texts: tuple[str, ...], tmp_path: Path
) -> None:
    """After a create and after a version: nothing to do, no second template and no rename. How a name is stored is
    recorded where it is stored otherwise, whatever happens to descriptions and labels."""
    with house(tmp_path, name_habits=frozenset(names), text_habits=frozenset(texts)) as home:
        for number, command in enumerate(("python one.py", "python two.py"), start=1):
            home.manifests(template("Train", command, description="Some Words", labels={"Team": "Vision"}))
            verbs = [action.verb for action in home.plan().actions]
            assert verbs == [Verb.CREATE if number == 1 else Verb.NEW_VERSION]
            assert home.settled() == 1
            (one,) = home.emulator.store.templates()
            assert one.name == ("train" if names else "Train")
            assert len(home.emulator.store.versions(one.id)) == number
            pairs = one.metadata.get("dlc-reconciler/texts", "").split()
            assert (text_equality.pair("Train", "train") in pairs) is bool(names)
