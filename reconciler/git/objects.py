"""Files as commits have them: what a tree lists, and what objects hold. One process of Git reads many objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import GitError
from reconciler.git.run import run

LINK = "120000"
SUBMODULE = "160000"


class Entry(NamedTuple):
    """One file of a tree: its mode as Git writes it ("100644"), its object, its path."""

    mode: str
    object: str
    path: str


def tree_id(folder: Path, commit: str) -> str:
    """Return the name of what a commit has below a folder: it is the same where all files are the same.

    Raises:
        GitError: the commit does not have the folder.
    """
    return run(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}:./").decode("ascii").strip()


def tree(folder: Path, commit: str) -> Iterator[Entry]:
    """Yield every file below a folder as a commit has it; a submodule is one entry.

    Raises:
        GitError: the commit or one of its trees is not there.
    """
    for line in listed(run(folder, "ls-tree", "-r", "-z", commit, "--", ".")):
        head, _, path = line.partition("\t")
        mode, _, object_id = head.split(" ")
        yield Entry(mode, object_id, path)


def contents(folder: Path, names: Sequence[str]) -> Mapping[str, bytes]:
    """Return the blobs of these names, which are object ids or `COMMIT:./PATH`. Missing ones are left out.

    A blob is missing when it never existed, when a shallow clone does not reach it, and when a partial clone has not
    fetched it. Git ends at a blob of the last sort, so the reading starts again after it.

    Raises:
        NoRepository: the folder is in no repository.
    """
    found: dict[str, bytes] = {}
    waiting = [name for name in dict.fromkeys(names) if "\n" not in name]
    while waiting:
        asked = "".join(f"{name}\n" for name in waiting).encode("utf-8", "surrogateescape")
        try:
            answer, was_whole = run(folder, "cat-file", "--batch", stdin=asked), True
        except GitError as error:
            answer, was_whole = error.output, False
        objects = list(_objects(answer))
        pairs = zip(waiting, objects, strict=was_whole)
        found.update((name, blob) for name, blob in pairs if blob is not None)
        waiting = [] if was_whole else waiting[len(objects) + 1 :]
    return found


def _objects(answer: bytes) -> Iterator[bytes | None]:
    """Yield what `cat-file --batch` answered for each name: a blob's content, or None. An answer that was cut short
    is left out."""
    at = 0
    while (end := answer.find(b"\n", at)) >= 0:
        head, at = answer[at:end].split(b" "), end + 1
        if len(head) != 3 or not head[2].isdigit():
            yield None  # "NAME missing" or "NAME ambiguous"; a name may hold blanks
            continue
        size = int(head[2])
        if len(answer) < at + size + 1:
            return
        yield answer[at : at + size] if head[1] == b"blob" else None
        at += size + 1


def present(folder: Path, objects: Sequence[str]) -> frozenset[str]:
    """Return those of the blobs, by object id, that are on this machine; a partial clone lacks some.

    Raises:
        GitError: the repository cannot be read.
    """
    asked = "".join(f"{each}\n" for each in objects).encode()
    # Unlike `cat-file` this goes on after an object that a partial clone has not fetched.
    words = ("rev-list", "--objects", "--no-walk=unsorted", "--no-object-names", "--ignore-missing")
    answer = run(folder, *words, "--missing=allow-any", "--stdin", stdin=asked) if objects else b""
    return frozenset(answer.decode("ascii").split()).intersection(objects)


def listed(answer: bytes) -> Iterator[str]:
    """Yield the entries of an answer that ends each with a zero byte (`-z`)."""
    return filter(None, answer.decode("utf-8", "surrogateescape").split("\0"))
