"""What a file holds in which nothing is wrong, as one process tells another: values that both of them can build."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from reconciler.manifests.files import ManifestFile, RawDocument, again, content_of, parsed
from reconciler.manifests.spots import Spots
from reconciler.model import JsonValue, SourceRef

SIZE = struct.Struct("<Q")
"""The length in bytes of what is told at once, which stands before it."""


class Sound(NamedTuple):
    """One file whose documents could all be read."""

    digest: bytes
    """SHA-256 of its content."""
    documents: Sequence[tuple[JsonValue, int, int, Spots | None]]
    """The data of each document, with line and column, and where its references are."""

    def file(self, root: Path, name: str) -> ManifestFile:
        """Return the file, as `files.read_file` returns it."""
        text_of = again(root, name, self.digest)
        return ManifestFile(
            name,
            tuple(
                RawDocument(data, SourceRef(name, line, column), text_of, spots, index)
                for index, (data, line, column, spots) in enumerate(self.documents)
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
        [(raw.data, raw.at.line, raw.at.column, raw.spots) for raw in file.documents],
    )
