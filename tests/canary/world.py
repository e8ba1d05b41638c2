"""A project and a workspace with a canary in every place where a secret can stand.

before   the first apply: values of the environment under harmless names, in every kind of field
now      the manifests of today: some references have become plain values, some fields are gone, some are new
outside  what other people made: templates, versions, jobs and boards with secrets of their own
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from support.commands import Ended, command
from support.outside import template_id
from support.project import CONTENT, ProjectFolder

from canary.canaries import BASALT, KEY_ID, KEY_SECRET, NAMED, SHAPED, TOKEN, URL
from reconciler.emulator import Emulator, Fault

SPEC = CONTENT["JobSpecs"][0]
CREDENTIAL = {
    "EnableCredentialInject": True,
    "AliyunEnvRoleKey": "0",
    "CredentialConfigItems": [
        {"Type": "Role", "Key": "0", "Roles": [{"AssumeRoleFor": NAMED["CREDENTIAL"], "RoleType": "PAI"}]}
    ],
}
SETTINGS = {
    "prune": {"jobTemplates": True, "tensorBoards": True, "tensorBoardPrefix": "gitops-"},
    "targets": {"test": {"region": "cn-hangzhou", "workspaceId": "1001"}},
}


def image(name: str) -> dict[str, Any]:
    """A role whose image needs a login."""
    login = {"Username": "bob", "Password": f"{NAMED['PASSWORD']}{name}", "Auth": f"{NAMED['AUTH']}{name}"}
    return {**SPEC, "ImageConfig": {"DockerRegistry": "registry.example.com", **login}}


def plain(name: str) -> dict[str, Any]:
    """A content with secrets in plain sight; `name` makes each different."""
    command = f"train{name} --token {NAMED['TOKEN_OPTION']}{name} && git clone {URL} && echo {SHAPED['github']}"
    return {
        **CONTENT,
        "JobSpecs": [image(name)],
        "UserCommand": command,
        "Envs": {"HF_TOKEN": f"{NAMED['ENVS']}{name}", "HARMLESS": SHAPED["hub"], "ORDINARY": f"shown{name}"},
        "CustomEnvs": [{"Key": "WANDB_API_KEY", "Value": f"{NAMED['CUSTOM']}{name}", "Visible": "private"}],
    }


def referring(name: str) -> dict[str, Any]:
    """A content that takes values from the environment wherever a text can stand."""
    spec = {**image(name), "Image": "registry.example.com/${env.FELDSPAR}:1", "Type": "Worker"}
    return {
        **CONTENT,
        "JobSpecs": [spec],
        "UserCommand": "python train.py --note '${env.QUARTZ}' " + name,
        "Envs": {"QUIET": "${env.QUARTZ}", "LATER_GONE": "${env.FELDSPAR}"},
        "Settings": {"Tags": {"stone": "${env.FELDSPAR}"}},
        "DataSources": [{"DataSourceId": "d-quiet", "MountPath": "/mnt/${env.FELDSPAR}"}],
    }


class World:
    """The project, the workspace, and the command line on them."""

    def __init__(self, root: Path, emulator: Emulator) -> None:
        self.project = ProjectFolder(root / "project", **SETTINGS)
        self.emulator = emulator
        self.out = root / "out"
        self.out.mkdir(exist_ok=True)
        self.jobs = 0

    def run(self, *arguments: str | Path) -> Ended:
        """`dlc-reconciler ARGUMENTS`."""
        return command(*arguments)

    def here(self) -> tuple[str, ...]:
        """The options that say where."""
        return ("--project", str(self.project.root), "--endpoint", self.emulator.url)

    def file(self, suffix: str) -> str:
        """The name of a file that is not there yet."""
        self.jobs += 1
        return str(self.out / f"{self.jobs}{suffix}")

    def before(self) -> None:
        """The first manifests, applied."""
        content = referring("one")
        content["Envs"]["LATER_PLAIN"] = "${env.BASALT}"
        self.project.template("all", content=content, description="of much")
        self.project.template("plain", content=plain("one"), metadata={"labels": {"team": "vision"}})
        self.project.template("unchanged", content=referring("same"))
        self.project.board("gitops-board", content=board("${env.GRANITE}"))
        self.commit("first")
        done = self.run("apply", "--yes", *self.here())
        assert done.code == 0, done.text

    def now(self) -> None:
        """The manifests of today, not applied."""
        content = referring("two")
        content["Envs"] = {"QUIET": "ordinary", "LATER_PLAIN": "ordinary", "NEW": "${env.FELDSPAR}"}
        content["UserCommand"] = "python train.py"
        self.project.template("all", content=content, description="of nothing")
        self.project.template("plain", content=plain("two"), constraints={"Envs.HF_TOKEN": "locked"})
        self.project.template("created", content=referring("new"), description="of all")
        self.project.board("gitops-board", content=board("${env.GRANITE}/now"))
        self.project.board("gitops-new", content=board("${env.GRANITE}"))
        self.commit("second")

    def outside(self) -> None:
        """What others made past the project."""
        secret = {"SecretKey": NAMED["METADATA"], "note": f"see {URL}", "nested": {"Password": NAMED["METADATA"]}}
        removed = {**plain("live"), "Envs": {"OLD_PASSWORD": NAMED["REMOVED"], "DB": URL}}
        constraints = {"Envs.HF_TOKEN": "locked"}
        store = self.emulator.store
        self.emulator.seed({"jobTemplates": [{"TemplateName": "foreign", "Content": removed, "Metadata": secret}]})
        foreign = template_id(self.emulator, "foreign")
        store.add_version(foreign, plain("console"), constraints=constraints, default=True)
        store.add_version(template_id(self.emulator, "plain"), {**plain("hand"), "_ui": {"Token": NAMED["LIVE"]}})
        ours = next(each for each in store.templates() if each.name == "plain")
        store.update_template(ours.id, metadata={**ours.metadata, **secret}, description=f"see {URL}")
        launched = {**plain("job"), "Envs": {"JOB_SECRET": NAMED["JOB_ENV"]}, "CredentialConfig": CREDENTIAL}
        self.emulator.seed({"jobs": [{"TemplateName": name} for name in ("all", "plain", "foreign")]})
        store.create_job("by-hand", body=launched, status="Succeeded")

    def answers(self) -> None:
        """What the service says that the emulator would not say by itself."""
        self.emulator.faults.add(
            Fault(kind="rewrite", action="GetJobTemplate", times=None, rewrite=_with_constraints),
            *(Fault(kind="rewrite", action=action, times=None, rewrite=_with_address) for action in _BOARD_ANSWERS),
        )

    def job(self, status: str | None = None) -> str:
        """A new job from the template that refers to the environment."""
        self.jobs += 1
        version = self.emulator.store.versions(template_id(self.emulator, "unchanged"))[-1]
        return self.emulator.store.create_job(
            f"job-{self.jobs}",
            body=json.loads(version.content) if isinstance(version.content, str) else version.content,
            template_id=template_id(self.emulator, "unchanged"),
            status=status,
        )

    def board(self, status: str = "Running") -> str:
        """A new board."""
        self.jobs += 1
        return self.emulator.store.create_board(f"own-{self.jobs}", body={"SummaryPath": "/mnt"}, status=status)

    def commit(self, message: str) -> None:
        """Commit the project, as a repository of its own."""
        root = self.project.root
        name = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        for words in (["init", "-q"], ["add", "."], [*name, "commit", "-q", "-m", message]):
            subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)

    def plan_file(self, *more: str) -> str:
        """A plan of today's manifests."""
        file = self.file(".json")
        done = self.run("plan", "--out", file, *more, *self.here())
        assert Path(file).exists(), done.text
        return file


