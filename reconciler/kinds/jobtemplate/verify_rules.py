"""Checks on `spec.verify`: what it replaces in the content, and whether the verification makes sense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reconciler.kinds.check import Check, Problem, content_of, entries, is_given, mapping
from reconciler.kinds.jobtemplate.constraints import missing
from reconciler.kinds.offers import Offer
from reconciler.kinds.overlay import laid_over
from reconciler.kinds.resources import resources
from reconciler.model import MISSING, FieldPath, JobResources, JsonObject, JsonValue
from reconciler.model.lazily import later
from reconciler.model.paths import PathError, format_path, lookup, parse_path

if TYPE_CHECKING:
    from reconciler.kinds.results import Laid
else:  # most manifests ask for no verification
    Laid = later("reconciler.kinds.results", "Laid")

OPEN = ("Settings", "Envs")
"""Fields of a content that accept keys which are not there yet."""


class _NoOffers:
    """The instance types without a service: none is known."""

    def find(self, instance_type: str) -> Offer | None:
        """Return None: nothing is known about any instance type."""
        del instance_type
        return None


def check_set_paths(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC124: `set` names fields of the content, or new keys of Settings and Envs."""
    content = content_of(spec)
    for key, path in _paths(spec):
        if isinstance(path, PathError):
            yield Problem(code="DLC124", path=_at(key), summary=f"`{key}` is not a path: {path}", hint=path.hint)
        elif path[0] not in OPEN and lookup(content, path) is MISSING:
            summary, hint = missing(content, path)
            yield Problem(code="DLC124", path=_at(key), summary=summary, hint=hint)
        elif not _leads_on(content, path):
            summary = f"{format_path(path)} leads through a value that has no fields"
            yield Problem(code="DLC124", path=_at(key), summary=summary)


def check_images(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC125: the job that proves a version runs the image that is published."""
    if not _set(spec):
        return
    before, after = _images(content_of(spec)), _images(_laid(spec))
    for at in sorted(before.keys() & after.keys()):
        if before[at] != after[at]:
            key = _brought_about(spec, ("content", *at))
            yield Problem(code="DLC125", path=key, summary=f"{format_path(at)} is another image in the verification")


def _images(content: JsonObject) -> Mapping[FieldPath, JsonValue]:
    return {("JobSpecs", index, "Image"): job.get("Image") for index, job in entries(content, "JobSpecs")}


def check_queue(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC126: a job that neither uses a quota nor bids for spot instances does not queue."""
    if not is_given(mapping(spec.get("verify")), "queueMinutes"):
        return
    content = _laid(spec)
    spot = any(job.get("UseSpotInstance") or is_given(job, "SpotSpec") for _, job in entries(content, "JobSpecs"))
    if not is_given(content, "ResourceId") and not spot:
        path = ("verify", "queueMinutes")
        summary, hint = "the job has neither a quota nor spot instances to wait for", "Remove it, or set ResourceId."
        yield Problem(code="DLC126", path=path, summary=summary, hint=hint)


def check_pass(spec: JsonObject) -> Iterator[Problem]:
    """DLC126: a job passes by running only for a time that it is given."""
    verify = mapping(spec.get("verify"))
    enough, most = (verify.get(name) for name in ("passAfterMinutes", "maxMinutes"))
    if isinstance(enough, int | float) and isinstance(most, int) and enough >= most:
        summary = f"the job is ended after {most} min, so it never runs for {enough:g} min"
        hint = "Make passAfterMinutes shorter than maxMinutes."
        yield Problem(code="DLC126", path=("verify", "passAfterMinutes"), summary=summary, hint=hint)


def check_size(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC127: a verification is smaller than the job whose content it proves."""
    verify = mapping(spec.get("verify"))
    if not verify or not isinstance(verify.get("maxMinutes"), int):
        return
    content, laid = content_of(spec), _laid(spec)
    if any(isinstance(path, PathError) or lookup(laid, path) is MISSING for _, path in _paths(spec)):
        return  # a value whose path is wrong has no effect on the size; DLC124 reports it
    pods, fewer = _pods(content), _pods(laid)
    if fewer and fewer >= pods:
        hours = _gpu_hours(resources(laid, _NoOffers()), verify["maxMinutes"])
        summary = f"the verification runs {fewer} of {pods} pods for at most {verify['maxMinutes']} min{hours}"
        yield Problem(code="DLC127", path=("verify",), summary=summary)


def _gpu_hours(taken: JobResources | None, minutes: int) -> str:
    if taken is None or not taken.gpu:
        return ""
    return f", {taken.gpu * minutes / 60:.3g} GPU-hours; the job itself takes {taken.gpu:g} GPU for as long as it runs"


def _pods(content: JsonObject) -> int:
    counts = [job.get("PodCount", 1) for _, job in entries(content, "JobSpecs")]
    return sum(count for count in counts if isinstance(count, int))


def _laid(spec: JsonObject) -> JsonObject:
    """Return the content that the verification runs."""
    return laid_over(content_of(spec), _set(spec))


def _set(spec: JsonObject) -> JsonObject:
    return mapping(mapping(spec.get("verify")).get("set"))


def laid_problems(spec: JsonObject, checks: Sequence[Check]) -> Iterator[Problem]:
    """Check DLC128: what the verification runs breaks no rule that the content itself keeps."""
    runs = laid(spec)
    if runs is None:
        return
    known = {(found.code, found.path) for check in checks for found in check(spec)}
    for found in (found for check in checks for found in check(runs.spec)):
        if (found.code, found.path) not in known:
            summary = f"with `set` laid over the content: {found.summary} ({found.code})"
            yield Problem(code=runs.code, path=runs.place(found.path), summary=summary, hint=found.hint)


def laid(spec: JsonObject) -> Laid | None:
    """Return the spec with the content that a verification runs; None when it runs the content itself."""
    if not _set(spec):
        return None
    return Laid({**spec, "content": _laid(spec)}, "DLC128", lambda path: _brought_about(spec, path))


def _brought_about(spec: JsonObject, path: FieldPath) -> FieldPath:
    """Return the key of `set` that replaces a place of the content or something inside it; the whole `set` when none
    does."""
    inside = path[1:]
    for key, laid_at in _paths(spec):
        if not isinstance(laid_at, PathError) and inside and laid_at[: len(inside)] == inside[: len(laid_at)]:
            return _at(key)
    return "verify", "set"


def _paths(spec: JsonObject) -> Iterator[tuple[str, FieldPath | PathError]]:
    for key in _set(spec):
        try:
            yield str(key), parse_path(str(key))
        except PathError as error:
            yield str(key), error


def _leads_on(content: JsonObject, path: FieldPath) -> bool:
    """Return whether every step before the last one leads into an object or a list, or to something that does not
    exist yet."""
    for end in range(1, len(path)):
        found = lookup(content, path[:end])
        if found is MISSING or found is None:
            return all(isinstance(step, str) for step in path[end:])
        if not isinstance(found, Mapping | list):
            return False
    return True


def _at(key: str) -> FieldPath:
    return ("verify", "set", key)


VERIFY_CHECKS: tuple[Check, ...] = (check_set_paths, check_images, check_queue, check_pass, check_size)
