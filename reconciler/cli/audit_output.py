"""Where an audit's report goes: standard output, files by their endings, the baseline; and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.console import palette_for
from reconciler.cli.outlets import STREAM, check_place, save_to
from reconciler.cli.repository import folder_in_repository
from reconciler.errors import FileError
from reconciler.files import PRIVATE, SHARED
from reconciler.model import Severity
from reconciler.pipeline import Settings
from reconciler.render.audit.document import AuditDocument
from reconciler.render.style import PLAIN, Palette

if TYPE_CHECKING:
    from reconciler.pipeline.auditing import Audited

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
_ORDER = (Severity.NOTE, Severity.WARNING, Severity.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What was asked for."""

    format: str
    files: tuple[Path, ...]
    baseline: Path | None
    write_baseline: Path | None
    fail_on: Severity | None
    """None: findings never change the exit code."""
    plain: bool
    verbose: bool


def check(output: Output) -> None:
    """What can be known to fail before hours of reading.

    Raises:
        ReconcilerError: the baseline cannot be read, or a file cannot be written.
    """
    from reconciler.audit.baseline import read_baseline  # noqa: PLC0415

    if output.baseline:
        read_baseline(output.baseline)
    for file in (*output.files, *((output.write_baseline,) if output.write_baseline else ())):
        check_place(file)


def emit(settings: Settings, snapshot: Path, output: Output) -> int:
    """Judge the snapshot and write the report; 1 when something stands that counts as failure.

    A file that cannot be written keeps nothing else from being written and shown.

    Raises:
        FileError: of the first such file, at the end.
    """
    from reconciler.audit.baseline import baseline_text  # noqa: PLC0415
    from reconciler.audit.store import Store  # noqa: PLC0415
    from reconciler.pipeline.auditing import document, judged  # noqa: PLC0415

    with Store.open(snapshot) as store:
        audited = judged(settings, store, output.baseline)
        made = document(store, audited)
        formats = _formats(settings, audited, made, output)
        files = {
            file: (formats(PLAIN)[_ENDINGS.get(file.suffix.lower(), output.format)], PRIVATE) for file in output.files
        }
        if output.write_baseline:
            files[output.write_baseline] = (lambda: [baseline_text(audited.found)], SHARED)
        failures = {file: failure for file, (text, mode) in files.items() if (failure := _failure(file, text(), mode))}
        if STREAM in files:
            pass  # the document that was asked for is there, and nothing may stand beside it
        elif output.files and output.format == "text":
            _say(made, [file for file in output.files if file not in failures])
        else:
            for piece in formats(palette_for(sys.stdout, plain=output.plain))[output.format]():
                click.echo(piece, nl=False)
    for failure in failures.values():
        raise failure
    return 1 if output.fail_on is not None and _fails(made, output.fail_on) else 0


def _say(made: AuditDocument, written: Sequence[Path]) -> None:
    from reconciler.render.audit.text import sentence  # noqa: PLC0415

    click.echo(sentence(made.head))
    click.echo(f"Written: {', '.join(map(str, written)) or 'nothing'}")


def _formats(
    settings: Settings, audited: Audited, made: AuditDocument, output: Output
) -> Callable[[Palette], Mapping[str, Callable[[], Iterable[str]]]]:
    """The formats, for the colours of where they go."""
    from reconciler.pipeline.auditing import explanations, flat_findings  # noqa: PLC0415
    from reconciler.render.audit import listing, markdown, table, text  # noqa: PLC0415

    prefix = folder_in_repository(settings.project_file.parent)

    def as_sarif() -> Iterator[str]:
        from reconciler.render.findings import sarif  # noqa: PLC0415

        yield sarif(
            flat_findings(audited),
            prefix=prefix,
            project_file=settings.project_file.name,
            explanations=explanations(audited),
        )

    def as_junit() -> Iterator[str]:
        from reconciler.render.findings import junit  # noqa: PLC0415

        yield junit(flat_findings(audited), prefix=prefix, suite="dlc-reconciler audit", group="audit")

    def as_html() -> Iterator[str]:
        from reconciler.render.audit.html import audit_html  # noqa: PLC0415

        return audit_html(made)

    return lambda palette: {
        "text": lambda: text.audit_text(made, palette, verbose=output.verbose),
        "json": lambda: listing.audit_json(made),
        "csv": lambda: table.audit_csv(made),
        "markdown": lambda: markdown.audit_markdown(made),
        "sarif": as_sarif,
        "junit": as_junit,
        "html": as_html,
    }


def _failure(file: Path, pieces: Iterable[str], mode: int) -> FileError | None:
    """Write a file; why it could not be written."""
    try:
        save_to(file, pieces, mode=mode)
    except FileError as error:
        return error
    return None


def _fails(made: AuditDocument, least: Severity) -> bool:
    weight = _ORDER.index(least)
    return any(_ORDER.index(Severity(each["severity"])) >= weight for each in made.standing)
