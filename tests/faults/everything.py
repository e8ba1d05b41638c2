"""A state and manifests whose plan has every kind of action, and a process that dies at any request of it."""

from __future__ import annotations

import contextlib
import math
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.live import LiveService
from reconciler.live.port import Operation
from reconciler.model import JsonObject, JsonValue, Plan, Verb
from reconciler.pipeline import Run, apply_plan, make_plan
from reconciler.plan.selection import Selection

from .house import House, Silent, board, content, house, template

VERIFY = {"maxMinutes": 5, "set": {"JobSpecs[0].PodCount": 1}}
LIFE = (("Creating", 1), ("Running", 20), ("Succeeded", None))
AT_ONCE = (("Running", 0), ("Succeeded", None))
"""How verifications live; where the service's time stands still they have to end at once."""
KEPT = template("kept")
FOLLOWING = board("gitops-following", state="running", job={"template": "kept", "follow": True})
del FOLLOWING["spec"]["content"]["DataSources"], FOLLOWING["spec"]["content"]["SummaryPath"]
FORMER = (
    KEPT,
    FOLLOWING,
    template("proved-grown"),
    template("proved-reverted", "python one.py"),
    template("grown"),
    template("grown-pinned"),
    template("reverted", "python one.py"),
    template("reworded"),
    template("old-name"),
    template("old-name-grown"),
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
    FOLLOWING,
    template("proved-made", verify=VERIFY),
    template("proved-grown", "python two.py", verify=VERIFY),
    template("proved-reverted", "python one.py", verify={**VERIFY, "passAfterMinutes": 0.1}),
    template("made", labels={"team": "vision"}, protect=True),
    template("adopted", adopt=True),
    template("adopted-grown", "python new.py", adopt=True),
    template("new-name", renamedFrom="old-name"),
    template("new-name-grown", "python two.py", renamedFrom="old-name-grown", labels={"team": "vision"}),
    template("adopted-new-name", adopt=True, renamedFrom="adopted-old-name"),
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
ALL_VERBS = frozenset(Verb) - {Verb.RELEASE}


def furnish(home: House) -> None:
    """Bring an empty house into the state before: applied manifests, a history, somebody else's templates."""
    home.manifests(KEPT)
    assert home.apply().is_complete
    _launch(home)
    home.manifests(*FORMER)
    assert home.apply().is_complete
    home.manifests(*map(_later, FORMER))
    assert home.apply().is_complete
    _launch(home)
    home.emulator.store.create_template("adopted", content())
    home.emulator.store.create_template("adopted-grown", content())
    home.emulator.store.create_template("adopted-old-name", content())
    home.emulator.store.create_template("somebody-elses", content())
    assert {action.verb for action in home.plan().actions} == {Verb.FOLLOW}


def furnish_file(folder: Path) -> Path:
    """That state in a file, which other processes can use."""
    state = folder / "state.sqlite3"
    with house(folder / "project", state) as home:
        furnish(home)
    return state


def _later(document: dict[str, Any]) -> dict[str, Any]:
    """The manifest as it was changed once: there is an older version to go back to."""
    name = document["metadata"]["name"]
    return template(name) if name.endswith("reverted") else document


def _launch(home: House) -> None:
    """A job of the template that a board follows; the clock moves on, so that the next one is newer."""
    (kept,) = (each for each in home.emulator.store.templates() if each.name == "kept")
    home.emulator.store.create_job("run", template_id=kept.id, status="Running")
    home.sleep(60)


@contextmanager
def furnished(
    folder: Path, state: Path, life: Sequence[tuple[str, float | None]] = LIFE, **profile: Any
) -> Iterator[House]:
    """A house with a copy of that state and the manifests that want everything else; verifications live like `life`."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = Path(shutil.copy(state, folder / "copy.sqlite3"))
    with house(folder / "project", copy, **profile) as home:
        want(home, life)
        yield home


def want(home: House, life: Sequence[tuple[str, float | None]] = LIFE) -> None:
    """Write the manifests that want everything else; verifications live like `life`."""
    home.emulator.seed({"jobLives": [{"job": "verify-*", "steps": list(life)}]})
    home.manifests(*WANTED)


class Killed(BaseException):
    """The process is gone: nothing may catch it, nothing may be sent any more."""


class Mortal(LiveService):
    """The real client of a process that dies right before or right after its n-th request."""

    def __init__(
        self, service: LiveService, last: float, *, answered: bool, wrote: Callable[[], object] = lambda: None
    ) -> None:
        super().__init__(service._open_product, service._options)
        self.count = 0
        self.writes: list[int] = []
        """Which of the requests were writes."""
        self._wrote = wrote
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
            if not operation.repeatable:
                self._wrote()
            if number == self._last:
                raise Killed


def apply_until_killed(
    home: House, last: float, *, answered: bool, wrote: Callable[[], object] = lambda: None
) -> Mortal:
    """Plan and apply; the process dies at request `last` of the apply (infinity: never). What was sent.

    `wrote` is called after each write.
    """
    with home.open() as (settings, workspace, service):
        plan = make_plan(settings, workspace, service, Selection())
        assert isinstance(service, LiveService)
        with Mortal(service, last, answered=answered, wrote=wrote) as mortal:
            try:
                report = apply_plan(settings, workspace, mortal, plan, Run(watcher=Silent(), width=1))
            except Killed:
                return mortal
            assert report.is_complete, [outcome for outcome in report.outcomes if outcome.detail]
            return mortal


def killed_after(home: House, plan: Plan, action: str) -> None:
    """Applies a plan in a process that dies when the first call of a write was answered."""

    def die() -> None:
        if home.emulator.calls()[-1] == action:
            raise Killed

    with home.open() as (settings, workspace, service):
        assert isinstance(service, LiveService)
        with Mortal(service, math.inf, answered=True, wrote=die) as mortal, contextlib.suppress(Killed):
            apply_plan(settings, workspace, mortal, plan, Run(watcher=Silent(), width=1))
            raise AssertionError(f"{action} was never called")