_BOARD_ANSWERS = ("ListTensorboards", "GetTensorboard")


def board(path: str) -> dict[str, Any]:
    """A TensorBoard's content."""
    return {
        "SummaryPath": f"/mnt/{path}",
        "DataSources": [{"DataSourceId": "d-logs", "MountPath": "/mnt"}],
        "MaxRunningTimeMinutes": 240,
        "Accessibility": "PUBLIC",
    }


def _with_constraints(answer: dict[str, Any]) -> dict[str, Any]:
    """Constraints that the emulator would not take: an older service may have, and nobody promises anything."""
    if answer["TemplateName"] == "foreign":
        for version in answer["Versions"]:
            version["Constraints"] = {
                "Password": NAMED["CONSTRAINT"],
                "Envs.DB": URL,
                **(version.get("Constraints") or {}),
            }
    return answer


def _with_address(answer: dict[str, Any]) -> dict[str, Any]:
    """Boards as the service shows them: with an address and a token that open them."""
    for row in answer.get("Tensorboards", [answer]):
        row["Token"] = NAMED["BOARD"]
        row["TensorboardUrl"] = f"https://tb.example.com/?token={NAMED['BOARD']}"
    return answer


def identity(home: Path) -> None:
    """A profile of the official command line, with keys."""
    profile = {
        "name": "prod",
        "mode": "StsToken",
        "access_key_id": KEY_ID,
        "access_key_secret": KEY_SECRET,
        "sts_token": TOKEN,
        "region_id": "cn-hangzhou",
    }
    file = home / ".aliyun" / "config.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"current": "prod", "profiles": [profile]}), encoding="utf-8")


ENVIRONMENT_BEFORE = {"BASALT": BASALT}
