"""What this tool writes into a template's Metadata: whose the template is, and which version holds the manifest's
content.

A template's Metadata is the only free field that the list call returns, so ownership is recorded there. Keys of other
people are kept. Marks count only on the template whose id they name: a copy that somebody made under another name also
carries them, but belongs to that person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import Any

from reconciler.kinds import text_equality
from reconciler.kinds.jobtemplate.echoes import Echo, Intention, echoes, echoes_text, paths, paths_text
from reconciler.kinds.jobtemplate.fields import CREATE_JOB_FIELDS
from reconciler.kinds.jobtemplate.since import Since
from reconciler.kinds.proof import Proof, proofs_from, proofs_text
from reconciler.model import FieldPath, JsonObject, JsonValue
from reconciler.model.quick import dataclass
from reconciler.secrets.record import EVERYTHING, record, recorded

PREFIX = "dlc-reconciler/"
LABEL_PREFIX = PREFIX + "label/"
_DIGESTS = frozenset({PREFIX + "digest", PREFIX + "sent", PREFIX + "shown"})
_FOLDED_FIELDS = frozenset(name.lower() for name in CREATE_JOB_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Our keys in one template's Metadata; empty strings where a key is absent."""

    project: str = ""
    manifest: str = ""
    revision: str = ""
    """The Git revision of the last write. It is written together with other changes, never for its own sake."""
    protect: bool = False
    digest: str = ""
    version: int = 0
    pin: int = 0
    """The version that was pinned at the last write; 0 when the default was the version with the content."""
    template_id: str = ""
    nonce: str = ""
    """A text that is new for each create call, so that a create whose answer was lost can be found again."""
    labels: Mapping[str, str] = field(default_factory=dict)
    verified: tuple[Proof, ...] = ()
    """The proofs of versions before they became the default, newest first."""
    since: Since | None = None
    """Since when a version is the default. It is written together with other changes, never for its own sake."""
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths from the manifest's spec under which some version holds a value of `${env.NAME}`, `bounded`."""
    intention: Intention | None = None
    """The version that a write was about to make when these marks were written, until reading back has shown it."""
    echoes: tuple[Echo, ...] = ()
    """Versions of which the service shows more than was sent, the newest ten."""
    added: tuple[str, ...] = ()
    """The paths of what the service added to the newest of them, for people."""
    texts: frozenset[str] = frozenset()
    """`text_equality.pair` of each name, label or description that the service shows otherwise than it was sent."""

    def same(self, sent: str, shown: str) -> bool:
        """Return whether a text of this template counts as the one that a manifest asks for."""
        return text_equality.same(sent, shown) or text_equality.pair(sent, shown) in self.texts

    def is_of_any(self, projects: Iterable[str]) -> bool:
        """Return whether these are the marks of one of several projects."""
        return any(map(self.is_of, projects))

    def is_of(self, project: str) -> bool:
        """Return whether these are the marks of a project."""
        return bool(self.project) and self.same(project, self.project)

    @classmethod
    def of(cls, template_id: str, metadata: JsonObject) -> Marks:
        """Return the marks that count on this template: none when they name another one."""
        marks = cls.parse(metadata)
        return marks if marks.template_id in ("", template_id) else cls()

    @classmethod
    def parse(cls, metadata: JsonObject) -> Marks:
        """Return the marks in a live Metadata object. Values of unexpected types are read as their text."""
        fields: dict[str, Any] = {}
        labels: dict[str, str] = {}
        for key, value in metadata.items():
            if key.startswith(LABEL_PREFIX):
                labels[key.removeprefix(LABEL_PREFIX)] = str(value)
            elif key in _READERS:
                name, reader = _READERS[key]
                fields[name] = reader(str(value))
        return cls(**fields, labels=labels)

    def written_into(self, metadata: JsonObject) -> dict[str, JsonValue]:
        """Return a copy of a Metadata object with these marks instead of the ones it had; everything else is kept."""
        kept = {key: value for key, value in metadata.items() if not key.startswith(PREFIX)}
        values = {
            "project": self.project,
            "manifest": self.manifest,
            "revision": self.revision,
            "protect": "true" if self.protect else "",
            "digest": self.digest,
            "version": str(self.version) if self.version else "",
            "pin": str(self.pin) if self.pin else "",
            "template-id": self.template_id,
            "nonce": self.nonce,
            "verified": proofs_text(self.verified),
            "since": str(self.since or ""),
            "sensitive": record(self.sensitive),
            "sent": str(self.intention or ""),
            "shown": echoes_text(self.echoes),
            "added": paths_text(self.added),
            "texts": " ".join(sorted(self.texts)),
        }
        own = {PREFIX + key: value for key, value in values.items() if value}
        labels = {LABEL_PREFIX + key: value for key, value in self.labels.items()}
        return {**kept, **own, **labels}


def without_digests(metadata: JsonObject) -> JsonObject:
    """Return a Metadata object without its digests, which are those of contents with their secrets in place."""
    return {key: value for key, value in metadata.items() if key not in _DIGESTS}


def _legible(sensitive: frozenset[FieldPath]) -> frozenset[FieldPath]:
    """Return the paths of a record; everything when the service has changed the case of the fields that they name."""
    damaged = any(path[0] == "content" and len(path) > 1 and path[1] in _FOLDED_FIELDS for path in sensitive)
    return EVERYTHING if damaged else sensitive


def _number(text: str) -> int:
    """Return a version number; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


_READERS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    PREFIX + "project": ("project", str),
    PREFIX + "manifest": ("manifest", str),
    PREFIX + "revision": ("revision", str),
    PREFIX + "protect": ("protect", lambda text: text.lower() == "true"),
    PREFIX + "digest": ("digest", str),
    PREFIX + "version": ("version", _number),
    PREFIX + "pin": ("pin", _number),
    PREFIX + "template-id": ("template_id", str),
    PREFIX + "nonce": ("nonce", str),
    PREFIX + "sensitive": ("sensitive", lambda text: _legible(recorded(text))),
    PREFIX + "sent": ("intention", Intention.parse),
    PREFIX + "shown": ("echoes", echoes),
    PREFIX + "added": ("added", paths),
    PREFIX + "texts": ("texts", lambda text: frozenset(text.split())),
    PREFIX + "verified": ("verified", proofs_from),
    PREFIX + "since": ("since", Since.parse),
}
"""The field of `Marks` that each key fills, and what reads its text. A template has few of the keys, and there are
thousands of templates."""
