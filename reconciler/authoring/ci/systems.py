"""The CI systems that are known: one row for each, with the files it gets and what is left to a person.

A new system is one row, and a template for each of its files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from reconciler import __version__
from reconciler.authoring.ci.requirements import fill_command, requirement_files
from reconciler.authoring.ci.setting import Setting
from reconciler.authoring.ci.text import from_template, in_yaml
from reconciler.model.quick import dataclass

CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd  # v6.0.2"
ACTIONS = ("plan", "apply", "closed")
"""The actions of `.github/actions` that a repository gets a copy of."""

Files = dict[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """The files for a repository, by their paths in it."""

    files: Files
    once: Files = field(default_factory=dict)
    """Files that are a person's own as soon as they are there."""
    left: tuple[str, ...] = ()
    """What a person has to do before the first pipeline, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One CI system."""

    title: str
    folder: str
    """Where the requirements stand."""
    files: Callable[[Setting], Files]
    left: Callable[[Setting], tuple[str, ...]]
    once: Callable[[Setting], Files] = lambda _: {}
    needs_repository: bool = False
    """Whether the files name the repository."""
    host: str = ""
    """The kind of code host that its repositories are on; empty for any."""


def written(name: str, setting: Setting) -> Written:
    """Return the files of a system for a project."""
    system = SYSTEMS[name]
    return Written(
        files=system.files(setting),
        once=system.once(setting) | requirement_files(system.folder),
        left=(
            f"{fill_command(system.folder)}  # adds the hashes",
            *system.left(setting),
        ),
    )


def _targets(setting: Setting) -> str:
    return ", ".join(in_yaml(stage.target) for stage in setting.stages)


# ---- GitHub ----


def _github(setting: Setting) -> Files:
    more = {"targets": _targets(setting), "uses": {"checkout": CHECKOUT}}
    workflows = {
        f".github/workflows/dlc-{name}.yml": from_template(f"github/{name}.yml", setting, **more)
        for name in ("plan", "apply", "drift")
    }
    place = ".github/actions/dlc-reconciler"
    copies = {f"{place}/{name}": text for action in ACTIONS for name, text in _copied(action)}
    return workflows | copies | {f"{place}/plan/install.sh": from_template("github/install.sh", setting)}


def _copied(action: str) -> list[tuple[str, str]]:
    """The files of an action of ours; the packages of this repository's own commit are not what they install."""
    note = f"# As in dlc-reconciler {__version__}, written by `dlc-reconciler init --ci github`.\n"
    found = ((each.name, each.read_text(encoding="utf-8")) for each in _packaged_actions().joinpath(action).iterdir())
    return [
        (f"{action}/{name}", note + text if name.endswith(".yml") else text)
        for name, text in sorted(found)
        if name != "install.sh"
    ]


def _packaged_actions() -> Traversable:
    packaged = resources.files("reconciler").joinpath("actions")
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / ".github" / "actions"


def _github_left(setting: Setting) -> tuple[str, ...]:
    environments = ", ".join(f"dlc-{stage.label}" for stage in setting.stages)
    return (
        "In RAM: an OIDC provider for https://token.actions.githubusercontent.com, a role that reads, one that writes.",
        "In the repository: the variables DLC_OIDC_PROVIDER_ARN and DLC_PLAN_ROLE_ARN.",
        f"In each environment ({environments}): the variable DLC_APPLY_ROLE_ARN, the branch, its reviewers.",
        *(f"In the repository: the secret {name}." for name in setting.variables),
        "The reusable workflows are shorter, where an action of another repository is allowed: examples/ci/github.",
    )


# ---- GitLab ----


def _gitlab(setting: Setting) -> Files:
    return {".gitlab/dlc.yml": from_template("gitlab.yml", setting, targets=_targets(setting))}


