"""Online checks: what the manifests of one target name must be what its workspace and region have.

Each list is read once and side by side; what a list does not show is asked for by its id, because shared and private
objects are found that way only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.codes import finding
from reconciler.errors import Forbidden, NotFound
from reconciler.kinds.base import AnyKind
from reconciler.kinds.check import quote
from reconciler.kinds.names import CODE_SOURCE, DATASET, IMAGE, INSTANCE_TYPE, JOB, QUOTA, WORKSPACE
from reconciler.live.operations import (
    GET_CODE_SOURCE,
    GET_DATASET,
    GET_JOB,
    LIST_CODE_SOURCES,
    LIST_DATASETS,
    LIST_ECS_SPECS,
    LIST_IMAGES,
    LIST_WORKSPACES,
)
from reconciler.live.parallel import side_by_side
from reconciler.live.port import Operation, Service
from reconciler.model import Document, Finding, JsonObject, SourceRef, Target
from reconciler.model.expressions import expression
from reconciler.model.nearest import nearest
from reconciler.model.quick import dataclass
from reconciler.online.named import Named, named_in

_QUOTA = expression(r"(quota|rg)[0-9A-Za-z-]{4,}")


@dataclass(frozen=True, slots=True)
class _Sort:
    """How one sort of thing is listed, looked up by id, and reported."""

    code: str
    listing: Operation | None = None
    key: str = ""
    """The field of a row by which manifests name it."""
    single: Operation | None = None
    of_workspace: bool = False


_SORTS: Mapping[str, _Sort] = {
    IMAGE: _Sort("DLC401", LIST_IMAGES, "ImageUri"),
    DATASET: _Sort("DLC402", LIST_DATASETS, "DatasetId", GET_DATASET, of_workspace=True),
    CODE_SOURCE: _Sort("DLC403", LIST_CODE_SOURCES, "CodeSourceId", GET_CODE_SOURCE, of_workspace=True),
    INSTANCE_TYPE: _Sort("DLC404", LIST_ECS_SPECS, "InstanceType"),
    WORKSPACE: _Sort("DLC405", LIST_WORKSPACES, "WorkspaceId"),
    JOB: _Sort("DLC406", single=GET_JOB),
}


def check(
    service: Service, target: Target, where: SourceRef, documents: Iterable[Document], kinds: Mapping[str, AnyKind]
) -> list[Finding]:
    """Return findings about what the documents of a target name and the service does not have; `where` is the workspace
    id.

    Raises:
        ServiceError: the service cannot be reached or does not answer as it should.
    """
    names = [each for document in documents for each in named_in(document, kinds)]
    sorts = sorted({WORKSPACE, *(each.what for each in names)} & _SORTS.keys())
    rows = side_by_side(lambda sort: _listed(service, target, _SORTS[sort]), sorts, width=service.calls_in_flight)
    lists = dict(zip(sorts, rows, strict=True))
    unread = [
        finding("DLC408", f"{kind}s are not checked: {found}", where=where)
        for kind, found in lists.items()
        if isinstance(found, str)
    ]
    offered = {kind: _Offer.of(found, _SORTS[kind].key) for kind, found in lists.items() if not isinstance(found, str)}
    workspace = offered.get(WORKSPACE)
    if workspace is not None and target.workspace_id not in workspace.names:
        # Nothing else can be said about a workspace that does not exist.
        return [*unread, _missing_workspace(target.workspace_id, where, workspace)]
    return [*unread, *_judged(service, target, names, offered)]


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a list shows."""

    names: frozenset[str]
    sold_out: frozenset[str]

    @classmethod
    def of(cls, rows: Sequence[JsonObject], key: str) -> _Offer:
        names = frozenset(str(row[key]) for row in rows if row.get(key))
        open_ = frozenset(str(row[key]) for row in rows if row.get(key) and row.get("IsAvailable") is not False)
        return cls(names, names - open_)


def _listed(service: Service, target: Target, kind: _Sort) -> list[JsonObject] | str:
    """Return the rows of a list, or why it cannot be read."""
    if kind.listing is None:
        return []
    own = {"WorkspaceId": target.workspace_id}
    # Official images are listed without a workspace, custom ones with it.
    scopes: tuple[Mapping[str, str], ...] = (
        ({}, own) if kind.listing is LIST_IMAGES else (own if kind.of_workspace else {},)
    )
    try:
        return [row for scope in scopes for row in service.rows(kind.listing, **scope)]
    except (Forbidden, NotFound) as error:
        return error.message


def _judged(
    service: Service, target: Target, names: Sequence[Named], offered: Mapping[str, _Offer]
) -> Iterator[Finding]:
    unlisted = [each for each in names if each.what in offered and each.name not in offered[each.what].names]
    asked = sorted({(each.what, each.name) for each in unlisted if _SORTS[each.what].single})
    answers = side_by_side(lambda pair: _is_there(service, *pair), asked, width=service.calls_in_flight)
    there = {pair for pair, found in zip(asked, answers, strict=True) if found}
    for each in unlisted:
        if (each.what, each.name) not in there:
            yield _missing(each, target, offered[each.what])
    for each in names:
        if each.what == QUOTA and not _QUOTA.fullmatch(each.name):
            yield _about(each, "DLC407", f"{quote(each.name)} does not look like the id of a quota")
        elif each.what == INSTANCE_TYPE and each.what in offered and each.name in offered[each.what].sold_out:
            yield _about(each, "DLC409", f"{quote(each.name)} is sold out in {target.region}")


def _is_there(service: Service, what: str, name: str) -> bool:
    operation = _SORTS[what].single
    assert operation is not None  # nosec B101 # asked only where there is one
    try:
        service.call(operation, name)
    except NotFound:
        return False
    except Forbidden:
        return True  # what we may not see can be neither right nor wrong
    return True


def _missing(each: Named, target: Target, offer: _Offer) -> Finding:
    where = f"in {target.region}" if each.what == INSTANCE_TYPE else f"in workspace {target.workspace_id}"
    summary = f"{quote(each.name)} is not among the {each.what}s {where}" if _SORTS[each.what].listing else ""
    summary = summary or f"there is no {each.what} {quote(each.name)}"
    near = nearest(each.name, offer.names, 3)
    return _about(each, _SORTS[each.what].code, summary + (f"; nearest: {', '.join(near)}" if near else ""))


def _missing_workspace(id: str, where: SourceRef, offer: _Offer) -> Finding:
    known = sorted(offer.names)
    seen = f"; this identity sees {', '.join(known[:5])}" if known else ""
    return finding("DLC405", f"there is no workspace {quote(id)}{seen}", where=where)


def _about(each: Named, code: str, summary: str) -> Finding:
    where = each.document.locate(each.path)
    return finding(code, summary, subject=each.document.id, where=where, path=each.path)
