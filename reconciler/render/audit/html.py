"""An audit as one self-contained HTML page: data as JSON, charts and search by a script of our own, no request.

The page is bounded: of a large workspace it holds the templates with the most important findings, and says so.
Everything from outside is either escaped by the template or embedded as JSON that cannot end its element. The script
sets only text, never markup, and the page's policy allows exactly this script and this style.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reconciler.languages import ENGLISH, Language, say, spoken
from reconciler.model import JsonObject, Severity
from reconciler.model.expressions import expression
from reconciler.render.audit.document import AuditDocument, audited, heading, place, stands, subject
from reconciler.render.audit.text import not_audited, sentence, title, why
from reconciler.render.place import through
from reconciler.render.style import visible

if TYPE_CHECKING:
    from jinja2 import Template

MOST_TEMPLATES = 1_500
MOST_BOARDS = 2_000
MOST_PLAIN = 2_000
MOST_FINDINGS = 10_000
CONTENT_BYTES = 6_000_000
"""How many bytes of the templates' contents the page may hold, for the diffs."""
MOST_WITHOUT_SCRIPT = 200
_DRAWN = frozenset({"templates", "boards"})
"""The lists for which the page has charts and dialogs."""
_SAID = expression(r"\bsay\(\"([^\"]+)\"")
_SCRIPTS = ("dom.js", "diff.js", "charts.js", "findings.js", "templates.js", "main.js")
_WEIGHTS = {"error": 10_000, "warning": 100, "note": 1}


def audit_html(document: AuditDocument) -> Iterator[str]:
    """Yield the whole page in pieces."""
    script = "\n".join(_file(name) for name in _SCRIPTS)
    style = _file("page.css")
    data = {**_said(_data(document)), **_words(script, spoken())}
    yield from _template().generate(
        language=spoken().code,
        head=document.head,
        sentence=sentence(document.head),
        findings=[_plain(each) for each in document.standing[:MOST_WITHOUT_SCRIPT]],
        style=Markup(style),  # nosec B704 # our own file
        script=Markup(script),  # nosec B704 # our own files
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=Markup(embedded(data)),  # nosec B704 # made safe by `embedded`
        limits=data["limits"],
        not_audited=not_audited,
        counted={many: heading(noun) for many, noun in document.nouns.items()},
        plain_lists={heading(document.nouns[many]): rows for many, rows in _plain_lists(document)},
    )


@cache
def _template() -> Template:
    import jinja2  # noqa: PLC0415 - only this format pays for it

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["say"] = say
    environment.filters["visible"] = lambda value: visible(str(value))
    environment.filters["through"] = lambda target: through(audited(target), visible)
    return environment.from_string(_file("page.html.j2"))


def _said(data: dict[str, Any]) -> dict[str, Any]:
    """The data of the page, with what people read in the language that is spoken."""
    findings = [{**each, "summary": say(each["summary"]), "hint": say(each["hint"] or "")} for each in data["findings"]]
    rules = [{**each, "title": title(each), "why": why(each)} for each in data["rules"]]
    return {**data, "findings": findings, "rules": rules}


def _words(script: str, language: Language) -> dict[str, Any]:
    """What the script itself says, by its English; nothing in English."""
    if language is ENGLISH:
        return {}
    texts = _SAID.findall(script) + [each.value for each in Severity]
    return {"words": {text: language.template(text) for text in texts}, "counts": language.counts}


def embedded(data: JsonObject) -> str:
    """Return JSON that may stand inside a script element: it can neither end the element nor begin a comment."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _data(document: AuditDocument) -> dict[str, Any]:
    templates = _worst(document)
    boards = heapq.nsmallest(MOST_BOARDS, document.lists["boards"](), key=lambda board: str(board["created"]))
    counts = document.head["targets"]
    return {
        **document.head,
        "findings": list(document.findings[:MOST_FINDINGS]),
        "templates": templates,
        "boards": boards,
        "contents": _contents(document, templates),
        "counted": [[many, say(f"{noun}s")] for many, noun in document.nouns.items()],
        "limits": {
            "templates": [len(templates), sum(each["templates"] for each in counts)],
            "boards": [len(boards), sum(each["boards"] for each in counts)],
            "findings": [min(len(document.findings), MOST_FINDINGS), len(document.findings)],
        },
    }


def _plain_lists(document: AuditDocument) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield the lists for which the page has no picture, with those fields of each object that are single values."""
    for many in sorted(document.lists.keys() - _DRAWN):
        rows = islice(document.lists[many](), MOST_PLAIN)
        if shown := [_single_values(row) for row in rows]:
            yield many, shown


def _single_values(row: JsonObject) -> dict[str, str]:
    return {key: str(value) for key, value in row.items() if isinstance(value, str | int | float)}


def _worst(document: AuditDocument) -> list[JsonObject]:
    """Return the templates with the most important findings, then the most used ones, sorted by name."""
    weights: dict[tuple[str, str], int] = {}
    for finding in document.findings:
        if stands(finding) and finding["id"]:
            key = (finding["target"], finding["id"])
            weights[key] = weights.get(key, 0) + _WEIGHTS[finding["severity"]]

    def weight(template: JsonObject) -> tuple[int, int]:
        return weights.get((template["target"], template["id"]), 0), template["jobs"] or 0

    chosen = heapq.nlargest(MOST_TEMPLATES, document.lists["templates"](), key=weight)
    return [{**each, "weight": weight(each)[0]} for each in sorted(chosen, key=lambda each: (each["name"], each["id"]))]


def _contents(document: AuditDocument, templates: Sequence[JsonObject]) -> Mapping[str, Sequence[JsonObject]]:
    """Return contents by "target id", the most important templates first, as many as the page may hold."""
    found: dict[str, Sequence[JsonObject]] = {}
    room = CONTENT_BYTES
    for template in sorted(templates, key=lambda each: -each["weight"]):
        versions = document.contents("templates", template["target"], template["id"])
        room -= len(json.dumps(versions))
        if room < 0:
            break
        found[f"{template['target']} {template['id']}"] = versions
    return found


def _plain(finding: JsonObject) -> dict[str, Any]:
    return {**finding, "summary": say(finding["summary"]), "subject": subject(finding), "place": place(finding)}


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _file(name: str) -> str:
    return resources.files("reconciler").joinpath("render", "audit", "page", name).read_text(encoding="utf-8")
