"""The official SDK behind the port: its builders, models and signing code, with our transport under its `call_api`.

No other module imports the SDK, and this one is imported when the first call is made. The raw JSON answer is kept,
because the SDK's response models drop every field they do not know.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from alibabacloud_tea_openapi.utils import Utils
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.core import DaraCore
from darabonba.request import DaraRequest

from reconciler.http.transport import Answer, Request, Transport
from reconciler.live import credentials
from reconciler.live.later import CLIENT, models_of_package, postponed
from reconciler.live.port import Operation
from reconciler.model import JsonObject, JsonValue
from reconciler.model.nearest import meant

ALGORITHM = "ACS3-HMAC-SHA256"


class Exchange:
    """Takes the place of the SDK's runtime options, which it hands through: until when to wait, and where the answer
    is kept."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.answer: Answer | None = None


class _OverOurTransport:
    """A mixin for an official client: everything that the client builds is signed and sent once, over our transport."""

    transport: Transport
    _credential: Any
    _protocol: str
    _endpoint: str
    _user_agent: str

    def call_api(self, params: Any, request: Any, runtime: Exchange) -> dict[str, Any]:
        """Sign and send the request. The answer is left in `runtime` unread, and the response model stays empty."""
        signed = self._signed(params, request)
        target = DaraCore.compose_url(signed).removeprefix(f"{self._protocol.lower()}://{self._endpoint}")
        runtime.answer = self.transport.exchange(
            Request(signed.method, target, signed.headers, signed.body), runtime.until
        )
        return {"statusCode": runtime.answer.status, "headers": {}}

    def _signed(self, params: Any, request: Any) -> Any:
        signed = DaraRequest()
        signed.protocol = self._protocol
        signed.method = params.method
        signed.pathname = params.pathname
        signed.query = dict(request.query or {})
        signed.headers = {
            "host": self._endpoint,
            "x-acs-version": params.version,
            "x-acs-action": params.action,
            "user-agent": Utils.get_user_agent(self._user_agent),
            # Not the SDK's own timestamp, which uses a function that newer Pythons warn about.
            "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "x-acs-signature-nonce": Utils.get_nonce(),
            "accept": "application/json",
            **(request.headers or {}),
        }
        if request.body is not None:
            signed.body = DaraCore.to_json_string(request.body)
            signed.headers["content-type"] = "application/json; charset=utf-8"
        payload = Utils.hash((signed.body or "").encode(), ALGORITHM).hex()
        signed.headers["x-acs-content-sha256"] = payload
        self._authorize(signed, payload)
        return signed

    def _authorize(self, signed: Any, payload: str) -> None:
        credential = credentials.fetch(self._credential)
        if credential.provider_name is not None:
            signed.headers["x-acs-credentials-provider"] = credential.provider_name
        if credential.security_token:
            signed.headers["x-acs-accesskey-id"] = credential.access_key_id
            signed.headers["x-acs-security-token"] = credential.security_token
        signed.headers["Authorization"] = Utils.get_authorization(
            signed, ALGORITHM, payload, credential.access_key_id, credential.access_key_secret
        )


class Product:
    """One product of the service (PAI-DLC or AIWorkSpace): its client and its request models."""

    def __init__(self, client: Any, models: Any) -> None:
        self._client = client
        self._models = models

    @property
    def transport(self) -> Transport:
        """The connections over which this product is called."""
        transport: Transport = self._client.transport
        return transport

    def exchange(
        self, operation: Operation, ids: tuple[str, ...], fields: Mapping[str, JsonValue], until: float
    ) -> Answer:
        """Build, sign and send one request, and return the answer as it arrived."""
        method = getattr(self._client, f"{_snake(operation.name)}_with_options")
        request = _request(self._models, operation.name, fields)
        options = Exchange(until)
        try:
            method(*ids, *request, {}, options)
        except UnicodeEncodeError:
            raise ValueError(f"{operation.name}: an id or a field holds text that is not Unicode") from None
        if options.answer is None:
            raise AssertionError(f"{operation.name} did not go through call_api")
        return options.answer


