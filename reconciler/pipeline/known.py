"""What earlier runs know about the objects behind a service, and what identifies that service."""

from __future__ import annotations

import json
from dataclasses import replace

from reconciler.cache import Entries, Memory
from reconciler.kinds.base import AnyKind, Scope
from reconciler.live import Service
from reconciler.model import Target
from reconciler.model.address import Address, AddressError, parse_address

PATIENCE = 2.0
"""Seconds to wait for an emulator to say which state it has."""


def remembering(scope: Scope, entries: Entries, service: Service, kind: AnyKind) -> Scope:
    """Return the scope of a kind with the memory of its objects behind a service."""
    return replace(scope, memory=Memory(entries, lambda: service.place, kind.name))


def audited_before(entries: Entries, service: Service) -> Memory:
    """Return the memory of what audits were answered about the objects behind a service."""
    return Memory(entries, lambda: service.place, "audited")


def place_of(target: Target) -> str:
    """Return what identifies the service behind a target: its address, or its region. On this machine any server may
    answer at an address.

    An emulator says which state it has; for other servers on this machine nothing is remembered.
    """
    if not target.endpoint:
        return f"region {target.region}"
    try:
        address = parse_address(target.endpoint)
    except AddressError:
        return ""
    if not address.is_loopback:
        return f"{target.region} at {address}"
    state = _state(address)
    return f"emulator {state}" if state else ""


def _state(address: Address) -> str:
    """Return the id of an emulator's state; empty for anything else."""
    import http.client  # noqa: PLC0415 - needs the packages of mail and TLS, and most runs never ask

    if address.scheme != "http":
        return ""
    connection = http.client.HTTPConnection(address.host.strip("[]"), address.port or 80, timeout=PATIENCE)
    try:
        connection.request("GET", "/_emulator/state")
        answer = connection.getresponse()
        found = json.loads(answer.read(1000)) if answer.status == http.HTTPStatus.OK else None
    except (OSError, http.client.HTTPException, ValueError):
        return ""
    finally:
        connection.close()
    state = found.get("id") if isinstance(found, dict) else None
    return state if isinstance(state, str) else ""
