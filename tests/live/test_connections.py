"""How many connections a command opens, and how often TLS is negotiated: never more than calls are in flight."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path

import pytest
import trustme
from support.commands import Commands
from support.project import ProjectFolder

import reconciler.kinds.jobtemplate.operations as of_templates
from reconciler.emulator import Emulator
from reconciler.live.parallel import side_by_side

from .conftest import Open
from .raw import LIST_OK, RawServer, answer


@pytest.mark.parametrize("width", [1, 3])
def test_a_plan_opens_no_more_connections_than_calls_in_flight(
    project: ProjectFolder, cli: Commands, emulator: Emulator, width: int
) -> None:
    for number in range(12):
        project.template(f"t{number}")
    assert cli.apply().code == 0
    before, calls = emulator.connections_opened, emulator.request_count
    assert cli.plan("--verify", "--calls-in-flight", str(width)).code == 0
    assert emulator.request_count - calls >= 12
    assert 1 <= emulator.connections_opened - before <= width


def test_tls_is_negotiated_once_for_each_connection(open_service: Open, tmp_path: Path) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    hellos: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: hellos.append(name)
    with RawServer(answer(), tls=context) as server:
        url = server.url.replace("127.0.0.1", "localhost")  # a name, so that each handshake says it
        service = open_service(url, environ={"SSL_CERT_FILE": str(tmp_path / "ca.pem")}, calls_in_flight=4)
        done = side_by_side(lambda _: service.call(of_templates.LIST_JOB_TEMPLATES), range(60), width=12)
        assert done == [LIST_OK] * 60
        assert len(server.requests) == 60
        assert len(hellos) == server.connections <= 4


def test_what_identifies_a_service_is_found_out_once_and_at_the_same_time_as_for_another(open_service: Open) -> None:
    both, asked = threading.Barrier(2, timeout=30), []

    def place() -> str:
        both.wait()  # one of them alone would never go on
        asked.append("place")
        return "there"

    services = [open_service("http://127.0.0.1:9", place=place) for _ in range(2)]
    assert side_by_side(lambda service: (service.place, service.place), services, width=2) == [("there", "there")] * 2
    assert len(asked) == 2
