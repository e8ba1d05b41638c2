"""Several clients of one service, one request at a time, in an order that the test decides."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reconciler.live import LiveService
from reconciler.live.port import Operation
from reconciler.model import JsonObject, JsonValue

PATIENCE = 20.0


@dataclass(frozen=True)
class Turn:
    """One step that was taken: who, which operation, on which object (its id, or "")."""

    actor: str
    operation: str
    id: str
    is_write: bool


@dataclass
class Turns:
    """Lets one actor at a time go one step. `order` says which of those that wait; then they take turns."""

    order: Sequence[int]
    taken: list[Turn] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[str, Turn] = {}
        self._alive: set[str] = set()
        self._granted = ""

    def run(self, actors: dict[str, Callable[[], None]]) -> None:
        """Run all actors to their end."""
        self._alive = set(actors)
        threads = [threading.Thread(target=self._act, args=each, daemon=True) for each in actors.items()]
        for thread in threads:
            thread.start()
        step = 0
        while self._everybody_waits():
            names = sorted(self._waiting)
            choice = self.order[step] if step < len(self.order) else step
            self._grant(names[choice % len(names)])
            step += 1
        for thread in threads:
            thread.join(PATIENCE)

    def wait(self, turn: Turn) -> None:
        """Called by an actor before its next step; comes back when it is its turn."""
        with self._changed:
            self._waiting[turn.actor] = turn
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._granted == turn.actor, PATIENCE):
                raise AssertionError(f"{turn.actor} never had its turn")
            self._granted = ""
            del self._waiting[turn.actor]
            self.taken.append(turn)

    def _act(self, name: str, act: Callable[[], None]) -> None:
        try:
            act()
        finally:
            with self._changed:
                self._alive.discard(name)
                self._changed.notify_all()

    def _everybody_waits(self) -> bool:
        with self._changed:
            ready = self._changed.wait_for(lambda: not self._granted and self._alive == set(self._waiting), PATIENCE)
            assert ready, f"waited in vain for {self._alive - set(self._waiting)}"
            return bool(self._alive)

    def _grant(self, name: str) -> None:
        with self._changed:
            self._granted = name
            self._changed.notify_all()


class InTurn(LiveService):
    """The real client, which sends each request when it is its turn."""

    def __init__(self, service: LiveService, actor: str, turns: Turns) -> None:
        super().__init__(service._open_product, service._options)
        self._actor = actor
        self._turns = turns

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        """See `port.Service.call`."""
        name = str(fields.get("TemplateName") or fields.get("DisplayName") or "")
        self._turns.wait(Turn(self._actor, operation.name, ids[0] if ids else name, not operation.repeatable))
        return super().call(operation, *ids, **fields)
