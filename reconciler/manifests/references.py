"""`${values.NAME}`, `${matrix.NAME}`, `${env.NAME}`: strict, typed, never in keys; `$${` stands for a literal `${`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import field
from operator import is_
from typing import Any

from reconciler.manifests.environment import PLACEHOLDER, Environment, misplaced
from reconciler.manifests.spots import Spots
from reconciler.model import MISSING, FieldPath, JsonObject, JsonValue, Missing
from reconciler.model.expressions import expression
from reconciler.model.nearest import meant, nearest
from reconciler.model.quick import dataclass
from reconciler.secrets.in_texts import SENSITIVE

_TOKEN = expression(r"\$\$\{|\$\{([^{}\n]*)\}|\$\{")
_ENV_NAME = expression(r"[A-Za-z_][A-Za-z0-9_]*")
_ENV_TOKEN = expression(r"\$\{env\.[^{}\n]*\}")

MOST_KNOWN = 2000
"""How many resolved texts are kept for the other documents of a target."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """A reference that could not be resolved, before its place in a file is known."""

    code: str
    path: FieldPath
    summary: str
    token: str
    hint: str = ""


@dataclass(slots=True)
class Resolver:
    """Resolves the references of one document for one target, and notes what it found."""

    target: str
    values: JsonObject
    environment: Environment
    row: JsonObject = field(default_factory=dict)
    """The row of the document's matrix, whose values `fill` has inserted where that was possible."""
    plain: tuple[FieldPath, ...] = ()
    """Fields of the content that take no value from the environment (`Kind.plain`)."""
    known: dict[str, JsonValue] = field(default_factory=dict)
    """What texts became that refer to nothing but values of the target. All documents of one target may share it:
    thousands of them hold the same few texts."""
    flaws: list[Flaw] = field(default_factory=list)
    sensitive: dict[FieldPath, str] = field(default_factory=dict)
    """Paths of texts with a value from the environment, each with the text that still has `${env.NAME}` in it."""
    unresolved: set[FieldPath] = field(default_factory=set)
    """Paths whose value is not the real one, so that a schema's judgement of them does not count."""

    def resolve(self, data: JsonValue, path: FieldPath = ()) -> JsonValue:
        """Return the data with its references resolved; a reference that cannot be resolved stays. Only the notes
        change.

        A part without references is returned itself, not copied.
        """
        if isinstance(data, str):
            return self._text(data, path) if "${" in data else data
        if isinstance(data, dict):
            return self._object(data, path)
        if isinstance(data, list):
            items = [self.resolve(item, (*path, index)) for index, item in enumerate(data)]
            return data if all(map(is_, items, data)) else items
        return data

    def resolve_at(self, data: JsonValue, spots: Spots | None, path: FieldPath = ()) -> JsonValue:
        """Return what `resolve` returns, given where the references are."""
        if spots is None:
            return self.resolve(data, path)
        if not spots or not isinstance(data, dict | list):
            return data
        found: Any = data.copy()
        for step, inner in spots.items():
            found[step] = self.resolve_at(found[step], inner, (*path, step))
        return found

    def _object(self, data: dict[str, JsonValue], path: FieldPath) -> dict[str, JsonValue]:
        resolved, is_same = {}, True
        for key, value in data.items():
            name = self._key(key, path) if "${" in key else key
            # Most values are texts without a reference: checking that first halves the time of this walk.
            is_plain = "${" not in value if isinstance(value, str) else not isinstance(value, dict | list)
            resolved[name] = value if is_plain else self.resolve(value, (*path, name))
            is_same = is_same and name is key and resolved[name] is value
        return data if is_same else resolved

    def _key(self, key: str, path: FieldPath) -> str:
        for match in _TOKEN.finditer(key):
            if match[0] != "$${":
                self.flaws.append(Flaw("DLC035", (*path, key), f"reference {match[0]} in a key", match[0]))
        return key.replace("$${", "${")

    def _text(self, text: str, path: FieldPath) -> JsonValue:
        if text in self.known:
            return self.known[text]
        whole = _TOKEN.fullmatch(text)
        if whole and whole[1] is not None:
            found = list(self._lookup(whole, path))
            value: JsonValue = found[0] if found else text
        else:
            value = _TOKEN.sub(lambda match: self._embedded(match, path), text)
        if path in self.sensitive:
            self.sensitive[path] = _TOKEN.sub(lambda match: self._written(match, path), text)
        elif path not in self.unresolved and len(self.known) < MOST_KNOWN:
            self.known[text] = value
        return value

    def _written(self, match: re.Match[str], path: FieldPath) -> str:
        return match[0] if _ENV_TOKEN.fullmatch(match[0]) else self._embedded(match, path)

    def _embedded(self, match: re.Match[str], path: FieldPath) -> str:
        if match[0] == "$${":
            return "${"
        for value in self._lookup(match, path):
            if not isinstance(value, dict | list):
                return value if isinstance(value, str) else json.dumps(value)
            kind = "an object" if isinstance(value, dict) else "a list"
            self._flaw("DLC034", path, f"{match[0]} is {kind} and cannot be put inside a text", match[0])
        return match[0]

    def _flaw(self, code: str, path: FieldPath, summary: str, token: str, hint: str = "") -> None:
        flaw = Flaw(code, path, summary, token, hint)
        self.unresolved.add(path)
        if flaw not in self.flaws:
            self.flaws.append(flaw)

    def _lookup(self, match: re.Match[str], path: FieldPath) -> Iterator[JsonValue]:
        """Yield the value of a reference, or nothing when it has none."""
        space, dot, name = (match[1] or "").partition(".")
        if dot and space == "values":
            yield from self._value(name, match[0], path)
        elif dot and space == "env":
            yield from self._variable(name, match[0], path)
        elif dot and space == "matrix":
            yield from self._row_value(name, match[0], path)
        else:
            self._not_a_reference(match, path)

    def _value(self, name: str, token: str, path: FieldPath) -> Iterator[JsonValue]:
        value = _inside(self.values, name)
        if value is not MISSING:
            yield value
            return
        known = sorted(_names(self.values))
        summary = f'target "{self.target}" has no value "{name}"{meant(name, known)}'
        self._flaw("DLC030", path, summary, token, _known(known))

    def _row_value(self, name: str, token: str, path: FieldPath) -> Iterator[JsonValue]:
        """Yield nothing, and note why `fill` left the reference: the row has no value for it, or the value does not
        fit."""
        value, known = _inside(self.row, name), sorted(_names(self.row))
        if isinstance(value, dict | list):
            kind = "an object" if isinstance(value, dict) else "a list"
            self._flaw("DLC034", path, f"{token} is {kind} and cannot be put inside a text", token)
        elif value is not MISSING:
            self._flaw(
                "DLC047", path, f"{token} stands in a row: the values of a row cannot refer to each other", token
            )
        elif not known:
            self._flaw("DLC047", path, f"{token}: the document has no matrix", token)
        else:
            summary = f'the row has no value "{name}"{meant(name, known)}'
            self._flaw("DLC047", path, summary, token, f"Values of this row: {', '.join(known[:20])}.")
        yield from ()

    def _variable(self, name: str, token: str, path: FieldPath) -> Iterator[JsonValue]:
        if not _ENV_NAME.fullmatch(name):
            self._flaw("DLC033", path, f'{token}: "{name}" is not the name of an environment variable', token)
            return
        if refusal := misplaced(token, path, self.plain) or self.environment.admission.refusal(name):
            self._flaw(refusal.code, path, refusal.summary, token, refusal.hint)
            return
        self.sensitive[path] = token
        value = self.environment.get(name)
        if value is None:
            self._flaw(self.environment.unset, path, f"environment variable {name} is not set", token)
            yield PLACEHOLDER
        else:
            yield value

    def _not_a_reference(self, match: re.Match[str], path: FieldPath) -> None:
        token = match[0]
        if match[1] is None:
            self._flaw("DLC033", path, "`${` begins a reference that is not closed or not a plain name", token)
            return
        space = match[1].partition(".")[0]
        close = nearest(space, ("values", "env", "matrix"), closeness=0.7)
        guess = f"; did you mean ${{{close[0]}{match[1][len(space) :]}}}?" if close else ""
        hint = f"Write $${token[1:]} where the text itself is meant, for example a shell variable."
        self._flaw("DLC033", path, f"{token} is neither a value nor an environment variable{guess}", token, hint)


