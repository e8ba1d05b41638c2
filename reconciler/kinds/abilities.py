"""What a kind calls, and what only some kinds have: a mark of the project on their objects, and versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic

from reconciler.kinds.keeping import DesiredT, LiveT
from reconciler.kinds.site import Scope
from reconciler.live.port import Operation, Service
from reconciler.model import Action, Resource, ResourceId
from reconciler.model.quick import dataclass

if TYPE_CHECKING:
    from reconciler.kinds.inspection import AnyInspection
    from reconciler.kinds.results import LiveManifest, LiveObject, Owned, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The operations of the service that are called for the objects of one kind. The permissions that commands need
    are made from them."""

    read: tuple[Operation, ...]
    """What reading the live side calls."""
    mark: tuple[Operation, ...] = ()
    """What adopting and releasing an object call, beside reading it."""
    write: tuple[Operation, ...]
    """What actions call, beside reading what is listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership(Generic[DesiredT, LiveT]):
    """What only kinds have whose objects carry a mark of their project."""

    recorded: Callable[[Resource[LiveT]], str]
    """Returns the path of the manifest that a live object names as its own; may be empty."""
    asks: Callable[[Resource[DesiredT]], bool]
    """Returns whether a manifest asks for adoption."""
    asking: Callable[[Resource[DesiredT], str], Resource[DesiredT]]
    """Returns a manifest that asks for adoption in addition, from the named project; where the name is empty, from the
    project that the manifest names itself, or from nobody."""
    release: Callable[[Service, Scope, LiveObject, tuple[str, ...]], Action | None]
    """Returns the action that takes the marks off a live object, with notes for people; None when the object carries no
    mark of this project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions(Generic[DesiredT, LiveT]):
    """What only kinds with versions have."""

    owned: Callable[[Scope, Resource[LiveT]], Owned | None]
    """Returns what a live object that was read with `Trust.FETCHED` says; None when it does not carry this project's
    mark."""
    digest: Callable[[Resource[DesiredT]], str]
    """Returns the digest of the content that a manifest asks for, comparable with those of `Owned`."""
    standings: Callable[[Service, Scope, Mapping[ResourceId, Resource[DesiredT]]], Mapping[ResourceId, Standing]]
    """Returns how the live defaults compare with what these manifests ask; nothing else of the workspace is read."""
    count: Callable[[Service, Scope, LiveObject], int | None]
    """Returns how many versions a live object has, by one call where no earlier run saw them; None when it cannot be
    told."""
    manifest_of: Callable[[Service, LiveObject, int], LiveManifest | str]
    """Returns what a manifest for one version of a live object says, or why there cannot be one."""
    inspection: Callable[[], AnyInspection]
    """Returns what `history` and `diff` ask of the kind; it is loaded when they ask."""
