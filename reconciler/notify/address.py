"""Where a message goes, from the environment. The address is a secret: whoever has it can write to the group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from urllib.parse import parse_qsl, quote, urlsplit

from reconciler.errors import UsageError
from reconciler.model.address import Address, AddressError, parse_address
from reconciler.model.quick import dataclass
from reconciler.notify.receiver import Receiver

URL, SECRET = "DLC_RECONCILER_NOTIFY_URL", "DLC_RECONCILER_NOTIFY_SECRET"
_LONGEST = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A receiver and its address; neither path nor secret is shown."""

    receiver: Receiver
    address: Address
    path: str = field(repr=False)
    """The path with its query."""
    secret: str = field(default="", repr=False)

    @property
    def unsaid(self) -> frozenset[str]:
        """What no message may contain, also when the server sends it back: every part that could be a token."""
        path, _, query = self.path.partition("?")
        steps = [step for step in path.split("/") if len(step) >= 8]
        values = [value for _, value in parse_qsl(query)]
        found = {self.path, f"{self.address.url}{self.path}", path, query, *steps, *values, self.secret}
        return frozenset(each for each in found if len(each) > 1)


def destination_of(receiver: Receiver, environ: Mapping[str, str]) -> Destination:
    """Return the destination that the environment names.

    Raises:
        UsageError: it names none, or one that is no address of this receiver. Nothing of it is repeated.
    """
    text = environ.get(URL, "").strip()
    if not text:
        raise UsageError(
            f"{URL} is not set",
            hint=f"It holds the address of {receiver.title}, and comes from a secret of the pipeline.",
        )
    address, path = _parsed(text)
    own = not receiver.hosts or (address.host in receiver.hosts and address.port is None)
    if not (own or address.is_loopback):
        hosts = " or ".join(f"https://{host}/..." for host in sorted(receiver.hosts))
        raise UsageError(
            f"{URL} is no address of {receiver.title}: those begin with {hosts}",
            hint="Name another receiver with `--to`; `--to webhook` takes every address.",
        )
    return Destination(receiver=receiver, address=address, path=path, secret=_secret(environ))


def _parsed(text: str) -> tuple[Address, str]:
    parts = urlsplit(text) if text.isascii() and text.isprintable() and " " not in text else None
    if parts is None or "://" not in text or parts.fragment or len(text) > _LONGEST:
        raise UsageError(f"{URL} is not an address", hint="It begins with https://, and has no blanks in it.")
    try:
        address = parse_address(f"{parts.scheme.lower()}://{parts.netloc.lower()}")
    except AddressError as error:
        raise UsageError(f"{URL} is not an address: it {error.reason}", hint="It begins with https://.") from None
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=-._~")
    return address, f"{path}?{parts.query}" if parts.query else path


def _secret(environ: Mapping[str, str]) -> str:
    secret = environ.get(SECRET, "").strip()
    if not secret.isprintable():
        raise UsageError(f"{SECRET} holds characters that no secret has")
    return secret
