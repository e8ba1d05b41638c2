"""What a receiver of messages is to us: one row of a table. The module of each receiver holds its row."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from reconciler.model.quick import dataclass
from reconciler.notify.message import Message

Body = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One request: `query` is added to the address."""

    body: Body
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The most messages in so many seconds. Messages of a sender who sends more are dropped for `silence` seconds."""

    messages: int
    seconds: int
    silence: int

    def __str__(self) -> str:
        unit = "a minute" if self.seconds == 60 else "a second" if self.seconds == 1 else f"in {self.seconds} s"
        return f"{self.messages} message{'' if self.messages == 1 else 's'} {unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that refuses a message: what it said, what helps, and whether there were too many messages."""

    said: str
    hint: str = ""
    too_many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One kind of receiver."""

    name: str
    title: str
    hosts: frozenset[str]
    """The hosts of its addresses; empty for any host."""
    longest: int
    """The most bytes of a request's body."""
    pace: Pace | None
    """None where no document says it."""
    body: Callable[[Message], Body]
    refusal: Callable[[str], Refusal | None]
    """Returns what the text of an answer with status 200 says; None when the message was accepted."""
    sign: Callable[[Post, str, int], Post] | None = None
    """Adds the signature that is made with a secret at a moment (seconds since the epoch); None where nothing is
    signed."""


def refusal_by_code(
    text: str, code: str, message: str, *, limits: frozenset[str], hints: Mapping[str, str]
) -> Refusal | None:
    """Return the refusal in an answer that has status 200 in any case, and in its body a code that is 0 for success.

    `code` and `message` are the names of its fields; `limits` are the codes for too many messages.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Refusal(said="an answer that is not JSON", hint="Is this the address of its webhook?")
    if not isinstance(value, dict) or code not in value:
        return Refusal(said=f"an answer without `{code}`", hint="Is this the address of its webhook?")
    found = str(value[code])
    if found == "0":
        return None
    return Refusal(
        said=f"{code} {found}: {value.get(message) or 'no explanation'}",
        hint=hints.get(found, ""),
        too_many=found in limits,
    )


def hmac_sha256(key: str, text: str) -> str:
    """Return the keyed hash in base64."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode("ascii")
