"""The targets of a run: each is opened, connected and worked on, many at the same time; the failure of one does not
stop the others.

open_each --> Members;   side_by_side, with_services --> a result or a Failure of each
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cache, partial
from typing import TypeVar

from reconciler.errors import ReconcilerError, UsageError
from reconciler.fleet.failures import failure_of
from reconciler.fleet.selection import Chosen
from reconciler.live import Service
from reconciler.live.exchange import Side
from reconciler.live.parallel import side_by_side
from reconciler.manifests import Project
from reconciler.model import Failure
from reconciler.model.quick import dataclass
from reconciler.pipeline.ahead import Ahead
from reconciler.pipeline.asked_once import AskedOnce
from reconciler.pipeline.connecting import connected, listing_ahead, way_to
from reconciler.pipeline.held_at_once import HeldAtOnce
from reconciler.pipeline.leaving_out import asked
from reconciler.pipeline.workspace import Settings, Workspace, loading_of, of_loading, unread
from reconciler.plan.selection import Selection

WIDTH = 16
"""How many targets are worked on at the same time. The connection decides how fast their calls are sent."""

EVERYTHING = Selection()

ResultT = TypeVar("ResultT")
Opening = Callable[[], Workspace | Failure]
"""Opens a target, or says why it cannot be opened; only the first call does it."""
Work = Callable[[Settings, Workspace, Service], ResultT]
"""What is done with one target, given the settings of a run as those of this target."""
Begin = Callable[[Settings, Workspace, Callable[[int], None]], AbstractContextManager[Ahead | None]]
"""What begins at a target before its manifests are read; the function is told how many rows there will be, and may
wait."""


def no_listing(_settings: Settings, _workspace: Workspace, _on_total: object) -> AbstractContextManager[None]:
    """Begin nothing before the manifests are read."""
    return nullcontext()


def _keep(_name: str) -> None:
    """Let nothing go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The targets of a run in the order of the project; each is opened when it is first asked for."""

    project: Project
    chosen: Chosen
    openings: Mapping[str, Opening]
    let_go: Callable[[str], None] = _keep
    """Is told the name of each target whose work with its service has ended."""

    @property
    def workspaces(self) -> dict[str, Workspace]:
        """The targets that can be opened; all are opened now."""
        return {name: each for name, each in self._opened.items() if isinstance(each, Workspace)}

    @property
    def failed(self) -> tuple[Failure, ...]:
        """Why the others cannot be opened; all are opened now."""
        return tuple(each for each in self._opened.values() if isinstance(each, Failure))

    @property
    def _opened(self) -> dict[str, Workspace | Failure]:
        return {name: opening() for name, opening in self.openings.items()}

    def only(self, names: Sequence[str]) -> Members:
        """Return the members with these names alone."""
        return replace(
            self,
            chosen=replace(self.chosen, names=tuple(names)),
            openings={name: each for name, each in self.openings.items() if name in names},
        )

    def side_by_side(self, work: Callable[[Workspace], ResultT]) -> tuple[dict[str, ResultT], tuple[Failure, ...]]:
        """Work on each target at the same time, and return the results by name, and why the others have none.

        The work on one target begins when it is opened, while the next one is being opened.

        Raises:
            UsageError: what was asked for makes no sense on any target.
        """

        def one(name: str) -> ResultT | Failure:
            opened = self.openings[name]()
            return opened if isinstance(opened, Failure) else attempted(work, opened)

        return self._each(one)

    def with_services(
        self, settings: Settings, work: Work[ResultT], begin: Begin = listing_ahead
    ) -> tuple[dict[str, ResultT], tuple[Failure, ...]]:
        """Work on each target and its service, as `side_by_side` does.

        What the service lists is asked for before the target is opened, so that it is there when the manifests are
        read. Of a target that cannot be opened it is dropped. A target that others of the run wait for is asked once
        for what they and its own work need.

        Raises:
            UsageError: what was asked for makes no sense on any target.
        """
        at_once, asked_once = HeldAtOnce(), AskedOnce()
        settings = replace(settings, asked_once=asked_once)
        awaited = {name for each in self.openings for name in self.project.target(each).after.targets}

        def one(name: str) -> ResultT | Failure:
            own = of_target(settings, name)
            with at_once.holder() as holder, begin(own, unread(own, self.project, name), holder.take) as ahead:
                opened = self.openings[name]()
                try:
                    return opened if isinstance(opened, Failure) else attempted(partial(served, own, ahead), opened)
                finally:
                    self.let_go(name)

        def served(own: Settings, ahead: Ahead | None, workspace: Workspace) -> ResultT:
            with connected(own, workspace, ahead) as live:
                exchange = asked_once.exchange(way_to(own, workspace.target))
                return work(own, workspace, exchange.over(live, Side.OWN) if own.target in awaited else live)

        return self._each(one)

    def _each(self, one: Callable[[str], ResultT | Failure]) -> tuple[dict[str, ResultT], tuple[Failure, ...]]:
        done = side_by_side(one, self.openings, width=WIDTH)
        pairs = list(zip(self.openings, done, strict=True))
        return (
            {name: each for name, each in pairs if not isinstance(each, Failure)},
            tuple(each for _, each in pairs if isinstance(each, Failure)),
        )


def attempted(work: Callable[[Workspace], ResultT], workspace: Workspace) -> ResultT | Failure:
    """Return the result of work on one target, or why there is none.

    Raises:
        UsageError: what was asked for makes no sense on any target.
    """
    try:
        return work(workspace)
    except UsageError:
        raise
    except Exception as error:  # whatever the error is, the other targets go on
        return failure_of(workspace.target.name, error)


def of_target(settings: Settings, name: str) -> Settings:
    """Return the settings of a run as those of one of its targets."""
    return replace(settings, target=name)


def open_each(
    settings: Settings, project: Project, chosen: Chosen, *, strict: bool = True, selection: Selection = EVERYTHING
) -> Members:
    """Return the targets with what the manifests ask of them. The manifests are read once for all, and not before the
    first is opened.

    Args:
        settings: as for one target; `target` does not count.
        project: the project.
        chosen: which of its targets.
        strict: whether a target with errors in its manifests is a failure, or opened with what is sound.
        selection: which manifests have to be without errors, where that is so.
    """
    members = open_each_once(settings, project, chosen, strict=strict, selection=selection)
    openings = {name: cache(opening) for name, opening in members.openings.items()}
    return replace(members, openings=openings, let_go=_keep)


def open_each_once(
    settings: Settings, project: Project, chosen: Chosen, *, strict: bool = True, selection: Selection = EVERYTHING
) -> Members:
    """Return what `open_each` returns, for one `with_services` alone: each target is let go when its work has ended, so
    that of a hundred targets only those are held that are worked on."""
    loading = loading_of(settings, project, chosen.names)

    def opened(name: str) -> Workspace | Failure:
        workspace = of_loading(settings, project, loading, name)
        try:
            return asked(settings, workspace, selection) if strict else workspace
        except ReconcilerError as error:
            return failure_of(name, error)

    openings = {name: partial(opened, name) for name in chosen.names}
    return Members(project=project, chosen=chosen, openings=openings, let_go=loading.let_go)
