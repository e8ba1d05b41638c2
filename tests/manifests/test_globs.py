"""A pattern judged on names alone says the same as a search of the files there are."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from support.laws import examples

from reconciler.manifests.files import match
from reconciler.manifests.globs import fits, matches, may_reach

PARTS = st.sampled_from(["a", "b", "ab", ".c", "a.yaml", "B"])
NAMES = st.sets(st.lists(PARTS, min_size=1, max_size=3).map("/".join), min_size=1, max_size=6)
PATTERNS = st.lists(
    st.sampled_from(["a", "*", "**", "?", "[ab]", "[!a]", "*.yaml", ".*", "a*"]), min_size=1, max_size=4
).map("/".join)


@settings(max_examples=examples(50))
@given(NAMES, PATTERNS)
def test_names_and_files_agree(names: set[str], pattern: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, made = Path(folder), set()
        for name in sorted(names):
            try:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).touch(exist_ok=False)
            except (FileExistsError, NotADirectoryError):
                continue
            made.add(name)
        files = {name for name in made if (root / name).is_file()}
        found = {name for name in match(root, pattern) if (root / name).is_file()}
        if not pattern.endswith("**"):  # the last `**` finds folders up to Python 3.12 and files from 3.13 on
            assert found == {name for name in files if matches(pattern, name)}
        for name in files:
            folders = name.rpartition("/")[0]
            if folders and fits(pattern, name):
                assert may_reach(pattern, folders)


def test_two_stars_at_the_end_stand_for_everything_below() -> None:
    assert fits("teams/**", "teams/a/b.yaml")
    assert fits("**", "a")
    assert not fits("teams/**", "teams")
    assert not fits("teams/*", "teams/a/b.yaml")