def open_product(service: str, *, region: str, endpoint: str, protocol: str, credential: Any, user_agent: str) -> Any:
    """Return an official client of "dlc" or "aiworkspace" that has no transport yet; an empty `endpoint` means the
    region's own."""
    models_of(service)  # first: the client's module asks for all of them
    with postponed():
        if service == "dlc":
            from alibabacloud_pai_dlc20201203.client import Client  # noqa: PLC0415
        else:
            from alibabacloud_aiworkspace20210204.client import Client  # noqa: PLC0415
    credentials.silence_sdk_logs()
    pooled = type("Client", (_OverOurTransport, Client), {})
    client = pooled(
        Config(
            credential=credential,
            region_id=region,
            endpoint=endpoint or None,
            protocol=protocol.upper(),
            user_agent=user_agent,
        )
    )
    client._endpoint = client._endpoint.strip()  # the SDK's own table has a tab after one host
    return client


def models_of(service: str) -> Any:
    """Return the product's models package."""
    return models_of_package(CLIENT if service == "dlc" else "alibabacloud_aiworkspace20210204")


def check_request(operation: Operation, fields: JsonObject) -> None:
    """Build a request without sending it.

    Raises:
        TypeError: the operation does not have one of the fields.
    """
    _request(models_of(operation.service), operation.name, fields)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _request(models: Any, name: str, fields: Mapping[str, JsonValue]) -> tuple[Any, ...]:
    """Return the request model filled from official field names; empty for the few operations that have none."""
    model = getattr(models, f"{name}Request", None)
    given = {field: value for field, value in fields.items() if value is not None}
    if model is None:
        if given:
            raise TypeError(f"{name} has no field {min(given)}")
        return ()
    try:
        request = _without_unasked_lists(model().from_map(given), given)
        kept = request.to_map()
    except (TypeError, AttributeError) as error:
        raise TypeError(f"{name}: a field has the wrong type: {error}") from error
    lost = _lost(given, kept, "")
    if lost:
        raise TypeError(f"{name} has no field {lost}{_meant(request, lost)}")
    return (request,)


class _Anything:
    """Takes the place of a value of any type in a model, so that the model writes all its fields."""

    def to_map(self) -> str:
        """Return an empty text, where the SDK expects a model."""
        return ""

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def items(self) -> Iterator[Any]:
        """Yield nothing, where the SDK expects a map."""
        return iter(())


def _meant(request: Any, lost: str) -> str:
    """Return the field of the same model that was probably meant by a path that no model has."""
    *above, last = re.findall(r"[^.\[\]]+", lost)
    place = request
    for step in above:
        place = place[int(step)] if isinstance(place, list) else getattr(place, _snake(step), None)
    if not hasattr(place, "to_map"):
        return ""
    whole = type(place)()
    for name in vars(whole):
        setattr(whole, name, _Anything())
    return meant(last, whole.to_map())


def _without_unasked_lists(request: Any, given: Mapping[str, JsonValue]) -> Any:
    """Return the request without the empty lists that `from_map` makes of absent fields: sent, they would ask a
    launch for no JobSpecs."""
    asked = {_snake(field) for field in given}
    for name, value in list(vars(request).items()):
        if value == [] and name not in asked:
            setattr(request, name, None)
    return request


def _lost(given: JsonValue, kept: JsonValue, path: str) -> str:
    """Return the first path of `given` that the model did not keep; empty when it kept all. A null counts as absent."""
    if isinstance(given, Mapping) and isinstance(kept, Mapping):
        parts = ((f"{path}.{name}".lstrip("."), value, kept.get(name)) for name, value in given.items())
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        parts = ((f"{path}[{index}]", value, kept[index]) for index, value in enumerate(given))
    else:
        return "" if given is None or given == kept else path
    return next((lost for name, value, other in parts if (lost := _lost(value, other, name))), "")
