"""A project as a Git revision had it: its files written into a folder, to be loaded like any other project.

Only files that the project's patterns could match are fetched, so a large repository costs nothing. The check-out is
never touched.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from reconciler.errors import ManifestError, ProjectError, ReconcilerError, UsageError
from reconciler.files import make_folder, write_whole
from reconciler.manifests.files import MAX_BYTES, read_file
from reconciler.manifests.project import load_project
from reconciler.manifests.values import values_files_of

_LINK = "120000"
_FILES = frozenset({"100644", "100755", _LINK})


def resolve(root: Path, revision: str) -> str:
    """The commit that a revision names.

    Raises:
        UsageError: the project is not in a Git repository, or there is no such commit.
    """
    _git(root, "rev-parse", "--git-dir", otherwise=f"{root.resolve()} is not in a Git repository")
    commit = _git(
        root,
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        f"{revision}^{{commit}}",
        otherwise=f'the repository has no revision "{revision}"',
        hint="In a shallow clone, fetch it first: `git fetch --depth=1 origin REVISION`.",
    )
    return commit.decode().strip()


def write_project(root: Path, file_name: str, commit: str, folder: Path) -> bool:
    """Write the project file and whatever its patterns could match, as the commit had them, into a folder.

    Returns False when the commit has no usable project file: then the whole project is new.
    """
    blobs = {name: (mode, blob) for mode, blob, name in _blobs(root, commit)}
    if file_name not in blobs:
        return False
    _write(root, folder, {file_name: blobs[file_name]})
    values = values_files_of(read_file(folder, file_name))
    _write(root, folder, {name: blobs[name] for name in sorted(values & blobs.keys())})
    try:
        patterns = load_project(folder / file_name).manifests
    except (ManifestError, ProjectError):
        return False
    last = {PurePosixPath(pattern).name for pattern in patterns}
    wanted = {name: blob for name, blob in blobs.items() if any(_fits(name, pattern) for pattern in last)}
    _write(root, folder, wanted)
    return True


def _fits(name: str, last_part: str) -> bool:
    """Whether a pattern with this last part could match; the loader decides exactly."""
    return last_part == "**" or fnmatchcase(PurePosixPath(name).name, last_part)


def _blobs(root: Path, commit: str) -> Iterator[tuple[str, str, str]]:
    """Mode, object and name (relative to the project) of every file below the project's folder."""
    listing = _git(root, "ls-tree", "-r", "-z", "-l", commit, "--", ".")
    for entry in filter(None, listing.decode("utf-8", "surrogateescape").split("\0")):
        head, _, name = entry.partition("\t")
        mode, _, blob, size = head.split()
        if mode in _FILES and size.isdigit() and int(size) <= MAX_BYTES + 1:
            yield mode, blob, name


def _write(root: Path, folder: Path, blobs: dict[str, tuple[str, str]]) -> None:
    contents = _contents(root, [blob for _, blob in blobs.values()])
    for (name, (mode, _)), content in zip(blobs.items(), contents, strict=True):
        file = folder / name
        if file.exists() or file.is_symlink():
            continue
        make_folder(file.parent)
        if mode == _LINK:
            file.symlink_to(content.decode("utf-8", "surrogateescape"))
        else:
            write_whole(file, content)


def _contents(root: Path, blobs: list[str]) -> Iterator[bytes]:
    """The objects' contents, all from one process."""
    answer = _git(root, "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs).encode())
    at = 0
    for _ in blobs:
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        yield answer[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def _git(root: Path, *arguments: str, stdin: bytes = b"", otherwise: str = "", hint: str = "") -> bytes:
    """What a Git command prints.

    Raises:
        UsageError: it failed, and `otherwise` says what that means.
        ReconcilerError: it failed, or there is no Git.
    """
    try:
        done = subprocess.run(  # noqa: S603 - no shell; a revision cannot pass for an option
            ["git", *arguments],  # noqa: S607 - git is found like any other tool
            cwd=root,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise ReconcilerError(f"git cannot be run: {error}", hint="--changed-since needs Git.") from error
    if done.returncode == 0:
        return done.stdout
    complaint = "".join(done.stderr.decode("utf-8", "replace").strip().splitlines()[:1])
    if otherwise:
        raise UsageError(otherwise, hint=hint or complaint)
    raise ReconcilerError(f"git {arguments[0]} failed: {complaint}")
