"""Plain data as a YAML document."""

from __future__ import annotations

import json

import yaml

from reconciler.model import JsonValue


def as_yaml(tree: JsonValue) -> str:
    """Return the tree as a YAML document with sorted keys, and without the references YAML makes of shared parts."""
    return str(yaml.safe_dump(json.loads(json.dumps(tree)), sort_keys=True, allow_unicode=True))
