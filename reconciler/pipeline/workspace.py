"""What a command works on: its settings, one target's desired side, and the service behind it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cache import NO_CACHE, Cache, CreatedInCache
from reconciler.errors import ManifestError, ProjectError, UsageError
from reconciler.kinds import KINDS
from reconciler.kinds.base import AnyKind, Kinds, Scope, Trust
from reconciler.kinds.memory import NOTHING_CREATED, Created
from reconciler.live import ConnectionOptions, CredentialsSpec
from reconciler.live.pace import Paces
from reconciler.manifests import (
    Desired,
    Loading,
    ProcessEnvironment,
    Project,
    UnknownEnvironment,
    load_project,
)
from reconciler.manifests.broken import BrokenManifest
from reconciler.manifests.files import POINTER
from reconciler.model import WHOLE, Severity, Share, Target
from reconciler.model.address import EMULATOR
from reconciler.model.nearest import listed, meant
from reconciler.model.quick import dataclass
from reconciler.pipeline.embedded import Embedded
from reconciler.secrets.admission import Admission
from reconciler.secrets.redactor import Redactor
from reconciler.secrets.trees import variables

if TYPE_CHECKING:
    from reconciler.pipeline.asked_once import AskedOnce

WAIT = 300.0
"""Seconds to wait for a state that the service reaches after it has answered."""

INTERVAL = 2.0
"""Seconds between two looks at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a command was told: built once by the command line."""

    project_file: Path
    target: str = ""
    """Empty: the project's only target."""
    endpoint: str = ""
    """Replaces the target's own endpoint; "emulator" means the embedded one."""
    state: Path | None = None
    """Where the embedded emulator keeps its state; None: in the folder of the project."""
    credentials: CredentialsSpec = field(default_factory=CredentialsSpec)
    profiles: Mapping[str, str] = field(default_factory=dict)
    """Profiles that replace `credentials` at single targets, by the target's name."""
    paces: Paces = field(default_factory=Paces)
    """How fast calls go, shared by all targets of the run."""
    embedded: Embedded = field(default_factory=Embedded)
    """The embedded emulators of the run."""
    asked_once: AskedOnce | None = None
    """What targets that others wait for were asked in this look at many targets; None: each look asks anew."""
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    kinds: Kinds = KINDS
    """The kinds of resources there are."""
    trust: Trust = Trust.MARKS
    """What may be believed of live objects without fetching them."""
    cache: Cache = NO_CACHE
    """What earlier runs found out."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    admission: Admission = field(default_factory=Admission)
    """Which variables manifests may take."""
    revision: Callable[[], str] = str
    """Returns the Git revision to record on what is written; empty outside Git. Few commands ask for it."""
    allow_absent: tuple[str, ...] = ()
    """Patterns of recorded manifest paths that may be missing although nothing proves that they were removed."""
    keep_going: bool = False
    """Whether manifests with errors are left out, and the others planned and applied."""
    share: Share = WHOLE
    """The part of all resources to plan."""
    waits: bool = True
    """Whether apply stays until the verdicts of verifications. Otherwise it launches them and ends."""
    interval: float = INTERVAL
    """Seconds between the first two looks at what the service does after it has answered."""
    again: frozenset[str] = frozenset()
    """Templates whose versions are proved anew; "*" means all."""
    without_soak: str = ""
    """Why this run does not wait until other targets have had a default for long enough; empty: it waits."""
    wait: float = WAIT
    """Seconds to wait for a TensorBoard to reach a state."""
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """Returns the moment from which ages and the launches of the last days are counted."""
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    """Returns the time also where `now` stands still for reproducible output; how long a job has waited is judged by
    it."""
    clock: Callable[[], float] = time.monotonic
    """Measures `wait`."""

    @property
    def today(self) -> date:
        """The day by which waivers are judged, in UTC."""
        return self.now().astimezone(UTC).date()

    def environment(self) -> ProcessEnvironment:
        """Return where `${env.NAME}` comes from, for everything that writes the live side or is compared with it."""
        return ProcessEnvironment(self.environ, admission=self.admission)

    def unknown_environment(self) -> UnknownEnvironment:
        """Return the environment for reading manifests without secrets: variables need not be set."""
        return UnknownEnvironment(self.environ, admission=self.admission)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One target of a project, with what the manifests ask of it, as far as they were loaded."""

    project: Project
    target: Target
    """The target with the endpoint that is really used."""
    desired: Desired = field(default_factory=Desired)
    loading: Loading | None = None
    """The loading that gave the desired side, for the sides of other targets in the same run."""


def open_project(settings: Settings) -> Project:
    """Return the project file.

    Raises:
        ProjectError, ManifestError: it is missing or wrong.
        UsageError: a profile is for a target that it does not have.
    """
    project = load_project(settings.project_file)
    for name in settings.profiles:
        if name not in project.targets:
            raise UsageError(
                f'--profile: {project.path.name} has no target "{name}"{meant(name, project.targets)}',
                hint=f"Known targets: {listed(sorted(project.targets))}.",
            )
    return project


