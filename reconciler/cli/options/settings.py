"""Turns the options of a command into settings for the pipeline."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial

from reconciler.cli.options.cache import usual_cache
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectFileOptions, ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.targets import TargetsOptions
from reconciler.errors import UsageError
from reconciler.git.commits import head
from reconciler.pipeline import Settings
from reconciler.secrets.admission import Admission

OFFICIAL = ServiceOptions()
QUIET = OutputOptions()


def settings_from(
    project: ProjectFileOptions, service: ServiceOptions = OFFICIAL, output: OutputOptions = QUIET
) -> Settings:
    """Return the settings of a command from its options; `dataclasses.replace` adds what only some commands have."""
    return Settings(
        project_file=project.file,
        target=_target(project),
        admission=project.allowed.admission if isinstance(project, ProjectOptions | TargetsOptions) else Admission(),
        endpoint=service.endpoint,
        credentials=service.credentials,
        profiles=service.profiles,
        connection=service.connection(telling=output.verbose > 0),
        cache=usual_cache(),
        revision=cache(partial(head, project.file.parent)),
        now=_now,
    )


def recording(settings: Settings) -> Settings:
    """Return the settings of a command that records a revision on what it writes: what is checked out now, before the
    manifests are read, whatever is checked out when it writes."""
    revision = settings.revision()
    return replace(settings, revision=lambda: revision)


def _target(project: ProjectFileOptions) -> str:
    if isinstance(project, TargetsOptions):
        return project.choice.single
    return project.target if isinstance(project, ProjectOptions) else ""


def _now() -> datetime:
    """Return the time. SOURCE_DATE_EPOCH, seconds since 1970, replaces it where output must be reproducible.

    Raises:
        UsageError: the variable is not such a number.
    """
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not fixed:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"SOURCE_DATE_EPOCH is not a time in seconds: {fixed!r}") from error
