"""The OIDC token of a GitHub job, written to the file that the official credentials chain reads. Never printed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from reconciler.ci.web import PlatformError, Web, user_agent
from reconciler.errors import UsageError
from reconciler.files import make_folder, write_secretly
from reconciler.http.bounds import Bounds

_URL, _TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"


def fetch_token(environ: Mapping[str, str], audience: str, bounds: Bounds | None = None) -> str:
    """Ask GitHub for the job's identity token, signed for this audience, and return it.

    Raises:
        UsageError: the job may not have one.
        PlatformError: the endpoint did not give one.
    """
    address, secret = environ.get(_URL, ""), environ.get(_TOKEN, "")
    if not address or not secret:
        raise UsageError("this job has no OIDC endpoint", hint="Add `id-token: write` to its permissions.")
    parts = urlsplit(address)
    query = {**dict(parse_qsl(parts.query)), "audience": audience}
    headers = {**user_agent(), "Authorization": f"Bearer {secret}", "Accept": "application/json"}
    web = Web(f"{parts.scheme}://{parts.netloc}", headers, secret, bounds or Bounds())
    try:
        value = web.get(parts.path, **query).value
    finally:
        web.close()
    token = value.get("value") if isinstance(value, dict) else None
    if not isinstance(token, str) or not token:
        raise PlatformError("the OIDC endpoint gave no token")
    return token


def write_secret(file: Path, text: str) -> None:
    """Write a file that only its owner may read.

    Raises:
        FileError: it cannot be written.
    """
    make_folder(file.parent)
    write_secretly(file, text)
