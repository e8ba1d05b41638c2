"""The two sides of a TensorBoard in canonical form, as far as the service shows them.

A TensorBoard has no free field, so nothing can be recorded on it, and its DisplayName identifies it. GetTensorboard
does not show every field that CreateTensorboard takes (DataSources is missing), and fills in some that the manifest
leaves out. So only what the manifest names is compared, and of that only what the service shows. The sources of the
events (datasets, URIs, the job) are compared as a set, because they come back under other names than they were given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.model import Document, FieldPath, JsonObject, JsonValue, RemoteRef, Resource, ResourceId
from reconciler.model.canonical import canonical, digest
from reconciler.model.quick import dataclass

KIND_NAME = "TensorBoard"

IN_PLACE = ("Accessibility", "MaxRunningTimeMinutes", "Priority")
"""What UpdateTensorboard can change; everything else needs a new TensorBoard."""

SOURCES = frozenset({"DataSources", "TensorboardDataSources", "DataSourceId", "JobId", "SourceId", "SourceType", "Uri"})
"""Fields that say where the events come from; compared as a set of sources."""

RUNNING = frozenset({"running"})
STARTING = frozenset({"creating", "pending", "starting"})
STOPPING = frozenset({"stopping"})
ENDED = frozenset({"stopped", "succeeded", "failed", "creating_failed"})
GONE = frozenset({"deleting", "deleted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredBoard:
    """What a TensorBoard manifest asks for."""

    content: JsonObject
    """The fields of CreateTensorboard without DisplayName and WorkspaceId."""
    written: JsonObject
    """The content with `${env.NAME}` in place of the value. Plan documents hold the digest of this one."""
    job_template: str
    """The template whose newest job is the source of the board; empty for none."""
    follows: bool = False
    """Whether the board changes to each newer job of the template that starts running."""
    newest: str = ""
    """The job of the template from which a new board is made; empty while there is none. It is filled in when the
    live side is read."""
    state: str
    """"running", "stopped", "absent", or empty for not managed."""
    remote_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveBoard:
    """One live TensorBoard: the service's own row, and the board that an interrupted replacement left, if there is
    one."""

    row: JsonObject
    leftover: JsonObject | None = None
    keeps_job: bool = False
    """Whether its job is one of the template that the manifest names, so that the board keeps it."""
    successor: str = ""
    """A newer job of that template; empty for none. Boards that follow change to it; for others it is a note."""

    @property
    def tensorboard_id(self) -> str:
        """The id that the service gave it."""
        return str(self.row["TensorboardId"])

    @property
    def status(self) -> str:
        """The state in lower case, because sources disagree about its spelling. Unknown states count as in progress."""
        return status_of(self.row)


def status_of(row: JsonObject) -> str:
    """Return a row's state in lower case."""
    return str(row.get("Status") or "").lower()


def desired(document: Document) -> Resource[DesiredBoard]:
    """Return the canonical form of a valid TensorBoard document."""
    spec = document.spec
    body = DesiredBoard(
        content=_content(spec),
        written=_content(document.written),
        job_template=(spec.get("job") or {}).get("template") or "",
        follows=(spec.get("job") or {}).get("follow") is True,
        state=spec.get("state") or "",
        remote_id=document.metadata.get("tensorboardId") or "",
    )
    return Resource(
        id=document.id,
        body=body,
        origin=document.where,
        labels=dict(document.metadata.get("labels") or {}),
        sensitive=frozenset(path[1:] for path in document.sensitive if path[:1] == ("spec",)),
    )


def _content(spec: JsonObject) -> JsonObject:
    return {k: v for k, v in canonical(spec.get("content") or {}).items() if k not in ("DisplayName", "WorkspaceId")}


def desired_digest(resource: Resource[DesiredBoard]) -> str:
    """Return the digest of everything that the manifest asks for, as the manifest writes it."""
    body = resource.body
    asked = {"content": body.written, "job": body.job_template, "state": body.state, "tensorboardId": body.remote_id}
    return digest({**asked, **({"follow": True} if body.follows else {})})


def sensitive_in_row(resource: Resource[DesiredBoard]) -> frozenset[FieldPath]:
    """Return the paths at which the service shows values that a manifest takes from the environment; all sources, when
    one of them is such a value.

    A board has no free field, so that only the manifest says which values these are.
    """
    paths = frozenset(path[1:] for path in resource.sensitive if path[:1] == ("content",) and len(path) > 1)
    return paths | {(name,) for name in SOURCES} if any(path[0] in SOURCES for path in paths) else paths


