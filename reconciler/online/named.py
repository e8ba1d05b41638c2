"""Everything in a document that names something the service has to know: images, datasets, machine types and so on.

Values from `${env.NAME}` are left out: they may be placeholders, and must not be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.kinds.check import content_of, entries, mapping
from reconciler.model import Document, FieldPath, JsonValue

IMAGE, DATASET, CODE_SOURCE, INSTANCE_TYPE = "image", "dataset", "code source", "instance type"
WORKSPACE, JOB, QUOTA = "workspace", "job", "quota"


@dataclass(frozen=True, slots=True)
class Named:
    """One name, of what, and where it stands."""

    what: str
    name: str
    path: FieldPath
    """From the document's root."""
    document: Document


def named_in(document: Document) -> Iterator[Named]:
    """What a document names, in its own order."""
    for what, path, value in _template(document) if document.kind == "JobTemplate" else _board(document):
        whole: FieldPath = ("spec", "content", *path)
        if isinstance(value, str) and value and whole not in document.sensitive:
            yield Named(what, value, whole, document)


Found = Iterator[tuple[str, FieldPath, JsonValue]]


def _template(document: Document) -> Found:
    content = content_of(document.spec)
    for index, job_spec in entries(content, "JobSpecs"):
        path: FieldPath = ("JobSpecs", index)
        yield IMAGE, (*path, "Image"), job_spec.get("Image")
        yield INSTANCE_TYPE, (*path, "EcsSpec"), job_spec.get("EcsSpec")
        yield QUOTA, (*path, "QuotaId"), job_spec.get("QuotaId")
        for number, spot in entries(job_spec, "ElasticSpotSpecs"):
            yield INSTANCE_TYPE, (*path, "ElasticSpotSpecs", number, "InstanceType"), spot.get("InstanceType")
    for index, source in entries(content, "DataSources"):
        yield DATASET, ("DataSources", index, "DataSourceId"), source.get("DataSourceId")
    yield CODE_SOURCE, ("CodeSource", "CodeSourceId"), mapping(content.get("CodeSource")).get("CodeSourceId")
    yield QUOTA, ("ResourceId",), content.get("ResourceId")
    yield WORKSPACE, ("WorkspaceId",), content.get("WorkspaceId")


def _board(document: Document) -> Found:
    content = content_of(document.spec)
    yield JOB, ("JobId",), content.get("JobId")
    yield DATASET, ("DataSourceId",), content.get("DataSourceId")
    for index, source in entries(content, "DataSources"):
        yield DATASET, ("DataSources", index, "DataSourceId"), source.get("DataSourceId")
    yield INSTANCE_TYPE, ("TensorboardSpec", "EcsType"), mapping(content.get("TensorboardSpec")).get("EcsType")
    yield QUOTA, ("QuotaId",), content.get("QuotaId")
