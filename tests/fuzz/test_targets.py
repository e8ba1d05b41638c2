"""The seed corpus and hypothesis on every fuzz target: a few inputs always, thousands in the slow set."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.laws import examples

from fuzz.spoiling import spoilt_bytes, spoilt_json
from fuzz.targets import CORPUS, TARGETS

SEEDS = [(name, seed.name) for name in TARGETS for seed in sorted((CORPUS / name).iterdir())]
PIECES = st.sampled_from(
    ["apiVersion: dlc-reconciler/v1\n", "kind: JobTemplate\n", "metadata: {name: a}\n", "spec:\n", "  content:\n", "- ",
     "    Envs: {A: ", "}", "{", "[", "]", "&a ", "*a", "!!str ", "<<: ", "${env.HOME}", "${", "'", '"', "|\n", ">-\n",
     "---\n", "...\n", "? ", ": ", "\t", "\r", "\u2028", "\u202e", "\ufeff", "\x85", "\\u", "0x", "1e9", "\0", "#"]
)  # fmt: skip


@pytest.mark.parametrize(("name", "seed"), SEEDS, ids="/".join)
def test_the_seed_corpus(name: str, seed: str) -> None:
    TARGETS[name]((CORPUS / name / seed).read_bytes())


@settings(max_examples=examples(50))
@given(st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join))
def test_pieces_of_manifests_in_any_order(text: str) -> None:
    TARGETS["loader"](text.encode("utf-8", "surrogatepass"))


@settings(max_examples=examples(50))
@given(name=st.sampled_from(sorted(TARGETS)), data=st.binary(max_size=200))
def test_any_bytes(name: str, data: bytes) -> None:
    TARGETS[name](data)


@settings(max_examples=examples(50))
@given(data=st.data())
def test_seeds_cut_and_joined(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(TARGETS)))
    seeds = [seed.read_bytes()[:3000] for seed in sorted((CORPUS / name).iterdir())]
    one, other = data.draw(st.sampled_from(seeds)), data.draw(st.sampled_from(seeds))
    cut, at = data.draw(st.integers(0, len(one))), data.draw(st.integers(0, len(other)))
    TARGETS[name](one[:cut] + data.draw(st.binary(max_size=3)) + other[at:])


def of_seed(name: str, seed: int) -> tuple[str, bytes]:
    """A seed of the corpus, spoilt: the target it is for, and the bytes."""
    draw = Random(seed)  # noqa: S311 - not for secrets
    data = draw.choice(sorted((CORPUS / name).iterdir())).read_bytes()[:20_000]
    return name, spoilt_json(data, draw) if draw.random() < 0.7 else spoilt_bytes(spoilt_bytes(data, draw), draw)


@pytest.mark.slow
@settings(max_examples=3000)
@given(st.builds(of_seed, st.sampled_from(sorted(TARGETS)), st.integers(0, 10**9)))
def test_thousands_of_spoilt_seeds(spoilt: tuple[str, bytes]) -> None:
    name, data = spoilt
    TARGETS[name](data)
