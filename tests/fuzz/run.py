"""Runs a target under atheris; its options are libFuzzer's. What it finds new goes to a folder beside the corpus."""

from __future__ import annotations

import sys
import tempfile


def main(name: str) -> None:
    """Fuzz one target until `-runs=N` or `-max_total_time=SECONDS`; a crash leaves its input in the current folder."""
    try:
        import atheris  # noqa: PLC0415 - not everybody has it
    except ImportError:
        sys.exit("fuzzing needs atheris: `pip install atheris`")
    with atheris.instrument_imports(include=["reconciler", "yaml"]):
        from .targets import CORPUS, TARGETS  # noqa: PLC0415
    # The first folder is where libFuzzer writes what it found: the seeds stay as they are.
    with tempfile.TemporaryDirectory() as found:
        options = ["-rss_limit_mb=2048", "-timeout=20", "-max_len=20000", *sys.argv[1:]]
        atheris.Setup([sys.argv[0], *options, found, str(CORPUS / name)], TARGETS[name])
        atheris.Fuzz()
