"""A state and manifests whose plan has every kind of action, and a process that dies at any request of it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.live import LiveService
from reconciler.live.port import Operation
from reconciler.model import JsonObject, JsonValue, Verb
from reconciler.pipeline import Run, apply_plan, make_plan
from reconciler.plan.build import Selection

from .house import House, Silent, board, content, house, template

KEPT = template("kept")
FORMER = (
    KEPT,
    template("grown"),
    template("grown-pinned"),
    template("reverted", "python one.py"),
    template("reworded"),
    template("left"),
    board("gitops-changed", state="running"),
    board("gitops-replaced", state="running"),
    board("gitops-replaced-stopped", state="running"),
    board("gitops-started", state="stopped"),
    board("gitops-stopped", state="running"),
    board("gitops-buried", state="running"),
    board("gitops-left", state="running"),
)
WANTED = (
    KEPT,
    template("made", labels={"team": "vision"}, protect=True),
    template("adopted", adopt=True),
    template("adopted-grown", "python new.py", adopt=True),
    template("grown", "python two.py", description="grown", constraints={"UserCommand": "locked"}),
    template("grown-pinned", "python two.py", defaultVersion=1),
    template("reverted", "python one.py"),
    template("reworded", description="new words", labels={"team": "ranking"}),
    board("gitops-made", state="running"),
    board("gitops-made-stopped", state="stopped"),
    board("gitops-changed", minutes=300, state="running"),
    board("gitops-replaced", path="/mnt/other", state="running"),
    board("gitops-replaced-stopped", path="/mnt/other", state="stopped"),
    board("gitops-started", state="running"),
    board("gitops-stopped", state="stopped"),
    board("gitops-buried", state="absent"),
)
ALL_VERBS = frozenset(Verb) - {Verb.VERIFY, Verb.FOLLOW}
"""`verify` and `follow` need jobs to be there, and this world has none."""


def furnish(folder: Path) -> Path:
    """The state before: applied manifests, a history, somebody else's templates. The state file."""
    state = folder / "state.sqlite3"
    with house(folder / "project", state) as home:
        home.manifests(*FORMER)
        assert home.apply().is_complete
        home.manifests(*(each if each["metadata"]["name"] != "reverted" else template("reverted") for each in FORMER))
        assert home.apply().is_complete
        home.emulator.store.create_template("adopted", content())
        home.emulator.store.create_template("adopted-grown", content())
        home.emulator.store.create_template("somebody-elses", content())
        assert home.settled() == 0
    return state


@contextmanager
def furnished(folder: Path, state: Path, **profile: Any) -> Iterator[House]:
    """A house with a copy of that state and the manifests that want everything else."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = Path(shutil.copy(state, folder / "copy.sqlite3"))
    with house(folder / "project", copy, **profile) as home:
        home.manifests(*WANTED)
        yield home


class Killed(BaseException):
    """The process is gone: nothing may catch it, nothing may be sent any more."""


class Mortal(LiveService):
    """The real client of a process that dies right before or right after its n-th request."""

    def __init__(self, service: LiveService, last: float, *, answered: bool) -> None:
        super().__init__(service._open_product, service._options)
        self.count = 0
        self.writes: list[int] = []
        """Which of the requests were writes."""
        self._last = last
        self._answered = answered
        self._counting = threading.Lock()

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        """See `port.Service.call`."""
        with self._counting:
            self.count += 1
            number = self.count
            self.writes += [] if operation.repeatable else [number]
        if number > self._last or (number == self._last and not self._answered):
            raise Killed
        try:
            return super().call(operation, *ids, **fields)
        finally:
            if number == self._last:
                raise Killed


def apply_until_killed(home: House, last: float, *, answered: bool) -> Mortal:
    """Plan and apply; the process dies at request `last` of the apply (infinity: never). What was sent."""
    with home.open() as (settings, workspace, service):
        plan = make_plan(settings, workspace, service, Selection())
        assert isinstance(service, LiveService)
        with Mortal(service, last, answered=answered) as mortal:
            try:
                report = apply_plan(settings, workspace, mortal, plan, Run(watcher=Silent(), width=1))
            except Killed:
                return mortal
            assert report.is_complete, [outcome for outcome in report.outcomes if outcome.detail]
            return mortal
