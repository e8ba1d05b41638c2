"""The house rules that a reader relies on, read off the source itself: who may import whom, and what is loaded when."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import click
import pytest
from support.commands import Commands, Ended, python
from support.project import ProjectFolder
from support.sources import statements
from support.waits import WAITING

from reconciler.cli.app import cli
from reconciler.cli.lazy import LazyGroup, Listed
from reconciler.codes import CODE_TABLE
from reconciler.emulator import Emulator
from reconciler.live.later import POSTPONED

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "reconciler"
BASE = frozenset({"model", "errors"})

ALLOWED: dict[str, frozenset[str]] = {
    "model": frozenset(),
    "errors": frozenset({"model"}),
    "codes": frozenset({"model"}),
    "languages": frozenset({"model", "codes"}),
    "secrets": frozenset({"model"}),
    "files": BASE,
    "cache": BASE | {"files"},
    "git": BASE,
    "http": BASE,
    "live": BASE | {"http"},
    "kinds": BASE | {"codes", "live", "secrets"},
    "manifests": BASE | {"codes", "files", "git", "kinds", "secrets"},
    "authoring": BASE | {"codes", "kinds", "manifests", "secrets"},
    "online": BASE | {"codes", "kinds", "secrets", "live.port", "live.operations", "live.parallel"},
    "plan": BASE | {"codes", "kinds", "secrets"},
    "apply": BASE | {"kinds", "secrets", "live.parallel", "live.port", "live.wrapping"},
    "audit": BASE | {"files", "codes", "kinds", "secrets", "live.port", "live.operations", "live.parallel"},
    "jobs": BASE | {"codes", "live", "kinds", "secrets"},
    "verification": BASE | {"jobs", "kinds", "live", "secrets"},
    "fleet": BASE | {"codes", "kinds", "manifests", "plan"},
    "ci": BASE | {"files", "http", "languages"},
    "permissions": frozenset({"kinds", "live.operations", "live.port"}),
    "notify": BASE | {"http", "secrets"},
    "lock": BASE | {"files", "live"},
    "render": frozenset({"model", "codes", "languages", "secrets"}),
    "emulator": frozenset(),
}
"""What each part may import of ours; a part that is not here may import nothing until it has a row.

