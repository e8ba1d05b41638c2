"""What a JobTemplate names that the service has to know."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.kinds.check import content_of, entries, mapping
from reconciler.kinds.names import CODE_SOURCE, DATASET, IMAGE, INSTANCE_TYPE, QUOTA, WORKSPACE
from reconciler.kinds.results import NamedThere
from reconciler.model import Document, FieldPath


def named(document: Document) -> Iterator[NamedThere]:
    """Yield images, machine types, quotas, datasets, code sources and workspaces in the content, in its own order."""
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
