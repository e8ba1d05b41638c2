"""Which version of its template a job was launched from. The service does not say it, so this reasons from what it
shows.

    stamp in the job's tags          -> certain
    versions made after the job, or whose locked fields the job does not show, are out; one left  -> certain
    content, where versions differ   -> likely: launches may override fields, but rarely into another version's values
    the default at that time         -> likely since the template was last modified, before that a guess

CreateJob replaces the template's top-level fields by those of the launch and puts every locked path back, silently. So
a locked field is proof, any other field is evidence. A launch may also name a version, which nothing shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from reconciler.kinds.history import Confidence, Inference
from reconciler.kinds.jobtemplate.canonical import STAMP_TAG, LiveTemplate, LiveVersion
from reconciler.model import MISSING, FieldPath, JsonObject, JsonValue, Missing
from reconciler.model.canonical import canonical, compact
from reconciler.model.moments import moment_of, precision
from reconciler.model.paths import PathError, is_list, lookup, parse_path
from reconciler.model.quick import dataclass
from reconciler.secrets.trees import looks_secret

_UNSTEADY = frozenset({"Accessibility", "Description", "DisplayName", "Priority", "WorkspaceId"})
"""Top-level fields that each launch sets for itself, or that UpdateJob changes afterwards."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is known about the moves of a template's default version: which it is, and since when nothing moved."""

    current: int
    settled: str = ""
    """When the template was last modified (GmtModifyTime); empty when that is not known."""

    @classmethod
    def of(cls, live: LiveTemplate) -> Defaults:
        """Return what a template shows about its default."""
        return cls(current=live.default_version, settled=live.modified)

    def at(self, moment: datetime | None, versions: Sequence[LiveVersion]) -> tuple[int, bool]:
        """Return the default at a moment, and whether it is known.

        Where it is not known, the newest version of that moment is assumed.
        """
        settled = moment_of(self.settled)
        if moment is not None and settled is not None and moment > settled + precision(self.settled):
            return self.current, True
        newest = max((version.number for version in versions), default=self.current)
        return newest, len(versions) == 1


class VersionMatcher:
    """Infers versions for the jobs of one template. Everything that is the same for all jobs is prepared once."""

    def __init__(self, versions: Sequence[LiveVersion], defaults: Defaults) -> None:
        if not versions:
            raise ValueError("a template has at least one version")
        self._versions = sorted(versions, key=lambda version: version.number)
        self._defaults = defaults
        self._telling = _telling_paths(self._versions)
        self._locked = {version.number: tuple(_locked(version)) for version in self._versions}
        self._stamps = {version.number: _stamp(version.content) for version in self._versions}

    def infer(self, row: JsonObject) -> Inference:
        """Return the version from which a job was launched, given its row of ListJobs."""
        job = canonical(row)
        moment = moment_of(str(job.get("GmtCreateTime") or ""))
        there = [version for version in self._versions if _existed(version, job)] or self._versions
        stamped = [version for version in there if _stamp(job) and self._stamps[version.number] == _stamp(job)]
        if len(stamped) == 1:
            return Inference(stamped[0].number, Confidence.CERTAIN, "the job carries the version's stamp")
        among = stamped or there
        possible = [version for version in among if self._agrees(version, job)]
        if len(possible) == 1 and not stamped:
            return Inference(possible[0].number, Confidence.CERTAIN, _only_one(len(there)))
        if not possible:
            default, _ = self._defaults.at(moment, there)
            number = default if any(version.number == default for version in among) else among[-1].number
            return Inference(number, Confidence.GUESS, "no version fits: a locked field differs in each")
        return self._by_content(job, possible, self._defaults.at(moment, there))

    def _agrees(self, version: LiveVersion, job: JsonObject) -> bool:
        """Return whether the job shows every locked value of the version, where it shows the field at all."""
        return all(_same(value, lookup(job, path)) for path, value in self._locked[version.number] if path[0] in job)

    def _by_content(self, job: JsonObject, possible: list[LiveVersion], default: tuple[int, bool]) -> Inference:
        telling = [path for path in self._telling if path[0] in job]
        differing = {
            version.number: sum(not _same(lookup(version.content, path), lookup(job, path)) for path in telling)
            for version in possible
        }
        fewest = min(differing.values())
        best = [number for number, count in differing.items() if count == fewest]
        number, known = default
        if len(best) > 1:
            if number not in best:
                return Inference(best[-1], Confidence.GUESS, "several versions fit; the newest of them")
            if known:
                return Inference(number, Confidence.LIKELY, "several versions fit; this was the default")
            return Inference(number, Confidence.GUESS, "several versions fit; this was probably the default")
        if not fewest:
            return Inference(best[0], Confidence.LIKELY, "its content is the job's")
        sure = Confidence.LIKELY if best[0] == number else Confidence.GUESS
        return Inference(best[0], sure, "its content is nearest to the job's")


def _only_one(there: int) -> str:
    if there == 1:
        return "there was no other version yet"
    return "no other version has the locked fields that the job shows"


def _telling_paths(versions: Sequence[LiveVersion]) -> tuple[FieldPath, ...]:
    """Return the paths of the leaves in which versions differ; other leaves are no evidence for any version."""
    leaves = [dict(_leaves(version.content, ())) for version in versions]
    paths = {path: None for each in leaves for path in each}
    return tuple(
        path
        for path in paths
        if not _is_useless(path) and len({compact(each[path]) if path in each else "" for each in leaves}) > 1
    )


def _is_useless(path: FieldPath) -> bool:
    """Return whether a field is no evidence: it changes after the launch, or the service may hide its value."""
    return path[0] in _UNSTEADY or (isinstance(path[-1], str) and looks_secret(path[-1]))


def _leaves(tree: JsonValue, path: FieldPath) -> Iterator[tuple[FieldPath, JsonValue]]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _leaves(value, (*path, key))
    elif is_list(tree):
        for index, value in enumerate(tree):
            yield from _leaves(value, (*path, index))
    else:
        yield path, tree


def _locked(version: LiveVersion) -> Iterator[tuple[FieldPath, JsonValue]]:
    """Yield the locked paths with the values that every job of the version has. A value that the version lacks
    proves nothing."""
    for text, rule in version.constraints.items():
        if rule != "locked":
            continue
        try:
            path = parse_path(str(text))
        except PathError:
            continue
        value = lookup(version.content, path)
        if value is not MISSING and not _is_useless(path):
            yield path, value


def _same(template: JsonValue | Missing, shown: JsonValue | Missing) -> bool:
    """Return whether a job shows a template's value. Keys that the service adds to an object do not count."""
    if isinstance(template, Mapping) and isinstance(shown, Mapping):
        return all(looks_secret(key) or _same(value, shown.get(key, MISSING)) for key, value in template.items())
    if is_list(template) and is_list(shown):
        return len(template) == len(shown) and all(map(_same, template, shown))
    if template is MISSING or shown is MISSING:
        return template is shown
    return bool(template == shown) or str(template) == str(shown)


def _stamp(content: JsonObject) -> str:
    found = lookup(content, ("Settings", "Tags", STAMP_TAG))
    return found if isinstance(found, str) else ""


def _existed(version: LiveVersion, job: JsonObject) -> bool:
    """Return whether the version may have existed when the job was made. Times within one second or minute prove
    nothing."""
    made, launched = moment_of(version.created), moment_of(str(job.get("GmtCreateTime") or ""))
    if made is None or launched is None:
        return True
    return made < launched + precision(str(job["GmtCreateTime"]))
