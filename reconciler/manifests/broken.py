"""Manifests with errors: what each of them may describe, so that nothing it may mean is changed or deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from reconciler.codes import finding
from reconciler.manifests.composition import Variant
from reconciler.manifests.examine import Examined
from reconciler.manifests.files import MAX_BYTES, POINTER, ManifestFile
from reconciler.model import Broken, Finding, JsonValue, ResourceId, Severity, SourceRef
from reconciler.model.quick import dataclass

CODE = "DLC227"
_NOT_ITS_TEXT = frozenset({"DLC005", POINTER})
"""Codes of files that lead out of the project, and of what Git LFS left in place of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenManifest:
    """One document with errors, or a file of which no document could be read."""

    shown: Broken
    """What people are told about it."""
    kind: str = ""
    """The kind; empty when nobody knows it."""
    name: str = ""
    """The name, as far as it is known; it may hold references. Empty when nobody knows it."""
    former: str = ""
    """The name from which it was renamed, as far as that is known."""
    labels: Mapping[str, str] | None = None
    """The labels; None when nobody knows them."""
    text: str | None = None
    """The whole file, where no document of it could be read; None where kind and name are enough."""
    is_unread: bool = False
    """Whether not even the text of the file could be read."""

    def may_describe(self, id: ResourceId, recorded: str, kinds: Iterable[str]) -> bool:
        """Return whether it may be the manifest of a live object; `recorded` is the path that the object names, or
        empty.

        `kinds` are the names of all kinds: a document whose kind is none of them may be of any.
        """
        if recorded == self.shown.where.file or self.is_unread:
            return True
        if self.text is not None:
            return _may_hold(self.text, id.name)
        if self.kind in set(kinds) and self.kind != id.kind:
            return False
        return not self.name or any(_fits(name, id.name) for name in (self.name, self.former) if name)

    def is_selected(self, labels: Iterable[tuple[str, str]]) -> bool:
        """Return whether it has all these labels, as far as they can be read. Without labels everything is selected."""
        return all((self.labels or {}).get(key) == value for key, value in labels)

    def is_named(self, fit: Callable[[str], bool], may_fit: Callable[[str], bool]) -> bool:
        """Return whether `fit` is true of its name, or `may_fit` of a name with references."""
        known = [name for name in (self.name, self.former) if name]
        return any(fit(name) or ("${" in name and may_fit(name)) for name in known)


def broken_file(root: Path, file: ManifestFile) -> BrokenManifest:
    """Return the broken manifest for a file of which no document could be read."""
    errors = tuple(each for each in file.findings if each.severity is Severity.ERROR)
    text = None if any(each.code in _NOT_ITS_TEXT for each in errors) else _text(root / file.name)
    return BrokenManifest(
        shown=Broken(where=SourceRef(file.name), findings=errors), text=text or "", is_unread=text is None
    )


def broken_document(variant: Variant, examined: Examined, errors: Iterable[Finding]) -> BrokenManifest:
    """Return the broken manifest for a document with errors, as far as it says what it describes."""
    data = variant.data if isinstance(variant.data, dict) else {}
    metadata = examined.document.metadata if examined.document is not None else _mapping(data.get("metadata"))
    kind, name = data.get("kind"), metadata.get("name")
    kind = kind if isinstance(kind, str) else ""
    name = name if isinstance(name, str) else ""
    id = ResourceId(kind, name) if kind and name and "${" not in name else None
    labels = {key: value for key, value in _mapping(metadata.get("labels")).items() if isinstance(value, str)}
    shown = Broken(where=variant.raw.at, id=id, findings=tuple(errors))
    former = metadata.get("renamedFrom")
    former = former if isinstance(former, str) else ""
    return BrokenManifest(shown=shown, kind=kind, name=name, former=former, labels=labels)


def protected(id: ResourceId, recorded: str, broken: Iterable[BrokenManifest], kinds: Iterable[str]) -> Finding | None:
    """Return the finding that keeps a live object from being deleted while a manifest with errors may describe it."""
    known = tuple(kinds)
    found = next((each for each in broken if each.may_describe(id, recorded, known)), None)
    if found is None:
        return None
    summary = f"it is kept: {found.shown.where.file} has errors, and may describe it"
    return finding(CODE, summary, subject=id, where=found.shown.where)


def _fits(written: str, name: str) -> bool:
    """Return whether a name as it is written, with references in it, may be this one."""
    before, reference, after = written.partition("${")
    if not reference:
        return written == name
    return name.startswith(before) and name.endswith(after.rpartition("}")[2])


def _mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, Mapping) else {}


def _may_hold(text: str, name: str) -> bool:
    """Return whether a name may stand in a text that is no YAML: written out, made by a reference, or with escapes."""
    return "${" in text or "\\" in text or all(word in text for word in name.split())


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        return content.decode("utf-8") if len(content) <= MAX_BYTES else None
    except (OSError, UnicodeDecodeError):
        return None
