"""Which project and target a text is about, also when the project file cannot be used; `ci name`."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Annotated

import click

from reconciler.authoring.glimpse import glimpse
from reconciler.ci import Marker
from reconciler.cli.ci.document import load_document, target_of
from reconciler.cli.options.declared import Option, takes_options
from reconciler.cli.options.planfile import may_take_plan
from reconciler.cli.options.project import ProjectFileOptions
from reconciler.model.quick import dataclass

_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The project and target whose comment is meant. A project file that cannot be read has no name; there may be no
    target yet."""

    project: str
    target: str

    def fits(self, marker: Marker) -> bool:
        """Return whether a comment may be meant. An unknown part fits everything."""
        return self.project in ("", marker.project) and self.target in ("", marker.target)

    @property
    def label(self) -> str:
        """A name for files and artifacts, `project@target`, of letters, digits and `._-@`; other names get a hash."""
        text = f"{_safe(self.project)}@{_safe(self.target)}"
        exact = text == f"{self.project}@{self.target}" and self.project and self.target
        digest = hashlib.sha256(ascii((self.project, self.target)).encode("ascii")).hexdigest()[:8]
        return text if exact else f"{text}-{digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutOptions(ProjectFileOptions):
    """Options that say which project and target a text is about; no manifest is read."""

    target: Annotated[
        str, Option("--target", metavar="NAME", help="Target of the project; needed when it has several.")
    ] = ""


def subject_of(file: Path | None, about: AboutOptions) -> Subject:
    """Return the subject from the plan, else from the project file, which is read leniently because it may be what
    is wrong."""
    if file is not None:
        document = load_document(file)
        return Subject(project=document.project, target=target_of(document))
    seen = glimpse(about.file)
    only = seen.targets[0] if len(seen.targets) == 1 else ""
    return Subject(project=seen.name, target=about.target or only)


@click.command("name", short_help="Print a name for artifacts that holds project and target.")
@may_take_plan
@takes_options
def name(*, about: AboutOptions, file: Path | None) -> int:
    """Print a name for artifacts that holds project and target, so that those of two projects keep apart.

    \b
    Example:
      dlc-reconciler ci name plan.json
    """
    subject = subject_of(file, about)
    click.echo(
        subject.label if subject.project else Subject(project=about.project.as_posix(), target=subject.target).label
    )
    return 0


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)[:_LONGEST]
