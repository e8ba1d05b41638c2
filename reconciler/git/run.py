"""The one place that starts Git. The repository is not trusted, and neither is its configuration.

A repository's configuration and attributes may name programs: hooks, a file system monitor, filters, text conversions,
pagers, signature checkers, ways to reach a remote. A partial clone fetches what it lacks whenever somebody asks for it,
through a remote that the configuration names. None of this happens here: what could start a program is set to
nothing on the command line, which has the last word, and every protocol is forbidden. A bare repository that was
committed as a folder is refused.

Git's own refusal of a repository that belongs to somebody else (`safe.directory`) stays: it is an error with Git's
words, which say what to do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler.errors import GitError, NoRepository

TIMEOUT = 60.0
"""Seconds for one command of Git."""

_SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.pager=cat",
    "core.quotePath=false",
    "core.sshCommand=false",
    "core.gitProxy=",
    "credential.helper=",
    "diff.external=",
    "gpg.program=false",
    "log.showSignature=false",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
)
"""Settings on the command line of every call; they win over every configuration file."""

_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_ASKPASS": "",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "SSH_ASKPASS": "",
}

_OF_ANOTHER_REPOSITORY = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)
"""Variables that a Git hook sets for the repository it runs in, which need not be the project's."""


def run(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Return what a command of Git prints when it is run in a folder.

    Raises:
        NoRepository: the folder is in no repository.
        GitError: the command failed, or there is no program `git` to read the repository with;
            `output` holds what it had printed by then.
    """
    environment = _environment(folder)
    if "GIT_DIR" not in environment and not any(map(_may_be_repository, _upwards(folder))):
        raise NoRepository(f"{folder.resolve()} is not in a Git repository")
    import subprocess  # noqa: PLC0415 # nosec B404 # only for checkouts; one program, and never through a shell

    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    command = ["git", "--no-pager", *settings, *arguments]
    try:
        done = subprocess.run(  # nosec B603 # no shell, and callers keep names apart from options
            command,
            cwd=folder,
            input=stdin,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
            env=environment,
        )
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise _no_program(folder) from error
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {arguments[0]} took longer than {TIMEOUT:.0f} s") from error
    except (OSError, ValueError) as error:
        raise GitError(f"git cannot be run: {error}") from error
    if done.returncode == 0:
        return done.stdout
    complaint = _complaint(done.stderr)
    if "not a git repository" in complaint:
        raise NoRepository(f"{folder.resolve()} is not in a Git repository")
    raise GitError(f"git {arguments[0]} failed: {complaint}", output=done.stdout, status=done.returncode)


def _upwards(folder: Path) -> Iterator[Path]:
    """Yield a folder and all that it lies in, links resolved, as Git looks for a repository."""
    there = folder.resolve()
    yield there
    yield from there.parents


def _may_be_repository(folder: Path) -> bool:
    """Return whether Git could find a repository here: most folders are in none, and starting Git takes time."""
    return os.path.lexists(folder / ".git") or os.path.lexists(folder / "HEAD")


def _no_program(folder: Path) -> GitError:
    """Return the error for a checkout that cannot be read because there is no program `git`. Such a folder must not
    look like one that is no checkout."""
    for parent in _upwards(folder):
        if os.path.lexists(parent / ".git"):
            return GitError(f"git cannot be run: there is no such program, and {parent} is a checkout. Install git.")
    return NoRepository("git cannot be run: there is no such program")


def _complaint(stderr: bytes) -> str:
    """Return Git's reason in one line: its `fatal:` line, and the command that it recommends where trust is the
    reason."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    reason = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "no reason")
    command = next((line for line in lines if line.startswith("git config")), "")
    return f"{reason}; run: {command}" if command else reason


def _environment(folder: Path) -> Mapping[str, str]:
    """Return this process's environment with Git's optional behaviour switched off.

    `GIT_DIR` together with `GIT_WORK_TREE` means that a person keeps the project's repository elsewhere; they are used
    when the project is inside that work tree. `GIT_DIR` alone comes from a hook of some repository and is ignored.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY}
    git, tree = os.environ.get("GIT_DIR", ""), os.environ.get("GIT_WORK_TREE", "")
    if git and tree and folder.resolve().is_relative_to(Path(tree).resolve()):
        kept |= {"GIT_DIR": str(Path(git).resolve()), "GIT_WORK_TREE": str(Path(tree).resolve())}
    return {**kept, **_ENVIRONMENT}
