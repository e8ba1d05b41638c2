"""What earlier audits were answered about the objects of this run: which answers are believed, and which are kept.

A snapshot says what was answered, the user's own cache says which answers those were. Without either of them everything
is asked again, and the audit finds the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.audit.answers import About
from reconciler.audit.store import Key, Store
from reconciler.kinds.audited import AuditedSite, Listed
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an object that was not read in this run yet."""

    body: bytes
    """The answer of an earlier audit, packed. It is exactly what the service sent then."""
    row: str
    """What the listing showed now, as JSON."""


class Earlier:
    """The answers in one snapshot, for the objects of its workspaces. Only one thread may use it."""

    def __init__(self, store: Store, sites: Mapping[str, AuditedSite]) -> None:
        self._store = store
        self._sites = sites

    def with_rows(self, site: str, listed: Iterable[tuple[str, Listed[Any]]]) -> Iterator[tuple[str, Listed[Any]]]:
        """Yield objects of a listing, with their rows only where there is an answer that a row can renew."""
        known = self._store.answers.known(self._sites[site].site.service.place)
        for kind, each in listed:
            yield kind, each if (kind, each.id) in known else replace(each, row="")

    def of(self, keys: Sequence[Key]) -> dict[Key, Known]:
        """Return what is known of these objects, without those of which nothing can be believed."""
        digests = self._digests(keys)
        found = {}
        for key in keys:
            about, row = self._about(key), self._store.row(key)
            body = self._store.answers.of(about) if row and key in digests else b""
            if body and digests[key] == _digest(body):
                found[key] = Known(body, row)
        return found

    def keep(self, asked: Mapping[Key, bytes], known: Iterable[Key]) -> None:
        """Keep the answers to what was asked, packed, and note which earlier ones were of use.

        An empty answer is one that must not be kept.
        """
        places = {key: about for key in asked if (about := self._about(key)).place}
        self._store.answers.keep((about, asked[key]) for key, about in places.items())
        self._store.answers.used(map(self._about, known))
        for key in places:
            if asked[key]:
                self._sites[key.site].memory.learn(_name(key), _digest(asked[key]))

    def _digests(self, keys: Sequence[Key]) -> dict[Key, str]:
        found = {}
        for site in dict.fromkeys(key.site for key in keys):
            names = {_name(key): key for key in keys if key.site == site}
            facts = self._sites[site].memory.recall_each(list(names))
            found.update({names[name]: digest for name, digest in facts.items() if isinstance(digest, str)})
        return found

    def _about(self, key: Key) -> About:
        return About(self._sites[key.site].site.service.place, key.kind, key.id)


def _name(key: Key) -> str:
    return f"{key.kind} {key.id}"


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
