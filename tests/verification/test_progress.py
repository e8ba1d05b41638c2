"""How a verification is watched: state and time in a live row on a terminal, in lines that stay elsewhere."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from reconciler.cli.terminal.news import AGAIN, News
from reconciler.cli.terminal.progress import progress_display
from reconciler.emulator import Emulator
from reconciler.model import Action, Plan, Reason, ResourceId, Target, Verb
from reconciler.verification.prover import Prover
from reconciler.verification.verdict import words

from .conftest import attempt

ACTION = Action(verb=Verb.VERIFY, id=ResourceId("JobTemplate", "train"), reason=Reason.UNPROVED)
PLAN = Plan(project="demo", target=Target(name="t", region="cn-hangzhou", workspace_id="1001"), actions=(ACTION,))


def test_every_look_tells_state_and_time(emulator: Emulator, prover: Prover) -> None:
    steps = [["Creating", 20], ["EnvPreparing", 20], ["Queuing", 200], ["Running", 300], "Succeeded"]
    emulator.seed({"jobLives": [{"job": "*", "steps": steps}]})
    told: list[str] = []
    replace(prover, told=lambda _attempt, _job, verdict: told.append(words(verdict))).prove(attempt())
    for shown in (
        r"Creating",
        r"EnvPreparing 0\.\d of 30 min",
        r"Queuing [34](\.\d)? of 30 min",
        r"Running 2\.\d of 15 min",
    ):
        assert any(re.fullmatch(shown, each) for each in told), (shown, told)
    assert told[-1] == "passed: it succeeded"


def test_lines_that_stay_tell_news_and_once_a_minute_what_lasts() -> None:
    now = [0.0]
    news = News(lambda: now[0])
    looks: list[tuple[float, str]] = [
        (0, "Creating"),
        (2, "Creating"),
        (4, "Running 0 of 15 min"),
        (30, "Running 0.4 of 15 min"),
    ]
    looks += [(4 + AGAIN, "Running 1 of 15 min"), (70, "Running 1.1 of 15 min"), (71, "passed: it succeeded")]
    told = []
    for at, state in looks:
        now[0] = at
        told += [state] if news.is_new("dlc1", state) else []
    assert told == ["Creating", "Running 0 of 15 min", "Running 1 of 15 min", "passed: it succeeded"]
    assert news.is_new("dlc2", "passed: it succeeded")


class Terminal(io.StringIO):
    """A standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_has_a_row_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress_display(PLAN, plain=False) as display:
        display.started(ACTION)
        display.told("train", "dlc1", "Queuing 3 of 30 min")
        display.told("train", "dlc1", "Running 2 of 15 min\x1b[2J")
        display._progress.refresh()  # type: ignore[attr-defined]
    shown = screen.getvalue()
    assert "verify train: dlc1 Running 2 of 15 min" in shown
    assert "\x1b[2J" not in shown, "what the service says does not move the cursor"
