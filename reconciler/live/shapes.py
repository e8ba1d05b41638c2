"""What fields of an answer must look like, wherever they stand in it, so that readers of answers need not check them.

A field that is absent or null is fine, and so is one that is not in the table: the service adds fields often. What
people wrote (contents, metadata, constraints) is not checked here but by its readers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeGuard

from reconciler.model import JsonObject, JsonValue

Shape = Callable[[Any], bool]


def text(value: Any) -> bool:
    """Return whether the value is a text."""
    return isinstance(value, str)


def addresses_one(value: Any) -> TypeGuard[str]:
    """Return whether an id can stand in an address.

    An empty or blank one would mean all objects, "." and ".." their parents; half of a character is no text at all.
    """
    return isinstance(value, str) and bool(value.strip()) and value.isprintable() and value not in (".", "..")


def identity(value: Any) -> bool:
    """Return whether the value is an id, or an empty text where there is no object (a job that was not launched from
    a template)."""
    return value == "" or addresses_one(value)


def object_(value: Any) -> bool:
    """Return whether the value is an object."""
    return isinstance(value, Mapping)


def objects(value: Any) -> bool:
    """Return whether the value is a list of objects."""
    return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)


def lists(value: Any) -> bool:
    """Return whether the value is a list of lists of objects."""
    return isinstance(value, list) and all(objects(each) for each in value)


def points(value: Any) -> bool:
    """Return whether the value is a line of a chart: objects with a moment in milliseconds and a value."""
    return objects(value) and all(_moment(each.get("Time")) and _number(each.get("Value")) for each in value)


def texts(value: Any) -> bool:
    """Return whether the value is a list of texts."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _moment(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _END_OF_TIME


def _number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return math.isfinite(float(value))
    except (ValueError, OverflowError):
        return False


_END_OF_TIME = 253_402_300_800_000
"""The first millisecond of the year 10000; dates cannot be later."""
_DEEPEST = 6
"""How many levels of objects are examined; everything that is read lies within them."""
_TEXTS = """
    TemplateName DisplayName Status SubStatus ReasonMessage JobType UserCommand
    PodUid ResourceId GmtCreateTime GmtModifyTime GmtRunningTime GmtFinishTime GmtSubmittedTime
""".split()  # noqa: SIM905 - a table of words
_OBJECTS = """
    Pods HistoryPods StatusHistory PodMetrics JobSpecs DataSources TensorboardDataSources Labels SanityCheckResult
""".split()  # noqa: SIM905
_UNREAD = frozenset({"Content", "Constraints", "Metadata", "Envs", "Tags", "Options"})
SHAPES: Mapping[str, Shape] = {
    **dict.fromkeys(("TemplateId", "TensorboardId", "JobId", "PodId"), identity),
    **dict.fromkeys(_TEXTS, text),
    **dict.fromkeys(_OBJECTS, objects),
    "Events": texts,
    "PaymentTypes": texts,
    "Logs": texts,
    **dict.fromkeys(("Settings", "CodeSource", "CredentialConfig", "ElasticSpec", "UserVpc"), object_),
    "Metrics": points,
    "SanityCheckResults": lists,
}


def misshapen(body: JsonObject) -> Iterator[tuple[str, Any]]:
    """Yield the places ("Pods[0].PodId") of an answer whose values do not have the shape of the table, with the
    values."""
    # Nearly all answers are sound, and to remember the place of every field took most of the time.
    return iter(()) if _is_sound(body) else _misshapen(body, "", 0)


def _is_sound(body: JsonObject) -> bool:
    """Return whether `_misshapen` yields nothing."""
    level: list[JsonObject] = [body]
    for _ in range(_DEEPEST + 1):
        below: list[JsonObject] = []
        for fields in level:
            for name, value in fields.items():
                shape = SHAPES.get(name)
                if shape is not None and value is not None and not shape(value):
                    return False
                if isinstance(value, dict) and name not in _UNREAD:
                    below.append(value)
                elif isinstance(value, list) and name not in _UNREAD:
                    below += (each for each in value if isinstance(each, dict))
        level = below
    return True


def _misshapen(fields: JsonObject, place: str, depth: int) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if value is None or name in _UNREAD:
            continue
        shape = SHAPES.get(name)
        if shape is not None and not shape(value):
            yield _place(place, name), value
        elif isinstance(value, (dict, list)) and depth < _DEEPEST:
            for inner, each in _within(_place(place, name), value):
                yield from _misshapen(each, inner, depth + 1)


def _place(above: str, name: str) -> str:
    return f"{above}.{name}" if above else str(name)


def _within(place: str, value: JsonValue) -> Iterator[tuple[str, JsonObject]]:
    """Yield the objects directly inside a value of JSON, each with its place."""
    if isinstance(value, dict):
        yield place, value
    else:
        yield from ((f"{place}[{index}]", each) for index, each in enumerate(value) if isinstance(each, dict))
