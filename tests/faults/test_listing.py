"""Listings that lie, shift or break off: nothing is planned from a part, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Fault
from reconciler.emulator.application import Request
from reconciler.errors import BadAnswer, IncompleteListing, ServiceError
from reconciler.model import Status, Verb

from .house import House, Saved, board, content, house, template

MANY = 23
TEMPLATES, BOARDS, JOBS = "ListJobTemplates", "ListTensorboards", "ListJobs"
SMALL: dict[str, Any] = {"max_page_size": 10, "oversized_page": "refuse"}


DOCUMENTS = tuple(template(f"t{number:02}") for number in range(MANY))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """More templates than a page holds, all as the manifests want them."""
    with house(tmp_path_factory.mktemp("full"), **SMALL) as home:
        home.manifests(*DOCUMENTS)
        assert home.apply().is_complete
        return home.saved()


def many(home: House, full: Saved) -> None:
    """The house with all these."""
    home.manifests(*DOCUMENTS)
    home.restore(full)


@pytest.mark.parametrize(
    "profile", [SMALL, {"max_page_size": 10, "oversized_page": "clamp"}], ids=["refused", "lowered"]
)
def test_a_smaller_page_than_ours_is_kept_to(full: Saved, tmp_path: Path, profile: dict[str, Any]) -> None:
    with house(tmp_path, **profile) as home:
        many(home, full)
        assert home.plan().is_empty
        assert home.emulator.calls().count(TEMPLATES) >= 3


LIES = {
    "a total too high, always": Fault(kind="total", value=MANY + 1, action=TEMPLATES, times=None),
    "a total that is no number": Fault(kind="total", value="many", action=TEMPLATES, times=None),
    "no total": Fault(kind="total", value=None, action=TEMPLATES, times=None),
    "a page that is always empty": Fault(kind="empty_page", action=TEMPLATES, skip=2, times=None),
    "a row that is always missing": Fault(kind="drop_rows", action=TEMPLATES, times=None),
    "rows twice and others not": Fault(kind="duplicate_rows", action=TEMPLATES, times=None),
    "a row of another workspace": Fault(kind="foreign_rows", action=TEMPLATES, times=None),
    "no list": Fault(kind="missing_list", action=TEMPLATES, times=None),
    "null": Fault(kind="null", action=TEMPLATES, times=None),
    "a list": Fault(kind="list", action=TEMPLATES, times=None),
    "HTML": Fault(kind="html_ok", action=TEMPLATES, times=None),
    "boards: a total too high": Fault(kind="total", value=9, action=BOARDS, times=None),
    "boards: no list": Fault(kind="missing_list", action=BOARDS, times=None),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=[name.replace(" ", "-") for name in LIES])
def test_nothing_is_planned_from_a_part(lie: Fault, full: Saved, tmp_path: Path) -> None:
    with house(tmp_path, **SMALL) as home:
        many(home, full)
        home.emulator.faults.add(lie)
        with pytest.raises((IncompleteListing, BadAnswer)) as error:
            home.plan()
        assert error.value.exit_code == 1
        assert error.value.operation in (TEMPLATES, BOARDS)
        assert home.emulator.writes() == []


PASSING = {
    "an empty page in the middle, once": Fault(kind="empty_page", action=TEMPLATES, skip=2),
    "rows twice, once": Fault(kind="duplicate_rows", action=TEMPLATES),
    "a total too low, once": Fault(kind="total", value=3, action=TEMPLATES),
    "numbers as strings": Fault(kind="strings", action=None, times=None),
    "unknown fields": Fault(kind="extra_fields", action=None, times=None),
}


@pytest.mark.parametrize("trouble", PASSING.values(), ids=[name.replace(" ", "-") for name in PASSING])
def test_what_passes_is_read_again(trouble: Fault, full: Saved, tmp_path: Path) -> None:
    with house(tmp_path, **SMALL) as home:
        many(home, full)
        home.emulator.faults.add(trouble)
        assert home.plan().is_empty


def test_an_apply_goes_through_with_numbers_as_strings_and_unknown_fields(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.manifests(template(), board(state="running"))
        home.emulator.faults.add(Fault(kind="strings", times=None))
        assert home.settled() == 1
        home.emulator.faults.clear()
        home.emulator.faults.add(Fault(kind="extra_fields", times=None))
        home.manifests(template(command="python two.py"), board(path="/mnt/other", state="running"))
        assert home.settled() == 1


def once(home: House, action: str, nth: int, act: Callable[[], object]) -> None:
    seen: list[Request] = []

    def hook(request: Request) -> None:
        if request.action == action:
            seen.append(request)
            if len(seen) == nth:
                act()

    home.emulator.on_request(hook)


@pytest.mark.parametrize("page", [2, 3])
def test_rows_that_shift_while_others_write_are_not_lost(page: int, full: Saved, tmp_path: Path) -> None:
    """The listing is sorted by age: a template deleted on page one moves one over the page's edge, unseen."""
    with house(tmp_path, **SMALL) as home:
        many(home, full)
        store = home.emulator.store
        first, last = store.templates()[0], f"t{MANY - 1:02}"
        home.manifests(*(template(f"t{number:02}") for number in range(1, MANY)))
        once(home, TEMPLATES, page + 1, lambda: store.delete_template(first.id))
        plan = home.plan()
        assert plan.is_empty, [str(action.key) for action in plan.actions]
        assert last in {each.name for each in store.templates()}


