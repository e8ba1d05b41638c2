"""The schemas for editors, by the kinds that they describe."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.manifests.schemas import schema_text
from reconciler.model.nearest import meant

COMBINED = "manifest.schema.json"
"""The schema for files with documents of several kinds."""

FILES: Mapping[str, str] = MappingProxyType(
    {
        "Project": "project.schema.json",
        **{kind.name: kind.schema for kind in KINDS},
        "PolicySet": "policyset.schema.json",
    }
)
"""The schema file of each kind of document."""


def kind_called(name: str) -> str:
    """Return the kind of this name, in any case.

    Raises:
        UsageError: there is none; the message says which there are.
    """
    by_folded = {kind.lower(): kind for kind in FILES}
    if name.lower() in by_folded:
        return by_folded[name.lower()]
    raise UsageError(f'there is no kind "{name}"{meant(name, FILES)}', hint=f"Known kinds: {', '.join(FILES)}.")


def schema_of(kind: str) -> str:
    """Return the text of the schema of a kind; an empty name means the one for all kinds.

    Raises:
        UsageError: there is no such kind.
    """
    return schema_text(FILES[kind_called(kind)] if kind else COMBINED)


def all_schemas() -> Mapping[str, str]:
    """Return every schema by its file name."""
    return {name: schema_text(name) for name in (COMBINED, *FILES.values())}


def modeline(schema: str) -> str:
    """Return the first line of a YAML file, which tells editors its schema."""
    return f"# yaml-language-server: $schema={schema}\n"
