"""One day with the command line: from a promoted template to an empty workspace."""

from __future__ import annotations

from support.project import ProjectFolder

from reconciler.emulator import Emulator, ManualClock

from .conftest import SPEC, Jobs


def test_from_launch_to_clean_up(run: Jobs, project: ProjectFolder, emulator: Emulator, clock: ManualClock) -> None:
    project.template("train", content={"JobSpecs": [SPEC]}, constraints={"JobSpecs[0].Image": "locked"})
    assert run("apply", "--yes").code == 0
    assert run("launch", "train", "--set", "JobSpecs[0].Image=x", "--preview").code == 1
    first = run("launch", "train", "--env", "EPOCHS=1", "-q", "JobId").out.strip()
    unlucky = run("launch", "train", "--env", "EMULATOR_MISHAP=disk-full", "-q", "JobId").out.strip()
    assert run("jobs", "list", "--status", "Running", "-q", "Jobs[].JobId").out.split() == [unlucky, first]
    assert run("boards", "list").out.endswith(": none.\n")
    clock.advance(61)
    assert "is Succeeded" in run("jobs", "logs", first, "--follow").out.splitlines()[-1]
    assert run("jobs", "logs", unlucky, "--follow").code == 1
    assert "Likely cause: the disk is full" in run("jobs", "diagnose", unlucky).out
    assert run("jobs", "metrics", first, "--step", "10s").code == 0
    third = run("launch", "train", "-q", "JobId").out.strip()
    assert run("jobs", "token", third).out.startswith("ey")
    assert run("jobs", "stop", third, "--yes").out.endswith("is Stopped\n")
    for job in (first, unlucky, third):
        assert run("jobs", "delete", job, "--yes").code == 0
    assert emulator.store.jobs() == []
    project.remove("train")
    project.template("other")
    assert run("apply", "--yes").code == 0
    assert [template.name for template in emulator.store.templates()] == ["other"]
    names = [request.body["DisplayName"][-3:] for request in emulator.requests if request.action == "CreateJob"]
    assert names == ["001", "002", "003"]
