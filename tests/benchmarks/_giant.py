"""A hundred targets of thousands of templates each, which are nowhere: rows, manifests and versions are made when they
are asked for.

Stood in for are the two ends of a run, the parsing of manifests and what sends a request and receives its answer. What
lies between is the program: the command line, the targets side by side, the listing with its checks, the cache file,
the comparison, the report. Every template is as its manifest asks, and every version of it is in the cache.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from reconciler.cache import CacheFolder, Memory
from reconciler.cache.store import Store
from reconciler.http.transport import Answer
from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.canonical import LiveTemplate, LiveVersion, desired, desired_digest
from reconciler.kinds.jobtemplate.keeping import KEEPING
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.kinds.jobtemplate.seen import learn
from reconciler.kinds.jobtemplate.unchanged import expected
from reconciler.live.port import Operation
from reconciler.live.service import LiveService
from reconciler.manifests import Desired, load_project
from reconciler.model import Document, Resource, ResourceId, SourceRef, Target
from reconciler.model.on_demand import OnDemand
from reconciler.model.resource import PositionSource
from reconciler.pipeline.known import place_of

from ._child import command
from ._project import project_file

KIND = "JobTemplate"
PROJECT = "benchmark"
CONTENT = {"JobType": "PyTorchJob", "JobSpecs": [{"Type": "Worker", "PodCount": 1}], "UserCommand": "python train.py"}
LONG_AGO = "2026-01-01T00:00:00Z"
PAGE = 100


def _prototype() -> Resource[Any]:
    spec = {"content": CONTENT}
    return desired(
        Document(
            kind=KIND,
            name="any",
            metadata={"name": "any"},
            spec=spec,
            written=spec,
            where=SourceRef("any.yaml", 1, 1),
            source=PositionSource(),
        )
    )


PROTOTYPE = _prototype()
"""What every manifest asks for."""


@dataclass(frozen=True)
class Giant:
    """So many templates on each of so many targets, whose names begin with `target-`."""

    templates: int
    targets: int
    calls: Counter[str] = field(default_factory=Counter)
    """What the service was asked, by operation."""

    @property
    def names(self) -> list[str]:
        """The targets."""
        return [f"target-{at}" for at in range(self.targets)]

    def write(self, folder: Path) -> None:
        """Write the project file, and the cache as an earlier drift leaves it."""
        (folder / "reconciler.yaml").write_text(project_file(self.names), encoding="utf-8")
        project = load_project(folder)
        store = Store(CacheFolder(folder / "cache", tracked=lambda _: False))
        version = LiveVersion(number=1, content=PROTOTYPE.body.content, constraints={})
        for name in self.names:
            target = project.target(name).target
            memory = Memory(store, lambda target=target: place_of(target), KIND)  # type: ignore[misc]
            scope = Scope(project=PROJECT, workspace_id=target.workspace_id, memory=memory, now=datetime.now(UTC))
            for number in range(self.templates):
                learn(scope, _examined(_id(target, number), version))
            store.flush()
        store.close()

    def words(self, folder: Path) -> tuple[str, ...]:
        """The options of a command on what `write` wrote there, as fast as it can."""
        return ("--project", str(folder), "--cache-dir", str(folder / "cache"), "--rate", "1000000")

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """For as long as the block runs, manifests and answers are made here."""
        loading, connecting = "reconciler.pipeline.members.loading_of", "reconciler.pipeline.connecting.connect"
        with patch(loading, lambda *_: _Manifests(self.templates)), patch(connecting, self._connected):
            yield

    def _connected(self, target: Target, _identity: object, options: Any, **_: object) -> LiveService:
        return LiveService(lambda _: _Pages(self, target), options)  # type: ignore[arg-type, return-value]


class _Manifests:
    """Instead of `Loading`: what every target is asked for, made anew for each as from a cache of manifests."""

    def __init__(self, count: int) -> None:
        self._asked = desired_digest(PROTOTYPE)
        self._facts = list(KEEPING.facts(PROTOTYPE))
        self._expected = {name: expected(self._resource(name)) for name in map(_name, range(count))}

    def desired(self, _target: str) -> Desired:
        ids = {name: ResourceId(KIND, name) for name in self._expected}
        return Desired(
            resources=OnDemand(ids.values(), lambda id: self._resource(id.name)),
            asked={id: (self._asked, _file(name)) for name, id in ids.items()},
            expected={id: self._expected[name] for name, id in ids.items()},
        )

    def _resource(self, name: str) -> Resource[Any]:
        facts = list(self._facts)
        facts[9] = _file(name)  # the name of its manifest
        body = KEEPING.recalled(self._asked, facts, _never)
        return Resource(id=ResourceId(KIND, name), body=body, origin=SourceRef(_file(name), 1, 1))

    def let_go(self, _target: str) -> None:
        """Nothing is kept."""


class _Pages:
    """Instead of `sdk.Product`: answers as the service gives them."""

    def __init__(self, giant: Giant, target: Target) -> None:
        self.transport = self
        self.address = target.region
        self._giant = giant
        self._target = target

    def exchange(self, operation: Operation, _ids: object, fields: Mapping[str, Any], _until: float) -> Answer:
        """Answer one request."""
        self._giant.calls[operation.name] += 1
        is_ours = operation.name == "ListJobTemplates"
        total = self._giant.templates if is_ours else 0
        first = (fields["PageNumber"] - 1) * fields["PageSize"]
        rows = [_row(self._target, number) for number in range(first, min(first + fields["PageSize"], total))]
        body = {"RequestId": "r", "TotalCount": total, operation.rows: rows}
        return Answer(200, {"content-type": "application/json"}, json.dumps(body).encode())

    def close(self) -> None:
        """Nothing is open."""


def drift(folder: str, templates: str, targets: str) -> None:
    """A drift of all targets, whose last line says how many calls it made."""
    giant = Giant(templates=int(templates), targets=int(targets))
    with giant.in_place():
        command("drift", "--all-targets", *giant.words(Path(folder)))
    print(giant.calls.total())


def _name(number: int) -> str:
    return f"model-{number:05}-train"


def _file(name: str) -> str:
    return f"templates/{name}.yaml"


def _id(target: Target, number: int) -> str:
    return f"tpl{target.workspace_id}x{number:05}"


def _row(target: Target, number: int) -> dict[str, Any]:
    id = _id(target, number)
    file, digest = _file(_name(number)), PROTOTYPE.body.digest
    marks = Marks(project=PROJECT, manifest=file, digest=digest, version=1, template_id=id)
    return {
        "TemplateId": id,
        "TemplateName": _name(number),
        "WorkspaceId": target.workspace_id,
        "Metadata": marks.written_into({}),
        "DefaultVersion": 1,
        "GmtCreateTime": LONG_AGO,
        "GmtModifyTime": LONG_AGO,
    }


def _examined(id: str, version: LiveVersion) -> LiveTemplate:
    return LiveTemplate(
        template_id=id,
        name="",
        description="",
        metadata={},
        default_version=1,
        marks=Marks(),
        modified=LONG_AGO,
        versions={1: version},
        all_versions=True,
    )


def _never() -> Any:
    raise AssertionError("a manifest was read that is compared by its digest")
