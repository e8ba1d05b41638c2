"""Files of values that targets share: read once, merged in the order in which a target names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from reconciler.codes import finding
from reconciler.manifests.environment import UnknownEnvironment
from reconciler.manifests.files import ManifestFile, RawDocument, is_inside, read_file
from reconciler.manifests.merge_patch import merge_patch
from reconciler.manifests.positions import FilePositions
from reconciler.manifests.references import Resolver
from reconciler.manifests.sight import remedy_for
from reconciler.model import FieldPath, Finding, JsonObject, JsonValue, SourceRef

UNREADABLE = "DLC002"
"""The code for a file that cannot be read or does not exist."""


class ValuesFiles:
    """The values files of one project; their faults are collected in `findings`."""

    def __init__(self, root: Path, project: RawDocument) -> None:
        self.findings: list[Finding] = []
        self._root = root
        self._project = project
        self._read: dict[str, JsonValue] = {}

    def merged(self, target: str, names: Sequence[str]) -> JsonObject:
        """Return the values of several files together. A later file has priority (RFC 7386)."""
        values: JsonObject = {}
        for index, name in enumerate(names):
            if name not in self._read:
                entry = FilePositions(self._project).locate(("spec", "targets", target, "valuesFiles", index))
                self._read[name] = self._load(name, entry)
            values = merge_patch(values, self._read[name])
        return values

    def _load(self, name: str, entry: SourceRef) -> JsonObject:
        """Return the object in a file; empty when there is a finding about it."""
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or not is_inside(self._root, name):
            self._report("DLC005", f'values file "{name}" is not inside the project', entry)
            return {}
        file = read_file(self._root, pure.as_posix())
        if file.findings:
            # Reported where the file is named, because it may not exist.
            self.findings += (self._unread(each, name, entry) if each.code == UNREADABLE else each
                              for each in file.findings)  # fmt: skip
            return {}
        return self._object(file.name, file.documents)

    def _unread(self, item: Finding, name: str, entry: SourceRef) -> Finding:
        remedy = remedy_for(self._root, PurePosixPath(name).as_posix())
        summary = f'values file "{name}": {item.summary}'
        return replace(item, where=entry, summary=summary, hint=remedy or item.hint)

    def _object(self, name: str, documents: Sequence[RawDocument]) -> JsonObject:
        if len(documents) != 1:
            where = documents[1].at if documents else SourceRef(name)
            what = "more than one document" if documents else "no document"
            self._report("DLC042", f"a values file with {what}", where)
            return {}
        (raw,) = documents
        self.findings += raw.findings
        if not isinstance(raw.data, dict):
            self._report("DLC042", "the values file does not hold an object", raw.at)
            return {}
        resolver = Resolver("", {}, UnknownEnvironment())
        values: JsonObject = resolver.resolve(raw.data)
        for flaw in resolver.flaws:
            where = FilePositions(raw).locate_text(flaw.path, flaw.token)
            self._report("DLC037", f"reference {flaw.token} in a values file", where, flaw.path)
        return values

    def _report(self, code: str, summary: str, where: SourceRef, path: FieldPath = ()) -> None:
        self.findings.append(finding(code, summary, where=where, path=path))


def values_files_of(file: ManifestFile) -> frozenset[str]:
    """Return the values files that a project file names, whether or not the project file is valid."""
    specs = [raw.data.get("spec") for raw in file.documents if isinstance(raw.data, dict)]
    targets = [spec["targets"] for spec in specs if isinstance(spec, dict) and isinstance(spec.get("targets"), dict)]
    lists = [target.get("valuesFiles") for each in targets for target in each.values() if isinstance(target, dict)]
    return frozenset(
        PurePosixPath(name).as_posix()
        for names in lists
        if isinstance(names, list)
        for name in names
        if isinstance(name, str)
    )
