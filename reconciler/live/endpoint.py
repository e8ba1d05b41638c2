"""At which host each product of the service is called, from what a target or `--endpoint` names."""

from __future__ import annotations

from reconciler.errors import ProjectError
from reconciler.http.one_line import one_line
from reconciler.model import Target
from reconciler.model.address import (
    DLC,
    WORKSPACE,
    Address,
    AddressError,
    is_region,
    network_of,
    own_host,
    parse_address,
)

PRODUCT_HOSTS = {"dlc": DLC, "aiworkspace": WORKSPACE}


def parse_endpoint(text: str) -> Address:
    """Return the address of an endpoint.

    Raises:
        ProjectError: it is no address.
    """
    try:
        return parse_address(text)
    except AddressError as error:
        shown = one_line(text.rpartition("@")[2])
        raise ProjectError(f"endpoint {shown!r} {error.reason}", hint=error.hint) from None


def check_region(target: Target) -> None:
    """Refuse a region that would lead to a host that is not the service's own.

    Raises:
        ProjectError: it does not have the form of a region's id.
    """
    if not is_region(target.region):
        raise ProjectError(
            f"target {target.name!r}: {one_line(target.region)!r} is not a region", hint='for example "cn-hangzhou"'
        )


def address_of(product: str, target: Target, endpoint: Address | None) -> Address | None:
    """Return the address of a product ("dlc" or "aiworkspace"); None means the region's own address, which the SDK
    knows.

    One of the service's own hosts only names the network, because each product answers at a host of its own. Any other
    endpoint answers for both products.
    """
    if endpoint is None:
        return None
    host = PRODUCT_HOSTS[product]
    network = network_of(endpoint, target.region)
    if network is None or endpoint.host.startswith((f"{host}.", f"{host}-")):
        return endpoint
    return parse_address(own_host(host, target.region, network)) if network else None
