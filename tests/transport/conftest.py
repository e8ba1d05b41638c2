"""The service on a raw server, as the tests of `live` have it."""

from live.conftest import open_service, waits

__all__ = ["open_service", "waits"]
