"""What a file holds in which nothing is wrong, as one process tells another: values that both of them can build."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from reconciler.manifests.files import ManifestFile, RawDocument, again, content_of, parsed
from reconciler.model import JsonValue, SourceRef


class Sound(NamedTuple):
    """One file whose documents could all be read."""

    digest: bytes
    """SHA-256 of its content."""
    may_refer: bool
    documents: Sequence[tuple[JsonValue, int, int]]
    """The data of each document, with line and column."""

    def file(self, root: Path, name: str) -> ManifestFile:
        """Return the file, as `files.read_file` returns it."""
        text_of = again(root, name, self.digest)
        return ManifestFile(
            name,
            tuple(
                RawDocument(data, SourceRef(name, line, column), text_of, self.may_refer, index)
                for index, (data, line, column) in enumerate(self.documents)
            ),
        )


def read_sound(root: Path, name: str) -> Sound | None:
    """Return what a file holds; None where something is wrong with it: whoever asked reads it again, and tells."""
    content = content_of(root, name)
    if isinstance(content, ManifestFile):
        return None
    file = parsed(root, name, content)
    if file.findings or any(raw.findings for raw in file.documents):
        return None
    return Sound(
        hashlib.sha256(content).digest(),
        any(raw.may_refer for raw in file.documents),
        [(raw.data, raw.at.line, raw.at.column) for raw in file.documents],
    )
