"""Fills a snapshot: what each workspace offers and holds, then its objects in small groups, each group stored at once.

Workspaces are read side by side, and what one of them cannot do hides nothing of the others. A run that is interrupted
loses at most one group; `collect` on the same file reads only what is missing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol, TypeVar

from reconciler.audit.answers import packed, unpacked
from reconciler.audit.earlier import Earlier, Known
from reconciler.audit.similar import packed_elements
from reconciler.audit.store import Key, Store
from reconciler.audit.survey import survey
from reconciler.errors import FileError
from reconciler.kinds.audited import AnyAudit, AuditedSite, Listed, Reading, SiteFacts, Subject, Unreadable
from reconciler.live.parallel import side_by_side
from reconciler.model import JsonObject, Share
from reconciler.model.quick import dataclass

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

_GROUP = 32
"""Objects of one workspace that are kept at once."""
_TOGETHER = 4
"""Objects of so many workspaces are read side by side: what was read and not kept yet stays in memory."""
_WIDTH = 16
"""So many workspaces are listed side by side; the pace of their calls is the business of the connection."""

Failed = Callable[[str, Exception], None]
"""Told that a workspace, by its key, cannot be read and why. What it raises ends the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How many versions a run read."""

    asked: int = 0
    """Versions that the service was asked for."""
    known: int = 0
    """Versions that an earlier audit had fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """One object that was read."""

    key: Key
    subject: Subject | Unreadable | None
    """None when it was deleted meanwhile."""
    answer: bytes | None = b""
    """The answer of the service, packed, for later audits; empty when it must not be kept, None when an earlier audit
    had asked for it."""

    @property
    def versions(self) -> int:
        return len(self.subject.versions) if isinstance(self.subject, Subject) else 0

    @property
    def elements(self) -> bytes:
        """That by which the object is compared with others."""
        default = self.subject.default_version if isinstance(self.subject, Subject) else None
        return packed_elements(default.content if default else {})


class Progress(Protocol):
    """Is told how far a collection is."""

    def __call__(self, done: int, total: int, name: str) -> None:
        """Say that `done` of `total` templates are in the snapshot, and that the last of them was `name`."""
        ...


def collect(
    store: Store,
    chosen: Sequence[AuditedSite],
    audits: Sequence[AnyAudit],
    progress: Progress,
    failed: Failed,
) -> Fetched:
    """Read everything that the snapshot does not hold yet, and return how many versions that were.

    What an earlier audit was answered is not asked for again (`Earlier`). Whoever is told of a failure notes it in the
    snapshot, or raises it; what was read so far is in the file.
    """
    by_key, begun = {audited.facts.key: audited for audited in chosen}, store.sites()
    earlier = Earlier(store, by_key)
    _begin(store, [audited for key, audited in by_key.items() if key not in begun], audits, earlier, failed)
    by_kind = {audit.kind: audit for audit in audits}
    sites, pending = store.sites(), _in_turns(store.pending())
    done = sum(len(store.names(audit)) for audit in audits if audit.reading)
    total = done + len(pending)
    progress(done, total, "")

    lost: set[str] = set()
    fetched = Fetched()
    for group in _groups(pending, _GROUP * max(1, min(len(sites), _TOGETHER))):
        keys = [key for key in group if key.site not in lost]
        known = earlier.of(keys)
        services = {id(service): service for service in (by_key[key.site].site.service for key in keys)}

        def read(key: Key, known: Mapping[Key, Known] = known) -> _Looked:
            return _read(by_kind[key.kind], by_key[key.site], sites[key.site], key, known.get(key))

        ended = side_by_side(
            lambda key: _attempted(read, key), keys, width=sum(each.calls_in_flight for each in services.values())
        )
        looked = [each for each in ended if not isinstance(each, Exception)]
        store.add_objects((each.key, each.subject, each.elements) for each in looked)
        asked = {each.key: each.answer for each in looked if each.answer is not None}
        earlier.keep(asked, [each.key for each in looked if each.answer is None])
        fetched = _counted(fetched, looked)
        for key, each in zip(keys, ended, strict=True):
            if isinstance(each, Exception) and key.site not in lost:
                lost.add(key.site)
                failed(key.site, each)
        done += len(group)
        progress(done, total, group[-1].name)
    return fetched


def _begin(
    store: Store, audited: Sequence[AuditedSite], audits: Sequence[AnyAudit], earlier: Earlier, failed: Failed
) -> None:
    """Keep what workspaces offer and hold."""
    shard = store.origin.shard

    def look(each: AuditedSite) -> tuple[SiteFacts, list[tuple[str, Listed[Subject]]]]:
        site = survey(each, each.with_waits(each.facts))
        return site, [] if site.gone else list(_listed(site, each, audits, shard))

    for group in _groups(audited, _WIDTH):
        ended = side_by_side(lambda each: _attempted(look, each), group, width=_WIDTH)
        for each, found in zip(group, ended, strict=True):
            if isinstance(found, Exception):
                failed(each.facts.key, found)
            else:
                site, listed = found
                store.add_site(site, earlier.with_rows(site.key, listed))


def _attempted(work: Callable[[ItemT], ResultT], item: ItemT) -> ResultT | Exception:
    try:
        return work(item)
    except Exception as error:  # whatever it is, the other workspaces go on
        return error


def _in_turns(keys: Iterable[Key]) -> list[Key]:
    """Return the keys so that each workspace has one after the other; their order within a workspace stays."""
    seen: Counter[str] = Counter()

    def turn(key: Key) -> int:
        seen[key.site] += 1
        return seen[key.site]

    return sorted(keys, key=turn)


def _listed(
    site: SiteFacts, audited: AuditedSite, audits: Sequence[AnyAudit], shard: Share
) -> Iterator[tuple[str, Listed[Subject]]]:
    for audit in audits:
        yield from ((audit.kind, each) for each in audit.listed(audited) if shard.covers(f"{site.key}\0{each.id}"))


def _read(audit: AnyAudit, audited: AuditedSite, site: SiteFacts, key: Key, known: Known | None) -> _Looked:
    """Return one object that its listing did not show whole."""
    reading = audit.reading
    if reading is None:
        return _Looked(key=key, subject=None)
    if known is not None and (answer := reading.renewed(unpacked(known.body), json.loads(known.row))) is not None:
        return _Looked(key=key, subject=reading.subject(audited, site, key.id, answer), answer=None)
    found = reading.ask(audited, key.id)
    if found is None or isinstance(found, Unreadable):
        return _Looked(key=key, subject=found)
    subject = reading.subject(audited, site, key.id, found)
    return _Looked(key=key, subject=subject, answer=_to_keep(reading, audited, subject, found))


def _to_keep(reading: Reading[Any], audited: AuditedSite, subject: Subject | Unreadable, answer: JsonObject) -> bytes:
    if isinstance(subject, Unreadable) or not reading.may_be_kept(audited, answer):
        return b""
    return packed(answer)


def _counted(fetched: Fetched, looked: Iterable[_Looked]) -> Fetched:
    for each in looked:
        if each.answer is None:
            fetched = replace(fetched, known=fetched.known + each.versions)
        else:
            fetched = replace(fetched, asked=fetched.asked + each.versions)
    return fetched


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
