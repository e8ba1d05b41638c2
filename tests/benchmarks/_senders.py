"""The same call many times over TLS on many threads, sent in three ways; each prints the processor seconds it took."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

PATH = "/api/v1/jobtemplates/tpl1"
ALGORITHM = "ACS3-HMAC-SHA256"
NOTHING = hashlib.sha256(b"").hexdigest()


def _many(get: Callable[[int], object], calls: str, width: str) -> None:
    get(0)  # the first call opens what all share
    with ThreadPoolExecutor(int(width)) as threads:
        begin = time.process_time()
        list(threads.map(get, range(int(calls))))
        print(time.process_time() - begin)


def bare_urllib3(port: str, authority: str, calls: str, width: str) -> None:
    """A signature made by hand for each call, the answer's JSON, and nothing else."""
    import urllib3  # noqa: PLC0415 - part of what is measured

    pool = urllib3.PoolManager(maxsize=int(width), block=True, ca_certs=authority, retries=False)
    host = f"127.0.0.1:{port}"

    def get(_number: int) -> object:
        return json.loads(pool.request("GET", f"https://{host}{PATH}", headers=_signed(host)).data)

    _many(get, calls, width)


def _signed(host: str) -> dict[str, str]:
    headers = {
        "host": host,
        "x-acs-action": "GetJobTemplate",
        "x-acs-content-sha256": NOTHING,
        "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-version": "2020-12-03",
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = hashlib.sha256(f"GET\n{PATH}\n\n{lines}\n{names}\n{NOTHING}".encode()).hexdigest()
    signature = hmac.new(b"loopback", f"{ALGORITHM}\n{request}".encode(), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Credential=loopback,SignedHeaders={names},Signature={signature}"
    return {**headers, "Authorization": authorization, "accept": "application/json"}


def sdk_over_urllib3(port: str, authority: str, calls: str, width: str) -> None:
    """The official client as it is but for `call_api`, which sends over urllib3: no pace, no retries, no deadlines."""
    from alibabacloud_pai_dlc20201203 import models  # noqa: PLC0415
    from alibabacloud_tea_openapi.utils_models import Config  # noqa: PLC0415

    config = Config(
        access_key_id="loopback",
        access_key_secret="loopback",
        endpoint=f"127.0.0.1:{port}",
        protocol="HTTPS",
    )
    client = _client_over_urllib3(authority, int(width))(config)
    _many(lambda _number: client.get_job_template("tpl1", models.GetJobTemplateRequest()).body, calls, width)


def _client_over_urllib3(authority: str, width: int) -> Any:
    import urllib3  # noqa: PLC0415
    from alibabacloud_pai_dlc20201203.client import Client  # noqa: PLC0415
    from alibabacloud_tea_openapi.utils import Utils  # noqa: PLC0415
    from darabonba.core import DaraCore  # noqa: PLC0415
    from darabonba.request import DaraRequest  # noqa: PLC0415

    pool = urllib3.PoolManager(maxsize=width, block=True, ca_certs=authority, timeout=urllib3.Timeout(5, 10))

    class OverUrllib3(Client):  # type: ignore[misc]
        def call_api(self, params: Any, request: Any, runtime: Any) -> dict[str, Any]:
            del runtime
            signed = DaraRequest()
            signed.protocol, signed.method, signed.pathname = "https", params.method, params.pathname
            signed.query = dict(request.query or {})
            credential = self._credential.get_credential()
            signed.headers = {
                "host": self._endpoint,
                "x-acs-version": params.version,
                "x-acs-action": params.action,
                "user-agent": Utils.get_user_agent(self._user_agent),
                "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "x-acs-signature-nonce": Utils.get_nonce(),
                "x-acs-content-sha256": NOTHING,
                "accept": "application/json",
                "x-acs-credentials-provider": credential.provider_name,
            }
            signed.headers["Authorization"] = Utils.get_authorization(
                signed, ALGORITHM, NOTHING, credential.access_key_id, credential.access_key_secret
            )
            url = DaraCore.compose_url(signed)
            answer = pool.request(signed.method, url, headers=signed.headers, retries=False, redirect=False)
            return {
                "statusCode": answer.status,
                "headers": dict(answer.headers),
                "body": json.loads(answer.data),
            }

    return OverUrllib3


def ours(port: str, authority: str, calls: str, width: str) -> None:
    """So many calls through the port, as a plan makes them."""
    import reconciler.kinds.jobtemplate.operations as of_templates  # noqa: PLC0415
    from reconciler.live import ConnectionOptions, CredentialsSpec, connect  # noqa: PLC0415
    from reconciler.live.parallel import side_by_side  # noqa: PLC0415
    from reconciler.model import Target  # noqa: PLC0415

    target = Target(name="t", region="cn-hangzhou", workspace_id="1001", endpoint=f"https://127.0.0.1:{port}")
    options = ConnectionOptions(calls_in_flight=int(width), rate=1e6)
    with connect(target, CredentialsSpec(), options, environ={"SSL_CERT_FILE": authority}) as service:
        service.call(of_templates.GET_JOB_TEMPLATE, "tpl1")
        begin = time.process_time()
        side_by_side(lambda _: service.call(of_templates.GET_JOB_TEMPLATE, "tpl1"), range(int(calls)), width=int(width))
        print(time.process_time() - begin)
