"""Fills a snapshot: what each workspace offers and holds, then its templates in small groups, each group kept at once.

A run that is cut loses at most one group; `collect` on the same file reads only what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol, TypeVar

from reconciler.audit.read import AuditedWorkspace, read_boards, read_template, survey, template_names
from reconciler.audit.similar import signature
from reconciler.audit.snapshot import Template, Unreadable
from reconciler.audit.store import Store
from reconciler.errors import FileError
from reconciler.live.parallel import side_by_side
from reconciler.model import Share

ItemT = TypeVar("ItemT")

_GROUP = 32


class Progress(Protocol):
    """Who watches a collection."""

    def __call__(self, done: int, total: int, name: str) -> None:
        """`done` of `total` templates are in the snapshot; the last one of them was `name`."""
        ...


def collect(store: Store, chosen: Sequence[AuditedWorkspace], progress: Progress) -> None:
    """Read whatever the snapshot does not hold yet.

    Raises:
        ServiceError: a call failed; what was read so far is in the file.
    """
    by_key = {audited.facts.key: audited for audited in chosen}
    for key, audited in by_key.items():
        if key not in store.sites():
            _begin(store, audited)
    sites, pending = store.sites(), store.pending()
    done = len(store.names())
    total = done + len(pending)
    progress(done, total, "")
    for group in _groups(pending, _GROUP):
        width = min(by_key[key.site].service.calls_in_flight for key in group)
        read = side_by_side(lambda key: read_template(by_key[key.site], sites[key.site], key.id), group, width=width)
        store.add_templates((key, template, _signed(template)) for key, template in zip(group, read, strict=True))
        done += len(group)
        progress(done, total, group[-1].name)


def _begin(store: Store, audited: AuditedWorkspace) -> None:
    site, shard = survey(audited), store.origin.shard
    if site.gone:
        store.add_site(site, (), ())
        return
    names = [(id, name) for id, name in template_names(audited) if shard.covers(f"{site.key}\0{id}")]
    boards = [board for board in read_boards(audited) if shard.covers(f"{site.key}\0{board.id}")]
    store.add_site(site, names, boards)


def _signed(template: Template | Unreadable | None) -> bytes:
    default = template.default_version if isinstance(template, Template) else None
    return signature(default.content if default else {})


def _groups(items: Sequence[ItemT], size: int) -> Iterator[list[ItemT]]:
    rest = iter(items)
    while group := list(islice(rest, size)):
        yield group


def silent(done: int, total: int, name: str) -> None:
    """Watches without a word."""
    del done, total, name


def joined(stores: Sequence[Store], into: Store) -> None:
    """Bring the snapshots of all shards of one run together.

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
