"""The place of a target in words, for the headline of every format."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.languages import said
from reconciler.model import Target
from reconciler.model.address import AddressError, is_official, network_of, parse_address

Quote = Callable[[str], str]


@said
def place_of(target: Target, quote: Quote) -> str:
    """Return `cn-hangzhou, workspace 1001`, and the address when it is not the region's official one.

    `quote` makes data safe for the format: all parts come from files that a pull request may change.
    """
    return f"{quote(target.region)}, workspace {quote(target.workspace_id)}{through(target, quote)}"


@said
def through(target: Target, quote: Quote) -> str:
    """Return `, through http://127.0.0.1:8700`; empty for the region's official address."""
    return "" if is_official(target.endpoint, target.region) else f", through {quote(target.endpoint)}"


@said
def warning_of(target: Target, quote: Quote) -> str:
    """Return a sentence when the address is not one of the service's own of the region; else empty."""
    if is_official(target.endpoint, target.region):
        return ""
    try:
        own = network_of(parse_address(target.endpoint), target.region) is not None
    except AddressError:
        own = False
    return "" if own else f"This is not an address of the service itself: {quote(target.endpoint)}."
