"""The published schemas of code hosts, as check-jsonschema brings them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from check_jsonschema import main  # type: ignore[import-untyped]
from click.testing import CliRunner


def violations(schema: str, files: Sequence[Path]) -> str:
    """Say where files are not as the schema `vendor.SCHEMA` wants; empty when all are.

    The check runs in this process: its start takes five times as long as the check itself.
    """
    done = CliRunner().invoke(main, ["--builtin-schema", f"vendor.{schema}", *map(str, files)])
    return "" if done.exit_code == 0 else done.output or repr(done.exception)
