"""Names that are loaded when they are first used are those that the type checker sees."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import reconciler
from reconciler.model.lazily import Later, later, names_of

ROOT = Path(reconciler.__file__).parent
PACKAGES = [
    ".".join(file.parent.relative_to(ROOT.parent).parts)
    for file in sorted(ROOT.rglob("__init__.py"))
    if "model.lazily" in file.read_text(encoding="utf-8")
]


def under_type_checking(package: str) -> dict[str, str]:
    """The modules that the type checker takes names from, by name."""
    tree = ast.parse(Path(str(importlib.import_module(package).__file__)).read_text(encoding="utf-8"))
    blocks = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    imports = [each for block in blocks for each in block.body if isinstance(each, ast.ImportFrom)]
    return {alias.name: str(each.module) for each in imports for alias in each.names}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_is_the_one_that_the_type_checker_sees(package: str) -> None:
    module = importlib.import_module(package)
    functions = {name: each.function for name, each in vars(module).copy().items() if isinstance(each, Later)}
    places = under_type_checking(package)
    if "__getattr__" in vars(module):
        functions |= {name: getattr(module, name) for name in places}
    assert functions
    for name, function in functions.items():
        assert function is getattr(importlib.import_module(places[name]), name)


def test_a_function_is_loaded_by_its_first_call() -> None:
    with pytest.raises(ModuleNotFoundError):
        later("reconciler.no_such_module", "name")()
    assert later("reconciler.model.nearest", "meant")("tain", ["train"]) == '; did you mean "train"?'


def test_a_name_that_is_not_there_is_an_error_as_usual() -> None:
    with pytest.raises(AttributeError, match=r"module 'reconciler.live' has no attribute 'nothing'"):
        names_of("reconciler.live", {})("nothing")
