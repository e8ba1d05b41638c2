"""The identity that was asked for, or an error; never another one, and never in any text."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import CredentialsError
from reconciler.live import CredentialsSpec, Source, connect, operations
from reconciler.live.credentials import METADATA_DISABLED, fetch, provider
from reconciler.model import Target

from .conftest import Open
from .raw import RawServer, answer

KEYS = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "AKENV", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "env-canary"}
PROFILES = {
    "current": "dev",
    "profiles": [
        {"name": "dev", "mode": "AK", "access_key_id": "AKDEV", "access_key_secret": "dev-canary"},
        {
            "name": "prod",
            "mode": "StsToken",
            "access_key_id": "AKPROD",
            "access_key_secret": "prod-canary",
            "sts_token": "token-canary",
        },
        {"name": "odd", "mode": "Unheard"},
    ],
}
OIDC = {
    "ALIBABA_CLOUD_ROLE_ARN": "acs:ram::1:role/r",
    "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "acs:ram::1:oidc-provider/p",
    "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/nowhere/token",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with three profiles."""
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun" / "config.json").write_text(json.dumps(PROFILES))
    return tmp_path


def key_id(spec: CredentialsSpec, home: Path, environ: dict[str, str], *, is_loopback: bool = False) -> str:
    """The access key id the chosen provider gives."""
    return str(fetch(provider(spec, environ=environ, home=home, is_loopback=is_loopback)).access_key_id)


def profile(name: str) -> CredentialsSpec:
    return CredentialsSpec(Source.PROFILE, name)


@pytest.mark.parametrize(
    ("spec", "environ", "expected"),
    [
        (CredentialsSpec(), {}, "AKDEV"),
        (CredentialsSpec(), {"ALIBABA_CLOUD_PROFILE": "prod"}, "AKPROD"),
        (CredentialsSpec(), KEYS, "AKENV"),
        (CredentialsSpec(Source.ENVIRONMENT), KEYS, "AKENV"),
        (profile("prod"), KEYS, "AKPROD"),
        (profile(""), KEYS, "AKDEV"),
    ],
)
def test_the_source_that_was_asked_for_is_the_one_used(
    home: Path, spec: CredentialsSpec, environ: dict[str, str], expected: str
) -> None:
    assert key_id(spec, home, environ) == expected


@pytest.mark.parametrize(
    ("spec", "environ", "words"),
    [
        (profile("prdo"), KEYS, "no profile 'prdo'"),
        (profile("odd"), KEYS, "no credentials"),
        (CredentialsSpec(), {"ALIBABA_CLOUD_PROFILE": "prdo"}, "no profile 'prdo'"),
        (CredentialsSpec(), {"ALIBABA_CLOUD_ACCESS_KEY_ID": "AKENV"}, "SECRET is not set"),
        (CredentialsSpec(Source.ENVIRONMENT), {}, "KEY_ID is not set"),
        (CredentialsSpec(Source.OIDC), KEYS, "OIDC needs"),
        (CredentialsSpec(), {"ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/nowhere"}, "OIDC needs"),
        (CredentialsSpec(), OIDC, "no credentials: FileNotFoundError"),
        (CredentialsSpec(Source.ECS_ROLE), {**KEYS, METADATA_DISABLED: "true"}, METADATA_DISABLED),
        (profile("dev"), {"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"}, "disabled"),
    ],
)
def test_what_was_asked_for_and_is_not_there_is_an_error(
    home: Path, spec: CredentialsSpec, environ: dict[str, str], words: str
) -> None:
    with pytest.raises(CredentialsError, match=re.escape(words)) as caught:
        key_id(spec, home, environ)
    assert "canary" not in f"{caught.value} {caught.value.hint} {caught.value!r}"


def test_a_mistyped_profile_names_those_that_exist(home: Path) -> None:
    with pytest.raises(CredentialsError) as caught:
        key_id(profile("prdo"), home, {})
    assert "dev, odd, prod" in caught.value.hint


@pytest.mark.parametrize("text", ["{", "[]", '{"profiles": 5}', '{"profiles": [{}]}'])
def test_an_unreadable_profile_file_is_one_clear_line(home: Path, text: str) -> None:
    (home / ".aliyun" / "config.json").write_text(text)
    with pytest.raises(CredentialsError, match=r"config\.json"):
        key_id(profile("dev"), home, {})


def test_nothing_configured_is_an_error_except_on_loopback(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match="no credentials are configured") as caught:
        connect(Target(name="t", region="cn-hangzhou", workspace_id="1"), environ={}, home=tmp_path)
    assert "--profile" in caught.value.hint
    assert key_id(CredentialsSpec(), tmp_path, {}, is_loopback=True) == "loopback"


def test_configured_credentials_that_are_wrong_are_not_replaced_on_loopback(home: Path) -> None:
    with pytest.raises(CredentialsError):
        key_id(profile("prdo"), home, {}, is_loopback=True)


def test_a_provider_that_quotes_an_answer_is_not_repeated() -> None:
    from alibabacloud_credentials.exceptions import CredentialException  # noqa: PLC0415

    class Leaky:
        def get_credential(self) -> Any:
            body = '{"Code": "AuthenticationFail.Expired", "AccessKeySecret": "canary"}'
            raise CredentialException(f"error refreshing credentials, http_code: 400, result: {body}")

    with pytest.raises(CredentialsError) as caught:
        fetch(Leaky())
    assert "canary" not in str(caught.value)
    assert "AuthenticationFail.Expired" in str(caught.value)
    assert caught.value.__cause__ is None


def test_no_secret_is_in_any_text_of_the_service(
    open_service: Open, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    environ = {**KEYS, "ALIBABA_CLOUD_SECURITY_TOKEN": "token-canary"}
    with caplog.at_level(logging.DEBUG), RawServer(answer(b"<html>", status=403)) as server:
        service = open_service(server.url, environ=environ)
        with pytest.raises(Exception, match="HTTP 403") as caught:
            service.call(operations.LIST_JOBS)
        texts = [str(caught.value), repr(caught.value), repr(vars(service)), caplog.text, *capfd.readouterr()]
    assert "canary" not in " ".join(texts)
    assert server.requests[0].headers["x-acs-security-token"] == "token-canary"


def run(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter, because imports and the SDK's log handlers are per process."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_importing_the_package_loads_neither_sdk_nor_http_client() -> None:
    code = (
        "import sys, reconciler.live, reconciler.live.operations;"
        "print([name for name in sys.modules if name.partition('.')[0].startswith("
        "('alibabacloud', 'darabonba', 'Tea', 'urllib3', 'aiohttp', 'requests', 'tenacity', 'certifi'))])"
    )
    assert run(code).stdout == "[]\n"


def test_the_sdk_writes_nothing_to_standard_error(tmp_path: Path) -> None:
    code = (
        "import logging; from pathlib import Path; from reconciler.live import *; from reconciler.model import Target\n"
        "s = connect(Target(name='t', region='cn-hangzhou', workspace_id='1', endpoint='http://127.0.0.1:9'),"
        " options=ConnectionOptions(sleep=lambda _: None))\n"
        "from reconciler.live.operations import LIST_JOBS\n"
        "try: s.call(LIST_JOBS)\n"
        "except Exception: pass\n"
        "for name in ('darabonba-core', 'alibabacloud-tea', 'credentials'): logging.getLogger(name).error('canary')\n"
    )
    done = run(code, HOME=str(tmp_path), **KEYS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
