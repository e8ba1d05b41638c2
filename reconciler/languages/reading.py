"""Reading the files of one language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from reconciler.codes import CODE_TABLE

from .catalogue import Catalogue
from .language import Language


def read(code: str) -> Language:
    """Return the language of a code from its folder."""
    folder = resources.files("reconciler").joinpath("languages", code)
    codes = _read(folder / "codes.yaml")
    messages = _read(folder / "words.yaml")
    for part in sorted((folder / "messages").iterdir(), key=lambda file: file.name):
        messages |= _read(part)
    counts = _read(folder / "counts.yaml")
    messages |= {**dict(_counts(counts)), **dict(_texts_of_codes(codes))}
    return Language(code, codes=codes, counts=counts, catalogue=Catalogue(messages, _read(folder / "punctuation.yaml")))


def _counts(nouns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the templates of "1 job" and "2 jobs" for each noun."""
    for noun, said in nouns.items():
        yield f"{{n}} {noun}", f"{{0}} {said}"
        yield f"{{n}} {noun}s", f"{{0}} {said}"


def _texts_of_codes(codes: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what the code says of finding codes, which findings repeat, with its translation; braces are doubled."""
    english = {code: {"title": each.title, "why": each.why, "fix": each.fix} for code, each in CODE_TABLE.items()}
    packaged = resources.files("reconciler") / "policies" / "recommended.yaml"
    for rule in _read(packaged)["spec"]["rules"]:
        english[rule["code"]] = {"title": rule["message"], "why": rule["why"], "fix": rule["hint"]}
    for code, texts in english.items():
        yield from ((_escaped(texts[name]), _escaped(said)) for name, said in codes.get(code, {}).items())


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _read(file: Traversable) -> Any:
    """Return one file of a language, as YAML has it; tests compare its keys with what the code says in English."""
    text = file.read_text(encoding="utf-8")
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # nosec B506 # a safe loader either way
