"""What goes over the wire: signatures, connections, proxies, TLS; and what never does."""

from __future__ import annotations

import hashlib
import hmac
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qsl, quote

import pytest
import trustme

import reconciler.kinds.jobtemplate.operations as of_templates
import reconciler.kinds.tensorboard.operations as of_boards
from reconciler import __version__
from reconciler.emulator import Emulator, Profile
from reconciler.errors import BadAnswer, ConnectionFailed, CredentialsRefused, ProjectError, UntrustedServer
from reconciler.http.pool import proxy_for
from reconciler.live import ConnectionOptions, RetryPolicy, connect, operations
from reconciler.live.endpoint import parse_endpoint
from reconciler.model import Target
from reconciler.model.address import Address

from .conftest import Open
from .raw import LIST_OK, RawServer, Seen, answer

ONCE = RetryPolicy(attempts=1, throttled_attempts=1)
KEYS = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "AKID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s3cret-canary"}
STS = {**KEYS, "ALIBABA_CLOUD_SECURITY_TOKEN": "token-canary"}
CREATED = {"RequestId": "R", "TemplateId": "tpl1"}


def signature(seen: Seen, secret: str) -> str:
    """The ACS3-HMAC-SHA256 signature of a request as it arrived, from the published rules alone."""
    names = seen.headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    query = sorted(parse_qsl(seen.query, keep_blank_values=True, strict_parsing=bool(seen.query)))
    canonical = "\n".join(
        [
            seen.method,
            seen.path,
            "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in query),
            "".join(f"{name}:{seen.headers[name]}\n" for name in names),
            ";".join(names),
            hashlib.sha256(seen.body).hexdigest(),
        ]
    )
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def test_every_request_is_signed_as_the_service_publishes(open_service: Open) -> None:
    awkward = "a b+c&d=e~f*'()!/é中"
    with RawServer(answer(CREATED), answer({**LIST_OK}), answer({**CREATED})) as server:
        service = open_service(server.url, environ=STS)
        service.call(of_templates.CREATE_JOB_TEMPLATE, WorkspaceId="1", TemplateName=awkward, Content="{}")
        service.call(of_templates.LIST_JOB_TEMPLATES, WorkspaceId="1", TemplateName=awkward, Description="")
        service.call(of_templates.DELETE_JOB_TEMPLATE, "tpl/1 ~x")
    for seen in server.requests:
        assert seen.headers["authorization"].endswith(f"Signature={signature(seen, KEYS[list(KEYS)[1]])}")
        assert {"host", "x-acs-action", "x-acs-date", "x-acs-signature-nonce", "x-acs-security-token"} <= set(
            seen.headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
        )
        assert seen.headers["x-acs-content-sha256"] == hashlib.sha256(seen.body).hexdigest()
        assert seen.headers["user-agent"].endswith(f" dlc-reconciler/{__version__}")
    assert len({seen.headers["x-acs-signature-nonce"] for seen in server.requests}) == 3
    assert [seen.headers["x-acs-action"] for seen in server.requests] == [
        "CreateJobTemplate",
        "ListJobTemplates",
        "DeleteJobTemplate",
    ]
    assert server.requests[2].path == "/api/v1/jobtemplates/tpl%2F1%20~x"


def test_a_server_that_checks_signatures_and_nonces_is_satisfied(open_service: Open) -> None:
    checking = Profile(access_keys={"AKID": "s3cret-canary"}, refuse_used_nonce=True)
    with Emulator(profile=checking) as emulator:
        for environ in (KEYS, {**KEYS, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "wrong"}):
            service = open_service(emulator.url, environ=environ)
            if environ is KEYS:
                assert service.rows(of_templates.LIST_JOB_TEMPLATES, WorkspaceId="1001") == []
                assert service.rows(of_boards.LIST_TENSORBOARDS, WorkspaceId="1001", ShowOwn=True) == []
            else:
                with pytest.raises(CredentialsRefused, match="SignatureDoesNotMatch"):
                    service.rows(of_templates.LIST_JOB_TEMPLATES, WorkspaceId="1001")


