"""The embedded emulators of a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import FileError, ProjectError
from reconciler.files import OWN_FOLDER, check_file, make_folder
from reconciler.manifests import Project
from reconciler.model.quick import dataclass

if TYPE_CHECKING:
    from reconciler.emulator import Emulator

STATE_FILE = Path(OWN_FOLDER) / "emulator.sqlite3"
"""The file beside the project file in which the embedded emulator keeps its state."""


@dataclass(slots=True)
class _Running:
    emulator: Emulator
    users: int = 0


class Embedded:
    """The embedded emulators of a run, one for each state file, however many targets use it at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Path, _Running] = {}

    @contextmanager
    def running(self, state: Path, project: Project) -> Iterator[Emulator]:
        """Yield the emulator with this state file, in which the workspaces of all targets exist. The last user stops
        it.

        Raises:
            ProjectError: it cannot use the file.
        """
        with self._lock:
            if state not in self._running:
                self._running[state] = _Running(_started(state, project))
            here = self._running[state]
            here.users += 1
        try:
            yield here.emulator
        finally:
            with self._lock:
                here.users -= 1
                if not here.users:
                    del self._running[state]
                    here.emulator.stop()


def _started(state: Path, project: Project) -> Emulator:
    from reconciler.emulator import Emulator, Profile, StateFileError  # noqa: PLC0415 - the HTTP server is heavy

    known = frozenset(spec.target.workspace_id for spec in project.targets.values())
    try:
        make_folder(state.parent)
        return Emulator(check_file(state), profile=Profile(workspaces=known))
    except (OSError, FileError, StateFileError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ProjectError(
            f"the emulator cannot keep its state in {STATE_FILE}: {reason}", hint="Move that file out of the way."
        ) from error
