"""Every case in every format, byte for byte; `--update-cases` writes them anew, and the diff is to be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli.options.plan_view import FORMATS, View
from reconciler.plan.codec import loads

from .plans import CASES

HERE = Path(__file__).parent / "cases"
FILES = {"text": "plan.txt", "json": "plan.json", "markdown": "plan.md", "html": "plan.html"}


def test_every_format_has_its_file() -> None:
    assert FILES.keys() == FORMATS.keys()


def test_every_case_has_its_folder_and_no_other_is_left(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--update-cases"):
        assert {folder.name for folder in HERE.iterdir()} == set(CASES)


@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.parametrize("format_name", sorted(FILES))
def test_the_plan_looks_as_it_did(name: str, format_name: str, request: pytest.FixtureRequest) -> None:
    shown = FORMATS[format_name](CASES[name], View())
    file = HERE / name / FILES[format_name]
    if request.config.getoption("--update-cases"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.parametrize("format_name", sorted(FILES))
def test_a_plan_that_was_saved_looks_the_same(name: str, format_name: str) -> None:
    saved = loads((HERE / name / "plan.json").read_text(encoding="utf-8"))
    assert saved == CASES[name]
    assert FORMATS[format_name](saved, View()) == (HERE / name / FILES[format_name]).read_text(encoding="utf-8")
