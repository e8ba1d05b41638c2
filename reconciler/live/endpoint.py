"""Where the service is: the address a target or `--endpoint` names, checked before any credential goes there."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from reconciler.errors import ProjectError
from reconciler.live.text import one_line


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Scheme, host name, and the host with port as it stands in the `Host` header."""

    scheme: str
    host: str
    netloc: str

    @property
    def is_loopback(self) -> bool:
        """True for this machine itself: plain HTTP is allowed, a proxy is not."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return self.netloc


def parse_endpoint(text: str) -> Endpoint:
    """The endpoint of "https://host[:port]", "host[:port]" (HTTPS) or, for this machine only, "http://host[:port]".

    Raises:
        ProjectError: anything else; plain HTTP to another machine would show the credentials to the network.
    """
    shown = one_line(text.rpartition("@")[2])
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port = parts.port
    except ValueError as error:
        raise ProjectError(f"endpoint {shown!r} is not an address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ProjectError(f"endpoint {shown!r} is not an address", hint='write "https://host" or "https://host:port"')
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ProjectError(f"endpoint {shown!r} has a path", hint='write "https://host" or "https://host:port"')
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    endpoint = Endpoint(parts.scheme, parts.hostname, f"{host}:{port}" if port else host)
    if endpoint.scheme == "http" and not endpoint.is_loopback:
        raise ProjectError(f"endpoint {shown!r} is plain HTTP on another machine", hint='use "https://"')
    return endpoint
