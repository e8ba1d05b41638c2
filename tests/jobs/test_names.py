"""Templates, jobs and TensorBoards are named by a name or an id alike, and an unknown name is an error that helps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.commands import Ended

from reconciler.emulator import Emulator
from reconciler.jobs.lookup import job_called
from reconciler.kinds.base import Site

from .conftest import CONTENT

Run = Callable[..., Ended]


@pytest.fixture
def ids(emulator: Emulator, run: Run) -> dict[str, str]:
    """The ids of a template, of a job launched from it, of a name that two jobs have, and of a board."""
    emulator.seed(
        {
            "jobTemplates": [{"TemplateName": "train", "Content": CONTENT}],
            "tensorboards": [
                {"DisplayName": "curves", "Status": "Running"},
                {"DisplayName": "twice", "Status": "Running"},
                {"DisplayName": "twice", "Status": "Running"},
            ],
            "jobs": [
                {"TemplateName": "train", "DisplayName": "nightly", "Status": "Succeeded"},
                {"TemplateName": "train", "DisplayName": "twice", "Status": "Succeeded"},
                {"TemplateName": "train", "DisplayName": "twice", "Status": "Succeeded"},
            ],
        }
    )
    store = emulator.store
    return {
        "train": store.templates()[0].id,
        "nightly": next(each.id for each in store.jobs() if each.body["DisplayName"] == "nightly"),
        "curves": next(each.id for each in store.boards() if each.name == "curves"),
    }


def test_a_name_says_what_an_id_says(ids: dict[str, str], run: Run) -> None:
    for words, name in ((("jobs", "show"), "nightly"), (("boards", "show"), "curves"), (("history",), "train")):
        by_name, by_id = run(*words, name, "--format", "json"), run(*words, ids[name], "--format", "json")
        assert by_name.code == 0, by_name.text
        assert {**by_name.json, "RequestId": ""} == {**by_id.json, "RequestId": ""}


def test_jobs_of_a_template(ids: dict[str, str], run: Run) -> None:
    """A listing of nothing would read as if the template had no jobs."""
    for wanted in ("train", ids["train"]):
        assert len(run("jobs", "list", "--template", wanted, "--format", "json").json["Jobs"]) == 3
    ended = run("jobs", "list", "--template", "trian")
    assert (ended.code, ended.out) == (1, "")
    assert 'there is no live template "trian" in workspace 1001; did you mean "train"?' in ended.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("jobs", "show", "nigthly"), "Did you mean nightly?"),
        (("jobs", "logs", "twice"), '2 jobs are called "twice": dlc'),
        (("jobs", "stop", "twice", "--yes"), "Name one by its id; the newest comes first."),
        (("jobs", "token", "nigthly"), "Did you mean nightly?"),
        (("boards", "show", "cruves"), "Did you mean curves?"),
        (("boards", "stop", "twice", "--yes"), '2 TensorBoards are called "twice": tb'),
        (("jobs", "token", "cruves", "--type", "tensorboard"), "Did you mean curves?"),
        (("history", "trian"), 'did you mean "train"?'),
        (("launch", "trian"), 'did you mean "train"?'),
        (("export", "trian"), 'did you mean "train"?'),
    ],
)
def test_an_unknown_or_unclear_name_is_an_error(
    words: tuple[str, ...], told: str, ids: dict[str, str], run: Run, emulator: Emulator
) -> None:
    ended = run(*words)
    assert (ended.code, ended.out) == (1, "")
    assert told in ended.err
    assert emulator.writes() == []


def test_a_preview_refuses_what_a_launch_refuses(ids: dict[str, str], run: Run, emulator: Emulator) -> None:
    preview, launch = (run("launch", "train", "--set", "Priorty=3", *more) for more in (("--preview",), ()))
    assert preview.code == launch.code == 1
    for ended in (preview, launch):
        assert 'CreateJob has no field Priorty; did you mean "Priority"?' in ended.text
    assert emulator.writes() == []


def test_an_id_without_a_digit_is_an_id_unless_a_job_has_that_name(site: Site, emulator: Emulator) -> None:
    assert job_called(site, "dlcabcdefghijklm") == "dlcabcdefghijklm"
    named = emulator.store.create_job("dlcabcdefghijklm")
    assert job_called(site, "dlcabcdefghijklm") == named
