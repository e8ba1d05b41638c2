"""Values that nobody may ever see again, and the ways in which an output could spell them."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote, quote_plus

# From the environment: nothing in their look or in the names of their fields says that they are secret.
QUARTZ, FELDSPAR, BASALT = "quartz-4711/é 'x'", "feldspar+0815", "basalt-2342-old"
GRANITE = "granite-1212-board"
FROM_ENVIRONMENT = {"QUARTZ": QUARTZ, "FELDSPAR": FELDSPAR, "GRANITE": GRANITE}
# Told by the name of the field or variable that they stand under.
NAMED = {
    name: f"canary-{number}-{name.lower()}"
    for number, name in enumerate(
        "PASSWORD AUTH ENVS CUSTOM TOKEN_OPTION LIVE REMOVED METADATA CONSTRAINT JOB_ENV BOARD CREDENTIAL ECHO".split(),  # noqa: SIM905
        start=100,
    )
}
# Told by their own look, wherever they stand.
SHAPED = {
    "access key": "LTAI5tCanaryCanary0123",
    "userinfo": "canaryuserinfo55",
    "signed": "canarysignature77",
    "hub": "hf_canaryCANARY0123456789",
    "github": "ghp_canaryCANARY0123456789",
}
URL = f"https://bob:{SHAPED['userinfo']}@git.example.com/r?Signature={SHAPED['signed']}"
# The identity that calls.
KEY_ID, KEY_SECRET = "LTAI5tCanaryIdentity00", "canarykeysecret0123456789"
TOKEN = "CAIS" + "canaryToken0123456789+/" * 4
IDENTITY = {"key id": KEY_ID, "key secret": KEY_SECRET, "security token": TOKEN}
# Where a group chat is told.
CHAT = {"chat token": "canarychattoken4711", "chat secret": "SECcanarychatsecret0815"}

ALL = {**FROM_ENVIRONMENT, "BASALT": BASALT, **NAMED, **SHAPED, **IDENTITY, **CHAT}


def spellings(value: str) -> Iterator[bytes]:
    """The value as it is, in JSON with and without escapes, in a URL, and in base64 at each of the three offsets."""
    plain = value.encode()
    yield from (plain, json.dumps(value)[1:-1].encode(), json.dumps(value, ensure_ascii=False)[1:-1].encode())
    yield from (quote(value).encode(), quote(value, safe="").encode(), quote_plus(value).encode())
    for offset in range(3):
        # The characters at both ends also depend on the neighbours.
        for encoded in (base64.b64encode(b"\0" * offset + plain), base64.urlsafe_b64encode(b"\0" * offset + plain)):
            yield encoded.rstrip(b"=")[4 if offset else 0 : -2]


def seen_in(data: bytes, names: Iterable[str] = ALL) -> list[str]:
    """The names of the canaries that the data holds, in any spelling."""
    return [name for name in names if any(spelled in data for spelled in _every_spelling(ALL[name]))]


@cache
def _every_spelling(value: str) -> frozenset[bytes]:
    return frozenset(spellings(value))


def seen_in_files(folder: Path, left_out: Iterable[Path] = ()) -> list[tuple[str, str]]:
    """Every (file, canary) below a folder, `left_out` aside."""
    kept = [place.resolve() for place in left_out]
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [each for each in folders if Path(place, each).resolve() not in kept]
        for file in (Path(place, each) for each in files if Path(place, each).is_file()):
            found += [(str(file.relative_to(folder)), name) for name in seen_in(file.read_bytes())]
    return sorted(found)
