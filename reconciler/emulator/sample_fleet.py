"""A realistic fleet: templates with a year of versions, jobs over 400 days, TensorBoards, and faults of every kind.

The same number and seed give the same fleet, ids included, relative to now. The first templates bring one fault each,
so that every kind is there from `len(FAULTS)` templates on; later ones are mostly sound.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .clock import Clock, SystemClock
from .faulty import BOARD_FAULTS, FAULTS, Blueprint
from .profile import Profile
from .service import Service
from .state import State
from .store import Store
from .wire import JsonObject, dump_json

PROJECT = "fleet"
"""The project whose marks are on the templates that Git should describe."""

_DAY = 86400.0
_OTHER_PROJECTS = ("vision", "speech", "language", "search")
_USERS = tuple(f"2000000000000001{number:02}" for number in range(1, 10))
_MODELS = ("resnet", "bert", "whisper", "llama", "vit", "unet", "yolo", "dlrm", "wav2vec", "t5", "clip", "gcn")
_TASKS = ("train", "finetune", "distill", "evaluate", "pretrain", "embed", "rank", "segment")
_REGISTRY = "dsw-registry-vpc.cn-hangzhou.cr.aliyuncs.com/pai"
_IMAGES = (
    f"{_REGISTRY}/pytorch-training:2.1-gpu-py310-cu121-ubuntu22.04",
    f"{_REGISTRY}/tensorflow-training:2.15-gpu-py310-cu121-ubuntu22.04",
)
_MACHINES = ("ecs.gn6i-c4g1.xlarge", "ecs.gn6v-c8g1.2xlarge", "ecs.gn7i-c8g1.2xlarge", "ecs.gn7e-c16g1.4xlarge")
_OPTIMISERS = ("adamw", "sgd", "lamb", "adafactor", "lion")


def seed_fleet(path: Path, count: int, seed: int) -> dict[str, int]:
    """Add a fleet to a state file, as a whole or not at all, and return how many of each kind were added."""
    store = Store(path)
    try:
        service = Service(store, SystemClock(), Profile(deterministic_ids=True))
        with store.write():
            return Fleet(State(service), service.clock, seed).add(count)
    finally:
        store.close()


@dataclass(slots=True)
class _Counts:
    jobTemplates: int = 0  # noqa: N815 - the words of a seed document
    versions: int = 0
    jobs: int = 0
    tensorboards: int = 0


class Fleet:
    """Adds templates, jobs and boards to the state, all drawn from one seeded source."""

    def __init__(self, state: State, clock: Clock, seed: int, *, workspace: str | None = None) -> None:
        self._state = state
        self._now = clock.now()
        self._workspace = workspace
        self._draw = random.Random(seed)  # nosec B311 # not for secrets
        self._counts = _Counts()

    def add(self, count: int) -> dict[str, int]:
        """Add this many templates with their versions, jobs and boards."""
        previous: Blueprint | None = None
        for index in range(count):
            blueprint = self._blueprint(index)
            fault = FAULTS[index] if index < len(FAULTS) else self._draw.choice((*(None,) * 60, *FAULTS))
            if fault is not None:
                blueprint = fault(blueprint, previous)
            self._build(blueprint, index)
            previous = blueprint
        counts = self._counts
        return {name: getattr(counts, name) for name in ("jobTemplates", "versions", "jobs", "tensorboards")}

    def _blueprint(self, index: int) -> Blueprint:
        draw = self._draw
        name = f"{draw.choice(_MODELS)}{draw.choice((18, 50, 101, 7, 13, 2))}-{draw.choice(_TASKS)}-{index + 1:04}"
        count = min(1 + int(draw.expovariate(0.3)), 20)
        ages = sorted((draw.uniform(20, 370) for _ in range(count)), reverse=True)
        return Blueprint(
            name=name,
            owner=draw.choice(_OTHER_PROJECTS),
            ages=ages,
            contents=self._contents(count),
            constraints={"JobSpecs[0].Image": "locked", "JobType": "locked"},
            default=count,
            recorded=count,
            jobs=self._launches(ages[0]),
            authors=[draw.choice(_USERS[:3]) for _ in range(count)],
        )

    def _launches(self, age: float) -> list[float]:
        """Return the ages of jobs: a few templates are used by everybody, most by few people, and nearly all until
        lately."""
        draw = self._draw
        count = min(int(draw.paretovariate(0.7)), 80)
        until = draw.uniform(1, 30) if draw.random() < 0.9 else draw.uniform(30, age)
        last = min(until, age - 0.6)
        return [last, *(draw.uniform(last, age - 0.5) for _ in range(count))]

    def _contents(self, count: int) -> list[JsonObject]:
        """Return a content and its later versions: a new image, other settings, more pods."""
        content, found = self._content(), []
        for _ in range(count):
            found.append(content)
            content = self._changed(content)
        return found

    def _content(self) -> JsonObject:
        draw = self._draw
        machine = draw.choice(_MACHINES)
        return {
            "JobType": "PyTorchJob",
            "JobSpecs": [
                {"Type": "Worker", "PodCount": draw.randint(1, 8), "Image": draw.choice(_IMAGES), "EcsSpec": machine}
            ],
            "UserCommand": self._command(),
            "Envs": {
                "NCCL_DEBUG": draw.choice(("INFO", "WARN")),
                "SEED": str(draw.randint(1, 9999)),
                "RUN_GROUP": f"group-{draw.randint(1, 99999)}",
            },
            "DataSources": [{"DataSourceId": "d-imagenet0", "MountPath": f"/mnt/data{draw.randint(1, 999)}"}],
            "CodeSource": {"CodeSourceId": "code-training0", "Branch": draw.choice(("main", "release", "next"))},
            "JobMaxRunningTimeMinutes": draw.choice((240, 480, 1440, 2880)),
            "Settings": {"EnableSanityCheck": True},
            "Priority": draw.randint(1, 6),
        }

    def _command(self) -> str:
        draw = self._draw
        lines = [
            f"cd /mnt/code && git checkout {draw.getrandbits(28):07x}",
            f"torchrun train_{draw.randint(1, 999)}.py --lr {draw.choice((1, 2, 3, 5))}e-{draw.randint(3, 6)}",
            f"  --batch-size {2 ** draw.randint(3, 9)} --epochs {draw.randint(1, 90)} --seed {draw.randint(1, 999)}",
            f"  --warmup {draw.randint(1, 99) * 100} --optimizer {draw.choice(_OPTIMISERS)}",
        ]
        return " \\\n".join(lines[1:]) if draw.random() < 0.5 else "\n".join([lines[0], " \\\n".join(lines[1:])])

    def _changed(self, content: JsonObject) -> JsonObject:
        draw = self._draw
        changed: dict[str, Any] = {**content}
        match draw.randrange(4):
            case 0:
                changed["UserCommand"] = self._command()
            case 1:
                changed["Envs"] = {**content["Envs"], "SEED": str(draw.randint(1, 9999))}
            case 2:
                changed["JobSpecs"] = [{**content["JobSpecs"][0], "PodCount": draw.randint(1, 16)}]
            case _:
                changed["JobMaxRunningTimeMinutes"] = draw.choice((60, 120, 360, 720, 4320))
        return changed if changed != content else {**content, "Description": f"build {draw.randint(1, 9999)}"}

    def _build(self, plan: Blueprint, index: int) -> None:
        id = self._template(plan)
        jobs = [self._job(plan, id, age, number) for number, age in enumerate(sorted(plan.jobs, reverse=True))]
        self._boards(plan, jobs, index)
        self._counts.jobTemplates += 1
        self._counts.versions += len(plan.contents)

    def _template(self, plan: Blueprint) -> str:
        state = self._state
        metadata = {"team": self._draw.choice(_OTHER_PROJECTS)}
        if plan.owner:
            metadata |= {"dlc-reconciler/project": plan.owner, "dlc-reconciler/version": str(plan.recorded)}
        id = state.create_template(
            plan.name,
            _sent(plan.contents[0], plan.console and len(plan.contents) == 1),
            workspace=self._workspace,
            constraints=dict(plan.constraints),
            description=f"{plan.name.partition('-')[0]} for the {metadata['team']} team",
            metadata=metadata,
            created=self._moment(plan.ages[0]),
            user=plan.authors[0],
        )
        for number in range(1, len(plan.contents)):
            state.add_version(
                id,
                _sent(plan.contents[number], plan.console and number + 1 == len(plan.contents)),
                constraints=dict(plan.constraints),
                default=number + 1 <= plan.default,
                created=self._moment(plan.ages[number]),
                user=plan.authors[number],
            )
        return id

    def _job(self, plan: Blueprint, id: str, age: float, number: int) -> str:
        draw = self._draw
        there = [version for version, made in enumerate(plan.ages, start=1) if made > age]
        version = min(there[-1] if there else 1, plan.default)
        self._counts.jobs += 1
        return self._state.create_job(
            f"{plan.name}-{number + 1}",
            template_id=id,
            template_version=version,
            workspace=self._workspace,
            status=draw.choices(("Succeeded", "Failed", "Stopped"), (80, 14, 6))[0],
            created=self._moment(age),
            user=draw.choice(plan.users or _USERS),
            seconds=min(draw.lognormvariate(8.5, 1.2), age * _DAY),
        )

    def _boards(self, plan: Blueprint, jobs: Sequence[str], index: int) -> None:
        draw = self._draw
        faults = BOARD_FAULTS.get(index, ())
        wanted = [*faults, *(("",) if draw.random() < 0.15 and not faults else ())]
        for number, fault in enumerate(wanted):
            if not jobs:
                continue
            running = fault == "running-long" or draw.random() < 0.3
            age = 11.0 if fault == "running-long" else draw.uniform(0.1, 2.5) if running else draw.uniform(3, 200)
            job = jobs[-1]
            self._state.create_board(
                f"{plan.name}-curves{number or ''}",
                workspace=self._workspace,
                body={
                    "JobId": job,
                    "SourceType": "job",
                    "Accessibility": "PRIVATE" if fault == "private" else "PUBLIC",
                    **({} if running else {"MaxRunningTimeMinutes": 480}),
                },
                status="Running" if running else "Stopped",
                created=self._moment(age),
                user=draw.choice(_USERS),
            )
            self._counts.tensorboards += 1
            if fault == "deleted-job":
                self._state.delete_job(job)
                self._counts.jobs -= 1

    def _moment(self, age: float) -> float:
        """Return a whole minute, so that a fleet that is made a second later has the same distances."""
        return float(int((self._now - age * _DAY) // 60) * 60)


def _sent(content: JsonObject, console: bool) -> str | JsonObject:
    """Return the content as it arrives: the console sends an object, everybody else a text."""
    return dict(content) if console else dump_json(content)
