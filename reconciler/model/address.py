"""Parses addresses of servers strictly, and knows which of them are the service's own.

An address decides who gets the credentials, so there is one spelling for each and no repair: what one program reads as
one host and another program as another one is refused. Nothing is sent or looked up here.
"""

from __future__ import annotations

import ipaddress
import re

from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

EMULATOR = "emulator"
"""The endpoint that stands for the embedded emulator."""

DLC, WORKSPACE = "pai-dlc", "aiworkspace"
PRODUCTS = (DLC, WORKSPACE)
"""First parts of the hosts of PAI-DLC and AIWorkSpace (API.md section 1.1)."""

_NETWORKS = ("", "-vpc", "-internal")
_WRITE = 'write "https://host" or "https://host:port"'
_FORM = expression(
    r"(?:(?P<scheme>https?)://)?(?:(?P<name>[a-z0-9.-]+)|\[(?P<v6>[0-9a-f:.]+)\])(?::(?P<port>[1-9][0-9]{0,4}))?/?",
    re.ASCII,
)
_LABEL = expression(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_NUMBER = expression(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_REGION = expression(r"([a-z]{2}|rus)(-[a-z0-9]+)+", re.ASCII)
_LONGEST_REGION = 40


class AddressError(ValueError):
    """A text that is no address, with the reason; `hint` says how to write one."""

    def __init__(self, reason: str, hint: str = _WRITE) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Address:
    """Scheme and host of a server; `port` is None for the scheme's own."""

    scheme: str
    host: str
    port: int | None = None

    @property
    def netloc(self) -> str:
        """The host with its port, as in the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else host

    @property
    def is_loopback(self) -> bool:
        """True for this machine itself: plain HTTP is allowed, and no proxy is used."""
        if self.host == "localhost":
            return True
        try:
            number = ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return (number.version == 6 and int(number) == 1) or (number.version == 4 and number.is_loopback)

    @property
    def url(self) -> str:
        """The whole address as a URL."""
        return f"{self.scheme}://{self.netloc}"

    def __str__(self) -> str:
        return self.netloc


def parse_address(text: str) -> Address:
    """Return the address of "https://host[:port]", "host[:port]" (HTTPS, not for this machine) or, for this machine
    only, "http://host[:port]".

    Raises:
        AddressError: anything else. Plain HTTP to another machine would show the credentials to the network.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise AddressError(*_flaw(text))
    if found["port"] and int(found["port"]) > 65_535:
        raise AddressError("has a port above 65535")
    host = found["name"] or _ipv6(found["v6"])
    if found["name"]:
        _check_name(host)
    address = Address(found["scheme"] or "https", host, int(found["port"]) if found["port"] else None)
    if not found["scheme"] and address.is_loopback:
        raise AddressError("does not say whether it is http:// or https://", f'write "http://{address.netloc}"')
    if address.scheme == "http" and not address.is_loopback:
        raise AddressError("is plain HTTP on another machine", 'use "https://"')
    return address


def _check_name(host: str) -> None:
    labels = host.split(".")
    if labels[-1] == "":
        raise AddressError("ends with a dot", "write the host without it")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise AddressError("has no host name that there can be")
    if _NUMBER.fullmatch(labels[-1]) and not _is_dotted_quad(host):
        raise AddressError(
            "is an IP address in an unusual spelling", "write four decimal numbers, for example 127.0.0.1"
        )


def _is_dotted_quad(host: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(host)) == host
    except ValueError:
        return False


def _ipv6(text: str) -> str:
    """Check that brackets hold an IPv6 address in its one usual spelling, and not an IPv4 address in disguise."""
    try:
        number = ipaddress.IPv6Address(text)
    except ValueError:
        raise AddressError("is not an address") from None
    if str(number) != text or number.ipv4_mapped is not None:
        raise AddressError("is an IPv6 address in an unusual spelling", "write it as [::1], or use IPv4")
    return text


def _flaw(text: str) -> tuple[str, str]:
    """Return why a text does not have the form of an address; of several reasons the one that tells most."""
    rest = text.partition("://")[2] or text
    if any(not letter.isascii() or not letter.isprintable() or letter in " \\%" for letter in text):
        return ("has characters that no address has", "a host has letters, digits, dots and hyphens only")
    if "@" in text:
        return ("names a user", _WRITE)
    if "?" in text or "#" in text or "/" in rest:
        return ("has a path", _WRITE)
    if text != text.lower():
        return ("has capital letters", "write it in lower case")
    return ("is not an address", _WRITE)


def is_region(text: str) -> bool:
    """Return whether a text has the form of a region's id, such as "cn-hangzhou".

    The region becomes a part of host names. The form keeps names out that would make the host of somebody else, such
    as "oss-cn-hangzhou": `pai-dlc.oss-cn-hangzhou.aliyuncs.com` is a bucket that any customer may own.
    """
    return len(text) <= _LONGEST_REGION and _REGION.fullmatch(text) is not None


def own_host(product: str, region: str, network: str = "") -> str:
    """Return the host of a product in a region: `pai-dlc.cn-hangzhou.aliyuncs.com`; `network` is "", "-vpc" or
    "-internal"."""
    return f"{product}{network}.{region}.aliyuncs.com"


def network_of(address: Address, region: str) -> str | None:
    """Return by which network a host of the service's own in that region is reached: "", "-vpc" or "-internal".

    None when it is not one of them. Other hosts under `aliyuncs.com` may belong to customers.
    """
    if address.scheme != "https" or address.port is not None:
        return None
    if address.host in {f"{product}.aliyuncs.com" for product in PRODUCTS}:
        return ""
    return next(
        (
            network
            for network in _NETWORKS
            if address.host in {own_host(product, region, network) for product in PRODUCTS}
        ),
        None,
    )


def is_official(endpoint: str, region: str) -> bool:
    """Return whether an endpoint is where the service is called without one: empty, or the region's own address."""
    return endpoint in ("", own_host(DLC, region), f"https://{own_host(DLC, region)}")


def may_stand_in_a_project(endpoint: str, region: str) -> bool:
    """Return whether a project file may name this endpoint: `emulator`, this machine by IPv4, or the service's own
    hosts.

    A pull request may change the project file, and its plan runs with credentials. See specs/README.md, "Endpoint".

    Raises:
        AddressError: it is no address at all.
    """
    if endpoint == EMULATOR:
        return True
    address = parse_address(endpoint)
    if ":" in address.host:
        return False
    return address.is_loopback or network_of(address, region) is not None
