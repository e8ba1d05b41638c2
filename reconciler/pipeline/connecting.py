"""The service behind a target: with which identity it is called, how fast, and the embedded emulator that may
replace it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cache import Entries
from reconciler.kinds.base import AnyKind
from reconciler.live import ConnectionOptions, CredentialsSpec, Service, Source
from reconciler.live.connection import nobody_waits
from reconciler.live.credentials import settle
from reconciler.live.later import load_client, load_connection
from reconciler.live.pace import Pace
from reconciler.model import Target
from reconciler.model.address import EMULATOR, AddressError, parse_address
from reconciler.model.lazily import later
from reconciler.pipeline.ahead import Ahead, Listing
from reconciler.pipeline.asked_once import Way
from reconciler.pipeline.embedded import STATE_FILE
from reconciler.pipeline.known import place_of
from reconciler.pipeline.workspace import Settings, Workspace, redactor_of, scope_of

if TYPE_CHECKING:
    from reconciler.live.service import LiveService, connect
else:
    connect = later("reconciler.live.service", "connect")

_NOBODY = CredentialsSpec(Source.PLACEHOLDER)


@contextmanager
def listing_ahead(
    settings: Settings, workspace: Workspace, on_total: Callable[[int], None] = nobody_waits
) -> Iterator[Ahead | None]:
    """The listings of a target, which begin before its manifests are read; nothing of them goes on after the block.

    `on_total` is told how many rows each of them has, and may wait (see `ConnectionOptions`). None for the embedded
    emulator: it answers at once, and starts only when it is needed.
    """
    target = workspace.target
    if target.endpoint == EMULATOR:
        yield None
        return
    listings = [each for kind in settings.kinds if (each := _first_listing(settings, workspace, kind)) is not None]
    options = replace(settings.connection, hide=redactor_of(settings, workspace), on_total=on_total)
    ahead = Ahead(partial(_connect, settings, target), options, listings)
    with _reading_ahead(workspace):
        load_connection()
        ahead.begin()
        try:
            yield ahead
        finally:
            ahead.drop()


def _first_listing(settings: Settings, workspace: Workspace, kind: AnyKind) -> Listing | None:
    if kind.first_listing is None:
        return None
    scope = scope_of(settings, workspace, kind)
    return Listing(*kind.first_listing(scope), looked_over=partial(kind.looked_over, scope))


@contextmanager
def _reading_ahead(workspace: Workspace) -> Iterator[None]:
    """The manifests are read at the same time. Of thousands that begins first, because it takes longest.

    While the second process starts, there is nothing to judge yet, and the client is loaded. A thread that imports its
    hundreds of modules beside the judging would wait for the interpreter after each file that it opened.
    """
    loading = workspace.loading
    if loading is None:
        yield
        return
    try:
        if loading.begin():
            load_client()
        yield
    finally:
        loading.close()


@contextmanager
def connected(settings: Settings, workspace: Workspace, ahead: Ahead | None = None) -> Iterator[Service]:
    """Yield the service behind a target. At the end it is closed, and the embedded emulator stopped.

    No error that leaves the block shows a value that `redactor_of` removes.

    Raises:
        ProjectError: the embedded emulator cannot use its state file.
    """
    target, redactor = workspace.target, redactor_of(settings, workspace)
    options = replace(settings.connection, hide=redactor)
    with redactor.over_errors(), _flushed(settings.cache.entries):
        if target.endpoint != EMULATOR:
            opened = ahead.service(redactor) if ahead is not None else _connect(settings, target, options)
            with opened as service:
                yield service
            return
        with (
            settings.embedded.running(_state(settings, workspace), workspace.project) as emulator,
            connect(
                replace(target, endpoint=emulator.url),
                _NOBODY,
                replace(options, place=lambda: f"{EMULATOR} {emulator.state_id}"),
                environ={},
            ) as service,
        ):
            yield service


def way_to(settings: Settings, target: Target) -> Way:
    """Return the way to the service behind a target."""
    return target.region, target.endpoint, settings.profiles.get(target.name, "")


def _connect(settings: Settings, target: Target, options: ConnectionOptions) -> LiveService:
    identity = _identity(settings, target)
    options = replace(options, place=partial(place_of, target), pace=_pace(settings, identity, target, options))
    return connect(target, identity, options, environ=settings.environ)


@contextmanager
def _flushed(entries: Entries) -> Iterator[None]:
    """Write what was learned, also when the run fails."""
    try:
        yield
    finally:
        entries.flush()


def _identity(settings: Settings, target: Target) -> CredentialsSpec:
    """Return the identity that calls the service. Only the command line lets real credentials go to a server on this
    machine."""
    own = settings.profiles.get(target.name)
    credentials = CredentialsSpec(Source.PROFILE, own) if own else settings.credentials
    if settings.endpoint or not target.endpoint:
        return credentials
    try:
        return _NOBODY if parse_address(target.endpoint).is_loopback else credentials
    except AddressError:
        return _NOBODY


def _pace(settings: Settings, identity: CredentialsSpec, target: Target, options: ConnectionOptions) -> Pace:
    """Return one pace for each identity and region of a run: the service counts that way, not by workspace."""
    caller = (settle(identity, settings.environ, Path.home()), target.region)
    return settings.paces.of(caller, options.own_pace)


def _state(settings: Settings, workspace: Workspace) -> Path:
    return settings.state or workspace.project.root / STATE_FILE