def choose_target(project: Project, name: str) -> str:
    """Return the target that a command means: the named one, or the only one.

    Raises:
        ProjectError: several targets and none named.
    """
    if name:
        return name
    if len(project.targets) == 1:
        return next(iter(project.targets))
    hint = "Add `--target NAME`; where a command takes many, `--all-targets` means all of them."
    raise ProjectError(f"which target? {project.name} has {listed(tuple(project.targets))}", hint=hint)


def open_target(settings: Settings) -> Workspace:
    """Return the target that is meant, with the endpoint that the command names instead of its own. No manifest is
    read.

    Raises:
        ProjectError: no such target, or no project.
        ManifestError: the project file itself has errors.
    """
    project = open_project(settings)
    name = choose_target(project, settings.target)
    return replace(unread(settings, project, name), loading=loading_of(settings, project, [name]))


def unread(settings: Settings, project: Project, name: str) -> Workspace:
    """Return one of the targets of a project, with the endpoint that the command names instead of its own.

    Raises:
        ProjectError: the project has no such target.
    """
    target = project.target(name).target
    return Workspace(project=project, target=replace(target, endpoint=settings.endpoint or target.endpoint))


def look_at(settings: Settings) -> Workspace:
    """Return a target with all manifests that are sound. Faults of the others are among its findings.

    Raises:
        ProjectError: no such target, or no project.
        ManifestError: the project file itself has errors.
    """
    return with_manifests(settings, open_target(settings))


def with_manifests(settings: Settings, opened: Workspace) -> Workspace:
    """Return a target that was opened before, with all manifests that are sound (see `look_at`)."""
    project, name = opened.project, opened.target.name
    return of_loading(settings, project, opened.loading or loading_of(settings, project, [name]), name)


def loading_of(settings: Settings, project: Project, names: Sequence[str]) -> Loading:
    """Return a loading of these targets, and of those that they come after. Nothing is read yet."""
    awaited = (each for name in names for each in project.target(name).after.targets)
    return Loading(
        project,
        list(dict.fromkeys((*names, *awaited))),
        kinds=settings.kinds,
        environ=settings.environment(),
        today=settings.today,
        entries=settings.cache.manifests,
    )


def of_loading(settings: Settings, project: Project, loading: Loading, name: str) -> Workspace:
    """Return one of the targets of a loading, with all manifests that are sound.

    Raises:
        ProjectError: the project has no such target.
    """
    return replace(unread(settings, project, name), desired=loading.desired(name), loading=loading)


def usable(workspace: Workspace) -> Workspace:
    """Return the workspace when nothing is wrong with the project as a whole. Single manifests may have errors.

    Raises:
        ManifestError: with everything that was found.
    """
    if workspace.desired.general:
        raise ManifestError(workspace.desired.findings)
    return workspace


def reckoned_with(settings: Settings, workspace: Workspace) -> tuple[BrokenManifest, ...]:
    """Return the manifests with errors. What Git LFS has not fetched blocks a plan instead, unless such manifests
    may be left out."""
    return tuple(
        each
        for each in workspace.desired.broken
        if settings.keep_going or [item.code for item in each.shown.findings] != [POINTER]
    )


def open_workspace(settings: Settings) -> Workspace:
    """Return a target with all its manifests, every one of them valid.

    Raises:
        ProjectError: no such target, or no project.
        ManifestError: with every error in every manifest.
    """
    workspace = usable(look_at(settings))
    if reckoned_with(settings, workspace) and not settings.keep_going:
        raise ManifestError(workspace.desired.findings)
    return workspace


def broken_manifests(workspace: Workspace) -> tuple[str, ...]:
    """Return a note for people when manifests could not be read."""
    errors = sum(finding.severity is Severity.ERROR for finding in workspace.desired.findings)
    if not errors:
        return ()
    what = "1 error" if errors == 1 else f"{errors} errors"
    return (f"the manifests have {what}, so some are left out; `dlc-reconciler validate` shows them",)


def redactor_of(settings: Settings, workspace: Workspace) -> Redactor:
    """Return a redactor of the values that the manifests take from the environment, and of variables with a secret
    name."""
    return Redactor(workspace.desired.secrets | variables(settings.environ))


def scope_of(settings: Settings, workspace: Workspace, kind: AnyKind) -> Scope:
    """Return whose resources of a kind a run is about, and where."""
    prune = workspace.project.prune
    return Scope(
        project=workspace.project.name,
        former_projects=workspace.project.former_names,
        workspace_id=workspace.target.workspace_id,
        prune=bool(prune.get(kind.prune)),
        prune_prefix=prune.get(kind.prune_prefix) or "",
        stamp=workspace.project.stamp,
        trust=settings.trust,
        now=settings.now(),
        share=settings.share,
        described=workspace.desired.described,
        former=workspace.desired.renamed,
        expected=workspace.desired.expected,
        created=_created(settings, workspace),
    )


def _created(settings: Settings, workspace: Workspace) -> Created:
    """Return what was created here lately. The embedded emulator has another address each time, and lists new
    objects at once."""
    folder, target = settings.cache.folder, workspace.target
    if folder is None or target.endpoint == EMULATOR:
        return NOTHING_CREATED
    return CreatedInCache(folder, target.endpoint or target.region, target.workspace_id)
