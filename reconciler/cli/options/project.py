"""Which project, which target of it, which of its resources."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import click

from reconciler.cli.options.completion import manifest_names, target_names
from reconciler.cli.options.declared import Option
from reconciler.cli.options.names import NamesType
from reconciler.cli.options.pairs import labels
from reconciler.kinds.base import Trust
from reconciler.model import PROJECT_FILE
from reconciler.model.quick import dataclass
from reconciler.pipeline import Settings
from reconciler.plan.named import Named
from reconciler.plan.selection import Selection
from reconciler.secrets.admission import Admission, admission

ALL = "*"
"""The value of `--verify-again` without a name."""
ALLOW_ENV = "DLC_RECONCILER_ALLOW_ENV"


def project_option(help: str) -> Option:
    """Return `--project`; its default is the project file of the current folder."""
    return Option("--project", metavar="FILE", type=click.Path(path_type=Path), show_default=True, help=help)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFileOptions:
    """The project file alone."""

    project: Annotated[Path, project_option("The project file, or the folder that holds it.")] = Path(PROJECT_FILE)

    @property
    def file(self) -> Path:
        """The project file itself, also where its folder was named."""
        return self.project / PROJECT_FILE if self.project.is_dir() else self.project


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowEnvOptions:
    """Options that say which environment variables manifests may use."""

    allow_env: Annotated[
        tuple[str, ...],
        Option(
            "--allow-env",
            variable=False,  # `admission` reads it, where an empty value has a meaning
            metavar="NAME",
            help="Let manifests take this environment variable, or all that begin so (NAME*), and no other.",
        ),
    ] = ()

    @property
    def admission(self) -> Admission:
        """The variables that were named, else those in the environment variable, else all.

        Raises:
            click.BadParameter: one of them is no name.
        """
        listed = os.environ.get(ALLOW_ENV)
        if not self.allow_env and listed is None:
            return Admission()
        try:
            return admission(self.allow_env or str(listed).split(","))
        except ValueError as error:
            raise click.BadParameter(
                f"{str(error)!r} is not the name of a variable, nor the beginning of one with `*` behind it",
                param_hint="--allow-env" if self.allow_env else ALLOW_ENV,
            ) from error


EVERY_VARIABLE = AllowEnvOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectOptions(ProjectFileOptions):
    """A target of the project."""

    target: Annotated[
        str,
        Option(
            "--target",
            metavar="NAME",
            shell_complete=target_names,
            help="Target of the project; needed when it has several.",
        ),
    ] = ""
    allowed: AllowEnvOptions = EVERY_VARIABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectOptions:
    """The resources that are meant, by their labels."""

    select: Annotated[
        tuple[str, ...],
        Option("--select", metavar="LABEL=VALUE", help="Only resources with this label; several must all match."),
    ] = ()

    @property
    def selection(self) -> Selection:
        """The labels as pairs.

        Raises:
            click.BadParameter: one of them is not LABEL=VALUE.
        """
        return Selection(labels(self.select, "--select"))


AllowAbsent = Annotated[
    tuple[str, ...],
    Option(
        "--allow-absent",
        metavar="GLOB",
        help="Manifests with this recorded path are gone on purpose, though it does not look so; ** for any folders.",
    ),
]
"""A person's word about manifests that only seem to be missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeOptions(SelectOptions):
    """Options that say what is planned, and how carefully it is read."""

    name: Annotated[
        tuple[str, ...],
        Option(
            "--name",
            type=NamesType(),
            variable=False,
            metavar="NAME",
            shell_complete=manifest_names,
            help="Only this template or TensorBoard, by name or id; * for any letters; several times for several. "
            "The rest is neither changed nor deleted.",
        ),
    ] = ()
    changed_since: Annotated[
        str,
        Option("--changed-since", metavar="REF", help="Only what the manifests changed since this Git revision."),
    ] = ""

    fetch_all: Annotated[
        bool,
        Option("--fetch-all", help="Fetch and compare every content, also where a recorded digest would do."),
    ] = False
    fetch_all_formerly: Annotated[bool, Option("--verify", variable=False, hidden=True)] = False
    verify_again: Annotated[
        tuple[str, ...],
        Option(
            "--verify-again",
            is_flag=False,
            flag_value=ALL,
            metavar="[NAME]",
            help="Prove the version of this template anew, whatever its last verification said; "
            "without NAME (then the option goes last) of all.",
        ),
    ] = ()
    without_soak: Annotated[
        str,
        Option(
            "--without-soak",
            metavar="REASON",
            help="Do not wait until other targets have had a default for the hours that are asked; the reason is kept.",
        ),
    ] = ""
    keep_going: Annotated[
        bool,
        Option(
            "--keep-going",
            help="Leave out manifests with errors, and go on with the others; what such a manifest may describe is "
            "neither changed nor deleted.",
        ),
    ] = False

    allow_absent: AllowAbsent = ()

    @property
    def selection(self) -> Selection:
        """The labels as pairs, and the names.

        Raises:
            click.BadParameter: a label is not LABEL=VALUE.
        """
        return Selection(labels(self.select, "--select"), named=Named.by(self.name))

    def applied_to(self, settings: Settings) -> Settings:
        """Return the settings with what is planned, and how carefully it is read."""
        return replace(
            settings,
            trust=Trust.NOTHING if self.fetch_all or self.fetch_all_formerly else Trust.MARKS,
            allow_absent=self.allow_absent,
            keep_going=self.keep_going,
            again=frozenset(self.verify_again),
            without_soak=self.without_soak.strip(),
        )
