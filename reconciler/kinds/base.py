"""What the stages need to know about a kind of resource: functions and data, no base class to inherit.

          Document --desired()--> Resource ----+
                                               +--diff()--> Proposal (Actions, Findings, Retained)
    service --read()--> Reading of Resources --+
                                                   Action --perform()--> Performed

A kind owns its canonical form: both sides go through it before anything compares them, so the diff is trivial and a
default filled in by the service never looks like a change. The stages never name a kind; `kinds.KINDS` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic

from reconciler.kinds.abilities import Calls, Ownership, Versions
from reconciler.kinds.keeping import DesiredT, Expected, Keeping, LiveT
from reconciler.kinds.proof import Asked, Need
from reconciler.kinds.site import Patience, Scope, Site, Trust
from reconciler.live.port import Operation, Service
from reconciler.model import (
    Action,
    Document,
    FieldPath,
    Finding,
    Impact,
    JsonObject,
    Resource,
    ResourceId,
    Verb,
)
from reconciler.model.quick import dataclass

if TYPE_CHECKING:
    from reconciler.kinds.audited import AnyAudit
    from reconciler.kinds.results import (
        Laid,
        LiveManifest,
        LiveObject,
        NamedThere,
        Performed,
        Proposal,
        Reading,
    )


__all__ = ["ANY", "AnyKind", "Kind", "Kinds", "Patience", "Rule", "Scope", "Site", "Trust", "by_name"]

Rule = Callable[[Document], Iterator[Finding]]

ANY = "*"
"""In a path of `Kind.plain`: every entry of a list."""


def _nothing(scope: Scope, action: Action, desired: Any, live: Any) -> Need | None:
    """Return no need. It is the `needs` of a kind whose objects are never proved."""
    del scope, action, desired, live
    return None


def _nothing_laid(spec: JsonObject) -> Laid | None:
    """Return nothing. It is the `laid` of a kind that runs exactly what is written."""
    del spec
    return None


def _nothing_asked(scope: Scope, desired: Any) -> Asked | None:
    """Return nothing. It is the `asked` of a kind whose objects are never proved."""
    del scope, desired
    return None


def _never_proved(desired: Any) -> bool:
    """Return False. It is the `proves` of a kind whose objects are never proved."""
    del desired
    return False


def _never_renamed(desired: Any) -> tuple[str, ...]:
    """Return no name. It is the `former` of a kind whose objects cannot be renamed."""
    del desired
    return ()


def _expects_nothing(desired: Any) -> Expected:
    """Return nothing. It is the `expected` of a kind whose objects are always compared."""
    del desired
    return ""


def _as_they_are(scope: Scope, rows: list[JsonObject]) -> list[JsonObject]:
    """Return the rows. It is the `looked_over` of a kind that finds nothing out of them alone."""
    del scope
    return rows


def _picks_none(desired: Any) -> str:
    """Return no id. It is the `picked` of a kind whose manifests cannot name one."""
    del desired
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[DesiredT, LiveT]):
    """One kind of resource. `kinds.KINDS` holds them in the order in which they are read."""

    name: str
    noun: str
    """What messages call one object, without an article: "template"."""
    schema: str
    """File name of the manifest's JSON Schema in `specs/`."""
    folder: str
    """Where `init` and `export` put manifests of this kind."""
    operation: str
    """The operation of the service whose fields `spec.content` holds, such as "CreateJob"."""
    prune: str
    """The switch in the project's `spec.prune` that allows objects of this kind to be deleted when no manifest has
    them."""
    prune_prefix: str = ""
    """The field of `spec.prune` with the prefix of names, for kinds without marks; empty for kinds that have marks."""
    is_open: bool = False
    """Whether a content is sent exactly as the manifest has it. Only then can a project allow fields that this
    program does not know."""
    ownership: Ownership[DesiredT, LiveT] | None = None
    """None for kinds whose objects carry no mark of their project: they belong to it by their name alone."""
    plain: tuple[FieldPath, ...] = ()
    """Fields of `spec.content` that become a query, a path, a name or a reference. They take no `${env.NAME}`, because
    their values are shown."""
    of_one_object: tuple[FieldPath, ...] = ()
    """Fields of a manifest that speak of one live object, so that an abstract manifest cannot have them."""
    rules: tuple[Rule, ...]
    """Rules on a resolved document that look at several fields together."""
    desired: Callable[[Document], Resource[DesiredT]]
    """Returns the canonical form of a valid document."""
    digest: Callable[[Resource[DesiredT]], str]
    """Returns the digest of everything that the manifest asks for; it binds a saved plan to its manifests."""
    expected: Callable[[Resource[DesiredT]], Expected] = _expects_nothing
    """Returns the digest of what a live object shows that is exactly as the manifest asks. `read` passes by the objects
    that show it, without a comparison (`Reading.unchanged`)."""
    keeping: Keeping[DesiredT] | None = None
    """How a cache keeps what a manifest asks for; None: manifests of this kind are read anew in every run."""
    read: Callable[[Service, Scope, Mapping[ResourceId, Resource[DesiredT]]], Reading[DesiredT, LiveT]]
    """Returns the live side, with as much detail as the desired side requires."""
    read_some: Callable[[Service, Scope, Mapping[ResourceId, Resource[DesiredT]]], Reading[DesiredT, LiveT]] | None = (
        None
    )
    """Returns what `read` returns of a few manifests, and nothing of others, at a cost that is theirs alone; None: all
    is read for them too."""
    first_listing: Callable[[Scope], tuple[Operation, JsonObject]] | None = None
    """Returns the listing that `read` begins with, so that it can begin before the desired side is known."""
    looked_over: Callable[[Scope, list[JsonObject]], list[JsonObject]] = _as_they_are
    """Returns the rows of that listing for `read`, with whatever can be found out of them before the desired side is
    known."""
    diff: Callable[[Scope, Resource[DesiredT] | None, Resource[LiveT] | None], Proposal]
    """Returns what has to be done to make one live resource equal to the desired one. It is a pure function."""
    impact: Callable[[Site, Action, Resource[DesiredT] | None, Resource[LiveT] | None], Impact | None]
    """Returns whom one action reaches, for people to judge. It reads a little more, and never fails because of what
    it cannot read."""
    look: Callable[[Service, Scope, ResourceId, JsonObject], JsonObject]
    """Returns a fresh `Action.observed` for the resource, with the keys of the expected one; `{}` when the object
    does not exist."""
    perform: Callable[[Site, Action, Resource[DesiredT] | None, JsonObject], Performed]
    """Executes one action of this kind, beginning with what was last observed."""
    needs: Callable[[Scope, Action, Resource[DesiredT] | None, Resource[LiveT] | None], Need | None] = _nothing
    """Returns what has to be proved before an action may run; None for nothing."""
    asked: Callable[[Scope, Resource[DesiredT]], Asked | None] = _nothing_asked
    """Returns what a manifest asks to be proved, whatever is live."""
    proves: Callable[[Resource[DesiredT]], bool] = _never_proved
    """Returns whether `asked` returns something."""
    former: Callable[[Resource[DesiredT]], tuple[str, ...]] = _never_renamed
    """Returns the names that the object had before, newest first."""
    picked: Callable[[Resource[DesiredT]], str] = _picks_none
    """Returns the service's id that a manifest picks of several live objects with its name; empty for none."""
    phases: Mapping[Verb, int]
    """The phase in which each verb runs; see `kinds.order`."""
    calls: Callable[[], Calls]
    """Returns the operations that are called for the kind; they are loaded when permissions are asked for."""
    listing: Callable[[Service, Scope], Sequence[LiveObject]]
    """Returns every live object of the workspace, whoever made it."""
    manifest_of: Callable[[Service, LiveObject, Resource[DesiredT] | None], LiveManifest | str]
    """Returns the contents of a manifest for a live object, given the manifest that describes it already; or why
    there cannot be one."""
    named: Callable[[Document], Iterator[NamedThere]]
    """Yields what a manifest names that the service has to know; `validate --online` looks it up."""
    laid: Callable[[JsonObject], Laid | None] = _nothing_laid
    """Returns what else has to fulfil the schema besides the spec itself: what a verification runs."""
    versions: Versions[DesiredT, LiveT] | None = None
    """None for kinds without versions."""
    audit: Callable[[], AnyAudit] | None = None
    """Returns what audits ask of the kind; it is loaded when an audit asks. None for kinds that are not audited."""


AnyKind = Kind[Any, Any]
Kinds = Sequence[AnyKind]
"""All kinds there are, in the order in which they are read; names are unique."""


def by_name(kinds: Kinds) -> Mapping[str, AnyKind]:
    """Return the kinds by their names."""
    return {kind.name: kind for kind in kinds}
