"""`ci notify`: tells chats what happened."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Annotated

import click

from reconciler.cli.ci.document import Document, Report, load_document, plans_of, target_of
from reconciler.cli.ci.fleet_notices import fleet_drifted, of_fleet, of_fleet_drift, of_fleet_report
from reconciler.cli.ci.fleetreport import load_any_report
from reconciler.cli.ci.notices import Notice, drifted, messages, of_drift, of_plan, of_report
from reconciler.cli.ci.review_texts import checked_link
from reconciler.cli.ci.where import ArtifactUrl, ReportFile, moment_now
from reconciler.cli.options.cache import CacheFolderOptions
from reconciler.cli.options.declared import Option, takes_options
from reconciler.cli.options.planfile import takes_plan
from reconciler.cli.terminal.outlets import warn
from reconciler.errors import FileError, UsageError
from reconciler.files import make_private_folder, write_secretly
from reconciler.languages import say
from reconciler.model import ApplyReport, FleetReport, Plan
from reconciler.model.quick import dataclass
from reconciler.notify import (
    RECEIVERS,
    Destination,
    News,
    NotifyError,
    deliver,
    destination_of,
    news_of,
    receiver_named,
)
from reconciler.notify import told as memory

_FOLDER = "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftOptions(CacheFolderOptions):
    """Options for reporting each drift once."""

    drift: Annotated[
        bool,
        Option("--drift", variable=False, help="The plan was made to look for drift: tell when it comes and goes."),
    ] = False
    told: Annotated[
        Path | None,
        Option(
            "--told",
            variable=False,
            metavar="FILE",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Where it is kept which drift was told, if not in the user's own cache folder.",
        ),
    ] = None

    def kept(self, document: Document, destination: Destination) -> Path | None:
        """Return the file that says which drift of these targets was reported to this receiver; None where nothing can
        be stored."""
        if self.told is not None:
            return self.told
        folder = self.folder
        if folder is None or not folder.is_trusted():
            return None
        parts = (document.project, *_place(document), destination.receiver.name)
        told = hashlib.sha256("\n".join((*parts, *sorted(destination.unsaid))).encode()).hexdigest()[:32]
        make_private_folder(folder.path / _FOLDER)
        return folder.path / _FOLDER / f"{told}.json"


@click.command(short_help="Tell a group chat what a plan or an apply did.")
@takes_plan
@takes_options
def notify(
    *,
    file: Path,
    to: Annotated[
        str,
        Option("--to", type=click.Choice([each.name for each in RECEIVERS]), help="Who is told."),
    ],
    report: ReportFile = None,
    about: DriftOptions,
    artifact_url: ArtifactUrl = "",
    strict: Annotated[bool, Option("--strict", help="Exit code 1 when the message did not arrive.")] = False,
) -> int:
    """Tell a group chat what a plan or an apply did: three lines, what is dangerous first, with links.

    A document of many targets is told in one message.

    The address comes from DLC_RECONCILER_NOTIFY_URL, the secret for the signature (DingTalk and Feishu have one) from
    DLC_RECONCILER_NOTIFY_SECRET. Neither is ever printed. The address must be on one of the receiver's own hosts, or on
    this machine for trying; `--to webhook` takes every https address, and sends a JSON document.

    A plan with nothing to do is not told. A receiver that fails is a warning: the exit code stays 0, without --strict.
    With --drift it is told when drift comes, when more objects drift, and when it is gone, each once.

    \b
    Examples:
      dlc-reconciler ci notify plan.json --to dingtalk
      dlc-reconciler ci notify plan.json --report apply.jsonl --to feishu --strict
      dlc-reconciler ci notify plan.json --drift --to slack
    """
    if about.drift and report:
        raise UsageError("--drift and --report exclude each other")
    if about.told and not about.drift:
        raise UsageError("--told means something with --drift only")
    link = checked_link(artifact_url) if artifact_url else ""
    document = load_document(file)
    destination = destination_of(receiver_named(to), os.environ)
    if about.drift:
        _tell_drift(document, destination, about, link, strict=strict)
        return 0
    notice = _of_report(document, load_any_report(report, document)) if report else _of_document(document)
    _arrived(notice, destination, link, strict=strict)
    return 0


def _place(document: Document) -> tuple[str, ...]:
    """Return what says which targets a document is about; of many, which were asked for."""
    if isinstance(document, Plan):
        return document.target.name, document.target.region, document.target.workspace_id
    return "many", target_of(document)


def _of_document(document: Document) -> Notice | None:
    return of_plan(document) if isinstance(document, Plan) else of_fleet(document)


def _of_report(document: Document, report: Report) -> Notice | None:
    if isinstance(document, Plan):
        return of_report(document, report) if isinstance(report, ApplyReport) else None
    return of_fleet_report(document, report) if isinstance(report, FleetReport) else None


def _of_drift(document: Document, news: News) -> Notice | None:
    return of_drift(document, news) if isinstance(document, Plan) else of_fleet_drift(document, news)


def _tell_drift(document: Document, destination: Destination, about: DriftOptions, link: str, *, strict: bool) -> None:
    """Report what is new about drift. It counts as reported only when the message arrived."""
    if any(plan.is_part for plan in plans_of(document)):
        raise UsageError("a plan of a part of the target does not say whether there is drift", hint="Plan all of it.")
    file = about.kept(document, destination)
    if file is None:
        warn("it cannot be kept which drift was told, so all of it is told again; `--told FILE` names a place")
    found = drifted(document) if isinstance(document, Plan) else fleet_drifted(document)
    before, now = _before(file), memory.digests(found)
    news = news_of(before, now)
    if news is News.SAME:
        click.echo(say("Nothing new to tell: this drift was told before."))
    elif not _arrived(_of_drift(document, news), destination, link, strict=strict):
        return
    if file is not None and now != before:
        write_secretly(file, memory.written(now))


def _arrived(notice: Notice | None, destination: Destination, link: str, *, strict: bool) -> bool:
    """Send a notice. Return False when it did not arrive and that is no error.

    Raises:
        NotifyError: it did not arrive, with `strict`.
    """
    title = destination.receiver.title
    if notice is None:
        click.echo(say("Nothing to tell."))
        return True
    try:
        deliver(destination, messages(notice, moment_now(), link))
    except NotifyError as error:
        if strict:
            raise
        warn(f"not told: {error.message}{f'. {error.hint}' if error.hint else ''}")
        return False
    click.echo(say(f"Told by {title}." if destination.receiver.hosts else "Told."))
    return True


def _before(file: Path | None) -> frozenset[str]:
    """Return what was reported before; nothing when the file does not exist or is not ours."""
    if file is None:
        return frozenset()
    try:
        with file.open("rb") as stream:
            text = stream.read(memory.LONGEST)
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        raise FileError(f"{file} cannot be read: {error.strerror}") from error
    return memory.read(text.decode("utf-8", "replace"))