def test_the_raw_answer_comes_back_with_fields_no_model_knows(open_service: Open) -> None:
    body = {**LIST_OK, "Tomorrow": {"new": [1]}}
    with RawServer(answer(body)) as server:
        assert open_service(server.url).call(of_templates.LIST_JOB_TEMPLATES) == body


@pytest.mark.parametrize("identity", ["", " ", ".", "..", None])
def test_an_id_that_would_address_something_else_is_never_sent(open_service: Open, identity: str) -> None:
    with RawServer(answer(CREATED)) as server:
        with pytest.raises(ValueError, match="is not an id"):
            open_service(server.url).call(of_templates.DELETE_JOB_TEMPLATE, identity)
        assert not server.requests


@pytest.mark.parametrize(
    ("fields", "lost"),
    [
        ({"Nope": 1}, "Nope"),
        ({"JobSpecs": [{"Type": "Worker", "Imgae": "x"}]}, r"JobSpecs\[0\]\.Imgae"),
        ({"JobSpecs": 5}, "wrong type"),
    ],
)
def test_a_field_the_models_do_not_know_is_an_error_here(
    open_service: Open, fields: dict[str, object], lost: str
) -> None:
    with RawServer(answer(CREATED)) as server:
        with pytest.raises(TypeError, match=lost):
            open_service(server.url).call(operations.CREATE_JOB, **fields)
        with pytest.raises(TypeError, match="has no field Force"):
            open_service(server.url).call(operations.DELETE_JOB, "dlc1", Force=True)
        assert not server.requests


def test_text_that_is_not_unicode_is_an_error_here(open_service: Open) -> None:
    with RawServer(answer(CREATED)) as server:
        with pytest.raises(ValueError, match="not Unicode"):
            open_service(server.url).call(of_templates.CREATE_JOB_TEMPLATE, TemplateName="\ud800")
        assert not server.requests


def test_a_redirect_is_not_followed_and_the_token_goes_nowhere(open_service: Open) -> None:
    with (
        RawServer(answer(LIST_OK)) as other,
        RawServer(answer(b"", status=307, headers={"Location": other.url})) as server,
    ):
        service = open_service(server.url, environ=STS)
        with pytest.raises(BadAnswer, match="redirect"):
            service.call(of_templates.LIST_JOB_TEMPLATES)
        assert len(server.requests) == 1
        assert not other.requests


def test_no_more_connections_than_calls_in_flight() -> None:
    with Emulator() as emulator:
        target = Target(name="t", region="cn-hangzhou", workspace_id="1001", endpoint=emulator.url)
        with (
            connect(target, options=ConnectionOptions(rate=1e6), environ={}) as service,
            ThreadPoolExecutor(24) as threads,
        ):
            done = threads.map(lambda _: service.call(operations.LIST_WORKSPACES), range(96))
            assert all(answer["TotalCount"] == 2 for answer in done)
            service.call(operations.LIST_JOBS, WorkspaceId="1001")
        assert emulator.connections_opened <= 16


def test_a_proxy_in_the_environment_does_not_touch_loopback(
    open_service: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = {
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }
    for name, value in broken.items():
        monkeypatch.setenv(name, value)
    with RawServer(answer()) as server:
        assert open_service(server.url, environ={**broken}).call(of_templates.LIST_JOB_TEMPLATES) == LIST_OK


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, ""),
        ({"ALL_PROXY": "http://p:1"}, "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:1"}, "http://q:1"),
        ({"https_proxy": "http://q:1", "HTTPS_PROXY": "http://p:1"}, "http://q:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "pai-dlc-vpc.example"}, ""),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "other,.example"}, ""),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, ""),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.example"}, "http://p:1"),
    ],
)
def test_proxy_variables_count_for_remote_hosts(environ: dict[str, str], expected: str) -> None:
    assert proxy_for(Address("https", "pai-dlc-vpc.example"), environ) == expected
    assert proxy_for(Address("https", "127.0.0.1", 1), environ) == ""


