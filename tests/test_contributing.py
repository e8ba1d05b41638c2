"""The map in CONTRIBUTING is true: every folder with the first sentence of its docstring, the picture with every room.

A failing test prints what to write.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRIBUTING = (ROOT / ".github/CONTRIBUTING.md").read_text(encoding="utf-8")
SOURCE = ROOT / "reconciler"
RECIPES = ("kind", "plan format", "audit rule", "code host", "command", "service operation")
ROW = re.compile(r"^\| `reconciler/([\w/]+)/` \| (.*) \|$", re.MULTILINE)


def folders() -> list[Path]:
    """Every folder that holds something, in order."""
    found = {file.parent for file in SOURCE.rglob("*") if file.is_file() and "__pycache__" not in file.parts}
    return sorted(found - {SOURCE})


def line_of(folder: Path) -> str | None:
    """The first sentence of the folder's docstring; None for a folder of data."""
    package = folder / "__init__.py"
    if not package.is_file():
        return None
    text = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
    first = " ".join(text.partition("\n\n")[0].split())
    return re.split(r"(?<=\.)\s", first)[0]


def test_the_map_has_every_folder_with_its_line() -> None:
    written = dict(ROW.findall(CONTRIBUTING))
    names = {folder.relative_to(SOURCE).as_posix(): line_of(folder) for folder in folders()}
    wanted = {name: line if line is not None else written.get(name, "") for name, line in names.items()}
    assert all(wanted.values()), f"say in a row what these folders of data hold: {[n for n in wanted if not wanted[n]]}"
    rows = "\n".join(f"| `reconciler/{name}/` | {line} |" for name, line in wanted.items())
    assert list(written.items()) == list(wanted.items()), f"the table of CONTRIBUTING should be:\n\n{rows}"


def test_the_picture_has_every_room() -> None:
    picture = CONTRIBUTING.partition("<!-- flow -->")[2].partition("<!-- map -->")[0]
    rooms = {folder.relative_to(SOURCE).parts[0] for folder in folders()}
    missing = sorted(room for room in rooms if not re.search(rf"\b{room}\b", picture))
    assert missing == [], f"draw or name these rooms between <!-- flow --> and <!-- map -->: {missing}"


@pytest.mark.parametrize("thing", RECIPES)
def test_a_recipe_names_files_that_are_there(thing: str) -> None:
    """Words in capitals stand for what the reader chooses; the folder around them must be there."""
    (recipe,) = re.findall(rf"^### A new {thing}\n\n(.*?)(?=^##)", CONTRIBUTING, re.MULTILINE | re.DOTALL)
    steps = re.findall(r"^\d\. ", recipe, re.MULTILINE)
    assert len(steps) >= 3
    paths = re.findall(r"`((?:reconciler|specs|tests|examples|\.github)/[^`\s]*)`", recipe)
    assert len(paths) >= 3
    for path in paths:
        known = Path(*[part for part in Path(path).parts if not re.search(r"[A-Z]{3,}", part) or part == "README.md"])
        assert (ROOT / known).exists(), f"{path} in the recipe for a new {thing}"


def test_the_numbers_are_about_right() -> None:
    """`about N` in the table of numbers: told again when it is off by more than a fifth."""
    told = CONTRIBUTING.partition("<!-- numbers -->")[2]
    counted = {
        "test functions": len(re.findall(r"^ *(?:async )?def test_", _all_tests(), re.MULTILINE)),
        "case folders": sum(1 for _ in _case_folders()),
    }
    for name, count in counted.items():
        (number,) = re.findall(rf"^\| {name} \| about ([\d,]+) \|", told, re.MULTILINE)
        said = int(number.replace(",", ""))
        assert abs(said - count) <= count / 5, f"write: | {name} | about {round(count, -1):,} |"


def _all_tests() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "tests").rglob("test_*.py")))


def _case_folders() -> list[Path]:
    return [folder for cases in (ROOT / "tests").rglob("cases") for folder in cases.iterdir() if folder.is_dir()]