def _gitlab_left(setting: Setting) -> tuple[str, ...]:
    environments = ", ".join(f"dlc-{stage.label}" for stage in setting.stages)
    return (
        "In .gitlab-ci.yml, when it was there before: `include: {local: .gitlab/dlc.yml}`.",
        "In RAM: an OIDC provider for the address of your GitLab, a role that reads, one that writes.",
        "Variables of the project: GITLAB_TOKEN (masked), DLC_OIDC_PROVIDER_ARN, DLC_PLAN_ROLE_ARN.",
        f"For each environment ({environments}): DLC_APPLY_ROLE_ARN, with protection.",
        *(f"Variable of the project: {name}, masked." for name in setting.variables),
    )


# ---- systems that run hosted.sh or generic.sh ----


def _hosted(setting: Setting) -> Files:
    return {"ci/hosted.sh": from_template("hosted.sh", setting)}


def _codeup(setting: Setting) -> Files:
    flows = {
        f"ci/codeup/{what}.yml": from_template("codeup.yml", setting, what=what) for what in ("plan", "apply", "drift")
    }
    return flows | _hosted(setting)


def _codeup_left(setting: Setting) -> tuple[str, ...]:
    return (
        "In Flow: a pipeline from each file of ci/codeup, and its variables, which the file's first lines name.",
        *_chat(setting),
        *(f"In each pipeline: the secret variable {name}." for name in setting.variables),
    )


def _gitee(setting: Setting) -> Files:
    return {".workflow/dlc.yml": from_template("gitee.yml", setting)} | _hosted(setting)


def _gitee_left(setting: Setting) -> tuple[str, ...]:
    return (
        "In Gitee Go: the variables that the first lines of .workflow/dlc.yml name.",
        *_chat(setting),
        *(f"In the pipeline: the secret variable {name}." for name in setting.variables),
    )


def _jenkins(setting: Setting) -> Files:
    return {"ci/Jenkinsfile": from_template("Jenkinsfile", setting)} | _hosted(setting)


def _jenkins_left(setting: Setting) -> tuple[str, ...]:
    more = ["dlc-notify"] if setting.chat else []
    credentials = ", ".join(["dlc-host-token", "dlc-read", "dlc-write", *more, *setting.variables])
    return (
        "In Jenkins: a multibranch pipeline with the script path ci/Jenkinsfile.",
        f"Its credentials: {credentials}.",
    )


def _generic(setting: Setting) -> Files:
    return {"ci/generic.sh": from_template("generic.sh", setting)}


def _generic_left(setting: Setting) -> tuple[str, ...]:
    named = ", ".join(("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", *setting.variables))
    return (
        "On a request `bash ci/generic.sh plan`, after the merge `bash ci/generic.sh apply REVIEWED_PLAN`.",
        f"Their variables: {named}.",
    )


def _chat(setting: Setting) -> tuple[str, ...]:
    if not setting.chat:
        return ()
    return ("The address of the chat's webhook is DLC_RECONCILER_NOTIFY_URL, its secret DLC_RECONCILER_NOTIFY_SECRET.",)


SYSTEMS: Mapping[str, System] = MappingProxyType(
    {
        "github": System(title="GitHub", folder=".github", files=_github, left=_github_left),
        "gitlab": System(
            title="GitLab",
            folder=".gitlab",
            files=_gitlab,
            left=_gitlab_left,
            once=lambda _: {".gitlab-ci.yml": "include:\n  - local: .gitlab/dlc.yml\n"},
        ),
        "codeup": System(
            title="Codeup with Flow",
            folder="ci",
            files=_codeup,
            left=_codeup_left,
            needs_repository=True,
            host="codeup",
        ),
        "gitee": System(
            title="Gitee with Gitee Go",
            folder="ci",
            files=_gitee,
            left=_gitee_left,
            needs_repository=True,
            host="gitee",
        ),
        "jenkins": System(title="Jenkins", folder="ci", files=_jenkins, left=_jenkins_left, needs_repository=True),
        "generic": System(title="any other system", folder="ci", files=_generic, left=_generic_left),
    }
)
"""By the names that `init --ci` takes."""
