"""`ci mark`: says in a comment what became of its plan."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import click

from reconciler.ci import Host, Marker, summary_file, upsert_comment
from reconciler.ci.host_texts import Note
from reconciler.ci.marks import STATES, State, marked
from reconciler.cli.ci.review_texts import append_summary, banner
from reconciler.cli.ci.show import SUMMARY_BYTES
from reconciler.cli.ci.subject import AboutOptions, Subject, subject_of
from reconciler.cli.ci.where import Where, moment_now, tell
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.planfile import may_take_plan
from reconciler.errors import ReconcilerError
from reconciler.model import Finding, ResourceId, Severity, SourceRef
from reconciler.model.quick import dataclass

_FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyOptions:
    """Options that say why there is no plan, or why it was refused."""

    findings: Annotated[
        Path | None,
        Option(
            "--findings",
            variable=False,
            type=_FILE,
            help="What `validate --format json` printed: why there is no plan.",
        ),
    ] = None
    said: Annotated[
        Path | None,
        Option("--said", variable=False, type=_FILE, help="What the command that failed printed."),
    ] = None


@click.command(short_help="Say on a request what became of its plan.")
@argument("state", type=click.Choice(list(STATES)))
@may_take_plan
@takes_options
def mark(
    state: str,
    *,
    about: AboutOptions,
    file: Path | None,
    why: WhyOptions,
    summary_only: Annotated[
        bool,
        Option("--summary-only", variable=False, help="Add it to the job's summary, and write no comment."),
    ] = False,
    where: Where,
) -> int:
    """Say on a request what became of its plan.

    STATE is one of:

    \b
    planning  a run makes the plan anew; only marks a comment that is there
    outdated  a newer commit could not be planned: with --findings or --said, why
    closed    the request was closed without merging; only marks a comment that is there
    refused   after the merge: nothing was applied, and why; in the job's summary too

    What an out-of-date comment showed does not count as reviewed any more. The next `ci comment` takes the mark off.

    \b
    Examples:
      dlc-reconciler ci mark planning --target prod
      dlc-reconciler ci mark outdated --target prod --findings findings.json
      dlc-reconciler ci mark refused plan.json --said verify.txt
    """
    row = STATES[state]
    subject = subject_of(file, about)
    found, text = _findings(why.findings), _text(why.said)
    told = banner(row, moment_now(), found, text)
    to = summary_file(os.environ)
    if to is not None and row.creates:
        append_summary(to, told + "\n", SUMMARY_BYTES)
    if summary_only:
        return 0
    place = where.place()
    with where.opened(place) as host:
        host.account()
        number = where.planned(place, host) if row.purpose == "plan" else where.request(place, host)
        limit = place.platform.limits.comment
        for marker, old in _comments(host, number, subject, row):
            body = marked(marker, row, told, old, limit)
            tell("Comment", upsert_comment(host.comments(number), marker, body, create=row.creates))
    return 0


def _comments(host: Host, number: int, subject: Subject, state: State) -> list[tuple[Marker, str]]:
    """Return our comments that are meant, with their texts; also a new one, where the state deserves one and its
    place is known."""
    found = [
        (marker, note.body)
        for note, marker in _ours(host, number)
        if marker.purpose == state.purpose and subject.fits(marker)
    ]
    if found or not (subject.project and subject.target):
        return found
    blank = Marker(purpose=state.purpose, project=subject.project, target=subject.target)
    return [(replace(blank, ended="nothing") if state.purpose == "apply" else blank, "")]


def _ours(host: Host, number: int) -> list[tuple[Note, Marker]]:
    notes = [note for note in host.comments(number).all() if note.mine]
    return [(note, marker) for note in notes if (marker := Marker.read(note.body)) is not None]


def _findings(file: Path | None) -> list[Finding]:
    if file is None:
        return []
    try:
        return [_finding(row) for row in json.loads(_text(file) or "{}").get("findings", [])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReconcilerError(f"{file} is not what `validate --format json` prints") from error


def _finding(row: dict[str, Any]) -> Finding:
    place = row.get("where")
    named = row.get("kind") and row.get("name")
    return Finding(
        code=str(row["code"]),
        severity=Severity(row["severity"]),
        summary=str(row["summary"]),
        subject=ResourceId(str(row["kind"]), str(row["name"])) if named else None,
        where=SourceRef(str(place["file"]), int(place["line"]), int(place["column"])) if place else None,
        hint=str(row.get("hint") or ""),
    )


def _text(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be read: {error.strerror}") from error
