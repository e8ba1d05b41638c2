"""The files of a project that people write: which they are, and how they are written, whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.manifests.files import is_inside, match
from reconciler.manifests.project import Project


def write_files(files: Mapping[Path, str]) -> None:
    """Write texts to files, making folders and replacing what is there. Executable is what begins with `#!`.

    Raises:
        ReconcilerError: a file cannot be written; those before it are.
    """
    for file, text in files.items():
        draft = file.with_name(file.name + ".part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8", newline="\n")
            if file.exists():
                draft.chmod(file.stat().st_mode & 0o777)
            elif text.startswith("#!"):
                draft.chmod(0o755)
            draft.replace(file)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise ReconcilerError(f"{file} cannot be written: {error.strerror}") from error


def written_files(project: Project) -> list[Path]:
    """All of them inside the project, each once, by name."""
    names = {project.path.name}
    for pattern in project.manifests:
        try:
            names.update(match(project.root, pattern))
        except ValueError:
            continue  # `validate` tells what is wrong with the pattern
    names |= {name for name in project.other_files if (project.root / name).is_file()}
    return [project.root / name for name in sorted(names) if is_inside(project.root, name)]
