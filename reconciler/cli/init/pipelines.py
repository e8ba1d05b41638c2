"""The CI files of `init`, made from the project, the repository and the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import click

from reconciler.authoring.ci import HOSTS, SYSTEMS, Repository, Setting, Stage, Written, repository_at, written
from reconciler.authoring.ci.setting import check_plain
from reconciler.ci import platform_named
from reconciler.cli.options.declared import Option
from reconciler.errors import UsageError
from reconciler.git.checkout import folder_in_repository
from reconciler.git.remote import main_branch, remote_address
from reconciler.model import PROJECT_FILE
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

CHATS = ("dingtalk", "feishu", "wecom", "slack")
_VARIABLE = expression(r"(?<!\$)\$\{env\.([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineOptions:
    """Options that say which CI system is used, and what the files cannot know."""

    system: Annotated[
        str | None,
        Option("--ci", variable=False, type=click.Choice(list(SYSTEMS)), help="Write the files of this CI system too."),
    ] = None
    repository: Annotated[
        str,
        Option(
            "--repository",
            variable=False,
            metavar="URL",
            help="Address of the repository, for --ci codeup, gitee and jenkins. [default: the remote `origin`]",
        ),
    ] = ""
    code_host: Annotated[
        str | None,
        Option(
            "--code-host",
            variable=False,
            type=click.Choice(list(HOSTS)),
            help="The kind of its code host, where the address does not tell; for --ci jenkins.",
        ),
    ] = None
    chat: Annotated[
        str | None,
        Option(
            "--notify",
            variable=False,
            type=click.Choice(CHATS),
            help="Tell a group chat too, with --ci codeup, gitee and jenkins.",
        ),
    ] = None

    def check(self) -> None:
        """Refuse options that need --ci, or another --ci.

        Raises:
            click.UsageError: with the option.
        """
        given = {"--repository": self.repository, "--code-host": self.code_host, "--notify": self.chat}
        takers = [name for name, system in SYSTEMS.items() if system.needs_repository]
        for option, value in given.items():
            if value and self.system not in takers:
                raise click.UsageError(f"{option} goes with --ci {' or '.join(takers)}")


@dataclass(frozen=True, slots=True)
class Pipelines:
    """The CI files, with the root of the repository to which they belong."""

    root: Path
    written: Written

    @property
    def files(self) -> Mapping[Path, str]:
        """The files to write. Files that a person has changed are left alone."""
        begun = {name: text for name, text in self.written.once.items() if not (self.root / name).exists()}
        return {self.root / name: text for name, text in {**self.written.files, **begun}.items()}

    def told(self) -> Iterator[str]:
        """Yield what a person has to do before the first pipeline runs."""
        place = "" if self.root.resolve() == Path.cwd() else f", in {self.root}"
        yield f"Before the first pipeline runs{place}:"
        yield from (f"  {number}. {line}" for number, line in enumerate(self.written.left, start=1))


def pipelines_of(folder: Path, wanted: PipelineOptions, stages: Iterable[Stage], texts: Iterable[str]) -> Pipelines:
    """Return the CI files for a project in a folder; `texts` are its manifests.

    Raises:
        UsageError: the repository is not known, or something has a name that CI variables do not hold.
    """
    assert wanted.system is not None  # nosec B101 # for the type checker
    root, project = _in_repository(folder)
    check_plain("path", project)
    branch = main_branch(root) if root.is_dir() else "main"
    check_plain("branch", branch)
    setting = Setting(
        project=project,
        stages=tuple(stages),
        branch=branch,
        variables=sorted({name for text in texts for name in _VARIABLE.findall(text)}),
        repository=_repository(root, wanted) if SYSTEMS[wanted.system].needs_repository else None,
        chat=wanted.chat or "",
    )
    return Pipelines(root, written(wanted.system, setting))


def _in_repository(folder: Path) -> tuple[Path, str]:
    """Return the root of the repository that holds the folder, and the project file in it."""
    inside = folder_in_repository(folder)
    if not inside:
        return folder, PROJECT_FILE
    return folder.resolve().parents[len(Path(inside).parts) - 1], f"{inside}/{PROJECT_FILE}"


def _written(kind: str) -> str:
    """Return how addresses on a kind of code host are written; of any host where none is meant."""
    return f"{HOSTS[kind].domain}/{platform_named(kind).written}" if kind else "HOST/OWNER/NAME"


def _repository(root: Path, wanted: PipelineOptions) -> Repository:
    system = SYSTEMS[wanted.system or ""]
    address = wanted.repository or (remote_address(root) if root.is_dir() else "")
    if not address:
        raise UsageError(
            f"the files for {system.title} name the repository, and there is no remote `origin` that tells it",
            hint=f"Add `--repository https://{_written(system.host)}`.",
        )
    found = repository_at(address, system.host or wanted.code_host or "")
    platform = platform_named(found.kind)
    if not re.fullmatch(platform.repository, found.path, re.ASCII):
        raise UsageError(
            f"{found.path!r} is no repository on {platform.title}, which are called {platform.written}",
            hint=f"Add `--repository https://{_written(found.kind)}`.",
        )
    return found
