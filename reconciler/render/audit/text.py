"""An audit for a terminal: what was examined, the findings by rule, the sum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from reconciler.languages import each as each_of
from reconciler.languages import said, say, spoken
from reconciler.model import JsonObject, Severity
from reconciler.render.audit.defaults import proof, since, with_defaults
from reconciler.render.audit.document import AuditDocument, audited, place, subject
from reconciler.render.place import place_of
from reconciler.render.style import PLAIN, Palette, visible


def audit_text(document: AuditDocument, palette: Palette = PLAIN, *, verbose: bool = False) -> Iterator[str]:
    """Yield lines of the whole audit; with `verbose`, why each rule matters, what is waived or known, and defaults."""
    head = document.head
    yield palette.paint(palette.bold, say(f"{head['project']}, audited {head['at']}")) + "\n"
    for target in head["targets"]:
        yield f"  {_target(target, document.nouns)}\n"
    for each in head["failed"]:
        yield (
            "  "
            + palette.paint(palette.bad, f"{visible(each['target'])}: {say('not audited')}: {not_audited(each)}")
            + "\n"
        )
    rules = {rule["code"]: rule for rule in head["rules"]}
    shown = document.findings if verbose else document.standing
    for code, group in groupby(shown, key=lambda each: each["code"]):
        found = list(group)
        yield "\n" + "".join(f"{line}\n" for line in _rule(rules[code], found, palette, verbose=verbose))
    yield from _defaults(document, palette, verbose=verbose)
    yield "\n" + palette.paint(palette.bold, sentence(head)) + "\n"


def _defaults(document: AuditDocument, palette: Palette, *, verbose: bool) -> Iterator[str]:
    """Yield what waits for other targets, or with `verbose` how every default came to be."""
    shown = [each for each in with_defaults(document) if verbose or each["waits"]]
    if shown:
        heading = say("Default versions" if verbose else "Waiting for other targets")
        yield "\n" + palette.paint(palette.bold, heading) + "\n"
    for row in shown:
        head = say(f"{row['name']} @{row['target']}: version {row['default']} since {since(row)}, {proof(row)}")
        yield f"  {visible(head)}\n"
        if row["waits"]:
            waits = say(f"waits for {visible(row['waits'])}")
            yield palette.paint(palette.change, f"    {waits}") + "\n"


def not_audited(failure: JsonObject) -> str:
    """Return `unreachable: no answer within 30 s`."""
    return f"{failure['code']}: {visible(say(failure['message']))}"


@said
def sentence(head: JsonObject) -> str:
    """Return `Audit: 2 errors, 1 warning; 3 waived; 1 switched off; 1 target not audited`."""
    summary = head["summary"]
    counts = [(summary[each.value], each.value) for each in reversed(Severity)]
    parts = [_counted(*each) for each in counts if each[0]] or ["no findings"]
    told = (("waived", "waived"), ("known", "in the baseline"), ("off", "switched off"))
    hidden = [f"{summary[name]} {text}" for name, text in told if summary[name]]
    failed = [f"{_counted(len(head['failed']), 'target')} not audited"] if head["failed"] else []
    sums = f"Audit: {'; '.join([', '.join(parts), *hidden, *failed])}"
    shard = head["shard"]
    if shard is None:
        return sums
    return f"{sums} (shard {shard['number']} of {shard['of']}; rules that compare objects run in `audit merge`)"


def title(rule: JsonObject) -> str:
    """What a rule is called; a rule of the project says it in its own words."""
    return spoken().text_of(rule["code"], "title", rule["title"])


def why(rule: JsonObject) -> str:
    """Why a rule matters."""
    return spoken().text_of(rule["code"], "why", rule["why"])


def _target(target: JsonObject, nouns: Mapping[str, str]) -> str:
    where = f"{visible(target['target'])} ({place_of(audited(target), visible)})"
    if target["gone"]:
        return say(f"{where}: does not exist")
    counts = [(target[many], noun) for many, noun in nouns.items()]
    return f"{where}: {each_of(', '.join(_counted(*each) for each in counts))}"


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"


def _rule(rule: JsonObject, found: list[JsonObject], palette: Palette, *, verbose: bool) -> Iterator[str]:
    colours = {"error": palette.bad, "warning": palette.change, "note": palette.dim}
    head = f"{say(rule['severity'])} {rule['code']}"
    yield f"{palette.paint(colours[rule['severity']], head)}: {visible(title(rule))} ({len(found)})"
    if verbose and rule["why"]:
        yield palette.paint(palette.dim, f"    {visible(why(rule))}")
    for finding in found:
        yield f"  {_finding(finding)}"
    hints = {finding["hint"] for finding in found if finding["hint"]}
    for hint in sorted(hints)[:3]:
        yield palette.paint(palette.dim, f"    {visible(say(hint))}")


def _finding(finding: JsonObject) -> str:
    where = f"{place(finding)}: " if finding["where"] else ""
    waived = finding["waived"]
    mark = say(f" [waived until {waived['expires']}: {waived['reason']}]") if waived else ""
    known = say(" [in the baseline]") if finding["known"] and not waived else ""
    return visible(f"{where}{subject(finding)}: {say(finding['summary'])}{mark}{known}")