`render` may also name the types of the values it is given (under TYPE_CHECKING), whatever part they come from.
"""

MEETING_PLACE = "pipeline"
"""Where stages meet: it may import every stage, but not the command line."""

FRONT = frozenset({"cli", "__main__", "__init__"})

LIBRARIES: dict[str, tuple[str, ...]] = {
    "alibabacloud_aiworkspace20210204": ("live/sdk.py",),
    "alibabacloud_credentials": ("live/credentials.py",),
    "alibabacloud_oss_v2": ("lock/oss.py",),
    "alibabacloud_pai_dlc20201203": ("live/sdk.py",),
    "alibabacloud_tea_openapi": ("live/sdk.py",),
    "cattrs": ("model/converter.py",),
    "certifi": ("http/pool.py",),
    "click": ("cli/*",),
    "darabonba": ("live/sdk.py",),
    "deepdiff": ("kinds/changes.py",),
    "httptools": ("emulator/connection.py",),
    "jinja2": ("authoring/ci/text.py", "render/pages.py", "render/audit/html.py"),
    "jmespath": ("kinds/expression_rules.py", "cli/options/answer.py"),
    "jsonschema": ("manifests/schemas.py", "kinds/schema_rules.py"),
    "jsonschema_rs": ("manifests/schemas.py", "kinds/patterns.py"),
    "markupsafe": ("render/html.py", "render/audit/html.py"),
    "matplotlib": ("jobs/*", "cli/*", "render/*"),
    "prometheus_client": ("jobs/*", "cli/*", "render/*"),
    "ruamel": ("authoring/style.py",),
    "rich": ("cli/audit/progress.py", "cli/terminal/progress.py"),
    "urllib3": ("http/bounded.py", "http/failures.py", "http/pool.py", "http/transport.py"),
    "yaml": ("manifests/*", "authoring/*", "cli/emulator/state.py", "languages/reading.py", "render/*", "audit/*"),
}
"""Which modules may import a library: as few as can be, so that it can be replaced in one place."""

EAGER = frozenset({"click", "yaml", "certifi", "markupsafe"})
"""Libraries light enough to import at the head of a module; all others are imported where they are used."""

ALL_ABOUT_IT = frozenset(
    [
        "cli/drift/rounds.py",
        "emulator/connection.py",
        "http/bounded.py",
        "http/failures.py",
        "http/pool.py",
        "http/transport.py",
        "live/sdk.py",
        "lock/oss.py",
        "model/converter.py",
        "render/html.py",
        "render/jobs/plot.py",
    ]
)
"""Modules that are all about one heavy library: others import them where they are used."""

MOST_LINES = 300
FILES = sorted(SOURCE.rglob("*.py"))


def part_of(file: Path) -> str:
    return file.relative_to(SOURCE).with_suffix("").parts[0]


def imported(tree: ast.AST, package: str) -> Iterator[str]:
    """Full names of everything imported anywhere in a module; relative imports stay inside their package."""
    for node in statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield f"reconciler.{package}"
        elif isinstance(node, ast.ImportFrom) and node.module == "reconciler":
            yield from (f"reconciler.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def without_type_checking(tree: ast.Module) -> ast.Module:
    """The module without what only the type checker reads."""
    return ast.Module([node for node in tree.body if not _is_for_type_checking(node)], [])


def _is_for_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@cache
def of_ours(file: Path) -> tuple[str, ...]:
    """Our own modules that a file imports from outside its part, without the leading package."""
    part = part_of(file)
    tree = parsed(file)
    names = imported(without_type_checking(tree) if part == "render" else tree, part)
    modules = [name.removeprefix("reconciler.") for name in names if name.startswith("reconciler.")]
    return tuple(each for each in modules if each.split(".")[0] != part and each != "__version__")


def may_import(part: str, module: str) -> bool:
    if part in FRONT:
        return True
    if part == MEETING_PLACE:
        return module.split(".", maxsplit=1)[0] != "cli"
    return any(module == allowed or module.startswith(allowed + ".") for allowed in ALLOWED[part])


def name_of(file: Path) -> str:
    return file.relative_to(SOURCE).as_posix()


def test_every_part_has_a_row() -> None:
    assert {part_of(file) for file in FILES} <= ALLOWED.keys() | FRONT | {MEETING_PLACE}


def test_imports_of_ours_follow_the_table() -> None:
    wrong = [
        f"{name_of(file)}: {module}"
        for file in FILES
        for module in of_ours(file)
        if not may_import(part_of(file), module)
    ]
    assert wrong == []


def test_the_table_would_notice_a_wrong_import() -> None:
    assert not may_import("plan", "manifests.project")
    assert not may_import("apply", "live.sdk")
    assert not may_import("emulator", "model")
    assert not may_import("pipeline", "cli.plan")
    assert may_import("apply", "live.parallel")


def test_nobody_but_pipeline_and_command_line_knows_the_emulator() -> None:
    users = {part_of(file) for file in FILES if any(name.split(".")[0] == "emulator" for name in of_ours(file))}
    assert users == {"pipeline", "cli"}


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_a_library_is_imported_in_few_modules(library: str) -> None:
    users = [name_of(file) for file in FILES if library in third_party(file)]
    strangers = [user for user in users if not any(fnmatch(user, place) for place in LIBRARIES[library])]
    assert strangers == []
    assert users, f"{library} is imported nowhere any more: take its row away"


@cache
def third_party(file: Path) -> set[str]:
    names = {name.split(".")[0] for name in imported(parsed(file), part_of(file))}
    return names - set(sys.stdlib_module_names) - {"reconciler", "__future__"}


def test_every_library_has_a_row() -> None:
    assert set().union(*map(third_party, FILES)) <= LIBRARIES.keys()


def test_heavy_libraries_are_not_imported_at_the_head_of_a_module() -> None:
    wrong = [
        f"{name_of(file)}: {library}"
        for file in FILES
        if name_of(file) not in ALL_ABOUT_IT
        for library in _at_the_head(file) & (LIBRARIES.keys() - EAGER)
    ]
    assert wrong == []


def _at_the_head(file: Path) -> set[str]:
    head = ast.Module([node for node in parsed(file).body if isinstance(node, ast.Import | ast.ImportFrom)], [])
    return {name.split(".")[0] for name in imported(head, part_of(file))}


def test_only_the_command_line_prints() -> None:
    printing = [
        f"{name_of(file)}:{node.lineno}"
        for file in FILES
        if part_of(file) not in FRONT
        for node in ast.walk(parsed(file))
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print")
        or (isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr") and _is_sys(node.value))
    ]
    assert printing == []


def _is_sys(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "sys"


def loaded_by(*arguments: str, cwd: Path | None = None) -> tuple[set[str], Ended]:
    """The names of all modules that a command loads, in a process of its own."""
    script = (
        "import sys, json\n"
        "from reconciler.cli.boundary import run\n"
        "code = run(sys.argv[1:])\n"
        "sys.stderr.write('\\n' + json.dumps(sorted(sys.modules)))\n"
        "sys.exit(code)\n"
    )
    ended = python("-c", script, *arguments, cwd=cwd)
    return set(json.loads(ended.err.splitlines()[-1])), ended


SDK = {"alibabacloud_pai_dlc20201203", "alibabacloud_tea_openapi", "alibabacloud_credentials", "darabonba", "Tea"}


def test_help_loads_nothing_heavy() -> None:
    loaded, ended = loaded_by("--help")
    assert ended.code == 0
    heavy = {"aiohttp", "cattrs", "deepdiff", "jsonschema", "jsonschema_rs", "rich", "urllib3", "yaml"}
    assert loaded & (SDK | heavy) == set()


def test_validate_loads_neither_sdk_nor_deepdiff(project: ProjectFolder) -> None:
    project.template()
    project.board()
    loaded, ended = loaded_by("validate", "--project", str(project.root))
    assert ended.code == 0, ended.text
    assert loaded & (SDK | {"aiohttp", "cattrs", "deepdiff", "rich", "urllib3"}) == set()
    assert loaded & {"asyncio", "email.message", "http.client", "importlib.readers", "tempfile", "zipfile"} == set()
    assert loaded & {"concurrent.futures", "html", "logging"} == set()


SERVER = {"httptools"}
"""What the emulator serves with."""
OF_LATER_WORK = ("reconciler.apply.", "reconciler.jobs.", "reconciler.verification.", "reconciler.fleet.joining")
"""Our own modules that execute a plan, prove a version or join plans."""
NOT_FOR_A_PLAN = {"cattrs", "deepdiff", "jsonschema", "rich", "jinja2", "matplotlib", "prometheus_client", "jmespath"}


def test_a_plan_loads_only_what_it_needs(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.template()
    assert cli.apply().code == 0
    loaded, ended = loaded_by("plan", "--project", str(project.root), "--endpoint", emulator.url)
    assert ended.code == 0, ended.text
    assert loaded & (NOT_FOR_A_PLAN | SERVER | POSTPONED) == set()
    assert loaded >= SDK | {"urllib3"}
    assert not {name for name in loaded if name.startswith(("reconciler.emulator", *OF_LATER_WORK))}


def listed_commands(group: click.Command) -> Iterator[tuple[str, Listed]]:
    """Every row of every group's table, hidden ones included."""
    if isinstance(group, LazyGroup):
        for name, listed in group.table.items():
            yield name, listed
            yield from listed_commands(listed.load())


