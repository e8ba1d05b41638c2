"""Where an audit's report goes: standard output, files by their endings, the baseline; and the exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import click

from reconciler.audit.baseline import baseline_text, read_baseline
from reconciler.audit.store import Store
from reconciler.cli.options.declared import Option
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.terminal.failures import with_failures
from reconciler.cli.terminal.outlets import STREAM, check_place, save_to
from reconciler.errors import FileError
from reconciler.files import PRIVATE, SHARED
from reconciler.git.checkout import folder_in_repository
from reconciler.languages import say
from reconciler.model import Severity
from reconciler.model.quick import dataclass
from reconciler.pipeline import Settings
from reconciler.pipeline.auditing import Audited, document, explanations, flat_findings, judged
from reconciler.render.audit import csv_table, markdown, streamed_json, text
from reconciler.render.audit.document import AuditDocument
from reconciler.render.audit.text import sentence
from reconciler.render.findings import junit, sarif
from reconciler.render.style import PLAIN, Palette

FORMATS = ("text", "json", "csv", "markdown", "sarif", "junit", "html")
_ENDINGS = {
    ".txt": "text",
    ".json": "json",
    ".csv": "csv",
    ".md": "markdown",
    ".sarif": "sarif",
    ".xml": "junit",
    ".html": "html",
}
NEVER = "never"
"""The value of `--fail-on` with which findings never change the exit code."""

_ORDER = (Severity.NOTE, Severity.WARNING, Severity.ERROR)


_FILE = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """Options that say what is written where, and what counts as failure."""

    format: Annotated[
        str, Option("--format", type=click.Choice(list(FORMATS)), show_default=True, help="What is printed.")
    ] = "text"
    out: Annotated[
        tuple[Path, ...],
        Option(
            "--out",
            type=_FILE,
            metavar="FILE",
            help="Write to a file, in the format its ending says, else in --format; may be given several times.",
        ),
    ] = ()
    baseline: Annotated[
        Path | None,
        Option("--baseline", type=_FILE, metavar="FILE", help="Hide what was there when this was written."),
    ] = None
    write_baseline: Annotated[
        Path | None,
        Option("--write-baseline", type=_FILE, metavar="FILE", help="Write what is found now as a baseline."),
    ] = None
    fail_on: Annotated[
        str,
        Option(
            "--fail-on",
            type=click.Choice([*(severity.value for severity in reversed(_ORDER)), NEVER]),
            show_default=True,
            help="Exit code 1 from findings of this severity on.",
        ),
    ] = Severity.ERROR.value


def check(report: ReportOptions) -> None:
    """Refuse, before hours of reading, what would certainly fail after them.

    Raises:
        ReconcilerError: the baseline cannot be read, or a file cannot be written.
    """
    if report.baseline:
        read_baseline(report.baseline)
    for file in (*report.out, *((report.write_baseline,) if report.write_baseline else ())):
        check_place(file)


def emit(settings: Settings, snapshot: Path, report: ReportOptions, output: OutputOptions) -> int:
    """Judge the snapshot and write the report. Return 1 when a remaining finding counts as a failure, or when a target
    failed.

    A file that cannot be written does not stop the others.

    Raises:
        FileError: of the first such file, at the end.
    """
    with Store.open(snapshot) as store:
        audited = judged(settings, store, report.baseline)
        made = document(store, audited)
        formats = _formats(settings, audited, made, verbose=output.verbose > 0)
        files = {
            file: (formats(PLAIN)[_ENDINGS.get(file.suffix.lower(), report.format)], PRIVATE) for file in report.out
        }
        if report.write_baseline:
            files[report.write_baseline] = (lambda: [baseline_text(audited.found)], SHARED)
        failures = {file: failure for file, (text, mode) in files.items() if (failure := _failure(file, text(), mode))}
        if STREAM in files:
            pass  # the requested document is on standard output, and nothing else may stand there
        elif report.out and report.format == "text":
            _say(made, [file for file in report.out if file not in failures])
        else:
            for piece in formats(output.palette)[report.format]():
                click.echo(piece, nl=False)
        failed = store.failed()
    found = report.fail_on != NEVER and _fails(made, Severity(report.fail_on))
    code = with_failures(failed, output, int(found))
    for failure in failures.values():
        raise failure
    return code


def _say(made: AuditDocument, written: Sequence[Path]) -> None:
    click.echo(sentence(made.head))
    click.echo(say(f"Written: {', '.join(map(str, written)) or 'nothing'}"))


def _formats(
    settings: Settings, audited: Audited, made: AuditDocument, *, verbose: bool
) -> Callable[[Palette], Mapping[str, Callable[[], Iterable[str]]]]:
    """Return the formats, with the colours that fit their destinations."""
    prefix = folder_in_repository(settings.project_file.parent)

    def as_sarif() -> Iterator[str]:
        yield sarif(
            flat_findings(audited),
            prefix=prefix,
            project_file=settings.project_file.name,
            explanations=explanations(audited),
        )

    def as_junit() -> Iterator[str]:
        yield junit(flat_findings(audited), prefix=prefix, suite="dlc-reconciler audit", group="audit")

    def as_html() -> Iterator[str]:
        from reconciler.render.audit.html import audit_html  # noqa: PLC0415 - needs jinja2

        return audit_html(made)

    return lambda palette: {
        "text": lambda: text.audit_text(made, palette, verbose=verbose),
        "json": lambda: streamed_json.audit_json(made),
        "csv": lambda: csv_table.audit_csv(made),
        "markdown": lambda: markdown.audit_markdown(made),
        "sarif": as_sarif,
        "junit": as_junit,
        "html": as_html,
    }


def _failure(file: Path, pieces: Iterable[str], mode: int) -> FileError | None:
    """Write a file, and return the error when it could not be written."""
    try:
        save_to(file, pieces, mode=mode)
    except FileError as error:
        return error
    return None


def _fails(made: AuditDocument, least: Severity) -> bool:
    weight = _ORDER.index(least)
    return any(_ORDER.index(Severity(each["severity"])) >= weight for each in made.standing)
