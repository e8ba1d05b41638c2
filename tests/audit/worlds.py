"""A fleet written as data in a case's YAML file, built in the emulator, and audited through the real client.

    rules, waivers, audit: those fields of the project's spec
    manifests: {name: content changes}            a JobTemplate manifest of the sound content with these changes,
                                                  and `verify`, which goes beside the content
    templates:
      - {name, owner, recorded, pinned, default, age, constraints, jobs: [{age, user}], forgetJobs,
         verifications: [{name, status}], metadata,
         versions: [{change, constraints, age, by, console}], boards: [{accessibility, status, age}]}
    missing: [workspace]                          the workspace of the target does not exist
    forbidden: [ListJobs]                         operations that the identity may not call

Whatever is left out is sound: no rule says anything about it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from support.project import ProjectFolder

from reconciler.audit.collect import silent
from reconciler.audit.judge import Judged
from reconciler.audit.store import Store
from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.model.paths import format_path
from reconciler.pipeline import Settings
from reconciler.pipeline.auditing import Audited, Run, judged, take_snapshot

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = 86400.0
IMAGE = "dsw-registry-vpc.cn-hangzhou.cr.aliyuncs.com/pai/pytorch-training:2.1-gpu-py310-cu121-ubuntu22.04"
SOUND: dict[str, Any] = {
    "JobType": "PyTorchJob",
    "JobSpecs": [{"Type": "Worker", "PodCount": 2, "Image": IMAGE, "EcsSpec": "ecs.gn6i-c4g1.xlarge"}],
    "UserCommand": "python train.py",
    "DataSources": [{"DataSourceId": "d-imagenet0", "MountPath": "/mnt/data"}],
    "CodeSource": {"CodeSourceId": "code-training0"},
    "JobMaxRunningTimeMinutes": 480,
    "Settings": {"EnableSanityCheck": True},
}
LOCKED = {"JobSpecs[0].Image": "locked"}
AUTHOR = "200000000000000042"

World = Mapping[str, Any]


@contextmanager
def service(world: World) -> Iterator[Emulator]:
    """The emulator that holds a world."""
    known = frozenset({"2002"}) if "workspace" in world.get("missing", ()) else frozenset({"1001", "2002"})
    profile = Profile(
        workspaces=known,
        default_workspace=min(known),
        deterministic_ids=True,
        forbidden_actions=frozenset(world.get("forbidden", ())),
    )
    with Emulator(clock=ManualClock(NOW), profile=profile) as emulator:
        for template in world.get("templates", ()):
            _build(emulator, template)
        yield emulator


def write_project(world: World, root: Path) -> Path:
    """The project of a world, called "vision"; its one target is "test"."""
    project = ProjectFolder(root, **{key: world[key] for key in ("rules", "waivers", "audit") if key in world})
    for name, change in (world.get("manifests") or {"elsewhere": {}}).items():
        fields = dict(change or {})
        spec = {"verify": fields.pop("verify")} if "verify" in fields else {}
        project.template(name, content=changed(fields), constraints=LOCKED, **spec)
    return root / "reconciler.yaml"


def settings_for(project_file: Path, emulator: Emulator) -> Settings:
    """Settings with the world's clock."""
    return Settings(project_file=project_file, endpoint=emulator.url, now=lambda: NOW)


def audited(world: World, folder: Path) -> Audited:
    """Everything an audit finds in a world."""
    with service(world) as emulator:
        settings = settings_for(write_project(world, folder / "project"), emulator)
        run = Run(snapshot=folder / "audit.sqlite3")
        take_snapshot(settings, run, silent)
        with Store.open(run.snapshot) as store:
            return judged(settings, store, None)


def shown(found: Judged) -> str:
    """A finding as cases expect it."""
    made = found.finding
    mark = " (waived)" if found.waiver else ""
    where = f" at {made.where}" if made.where else ""
    head = f"{made.severity} {made.code} {found.site or '-'} {made.subject} {format_path(made.path)}{where}{mark}"
    return f"{head}: {made.summary}\n  {made.hint}\n"


def changed(change: Mapping[str, Any]) -> dict[str, Any]:
    """The sound content with some top-level fields replaced, or taken away by null; `spec` changes the JobSpec."""
    fields = {key: value for key, value in change.items() if key != "spec"}
    merged = {**SOUND, **fields}
    if "spec" in change:
        merged["JobSpecs"] = [_without_null({**SOUND["JobSpecs"][0], **change["spec"]})]
    return _without_null(merged)


def _without_null(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tree.items() if value is not None}


def _build(emulator: Emulator, template: World) -> None:
    store, versions = emulator.store, template.get("versions") or [{}]
    age = template.get("age", 60)
    first, *later = versions
    id = store.create_template(
        template["name"],
        _content(first),
        constraints=first.get("constraints", LOCKED),
        metadata=_metadata(template),
        created=_ago(emulator, first.get("age", age)),
        user=first.get("by", AUTHOR),
    )
    for version in later:
        store.add_version(
            id,
            _content(version),
            constraints=version.get("constraints", LOCKED),
            created=_ago(emulator, version.get("age", age)),
            user=version.get("by", AUTHOR),
        )
    for job in template.get("verifications", ()):
        tags = {"dlc-reconciler-verify": job["name"].split("-")[-2], "dlc-reconciler-project": "vision"}
        store.create_job(job["name"], body={"Settings": {"Tags": tags}}, status=job.get("status", "Succeeded"))
    jobs = []
    for job in template.get("jobs", [{"age": 2}]):
        made = _ago(emulator, job["age"])
        jobs.append(store.create_job("job", template_id=id, created=made, user=job.get("user"), status="Succeeded"))
    if template.get("default", 1) != 1:
        store.update_template(id, default_version=template["default"])
    for number, board in enumerate(template.get("boards", ())):
        store.create_board(
            f"{template['name']}-board{number}",
            body={"JobId": jobs[-1], "SourceType": "job", "Accessibility": board.get("accessibility", "PUBLIC")},
            status=board.get("status", "Stopped"),
            created=_ago(emulator, board.get("age", 1)),
        )
    if template.get("forgetJobs"):
        for job in jobs:
            store.delete_job(job)


def _metadata(template: World) -> dict[str, str]:
    owner = template.get("owner", "somebody-else")
    marks = {"project": owner, "version": template.get("recorded"), "pin": template.get("pinned")}
    own = {f"dlc-reconciler/{key}": str(value) for key, value in marks.items() if value}
    return {**own, **template.get("metadata", {})}


def _content(version: World) -> str | dict[str, Any]:
    content = changed(version.get("change", {}))
    return content if version.get("console") else json.dumps(content)


def _ago(emulator: Emulator, days: float) -> float:
    return emulator.clock.now() - days * DAY
