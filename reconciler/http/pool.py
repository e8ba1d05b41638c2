"""Opens the pool of connections to one host: through which proxy, with whose certificates, and how long answers may
take."""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import certifi
import urllib3

from reconciler.errors import ConnectionFailed, UntrustedServer
from reconciler.http.bounded import PlainPool, TlsPool
from reconciler.http.failures import words
from reconciler.http.one_line import one_line
from reconciler.model.address import Address


def open_pool(address: Address, *, connections: int, environ: Mapping[str, str]) -> urllib3.HTTPConnectionPool:
    """Return a pool of at most that many connections; nothing is connected yet.

    Raises:
        ConnectionFailed: a proxy of a kind that is not supported.
        UntrustedServer: the authorities that the environment names cannot be used.
    """
    options: dict[str, Any] = {"num_pools": 4, "maxsize": connections, "block": True, "retries": False}
    if address.scheme == "https":
        options["ssl_context"] = trusted_context(environ)
    manager = _proxied(address, environ, options) or urllib3.PoolManager(**options)
    manager.pool_classes_by_scheme = {"http": PlainPool, "https": TlsPool}
    return manager.connection_from_url(address.url)


def _proxied(address: Address, environ: Mapping[str, str], options: Mapping[str, Any]) -> urllib3.ProxyManager | None:
    proxy = proxy_for(address, environ)
    if not proxy:
        return None
    through, login = _parsed_proxy(proxy)
    return urllib3.ProxyManager(through, proxy_headers=login, **options)


def _parsed_proxy(proxy: str) -> tuple[str, dict[str, str]]:
    """Return the proxy's address, and the header that logs in where the address has a user; `%40` in a login means
    `@`."""
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    hint = "set HTTPS_PROXY to an http:// address, or exempt the server with NO_PROXY"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConnectionFailed(f"a proxy of kind {one_line(parts.scheme)!r} is not supported", hint=hint)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise ConnectionFailed("the proxy's address has no port that there can be", hint=hint) from None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    login = urllib3.make_headers(proxy_basic_auth=f"{user}:{password}") if user else {}
    return f"{parts.scheme}://{host}:{port}", dict(login)


def trusted_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """Return a verifying TLS context with the authorities of SSL_CERT_FILE or SSL_CERT_DIR, else the system's and
    certifi's."""
    chosen = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if any(chosen):
        try:
            return ssl.create_default_context(cafile=chosen[0] or None, capath=chosen[1] or None)
        except OSError as error:
            raise UntrustedServer(
                f"the authorities in SSL_CERT_FILE or SSL_CERT_DIR cannot be used ({words(error)})",
                hint="point it at a file with PEM certificates, or unset it",
            ) from error
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def proxy_for(address: Address, environ: Mapping[str, str]) -> str:
    """Return the proxy to use for a server, empty for none. Loopback is never proxied; NO_PROXY is obeyed."""
    if address.is_loopback:
        return ""
    proxies = {
        name.lower().removesuffix("_proxy"): value
        for lower in (False, True)
        for name, value in environ.items()
        if name.lower().endswith("_proxy") and value and name.islower() is lower
    }
    if urllib.request.proxy_bypass_environment(address.host, proxies):  # type: ignore[attr-defined]
        return ""
    return proxies.get(address.scheme) or proxies.get("all") or ""