def test_a_remote_endpoint_goes_through_the_proxy(open_service: Open) -> None:
    with RawServer(answer(b"", status=403)) as proxy:
        environ = {"HTTPS_PROXY": proxy.url.replace("//", "//user:pa55@")}
        service = open_service("https://dlc.invalid", retries=ONCE, environ={**KEYS, **environ})
        with pytest.raises(ConnectionFailed, match="proxy") as caught:
            service.call(operations.LIST_JOBS)
        assert (proxy.requests[0].method, proxy.requests[0].target) == ("CONNECT", "dlc.invalid:443")
        assert proxy.requests[0].headers["proxy-authorization"].startswith("Basic ")
        assert "authorization" not in proxy.requests[0].headers
        assert "pa55" not in f"{caught.value}{caught.value.hint}{caught.value.__cause__!r}"


@pytest.fixture
def authority(tmp_path: Path) -> tuple[trustme.CA, Path]:
    """A private certificate authority and the file with its certificate."""
    ca = trustme.CA()
    file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    return ca, file


def tls_context(ca: trustme.CA, name: str) -> ssl.SSLContext:
    """A server context with a certificate for the name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)
    return context


def test_a_private_authority_is_trusted_through_the_environment(
    open_service: Open, authority: tuple[trustme.CA, Path]
) -> None:
    ca, file = authority
    with RawServer(answer(), tls=tls_context(ca, "127.0.0.1")) as server:
        environ = {"SSL_CERT_FILE": str(file)}
        assert open_service(server.url, environ=environ).call(of_templates.LIST_JOB_TEMPLATES) == LIST_OK


@pytest.mark.parametrize(("name", "trusted"), [("127.0.0.1", False), ("other.example", True)])
def test_an_untrusted_or_wrong_certificate_is_refused_at_once(
    open_service: Open, authority: tuple[trustme.CA, Path], waits: list[float], name: str, trusted: bool
) -> None:
    ca, file = authority
    with RawServer(answer(), tls=tls_context(ca, name)) as server:
        service = open_service(server.url, environ={"SSL_CERT_FILE": str(file)} if trusted else {})
        with pytest.raises(UntrustedServer, match="certificate is not trusted") as caught:
            service.call(of_templates.LIST_JOB_TEMPLATES)
        assert "SSL_CERT_FILE" in caught.value.hint
        assert not server.requests
        assert not waits


def test_tls_to_a_plain_server_is_a_connection_that_failed(open_service: Open) -> None:
    with RawServer(answer()) as server:
        service = open_service(server.url.replace("http:", "https:"), retries=ONCE, connect_timeout=0.1)
        with pytest.raises(ConnectionFailed):
            service.call(operations.CREATE_JOB)


def test_an_authority_file_that_is_not_there_is_named(open_service: Open) -> None:
    service = open_service("https://127.0.0.1:9", environ={"SSL_CERT_FILE": "/nowhere/ca.pem"})
    with pytest.raises(UntrustedServer, match="SSL_CERT_FILE"):
        service.call(operations.LIST_JOBS)


@pytest.mark.parametrize(
    ("text", "netloc", "scheme"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1:8080", "http"),
        ("http://[::1]:80/", "[::1]:80", "http"),
        ("http://localhost:1", "localhost:1", "http"),
        ("https://dlc.example", "dlc.example", "https"),
        ("dlc.example:8443", "dlc.example:8443", "https"),
    ],
)
def test_endpoints(text: str, netloc: str, scheme: str) -> None:
    assert (parse_endpoint(text).netloc, parse_endpoint(text).scheme) == (netloc, scheme)


@pytest.mark.parametrize(
    "text",
    [
        "http://10.0.0.1",
        "ftp://x",
        "https://",
        "https://h/path",
        "https://u:canary@h",
        "https://h:x",
        "http://127.1.evil.com",
    ],
)
def test_endpoints_that_are_refused(text: str) -> None:
    with pytest.raises(ProjectError) as caught:
        parse_endpoint(text)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("region", ["", "a.b", "x@evil.example/", "CN"])
def test_a_region_cannot_name_another_host(open_service: Open, region: str) -> None:
    with pytest.raises(ProjectError, match="is not a region"):
        connect(Target(name="t", region=region, workspace_id="1"), environ=KEYS)