def test_a_template_that_disappears_between_list_and_get_is_created_again(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.manifests(template())
        home.apply()
        home.manifests(template(command="python two.py"))
        store = home.emulator.store
        once(home, "GetJobTemplate", 1, lambda: store.delete_template(store.templates()[0].id))
        assert [action.verb for action in home.plan().actions] == [Verb.CREATE]


def test_old_boards_are_seen_and_old_jobs_keep_their_template(tmp_path: Path) -> None:
    with house(tmp_path, omit_last_used_time=True) as home:
        home.manifests(template(), template("other"), board("gitops-old"))
        home.apply()
        store = home.emulator.store
        store.create_job("old", template_id=next(t.id for t in store.templates() if t.name == "train"))
        home.emulator.clock.advance(days=400)  # type: ignore[attr-defined]
        home.manifests(template("other"), board("gitops-old"))
        plan = home.plan()
        assert plan.is_empty
        assert [(kept.id.name, kept.reference_count) for kept in plan.retained] == [("train", 1)]


def test_a_state_nobody_knows_is_in_progress_until_the_deadline(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.manifests(board(state="stopped"))
        home.apply()
        store = home.emulator.store
        home.manifests(board(state="absent"))
        plan = home.plan()
        store.set_board_status(store.boards()[0].id, "Hibernating")
        (outcome,) = home.apply(plan).outcomes
        assert (outcome.status, outcome.writes) == (Status.FAILED, 0)
        assert "is still hibernating after 300 s" in outcome.detail


@pytest.mark.parametrize("status", ["creating", "PENDING", "Deleting"])
def test_states_are_compared_without_case(status: str, tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.manifests(board(state="running"))
        home.apply()
        store = home.emulator.store
        store.set_board_status(store.boards()[0].id, status)
        verbs = [action.verb for action in home.plan().actions]
        assert verbs == ([Verb.CREATE] if status == "Deleting" else [])


def test_an_error_in_the_middle_of_the_listing_is_an_error(full: Saved, tmp_path: Path) -> None:
    with house(tmp_path, **SMALL) as home:
        many(home, full)
        home.emulator.faults.add(Fault(kind="error_before", action=TEMPLATES, skip=2, times=None))
        with pytest.raises(ServiceError):
            home.plan()
        assert home.emulator.writes() == []


def test_a_foreign_template_of_our_name_is_refused(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.emulator.store.create_template("train", content())
        home.manifests(template())
        assert [each.code for each in home.plan().findings] == ["DLC201"]
