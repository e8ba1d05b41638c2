"""What a TensorBoard names that the service has to know."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.kinds.check import content_of, entries, mapping
from reconciler.kinds.names import DATASET, INSTANCE_TYPE, JOB, QUOTA
from reconciler.kinds.results import NamedThere
from reconciler.model import Document


def named(document: Document) -> Iterator[NamedThere]:
    """Yield jobs, datasets, machine types and quotas in the content, in its own order."""
    content = content_of(document.spec)
    yield JOB, ("JobId",), content.get("JobId")
    yield DATASET, ("DataSourceId",), content.get("DataSourceId")
    for index, source in entries(content, "DataSources"):
        yield DATASET, ("DataSources", index, "DataSourceId"), source.get("DataSourceId")
    yield INSTANCE_TYPE, ("TensorboardSpec", "EcsType"), mapping(content.get("TensorboardSpec")).get("EcsType")
    yield QUOTA, ("QuotaId",), content.get("QuotaId")
