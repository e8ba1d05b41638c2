"""A service on a raw or an emulated server, without waiting: sleeps are recorded instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from reconciler.live import ConnectionOptions, CredentialsSpec, LiveService, connect
from reconciler.model import Target

Open = Callable[..., LiveService]


@pytest.fixture
def waits() -> list[float]:
    """The seconds the client would have slept."""
    return []


@pytest.fixture
def open_service(waits: list[float], tmp_path: Path) -> Iterator[Open]:
    """Opens a service on an address; keyword arguments are ConnectionOptions, and `environ`."""
    with ExitStack() as stack:

        def open_one(
            url: str,
            *,
            spec: CredentialsSpec | None = None,
            environ: dict[str, str] | None = None,
            **options: Any,
        ) -> LiveService:
            target = Target(name="test", region="cn-hangzhou", workspace_id="1001", endpoint=url)
            chosen = ConnectionOptions(**{"sleep": waits.append, "rate": 1e6, **options})
            return stack.enter_context(
                connect(target, spec or CredentialsSpec(), chosen, environ=environ or {}, home=tmp_path)
            )

        yield open_one
