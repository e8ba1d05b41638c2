"""The seed corpus and hypothesis on every fuzz target; atheris too, where it is installed (extra `fuzz`)."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.targets import CORPUS, TARGETS

ROOT = Path(__file__).parents[2]
SEEDS = [(name, seed.name) for name in TARGETS for seed in sorted((CORPUS / name).iterdir())]
LIMITS = ("-runs=3000", "-max_total_time=20")
PIECES = st.sampled_from(
    ["apiVersion: dlc-reconciler/v1\n", "kind: JobTemplate\n", "metadata: {name: a}\n", "spec:\n", "  content:\n", "- ",
     "    Envs: {A: ", "}", "{", "[", "]", "&a ", "*a", "!!str ", "<<: ", "${env.HOME}", "${", "'", '"', "|\n", ">-\n",
     "---\n", "...\n", "? ", ": ", "\t", "\r", "\u2028", "\u202e", "\ufeff", "\x85", "\\u", "0x", "1e9", "\0", "#"]
)  # fmt: skip


@pytest.mark.parametrize(("name", "seed"), SEEDS, ids="/".join)
def test_the_seed_corpus(name: str, seed: str) -> None:
    TARGETS[name]((CORPUS / name / seed).read_bytes())


@settings(deadline=None, max_examples=150)
@given(st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join))
def test_pieces_of_manifests_in_any_order(text: str) -> None:
    TARGETS["loader"](text.encode("utf-8", "surrogatepass"))


@settings(deadline=None, max_examples=100)
@given(name=st.sampled_from(sorted(TARGETS)), data=st.binary(max_size=200))
def test_any_bytes(name: str, data: bytes) -> None:
    TARGETS[name](data)


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_seeds_cut_and_joined(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(TARGETS)))
    seeds = [seed.read_bytes()[:3000] for seed in sorted((CORPUS / name).iterdir())]
    one, other = data.draw(st.sampled_from(seeds)), data.draw(st.sampled_from(seeds))
    cut, at = data.draw(st.integers(0, len(one))), data.draw(st.integers(0, len(other)))
    TARGETS[name](one[:cut] + data.draw(st.binary(max_size=3)) + other[at:])


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_atheris_finds_nothing_in_a_short_run(name: str, tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: the extra `fuzz` has it")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            f"tests.fuzz.{name}",
            "-runs=3000",
            "-max_total_time=20",
            f"-artifact_prefix={tmp_path}/",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done" in done.stderr
