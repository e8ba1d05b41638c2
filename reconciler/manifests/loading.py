"""One loading of a project's manifests, shared by all targets of a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

from reconciler.kinds.base import Kind
from reconciler.manifests.desired import Desired
from reconciler.manifests.environment import Environment
from reconciler.manifests.looks import Entries
from reconciler.manifests.manifest_set import load_each
from reconciler.manifests.project import Project
from reconciler.manifests.sources import Sources


class Loading:
    """What the manifests ask of each of several targets, which are loaded one after the other, each once. Safe for
    several threads.

    Nothing is read before the first target is asked for. The files are released with the last one.
    """

    def __init__(
        self,
        project: Project,
        names: Sequence[str],
        *,
        kinds: Sequence[Kind[Any, Any]],
        environ: Environment,
        today: date | None = None,
        entries: Entries | None = None,
    ) -> None:
        """Take the names of the targets in the order in which they are loaded, each once."""
        self._to_come = list(reversed(names))
        self._users = {name: {name} for name in names}
        for name in names:
            for other in project.target(name).after.targets:
                self._users.get(other, set()).add(name)
        self._load = partial(load_each, project, names, kinds=kinds, environ=environ, today=today, entries=entries)
        self._early = None if entries is not None else partial(Sources, project)
        self._sources: Sources | None = None
        self._coming: Iterator[Desired] | None = None
        self._loaded: dict[str, Desired] = {}
        self._failed: Exception | None = None
        self._progress = threading.Condition()
        self._is_loading = False

    def begin(self) -> bool:
        """Begin to read in a second process, where no earlier run knows anything of the files: of all work of a run on
        thousands of manifests this takes longest. Return whether it was worth it. `close` ends it."""
        if self._early is None:
            return False
        self._sources = self._early()
        return self._sources.begin()

    def close(self) -> None:
        """End what was begun and nobody asked for."""
        if self._sources is not None:
            self._sources.close()

    def desired(self, name: str) -> Desired:
        """Return what is asked of one of the targets. Those before it are loaded too.

        Raises:
            ProjectError: the project has no such target.
            KeyError: it was let go.
            Exception: whatever loading raised; then it raises the same for every other target.
        """
        with self._progress:
            while name not in self._loaded:
                if not self._users[name]:
                    raise KeyError(name)
                if self._is_loading:
                    self._progress.wait()
                else:
                    self._load_next()
            return self._loaded[name]

    def let_go(self, name: str) -> None:
        """Take note that nobody asks any more what is asked of a target, or of another one for its sake.

        What is asked of a target is kept while somebody may ask it: the work on it, or on one that comes after it.
        """
        with self._progress:
            for other, users in self._users.items():
                users.discard(name)
                if not users:
                    self._loaded.pop(other, None)

    def _load_next(self) -> None:
        """Load the next target. Meanwhile, whoever asks for one that is loaded is answered."""
        if self._failed is not None:
            raise self._failed
        self._is_loading = True
        self._progress.release()
        try:
            self._coming = self._coming or self._load(sources=self._sources)
            desired = next(self._coming)
        except Exception as error:
            self._failed = error
            raise
        finally:
            self._progress.acquire()
            self._is_loading = False
            self._progress.notify_all()
        name = self._to_come.pop()
        if self._users[name]:
            self._loaded[name] = desired
        if not self._to_come:
            self._coming = iter(())