def env_token(text: str) -> str:
    """Return the first `${env.NAME}` in a text; empty when there is none."""
    found = next((match[0] for match in _TOKEN.finditer(text) if _ENV_TOKEN.fullmatch(match[0])), None)
    return found or ""


def masked(text: str) -> str:
    """Return a text with `${env.NAME}` in it in a form that rules which nobody trusts may judge."""
    return _ENV_TOKEN.sub(SENSITIVE, text)


def fill(data: JsonValue, row: JsonObject) -> JsonValue:
    """Return the data with the values of a matrix row inserted. What cannot be inserted is left for the Resolver to
    report. Pure.

    References inside the row's values are resolved at the places where they are inserted.
    """
    if isinstance(data, str):
        return _filled(data, row) if "${matrix." in data else data
    if isinstance(data, dict):
        return {key: fill(value, row) for key, value in data.items()}
    return [fill(item, row) for item in data] if isinstance(data, list) else data


def _filled(text: str, row: JsonObject) -> JsonValue:
    def value_of(match: re.Match[str]) -> JsonValue | Missing:
        space, _, name = (match[1] or "").partition(".")
        return _inside(row, name) if space == "matrix" else MISSING

    def embedded(match: re.Match[str]) -> str:
        value = value_of(match)
        if value is MISSING or isinstance(value, dict | list):
            return match[0]
        return value if isinstance(value, str) else json.dumps(value)

    whole = _TOKEN.fullmatch(text)
    value = value_of(whole) if whole else MISSING
    return _TOKEN.sub(embedded, text) if value is MISSING else value


def _inside(values: JsonObject, name: str) -> JsonValue | Missing:
    """Return the value under a dotted name."""
    value: JsonValue = values
    for step in name.split("."):
        if not isinstance(value, dict) or step not in value:
            return MISSING
        value = value[step]
    return value


def _names(values: JsonObject, prefix: str = "") -> Iterator[str]:
    for key, value in values.items():
        yield prefix + key
        if isinstance(value, dict):
            yield from _names(value, f"{prefix}{key}.")


def _known(names: list[str]) -> str:
    if not names:
        return "The target has no values; add them under `values` of the target."
    return f"Known values: {', '.join(names[:20])}{', ...' if len(names) > 20 else ''}."
