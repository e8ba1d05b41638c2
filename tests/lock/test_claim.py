"""A claim that cannot be read: nobody knows whose it is, so it never expires by itself."""

from __future__ import annotations

import json
import math

import pytest

from reconciler.lock import Claim
from reconciler.lock.lease import UNREADABLE

GOOD = {"owner": "ann", "id": "a", "since": 1.0, "expires": 2.0}
WRONG: dict[str, bytes] = {
    "empty": b"",
    "cut": b'{"owner": "ann"',
    "not text": b"\xff\xfe",
    "not an object": b"[1]",
    "null": b"null",
    "deep": b"[" * 100_000,
    **{f"no {key}": json.dumps({name: GOOD[name] for name in GOOD if name != key}).encode() for key in GOOD},
    **{f"{key} null": json.dumps({**GOOD, key: None}).encode() for key in ("since", "expires")},
    "since a text": json.dumps({**GOOD, "since": "soon"}).encode(),
    "nan": json.dumps({**GOOD, "expires": math.nan}).encode(),
    "for ever": json.dumps({**GOOD, "expires": math.inf}).encode(),
    "beyond the calendar": json.dumps({**GOOD, "expires": 1e300}).encode(),
    "past the year 9999": json.dumps({**GOOD, "since": 1e12}).encode(),
}


@pytest.mark.parametrize("value", WRONG.values(), ids=WRONG)
def test_what_cannot_be_read_never_expires(value: bytes) -> None:
    claim = Claim.loads(value)
    assert (claim.id, claim.since, claim.expires) == (UNREADABLE, 0.0, math.inf)


def test_what_can_be_read_is() -> None:
    assert Claim.loads(json.dumps(GOOD).encode()) == Claim(owner="ann", id="a", since=1.0, expires=2.0)


def test_a_person_who_opens_the_file_can_read_it() -> None:
    assert Claim(owner="ann", id="a", since=0.0, expires=900.5).dumps().decode().splitlines() == [
        "{",
        ' "owner": "ann",',
        ' "id": "a",',
        ' "since": 0.0,',
        ' "expires": 900.5,',
        ' "since_utc": "1970-01-01T00:00:00Z",',
        ' "expires_utc": "1970-01-01T00:15:00Z"',
        "}",
    ]
