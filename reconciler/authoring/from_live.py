"""Turns live objects into manifest texts, for objects that somebody made in another way.

Secrets become `${env.NAME}` references, `${` is escaped, and every text that some YAML reader takes for a number, a
date or a switch is quoted. What is written reads back, with the variables set, as exactly the content that was live.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

import yaml

from reconciler.kinds.results import LiveManifest
from reconciler.manifests.field_order import FREE, place_of
from reconciler.manifests.project import API_VERSION
from reconciler.model import FieldPath, JsonObject, JsonValue, ResourceId
from reconciler.model.expressions import expression
from reconciler.model.paths import is_list
from reconciler.model.quick import dataclass
from reconciler.secrets.admission import Admission
from reconciler.secrets.trees import SENSITIVE, plain_secrets, redact

_RESERVED = ("GIT_", "PYTHON")
_RESERVED_NAMES = frozenset({"PATH", "HOME", "PWD", "OLDPWD", "USER", "SHELL", "TMPDIR", "NO_COLOR", "NO_PROXY"})
"""Variables that mean something to us or to the machine. A secret of a job must not get one of these names."""
_WORDS = expression(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NAMED_BEFORE = expression(r"([A-Za-z_][\w-]*)[\"']?\s*[=:\s]\s*[\"']?$")
_LONGEST_NAME = 100
"""In how many characters before a secret its name is looked for: a live text may hold megabytes of white space."""
_MISREAD = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<", ".inf", ".nan"})
_PLAIN = expression(r"[A-Za-z_/$][^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*")
_BLOCK = expression(r"[^\s](?:[^\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\U0010ffff])*")


@dataclass(frozen=True, slots=True)
class Secret:
    """One value that was removed from a manifest."""

    variable: str
    subject: ResourceId
    path: FieldPath
    """Path from the document's root."""
    value: str = field(repr=False)


class Variables:
    """Gives each different secret a name of its own, and equal secrets the same name."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def name(self, wanted: str, owner: str, value: str) -> str:
        """Return the variable for a value: the wanted name, else one that also names its owner, else one with a
        number."""
        own = f"{_variable(owner)}_{wanted}"
        own = f"JOB_{own}" if _is_taken(own) else own
        for candidate in (wanted, own, *(f"{own}_{count}" for count in range(2, 10_000))):
            if not _is_taken(candidate) and self._values.setdefault(candidate, value) == value:
                return str(candidate)
        raise AssertionError("ten thousand secrets of one name")


def _is_taken(name: str) -> bool:
    """Return whether a variable already means something to the run or to the machine."""
    return name.startswith(_RESERVED) or name in _RESERVED_NAMES or Admission().refusal(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One manifest document."""

    id: ResourceId
    text: str
    secrets: tuple[Secret, ...] = ()
    notes: tuple[str, ...] = ()


def written(
    id: ResourceId, manifest: LiveManifest, variables: Variables, *, schema: str = "", by_id: bool = False
) -> Written:
    """Return the document that asks for a live object as it is.

    Args:
        id: kind and name.
        manifest: what the kind says about it.
        variables: gives names to the secrets that are taken out; one for all documents of a run.
        schema: where an editor finds the schema; empty for no line about it.
        by_id: whether the service's id is named too, for names that are not unique.
    """
    extraction = _Extraction(id, variables, manifest.sensitive)
    metadata = {key: value for key, value in manifest.metadata.items() if by_id or not key.endswith("Id")}
    document = {
        "apiVersion": API_VERSION,
        "kind": id.kind,
        "metadata": _escaped({"name": id.name, **metadata}),
        "spec": extraction.of(manifest.spec),
    }
    head = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    return Written(
        id=id,
        text=head + yaml_text(document),
        secrets=tuple(extraction.secrets),
        notes=(*manifest.notes, *extraction.notes),
    )


