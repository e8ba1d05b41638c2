"""Controls a running emulator over HTTP, under one prefix that the service does not use.

GET, DELETE  /_emulator/requests      the log of requests
GET, POST, DELETE  /_emulator/faults  faults to come; POST one or a list of `Fault` fields
POST  /_emulator/reset                forget all state
GET  /_emulator/state                 the id of the state: another one after a reset
POST  /_emulator/seed                 add a seed document
GET, POST  /_emulator/clock           the time; POST {"advance": seconds} where the clock can be moved
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any
from urllib.parse import urlsplit

from .application import Application, Request
from .clock import ManualClock, show_seconds
from .faults import Fault
from .seed import load
from .signature import SignedRequest
from .state import State
from .wire import JsonObject, parse_json

PREFIX = "/_emulator/"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def control(application: Application, raw: SignedRequest) -> tuple[int, JsonObject]:
    """Return the status and the JSON answer of one control request."""
    if urlsplit(f"//{raw.headers.get('host', '')}").hostname not in _LOOPBACK:
        return 403, {"error": "control is for loopback only"}
    route = (raw.method, raw.raw_path.removeprefix(PREFIX))
    try:
        return 200, _answer(application, route, parse_json(raw.body) if raw.body else None)
    except LookupError:
        return 404, {"error": f"no control route {raw.method} {raw.raw_path}"}
    except (TypeError, ValueError) as error:
        return 400, {"error": str(error)}


def _answer(application: Application, route: tuple[str, str], body: Any) -> JsonObject:
    method, name = route
    return _shown(application, name) if method == "GET" else _done(application, route, body)


def _shown(application: Application, name: str) -> JsonObject:
    service = application.service
    show: dict[str, Callable[[], JsonObject]] = {
        "requests": lambda: {
            "count": application.counter,
            "requests": [_line(entry) for entry in tuple(application.log)],
        },
        "faults": lambda: {"faults": [_describe(fault) for fault in application.faults.pending]},
        "clock": lambda: {"now": show_seconds(service.clock.now())},
        "state": lambda: {"id": service.store.identity()},
    }
    return show[name]()


def _done(application: Application, route: tuple[str, str], body: Any) -> JsonObject:
    service = application.service
    match route:
        case ("DELETE", "requests"):
            application.log.clear()
        case ("POST", "faults"):
            application.faults.add(*(_fault(entry) for entry in (body if isinstance(body, list) else [body])))
        case ("DELETE", "faults"):
            application.faults.clear()
        case ("POST", "reset"):
            service.store.clear()
        case ("POST", "seed"):
            with service.store.write():
                return {"added": load(State(service), service.clock, body)}
        case ("POST", "clock"):
            return {"now": _advance(application, body)}
        case _:
            raise LookupError(route)
    return {}


def _line(entry: Request) -> JsonObject:
    names = ("number", "method", "path", "action", "query", "connection", "status", "code", "request_id")
    body = entry.body.decode("utf-8", "replace") if isinstance(entry.body, bytes) else entry.body
    return {**{name: getattr(entry, name) for name in names}, "body": body}


def _describe(fault: Fault) -> JsonObject:
    return {name: value for name, value in asdict(fault).items() if name != "rewrite" and value is not None}


def _fault(entry: Any) -> Fault:
    if not isinstance(entry, dict):
        raise TypeError("a fault is an object")
    unknown = sorted(set(entry) - {field.name for field in fields(Fault)} | (set(entry) & {"rewrite"}))
    if unknown:
        raise ValueError(f"unknown in a fault: {', '.join(unknown)}")
    return Fault(**entry)


def _advance(application: Application, body: Any) -> str:
    clock = application.service.clock
    if not isinstance(clock, ManualClock):
        raise TypeError("this emulator follows the machine's clock")
    if not isinstance(body, dict) or not isinstance(body.get("advance"), int | float):
        raise TypeError('expected {"advance": seconds}')
    clock.advance(body["advance"])
    return show_seconds(clock.now())
