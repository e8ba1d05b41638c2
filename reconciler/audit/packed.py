"""Snapshot values as plain JSON and back, for the file. Another set of fields is another format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from reconciler.audit.snapshot import Board, Offered, Origin, Site, Template, Use, Version
from reconciler.kinds.check import Problem
from reconciler.model import JsonObject, SourceRef

Packed = dict[str, Any]


def origin(value: Origin) -> Packed:
    """Which run a snapshot belongs to."""
    return asdict(value)


def to_origin(data: JsonObject) -> Origin:
    """The value of `origin`."""
    first, of = data["shard"]
    return Origin(project=data["project"], sites=tuple(data["sites"]), shard=(first, of), began=data["began"])


def site(value: Site) -> Packed:
    """A site; sets become sorted lists."""
    offered: Packed = {
        name: None if ids is None else dict(ids) if name == "gpus" else sorted(ids)
        for name, ids in _shallow(value.offered).items()
    }
    return {**_shallow(value), "offered": offered, "unread": list(value.unread)}


def to_site(data: JsonObject) -> Site:
    """The value of `site`."""
    offered: Packed = {
        name: ids if ids is None or name == "gpus" else frozenset(ids) for name, ids in data["offered"].items()
    }
    return Site(**{**data, "offered": Offered(**offered), "unread": tuple(data["unread"])})


def version(value: Version) -> Packed:
    """A version without its body, which is kept apart."""
    return {name: each for name, each in _shallow(value).items() if name not in ("content", "constraints")}


def to_version(data: JsonObject, body: Sequence[JsonObject]) -> Version:
    """The value of `version` with its content and constraints."""
    content, constraints = body
    return Version(**data, content=content, constraints=constraints)


def template(value: Template) -> Packed:
    """A template without its versions."""
    plain = {name: each for name, each in _shallow(value).items() if name != "versions"}
    return {
        **plain,
        "manifest": _place(value.manifest),
        "use": None if value.use is None else [[number, asdict(use)] for number, use in value.use.items()],
        "problems": [asdict(problem) for problem in value.problems],
        "gone": sorted(value.gone),
    }


def to_template(data: JsonObject, versions: tuple[Version, ...]) -> Template:
    """The value of `template` with its versions."""
    use = data["use"]
    return Template(
        **{
            **data,
            "versions": versions,
            "manifest": _to_place(data["manifest"]),
            "use": None if use is None else {number: Use(**each) for number, each in use},
            "problems": tuple(Problem(**{**each, "path": tuple(each["path"])}) for each in data["problems"]),
            "gone": frozenset(data["gone"]),
        }
    )


def board(value: Board) -> Packed:
    """A board."""
    return {**_shallow(value), "manifest": _place(value.manifest)}


def to_board(data: JsonObject) -> Board:
    """The value of `board`."""
    return Board(**{**data, "manifest": _to_place(data["manifest"])})


def _shallow(value: Any) -> Packed:
    return {each.name: getattr(value, each.name) for each in fields(value)}


def _place(where: SourceRef | None) -> Packed | None:
    return None if where is None else asdict(where)


def _to_place(data: JsonObject | None) -> SourceRef | None:
    return None if data is None else SourceRef(**data)