class _Extraction:
    """Removes the secrets from one spec."""

    def __init__(self, id: ResourceId, variables: Variables, sensitive: frozenset[FieldPath]) -> None:
        self.secrets: list[Secret] = []
        self.notes: list[str] = []
        self._id = id
        self._variables = variables
        self._sensitive = sensitive

    def of(self, spec: JsonObject) -> JsonValue:
        """Return the spec with references instead of secrets, and everything else escaped."""
        return self._tree(spec, redact(spec), frozenset(plain_secrets(spec)), ())

    def _tree(self, tree: JsonValue, shown: JsonValue, whole: frozenset[FieldPath], path: FieldPath) -> JsonValue:
        if path in self._sensitive:
            return self._all_of(tree, path)
        if isinstance(tree, Mapping):
            return {
                _escape(str(key)): self._tree(value, shown[key], whole, (*path, key)) for key, value in tree.items()
            }
        if is_list(tree):
            return [self._tree(value, shown[index], whole, (*path, index)) for index, value in enumerate(tree)]
        if shown == tree:
            return _escaped(tree)
        if shown == SENSITIVE:
            return self._whole(tree, path) if path in whole else _escaped(tree)
        return self._parts(str(tree), str(shown), path)

    def _all_of(self, tree: JsonValue, path: FieldPath) -> JsonValue:
        """Return a value that once came from the environment, with a reference for every text and number in it."""
        if isinstance(tree, Mapping):
            return {_escape(str(key)): self._all_of(value, (*path, key)) for key, value in tree.items()}
        if is_list(tree):
            return [self._all_of(value, (*path, index)) for index, value in enumerate(tree)]
        return tree if tree is None or isinstance(tree, bool) or tree == "" else self._whole(tree, path)

    def _whole(self, value: JsonValue, path: FieldPath) -> str:
        if not isinstance(value, str):
            self.notes.append(f"{_text(path)} was {type(value).__name__}, and becomes text through its variable")
        return self._reference(_name_of(path), str(value), path)

    def _parts(self, text: str, shown: str, path: FieldPath) -> str:
        """Return a longer text with references for the secrets in it. Exactly what is hidden when it is shown is not
        written."""
        literals = shown.split(SENSITIVE)
        at, parts = len(literals[0]), [_escape(literals[0])]
        for number, literal in enumerate(literals[1:], start=1):
            is_last = number == len(literals) - 1
            end = len(text) - len(literal) if is_last else text.index(literal, at + 1)
            named = _NAMED_BEFORE.search(literals[number - 1][-_LONGEST_NAME:])
            wanted = _variable(named[1]) if named else f"{_name_of(path)}_SECRET"
            parts += [self._reference(wanted, text[at:end], path), _escape(literal)]
            at = end + len(literal)
        return "".join(parts)

    def _reference(self, wanted: str, value: str, path: FieldPath) -> str:
        variable = self._variables.name(wanted, self._id.name, value)
        self.secrets.append(Secret(variable, self._id, ("spec", *path), value))
        return f"${{env.{variable}}}"


def _name_of(path: FieldPath) -> str:
    """Return the variable's name for a field: its key, together with the key above where that says more."""
    keys = [part for part in path if isinstance(part, str)]
    generic = len(keys) > 1 and keys[-1] in ("Password", "Auth", "Value", "Token", "SecurityToken")
    return _variable("_".join(keys[-2:] if generic else keys[-1:]))


def _variable(text: str) -> str:
    name = "_".join(_WORDS.findall(text)).upper() or "SECRET"
    return f"SECRET_{name}" if name[0].isdigit() else name


def _escaped(tree: JsonValue) -> JsonValue:
    if isinstance(tree, Mapping):
        return {_escape(str(key)): _escaped(value) for key, value in tree.items()}
    if is_list(tree):
        return [_escaped(value) for value in tree]
    return _escape(tree) if isinstance(tree, str) else tree


def _escape(text: str) -> str:
    return text.replace("${", "$${")


def _text(path: FieldPath) -> str:
    return ".".join(str(part) for part in path)


def yaml_text(document: JsonObject) -> str:
    """Return a document as YAML: fields in the order of reading, block style, everything that could be misread in
    quotes."""
    text: str = yaml.dump(
        _ordered(document),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=1_000_000,
        default_flow_style=False,
    )
    return text


def _ordered(tree: JsonValue, parent: str = "") -> JsonValue:
    if isinstance(tree, Mapping):
        return {key: _ordered(tree[key], key) for key in sorted(tree, key=None if parent in FREE else place_of)}
    return [_ordered(value, parent) for value in tree] if is_list(tree) else tree


class _Dumper(yaml.SafeDumper):
    """A YAML writer that indents lists below their key and makes no anchors."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        return super().increase_indent(flow, False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


_Dumper.add_representer(str, _represent_text)


def _style(text: str) -> str | None:
    if "\n" in text and _BLOCK.fullmatch(text) and not any(line != line.rstrip() for line in text.split("\n")):
        return "|"
    plain = _PLAIN.fullmatch(text) and text.lower() not in _MISREAD and text == text.strip()
    return None if plain else '"'
