"""Files written whole or not at all: a reader never sees half of one."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from reconciler.errors import ReconcilerError


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
