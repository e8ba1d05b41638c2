"""Which pod of a job a command is about."""

from __future__ import annotations

from typing import Annotated

from reconciler.cli.options.declared import Option


def _pod(help: str) -> Option:
    return Option("--pod", variable=False, metavar="POD", help=help)


OnlyPod = Annotated[str, _pod("Only this pod: its id, or the end of it, such as worker-0.")]
"""The pod; empty for all pods."""
OnePod = Annotated[str, _pod("Its id, or the end of it, such as worker-0; else the first one.")]
"""The pod; empty for the first one."""