@pytest.mark.parametrize(("name", "listed"), [row for row in listed_commands(cli) if not row[1].hidden])
def test_the_table_of_commands_tells_the_truth(name: str, listed: Listed) -> None:
    found = listed.load()
    assert (found.name, found.short_help) == (name, listed.summary)
    assert found.help
    assert " ".join(found.help.split()).startswith(listed.summary.rstrip("."))


COMMAND_MODULES = [file for file in FILES if part_of(file) == "cli"]
MECHANISMS = frozenset({"cli/options/declared.py", "cli/lazy.py"})
"""What stands between click, which calls by keywords, and the typed commands."""


@pytest.mark.parametrize("file", COMMAND_MODULES, ids=name_of)
def test_no_command_takes_untyped_options(file: Path) -> None:
    """Options reach a command as typed values: never as `**options`, never looked up by a string."""
    functions = [node for node in ast.walk(parsed(file)) if isinstance(node, ast.FunctionDef)]
    open_ended = [f"{name_of(file)}:{each.lineno}" for each in functions if each.args.kwarg]
    assert open_ended == [] or name_of(file) in MECHANISMS
    looked_up = [
        f"{name_of(file)}:{node.lineno}"
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Subscript | ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "options"
    ]
    assert looked_up == []


def test_imports_stand_at_the_head_of_the_modules() -> None:
    """Where a library is too heavy for that, a comment switches the rule off; these are few."""
    late = [name_of(file) for file in FILES for line in file.read_text("utf-8").splitlines() if "noqa: PLC0415" in line]
    assert len(late) < 60, late


BOUNDARIES = frozenset({"DLC150"})
"""Where one range of codes ends and the next begins."""


def codes_in(text: str) -> set[str]:
    return set(re.findall(r"DLC\d{3}", text))


def test_every_finding_code_is_used_and_explained() -> None:
    used = set().union(*(codes_in(file.read_text(encoding="utf-8")) for file in FILES if part_of(file) != "codes"))
    documented = codes_in((ROOT / "specs" / "README.md").read_text(encoding="utf-8"))
    assert CODE_TABLE.keys() - used == set(), "never found"
    assert used - CODE_TABLE.keys() - BOUNDARIES == set(), "not in the table of codes"
    assert CODE_TABLE.keys() - documented == set(), "not in specs/README.md"
    assert documented - CODE_TABLE.keys() == set(), "documented, but there is no such code"


def test_texts_of_the_codes_are_whole_sentences() -> None:
    for entry in CODE_TABLE.values():
        assert entry.why.endswith("."), entry.code
        assert entry.fix.rstrip("`").endswith((".", "?")), entry.code
        assert not entry.title.endswith("."), entry.code


def test_tests_know_whatever_waits_by_itself() -> None:
    """A default of `time.sleep` that `support.waits` does not know would be slept in every test that comes by."""
    known = {sys.modules[each.__module__].__file__ for each in WAITING}
    sleeping = {
        str(file)
        for file in FILES
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "time.sleep"
    }
    assert sleeping <= known, "a row is missing in tests/support/waits.py"


def test_modules_are_small() -> None:
    lines = {name_of(file): len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_modules_say_what_they_are_for() -> None:
    silent = [name_of(file) for file in FILES if file.stat().st_size and not ast.get_docstring(parsed(file))]
    assert silent == []
