"""The code hosts behind a proxy that demands a login: the same transport as the service's, so the same proxy works."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from live.raw import RawServer, answer

from reconciler.ci import PlatformError, Web
from reconciler.http.bounds import Bounds

LOGIN = "robot@corp:pa/ss:word"
TOKEN = "ghp_canary"


class Proxy:
    """Tunnels every CONNECT to one server on loopback, if the login is right."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.heads: list[str] = []
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                part = client.recv(4096)
                if not part:
                    return
                head += part
            self.heads.append(head.decode("latin-1"))
            wanted = "Basic " + base64.b64encode(LOGIN.encode()).decode()
            if f"proxy-authorization: {wanted}".lower() not in self.heads[-1].lower():
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with socket.create_connection(("127.0.0.1", self._behind)) as server:
                there = threading.Thread(target=_pump, args=(client, server), daemon=True)
                there.start()
                _pump(server, client)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while part := source.recv(65536):
            sink.sendall(part)
    except OSError:
        return


@pytest.fixture
def host(tmp_path: Path) -> Iterator[tuple[RawServer, Proxy, dict[str, str]]]:
    """A code host called git.corp.example behind a proxy, and the environment that trusts its authority."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("git.corp.example").configure_cert(context)
    with RawServer(answer({"login": "robot"}), tls=context) as server:
        proxy = Proxy(server.port)
        yield server, proxy, {"SSL_CERT_FILE": str(tmp_path / "ca.pem")}
        proxy.close()


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_with_a_login_lets_the_code_host_be_reached(
    host: tuple[RawServer, Proxy, dict[str, str]], variable: str
) -> None:
    server, proxy, environ = host
    through = f"http://robot%40corp:pa%2Fss%3Aword@127.0.0.1:{proxy.port}"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    web = Web("https://git.corp.example/api/v3", headers, TOKEN, Bounds(), {**environ, variable: through})
    assert web.get("/user").value == {"login": "robot"}
    web.close()
    assert server.requests[0].target == "/api/v3/user"
    assert server.requests[0].headers["host"] == "git.corp.example"
    assert "proxy-authorization" not in server.requests[0].headers
    assert proxy.heads[0].startswith("CONNECT git.corp.example:443 ")
    assert TOKEN not in proxy.heads[0]


def test_without_the_login_one_line_says_what_to_look_at(host: tuple[RawServer, Proxy, dict[str, str]]) -> None:
    server, proxy, environ = host
    waits: list[float] = []
    through = f"http://robot:wrong-canary@127.0.0.1:{proxy.port}"
    options = Bounds(sleep=waits.append)
    web = Web("https://git.corp.example", {}, TOKEN, options, {**environ, "HTTPS_PROXY": through})
    with pytest.raises(PlatformError, match="407") as refused:
        web.get("/user")
    web.close()
    assert "HTTPS_PROXY" in refused.value.hint
    assert "wrong-canary" not in f"{refused.value}{refused.value.hint}"
    assert server.requests == []


def test_a_host_that_no_proxy_names_is_called_directly(host: tuple[RawServer, Proxy, dict[str, str]]) -> None:
    _, proxy, environ = host
    asked = {**environ, "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}", "NO_PROXY": ".corp.example"}
    web = Web("https://git.corp.example", {}, TOKEN, Bounds(sleep=lambda _: None, connect=0.5), asked)
    with pytest.raises(PlatformError, match="cannot be reached"):
        web.get("/user")
    web.close()
    assert proxy.heads == []
