"""An audit as Markdown for a job summary or an issue: the sums, a table of rules, the findings folded by rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from reconciler.languages import say
from reconciler.model import JsonObject
from reconciler.render.audit.defaults import MOST, proof, since, with_defaults
from reconciler.render.audit.document import AuditDocument, audited, heading, place
from reconciler.render.audit.text import sentence, title, why
from reconciler.render.fleet.alike import alike, spread
from reconciler.render.markup import cell, code, details, html_code
from reconciler.render.place import through

MOST_OF_A_RULE = 200


def audit_markdown(document: AuditDocument) -> Iterator[str]:
    """Yield the head, the table of rules, and one folded part for each rule. Waived and known findings are only
    counted."""
    head = document.head
    title_line, taken = say(f"Audit of {code(head['project'])}"), say(f"Taken at {head['at']}.")
    yield f"## {title_line}\n\n{sentence(head)}\n\n{taken}\n\n"
    yield from _places(head["targets"])
    yield from _failed(head)
    yield from _targets(document)
    yield from _rules(document)
    yield from _defaults(document)


def _places(targets: Sequence[JsonObject]) -> Iterator[str]:
    """Yield the addresses that are not the region's own, each with its targets."""
    everyone = [each["target"] for each in targets]
    for found in alike(((each["target"], through(audited(each), code)) for each in targets), lambda told: told):
        if found.item:
            yield f"{spread(found.targets, everyone, code)}{found.item}\n\n"


def _failed(head: JsonObject) -> Iterator[str]:
    """Yield the targets that could not be read: nothing that follows says anything about them."""
    if not head["failed"]:
        return
    yield say("**Not audited**\n\n")
    for each in head["failed"]:
        yield f"- {code(each['target'])}: {each['code']}: {code(each['message'], longest=300)}\n"
    yield "\n"


def _rules(document: AuditDocument) -> Iterator[str]:
    found = document.standing
    if not found:
        return
    rules = {rule["code"]: rule for rule in document.head["rules"]}
    yield say("| | Code | Rule | Findings |\n|---|---|---|---:|\n")
    groups = [(rules[name], list(group)) for name, group in groupby(found, key=lambda each: str(each["code"]))]
    for rule, group in groups:
        yield f"| {say(rule['severity'])} | {rule['code']} | {cell(code(title(rule)))} | {len(group)} |\n"
    yield "\n"
    for rule, group in groups:
        summary = f"{say(rule['severity'])} {rule['code']} {html_code(title(rule))} ({len(group)})"
        yield details(summary, "".join(_rule(rule, group)))


def _defaults(document: AuditDocument) -> Iterator[str]:
    """Yield a folded table of how the default versions came to be; those that wait come first."""
    rows = sorted(with_defaults(document), key=lambda each: not each["waits"])
    if not rows:
        return
    lines = [say("| Target | Template | Default | Since | Proved by | Waits for |\n|---|---|---:|---|---|---|\n")]
    for row in rows[:MOST]:
        cells = (
            row["target"],
            row["name"],
            str(row["default"]),
            say(since(row)),
            say(proof(row)),
            say(row["waits"] or ""),
        )
        lines.append("| " + " | ".join(cell(code(text, longest=300)) if text else "" for text in cells) + " |\n")
    if len(rows) > MOST:
        lines.append(say(f"\n{len(rows) - MOST} more are left out here; JSON and HTML show them.\n"))
    waiting = sum(bool(row["waits"]) for row in rows)
    told = f", {waiting} of them waiting for other targets" if waiting else ""
    yield details(say(f"Default versions ({len(rows)}{told})"), "".join(lines))


def _targets(document: AuditDocument) -> Iterator[str]:
    heads = ["Target", "Region", "Workspace", *(heading(noun) for noun in document.nouns.values())]
    yield f"| {' | '.join(say(each) for each in heads)} |\n|---|---|---|{'---:|' * len(document.nouns)}\n"
    for each in document.head["targets"]:
        names = [cell(code(str(each[key]))) for key in ("target", "region", "workspace_id")]
        yield f"| {' | '.join([*names, *(str(each[many]) for many in document.nouns)])} |\n"
    yield "\n"


def _rule(rule: JsonObject, found: list[JsonObject]) -> Iterator[str]:
    if rule["why"]:
        yield f"{why(rule)}\n\n" if rule["code"].startswith("DLC") else f"{code(why(rule))}\n\n"
    yield say("| Target | Name | What | Where |\n|---|---|---|---|\n")
    for each in found[:MOST_OF_A_RULE]:
        cells = (each["target"] or "", each["name"] or "", say(each["summary"]), place(each))
        yield "| " + " | ".join(cell(code(text, longest=300)) if text else "" for text in cells) + " |\n"
    if len(found) > MOST_OF_A_RULE:
        yield say(f"\n{len(found) - MOST_OF_A_RULE} more are left out here; JSON, CSV and HTML show all.\n")
