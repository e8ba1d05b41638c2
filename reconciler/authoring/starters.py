"""Good starting points: packaged templates, a project file, and the CI files of the examples."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from reconciler.authoring.schemas import FILES, all_schemas
from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.kinds.base import by_name

STARTERS = (
    "single-gpu", "pytorch-multinode", "tf-ps-worker", "ray", "mpi", "quota", "family", "tensorboard",
)  # fmt: skip
"""The packaged templates, the simplest first."""

CI_FILES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "github": {
            "github/plan.yml": ".github/workflows/dlc-plan.yml",
            "github/apply.yml": ".github/workflows/dlc-apply.yml",
            "github/drift.yml": ".github/workflows/dlc-drift.yml",
        },
        "gitlab": {"gitlab-ci.yml": ".gitlab-ci.yml"},
        "generic": {"generic.sh": "ci/dlc.sh"},
    }
)
"""For each platform the files of `examples/ci` and where they belong in a repository."""

_MODELINE = "# yaml-language-server: $schema={schema}\n"
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The workspace a new project goes to, besides the emulator."""

    region: str
    workspace_id: str
    endpoint: str = ""
    """Empty for the official one."""


def project_files(name: str, place: Place | None, folders: Iterable[str]) -> dict[str, str]:
    """The files of a new project without manifests: project file, schemas for editors, what Git leaves alone.

    `folders` are those that hold its manifests. Pruning is not switched on: who wants it writes so.

    Raises:
        UsageError: the name cannot be a project's.
    """
    if not _NAME.fullmatch(name) or len(name) > 128:
        raise UsageError(
            f'"{name}" cannot be the name of a project',
            hint="Name it by --name: letters, digits, `.`, `_` and `-`, at most 128 of them.",
        )
    region = place.region if place else "cn-hangzhou"
    targets = ["    local:", "      endpoint: emulator", f"      region: {region}", '      workspaceId: "1001"']
    if place:
        targets += ["    prod:", *([f"      endpoint: {place.endpoint}"] if place.endpoint else [])]
        targets += [f"      region: {region}", f'      workspaceId: "{place.workspace_id}"']
    lines = [
        *("apiVersion: dlc-reconciler/v1", "kind: Project", "metadata:", f"  name: {name}", "spec:", "  manifests:"),
        *(f"    - {pattern(folder)}" for folder in folders),
        *("  targets:", *targets, "  policies:", "    - recommended"),
    ]
    text = _MODELINE.format(schema=f"schemas/{FILES['Project']}") + "\n".join(lines) + "\n"
    schemas = {f"schemas/{file}": schema for file, schema in all_schemas().items()}
    return {"reconciler.yaml": text, ".gitignore": ".dlc-reconciler/\n", **schemas}


def pattern(folder: str) -> str:
    """The entry of `spec.manifests` that reads every manifest of a folder."""
    return f"{folder}/**/*.yaml"


def starter_file(starter: str, name: str = "") -> tuple[str, str]:
    """File name and text of a packaged template, under another name if one is given."""
    text = resources.files("reconciler").joinpath("starters", f"{starter}.yaml").read_text(encoding="utf-8")
    kind = re.search(r"^kind: (\w+)$", text, re.MULTILINE)
    assert kind is not None  # nosec B101 # a test reads every starter
    if name:
        suffix = "-${matrix.size}" if starter == "family" else ""
        text = re.sub(r"(?m)^  name: .*$", lambda _: f"  name: {_scalar(name + suffix)}", text, count=1)
    folder = by_name(KINDS)[kind[1]].folder
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", name or starter).strip("-.") or starter
    return f"{folder}/{stem}.yaml", _MODELINE.format(schema=f"../schemas/{FILES[kind[1]]}") + text


def _scalar(text: str) -> str:
    """A name as YAML: in quotes where it could be read as something else."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*(\$\{matrix\.size\})?", text) and text.lower() not in _WORDS
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def ci_files(platform: str) -> dict[str, str]:
    """The files of a CI platform by their place in a repository, exactly as the examples have them."""
    return {place: _example(name) for name, place in CI_FILES[platform].items()}


def _example(name: str) -> str:
    packaged = resources.files("reconciler").joinpath("examples", "ci", *name.split("/"))
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "examples" / "ci" / name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Fresh:
    """Which files of a set are to be written: new ones, and those that differ from what is there."""

    new: Mapping[Path, str]
    differing: Mapping[Path, str]


def compared(files: Mapping[Path, str]) -> Fresh:
    """What writing the files would do; a file that already says the same is left out."""
    new = {file: text for file, text in files.items() if not os.path.lexists(file)}
    differing = {file: text for file, text in files.items() if file not in new and not _says(file, text)}
    return Fresh(new, differing)


def _says(file: Path, text: str) -> bool:
    try:
        return file.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def starters_text(starters: Iterable[str] = STARTERS) -> str:
    """One line for each starter: its name and what it is for."""
    width = max(map(len, STARTERS))
    first_lines = ((each, starter_file(each)[1].splitlines()[1].removeprefix("# ")) for each in starters)
    return "".join(f"{name:<{width}}  {text}\n" for name, text in first_lines)
