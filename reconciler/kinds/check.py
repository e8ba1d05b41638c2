"""What rules are made of: checks on plain content, and the adapter that turns checks into a Rule on a Document.

A check sees a *spec*: the mapping with `content` and whatever stands beside it (`constraints`, `job`, `state`). It
works on trees of any shape that nobody has validated, so audits run the same checks on a live version, given as
`{"content": ..., "constraints": ...}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.codes import finding
from reconciler.kinds.base import Rule
from reconciler.model import MISSING, Document, FieldPath, Finding, JsonObject, JsonValue
from reconciler.model.paths import format_path, is_list, lookup
from reconciler.model.quick import dataclass
from reconciler.secrets.trees import SENSITIVE, plain_secrets, redact_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One violation found by a check; `path` starts at the spec, for example ("content", "JobType")."""

    code: str
    path: FieldPath
    summary: str
    hint: str = ""
    """What to do, where the check can say it better than the table of codes."""


_SHORTEST = 6
"""Values of fewer characters are hidden at their own place only: a "1" stands in many sentences for other reasons."""

Check = Callable[[JsonObject], Iterator[Problem]]


def pins_no_workspace(code: str) -> Check:
    """Return a check that a content leaves the workspace to the target; `code` is the code of its problem."""

    def check(spec: JsonObject) -> Iterator[Problem]:
        content = content_of(spec)
        if is_given(content, "WorkspaceId"):
            summary = f"content pins the workspace {quote(content['WorkspaceId'])}, whatever the target is"
            yield Problem(code=code, path=("content", "WorkspaceId"), summary=summary)

    return check


def as_rule(*checks: Check) -> Rule:
    """Return the checks as one rule on documents. Its findings have subject and place, and show no value from the
    environment."""

    def rule(document: Document) -> Iterator[Finding]:
        spec = document.spec
        for check in checks:
            for problem in check(spec):
                path = ("spec", *problem.path)
                if any(path[: len(each)] == each for each in document.sensitive):
                    continue
                yield finding(
                    problem.code,
                    problem.summary,
                    subject=document.id,
                    where=document.locate(path),
                    path=path,
                    hint=problem.hint,
                )

    return rule


def check_secrets(spec: JsonObject) -> Iterator[Problem]:
    """Yield DLC115 for each plain value in the content that looks like a secret. The value itself is never shown."""
    content = content_of(spec)
    for path in plain_secrets(content):
        name = _entry_name(content, path)
        yield Problem(
            code="DLC115", path=("content", *path), summary=f"the plain value of `{name}` looks like a secret"
        )


def content_of(spec: JsonObject) -> JsonObject:
    """Return the spec's content; empty when it is not an object."""
    return mapping(spec.get("content"))


def mapping(value: JsonValue) -> JsonObject:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(parent: JsonObject, key: str) -> Sequence[tuple[int, JsonObject]]:
    """Return the objects in the list under `key`, each with its index. Everything that is not an object is left
    out."""
    values = parent.get(key)
    if not is_list(values):
        return ()
    return [(index, value) for index, value in enumerate(values) if isinstance(value, dict)]


def is_given(parent: JsonObject, key: str) -> bool:
    """Return whether the field has a value that says something."""
    return not is_empty(parent.get(key))


def is_empty(value: JsonValue) -> bool:
    """Return whether the value says nothing: absent, null, empty text, `[]` and `{}` all mean the same here."""
    return value is None or value is MISSING or (not value and isinstance(value, str | Mapping | list))


def quote(value: JsonValue) -> str:
    """Return the value as short JSON for a summary, without recognisable secrets."""
    text = redact_text(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= 60 else f"{text[:57]}..."


def without_value(problem: Problem, spec: JsonObject, sensitive: frozenset[FieldPath]) -> Problem:
    """Return the problem without any value of a sensitive path of the spec in its texts, wherever the value was
    found."""
    own = {quote(value) for path in sensitive if path == problem.path for value in _leaves(lookup(spec, path))}
    values = [value for path in sensitive for value in _leaves(lookup(spec, path)) if len(str(value)) >= _SHORTEST]
    texts = own.union(*({quote(value), quote(value).strip('"')} for value in values))
    summary, hint = problem.summary, problem.hint
    for text in sorted(texts, key=len, reverse=True):
        summary, hint = summary.replace(text, SENSITIVE), hint.replace(text, SENSITIVE)
    return replace(problem, summary=summary, hint=hint) if texts else problem


def _leaves(value: JsonValue) -> Iterator[JsonValue]:
    """Yield the texts and numbers of a tree. True and false are left out, because hiding them would hide half of
    every sentence."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif is_list(value):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield value


def _entry_name(content: JsonObject, path: FieldPath) -> str:
    """Return the name by which a person knows the value: for a `Value` the name of its entry, else the path."""
    parent = mapping(lookup(content, path[:-1]))
    name = parent.get("Key", parent.get("Name")) if path[-1:] == ("Value",) else None
    return name if isinstance(name, str) and name else format_path(path)
