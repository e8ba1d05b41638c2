"""Fills a snapshot: what each workspace offers and holds, then its objects in small groups, each group stored at once.

A run that is interrupted loses at most one group; `collect` on the same file reads only what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol, TypeVar

from reconciler.audit.similar import signature
from reconciler.audit.store import Key, Store
from reconciler.audit.survey import survey
from reconciler.errors import FileError
from reconciler.kinds.audited import AnyAudit, AuditedSite, Listed, SiteFacts, Subject, Unreadable
from reconciler.live.parallel import side_by_side
from reconciler.model import Share

ItemT = TypeVar("ItemT")

_GROUP = 32


class Progress(Protocol):
    """Is told how far a collection is."""

    def __call__(self, done: int, total: int, name: str) -> None:
        """Say that `done` of `total` templates are in the snapshot, and that the last of them was `name`."""
        ...


def collect(store: Store, chosen: Sequence[AuditedSite], audits: Sequence[AnyAudit], progress: Progress) -> None:
    """Read everything that the snapshot does not hold yet.

    Raises:
        ServiceError: a call failed; what was read so far is in the file.
    """
    by_key = {audited.facts.key: audited for audited in chosen}
    by_kind = {audit.kind: audit for audit in audits}
    for key, audited in by_key.items():
        if key not in store.sites():
            _begin(store, audited, audits)
    sites, pending = store.sites(), store.pending()
    done = sum(len(store.names(audit)) for audit in audits if audit.read)
    total = done + len(pending)
    progress(done, total, "")

    def read(key: Key) -> tuple[Key, Subject | Unreadable | None, bytes]:
        return key, *_read(by_kind[key.kind], by_key[key.site], sites[key.site], key.id)

    for group in _groups(pending, _GROUP):
        width = min(by_key[key.site].site.service.calls_in_flight for key in group)
        store.add_objects(side_by_side(read, group, width=width))
        done += len(group)
        progress(done, total, group[-1].name)


def _begin(store: Store, audited: AuditedSite, audits: Sequence[AnyAudit]) -> None:
    site = survey(audited)
    store.add_site(site, () if site.gone else _listed(site, audited, audits, store.origin.shard))


def _listed(
    site: SiteFacts, audited: AuditedSite, audits: Sequence[AnyAudit], shard: Share
) -> Iterator[tuple[str, Listed[Subject]]]:
    for audit in audits:
        yield from ((audit.kind, each) for each in audit.listed(audited) if shard.covers(f"{site.key}\0{each.id}"))


def _read(audit: AnyAudit, audited: AuditedSite, site: SiteFacts, id: str) -> tuple[Subject | Unreadable | None, bytes]:
    """Return one object that its listing did not show whole, and the signature by which it is compared."""
    subject = audit.read(audited, site, id) if audit.read else None
    default = subject.default_version if isinstance(subject, Subject) else None
    return subject, signature(default.content if default else {})


def _groups(items: Sequence[ItemT], size: int) -> Iterator[list[ItemT]]:
    rest = iter(items)
    while group := list(islice(rest, size)):
        yield group


def silent(done: int, total: int, name: str) -> None:
    """Tell nobody; a `Progress` for runs that nobody watches."""
    del done, total, name


def joined(stores: Sequence[Store], into: Store) -> None:
    """Join the snapshots of all shards of one run.

    Raises:
        FileError: they are of different runs, or a shard is missing, unfinished or there twice.
    """
    origins = [store.origin for store in stores]
    first = origins[0]
    if any((each.project, each.sites) != (first.project, first.sites) for each in origins):
        raise FileError("the snapshots are of different audits", hint="Merge the shards of one audit.")
    _check_shards([origin.shard for origin in origins])
    for store in stores:
        if waiting := len(store.pending()):
            hint = "Finish it by `audit --resume` first."
            raise FileError(f"{store.path} is not finished: {waiting} templates are missing", hint=hint)
        into.take(store.path)


def _check_shards(shards: Sequence[Share]) -> None:
    of = shards[0].of
    numbers = sorted(shard.number for shard in shards)
    if any(shard.of != of for shard in shards) or numbers != list(range(1, of + 1)):
        given = ", ".join(map(str, shards))
        raise FileError(f"these are not all shards of one audit: {given}", hint=f"Name all {of}, each once.")