def live_resource(name: str, body: LiveBoard) -> Resource[LiveBoard]:
    """Return a live TensorBoard as a resource."""
    return Resource(id=ResourceId(KIND_NAME, name), body=body, origin=RemoteRef(body.tensorboard_id))


def of_job(body: DesiredBoard, job: str) -> DesiredBoard:
    """Return what the manifest asks for, with this job as the source; unchanged when there is no job."""
    return replace(body, content={**body.content, "JobId": job}) if job else body


def job_of(row: JsonObject) -> str:
    """Return the id of the job that a live TensorBoard shows; empty when it was not made from one."""
    return str(row.get("JobId") or (row.get("SourceId") if row.get("SourceType") == "job" else None) or "")


def in_place(fields: JsonObject) -> JsonObject:
    """Return the fields that can be changed in place, with the same spelling and type on both sides."""
    return {key: _normal(fields[key]) for key in IN_PLACE if fields.get(key) not in (None, "")}


def _normal(value: JsonValue) -> JsonValue:
    """Return Priority as text and minutes as a number, as the documentation has them; either may arrive as the
    other."""
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() else text.upper()


def immutable_view(body: DesiredBoard, row: JsonObject) -> tuple[JsonObject, JsonObject]:
    """Return the immutable fields of (live, desired) that can be compared: the manifest names them and the service
    shows them."""
    before: dict[str, JsonValue] = {}
    after: dict[str, JsonValue] = {}
    shown = canonical(row)
    for key, value in body.content.items():
        if key in IN_PLACE or key in SOURCES or key not in shown:
            continue
        before[key], after[key] = _projected(shown[key], value), value
    live_sources, sources = sources_of(shown), sources_of(body.content)
    if live_sources and sources:
        before["Sources"], after["Sources"] = live_sources, sources
    return before, after


def unreadable(body: DesiredBoard, row: JsonObject) -> tuple[str, ...]:
    """Return the fields of the manifest that this live TensorBoard does not show, so that a change of them cannot be
    seen."""
    shown = canonical(row)
    told = SOURCES if sources_of(shown) else shown.keys()
    return tuple(sorted(key for key in body.content if key not in IN_PLACE and key not in shown and key not in told))


def fits(body: DesiredBoard, row: JsonObject) -> bool:
    """Return whether a live TensorBoard needs no replacement to become what the manifest asks for."""
    before, after = immutable_view(body, row)
    return before == after


def _projected(live: JsonValue, wanted: JsonValue) -> JsonValue:
    """Return the part of a live value that the manifest names. A number as text counts as a number where the
    manifest has one."""
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        return {key: _projected(live[key], value) for key, value in wanted.items() if key in live}
    if isinstance(wanted, int) and not isinstance(wanted, bool) and isinstance(live, str) and live.isdigit():
        return int(live)
    if isinstance(wanted, str) and isinstance(live, int) and not isinstance(live, bool):
        return str(live)
    return live


def sources_of(fields: JsonObject) -> list[str]:
    """Return the sources of the events, each once and sorted."""
    return sorted(set(_sources(canonical(fields))))


def _sources(fields: JsonObject) -> Iterator[str]:
    """Yield the sources of the events, as "dataset d-1", "uri oss://...", "job dlc1"."""
    if job := job_of(fields):
        # A board made from a job also shows paths that the service derived from the job.
        yield f"job {job}"
        return
    if fields.get("DataSourceId"):
        yield f"dataset {fields['DataSourceId']}"
    if fields.get("Uri"):
        yield f"uri {fields['Uri']}"
    for item in fields.get("DataSources") or ():
        if isinstance(item, Mapping) and item.get("DataSourceId"):
            yield f"dataset {item['DataSourceId']}"
    for item in fields.get("TensorboardDataSources") or ():
        yield from _spec_sources(item)


def _spec_sources(item: JsonValue) -> Iterator[str]:
    if not isinstance(item, Mapping):
        return
    if item.get("Id"):
        yield f"{'job' if item.get('SourceType') == 'dlcjob' else 'dataset'} {item['Id']}"
    elif item.get("Uri"):
        yield f"uri {item['Uri']}"
