"""JSON merge patch (RFC 7386), the one way in which a target changes a manifest."""

from __future__ import annotations

from reconciler.model import JsonValue


def merge_patch(target: JsonValue, patch: JsonValue) -> JsonValue:
    """Return the target with the patch applied: objects merge, `null` removes a key, anything else replaces. Pure."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
