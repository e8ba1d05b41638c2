"""Every command as a person would run it: what it prints, in which format, with which exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.project import ProjectFolder

from reconciler.emulator import Emulator, Fault, ManualClock

from .conftest import CONTENT, SPEC, Jobs, new_job

RAY = {"JobType": "RayJob", "JobSpecs": [{"Type": "Head", "Image": "x", "EcsSpec": "ecs.g7.xlarge"}]}


def test_launch_and_list(run: Jobs, emulator: Emulator, template: str) -> None:
    data = '--set=DataSources=[{"DataSourceId": "d-1", "MountPath": "/mnt"}]'
    ended = run("jobs", "launch", "train", data, "--env", "EPOCHS=3", "--max-minutes", "30", "--set", "Priority=2")
    (job,) = emulator.store.jobs()
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f'{job.id} "{job.body["DisplayName"]}" launched\n'
    assert job.body["DisplayName"].startswith("train-20")
    assert (job.template, job.body["Envs"]["EPOCHS"], job.body["JobMaxRunningTimeMinutes"]) == (template, "3", 30)
    assert (job.body["Priority"], job.body["Envs"]["HF_TOKEN"]) == (2, "not-for-everybody")
    listed = run("jobs", "list", "-q", "Jobs[].JobId", "--format", "text")
    assert listed.out == f"{job.id}\n"
    assert run("launch", template, data, "--name", "own", "--format", "json").json["DisplayName"] == "own"
    assert run("jobs", "list", "-q", "Jobs[].[DisplayName,TemplateName]").out.splitlines()[0] == "own\ttrain"


def test_a_launch_that_would_be_ignored_or_refused(run: Jobs, emulator: Emulator, template: str) -> None:
    ended = run("jobs", "launch", "train", "--set", "JobSpecs[0].Image=other:2")
    assert ended.code == 1
    assert ended.err.startswith("error: not launched: JobSpecs[0].Image is locked by the template")
    assert "DataSources is required of every launch and missing; add `--set DataSources=VALUE`" in ended.err
    shown = run("launch", "train", "--set", "JobSpecs[0].Image=other:2", "--env", "HF_TOKEN=s3cr3t", "--preview")
    assert shown.code == 1
    assert "JobSpecs[0].Image: asked for 'other:2', stays 'registry.example.com/a:1'" in shown.out
    assert "Missing, though required of every launch:\n  DataSources\n" in shown.out
    assert "s3cr3t" not in shown.text
    preview = run("launch", "train", "--set", 'DataSources=[{"Uri": "oss://b/"}]', "--preview", "--format", "json")
    assert (preview.code, preview.json["Ignored"], preview.json["Missing"]) == (0, [], [])
    assert preview.json["Job"]["Envs"]["HF_TOKEN"] == "(sensitive)"
    assert emulator.store.jobs() == []
    assert not emulator.writes()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nothing"], 1, 'there is no live template "nothing"'),
        (["trian"], 1, 'did you mean "train"?'),
        (["train", "--version", "7"], 1, '"train" has no version 7; the newest is 1'),
        (["train", "--set", "Priority"], 64, "'Priority' is not PATH=VALUE"),
        (["train", "--set", "$.Priority=1"], 64, "a path does not begin with `$`"),
        (["train", "--set", "DisplayName=x"], 64, "DisplayName is set with --name"),
        (["train", "--set", 'Envs={"A": "1"'], 64, "Envs: not valid YAML"),
        (["train", "--set", "JobSpecs[5].Image=x"], 1, "the list has 1 items, so the next is [1]"),
        (["train", "--env", "TOKEN"], 64, "an environment variable is KEY=VALUE"),
        (["train", "--name", "a b"], 64, "'a b' cannot be the name of a job"),
        (["train", "--max-minutes", "0"], 64, "--max-minutes"),
    ],
)
def test_launches_that_make_no_sense(  # noqa: PLR0917
    run: Jobs, emulator: Emulator, template: str, arguments: list[str], code: int, words: str
) -> None:
    ended = run("jobs", "launch", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert words in ended.err
    assert not emulator.writes()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("true", True),
        ("010", "010"),
        ("1.5", 1.5),
        ("", ""),
        ("python a.py --x: y", "python a.py --x: y"),
        ("'5'", "5"),
        ("[1, {a: b}]", [1, {"a": "b"}]),
        ("@x", "@x"),
        ("null", None),
    ],
)
def test_values_are_yaml_scalars_or_json(text: str, value: object) -> None:
    from reconciler.cli.options.setting_paths import parse_value  # noqa: PLC0415

    assert parse_value(text, "X") == value


def test_the_projects_pattern_names_jobs(run: Jobs, project: ProjectFolder, emulator: Emulator) -> None:
    emulator.store.create_template("t", dict(CONTENT))
    project.settings(jobs={"displayName": "vision.{template}.{sequence}"})
    for number in ("001", "002"):
        assert f'"vision.t.{number}" launched' in run("launch", "t").out
    project.settings(jobs={"displayName": "vision.{template}"})
    assert 'displayName is "vision.{template}"' in run("launch", "t").err


def test_submit(run: Jobs, emulator: Emulator, tmp_path: Path) -> None:
    file = tmp_path / "night run.yaml"
    file.write_text(yaml.safe_dump(CONTENT), encoding="utf-8")
    assert run("jobs", "submit", file).code == 0
    (job,) = emulator.store.jobs()
    assert job.body["DisplayName"].startswith("night-run-20")
    assert (job.workspace, job.template) == ("1001", None)
    file.write_text(json.dumps({**CONTENT, "JobType": "PytorchJob"}), encoding="utf-8")
    wrong = run("jobs", "submit", file)
    assert (wrong.code, "PytorchJob" in wrong.err) == (1, True)
    for content, words in (("[1]", "is an object"), ("a: [", ":1:"), ("", "0 documents"), ("a: 1\na: 2", '"a"')):
        file.write_text(content, encoding="utf-8")
        refused = run("jobs", "submit", file)
        assert (refused.code, words in refused.err) == (1, True), refused.err
    assert run("jobs", "submit", tmp_path / "missing.yaml").err.endswith("cannot be read: No such file or directory\n")
    assert len(emulator.writes()) == 1


def test_the_window_is_sent_and_shown(run: Jobs, emulator: Emulator, clock: ManualClock) -> None:
    new_job(emulator, "old", created=clock.now() - 20 * 86400, status="Failed")
    week = run("jobs", "list")
    assert week.out.startswith("Jobs created from 20")
    assert week.out.endswith(": none.\n")
    month = run("jobs", "list", "--since", "30d", "--status", "Failed", "--format", "json").json
    assert [job["DisplayName"] for job in month["Jobs"]] == ["old"]
    assert month["StartTime"] < month["EndTime"]
    assert all("StartTime" in request.query and "EndTime" in request.query for request in emulator.requests)
    assert run("jobs", "list", "--since", "1d", "--until", "2d").err.startswith("error: the window is empty")


def test_filters_and_limit(run: Jobs, emulator: Emulator) -> None:
    for number in range(3):
        new_job(emulator, f"a{number}", body={"Settings": {"Tags": {"n": str(number)}}})
    new_job(emulator, "b", body=RAY)
    names = "Jobs[].DisplayName"
    assert run("jobs", "list", "--tag", "n=1", "-q", names).out == "a1\n"
    assert run("jobs", "list", "--type", "RayJob", "-q", names).out == "b\n"
    assert run("jobs", "list", "--name", "A", "--limit", "2", "-q", names).out == "a2\na1\n"
    assert run("jobs", "list", "--limit", "1", "--own").out.endswith("1 job, 3 older ones not shown.\n")
    assert run("jobs", "list", "--tag", "n").code == 64


def test_show_hides_secrets_in_every_format(run: Jobs, emulator: Emulator) -> None:
    job = new_job(emulator)
    for form in ("text", "json", "yaml"):
        ended = run("jobs", "show", job, "--format", form)
        assert (ended.code, "not-for-everybody" in ended.text) == (0, False)
    assert run("jobs", "show", job, "-q", "Envs.HF_TOKEN").out == "(sensitive)\n"
    assert yaml.safe_load(run("jobs", "show", job, "--format", "yaml").out)["JobId"] == job


def test_logs_hide_secrets_too(run: Jobs, emulator: Emulator) -> None:
    job = new_job(emulator, body={"UserCommand": "train --password hunter22 \x1b[2J"})
    shown = run("jobs", "logs", job, "--pod", "worker-0")
    assert shown.out == "+ train --password (sensitive) \\x1b[2J\n"
    emulator.store.finish_job(job)
    followed = run("jobs", "logs", job, "--follow", "--pod", "worker-0").out
    assert "+ train --password (sensitive) \\x1b[2J\n" in followed


def test_logs_events_and_metrics(run: Jobs, emulator: Emulator, clock: ManualClock) -> None:
    job = new_job(emulator)
    clock.advance(30)
    assert len(run("jobs", "logs", job, "--max-lines", "3").out.splitlines()) == 6
    assert len(run("jobs", "events", job, "--max-events", "2").out.splitlines()) == 2
    assert f"{job}-worker-1  20" in run("jobs", "pod-events", job).out
    shown = run("jobs", "metrics", job, "--type", "CpuCoreUsage", "--step", "1s").out
    assert shown.splitlines()[2].split() == ["POD", "COURSE", "MIN", "MEAN", "MAX", "LAST"]
    assert "▁" in shown
    series = run("jobs", "metrics", job, "--format", "json").json["PodMetrics"]
    assert [one["PodId"][-8:] for one in series] == ["worker-0", "worker-1"]


@pytest.mark.parametrize(
    ("body", "status", "command", "words"),
    [
        ({}, "Queuing", "logs", "is Queuing and has no pods: it is still waiting for resources"),
        ({}, "Queuing", "metrics", "has no GpuCoreUsage"),
        ({"ResourceId": "q"}, None, "metrics", "moved to CloudMonitor"),
        ({}, None, "sanity", "was launched without Settings.EnableSanityCheck"),
        ({}, None, "dashboard", "has no dashboard: it is a PyTorchJob"),
        ({}, None, "ray-dashboard", "only a RayJob has a Ray dashboard"),
        (RAY, "Queuing", "ray-dashboard", "has no dashboard: it is Queuing"),
        ({}, "Queuing", "terminal", "a terminal needs a running job"),
        ({}, "Succeeded", "stop", "is Succeeded; there is nothing to stop"),
        ({}, "Running", "delete", "only a job that has ended can be deleted"),
    ],
)
def test_nothing_to_show_or_do_is_one_clear_line(  # noqa: PLR0917
    run: Jobs, emulator: Emulator, body: dict[str, Any], status: str | None, command: str, words: str
) -> None:
    ended = run("jobs", command, new_job(emulator, body=body, status=status))
    assert (ended.code, ended.out) == (1, "")
    assert words in ended.err.splitlines()[0]
    assert not emulator.writes()


def test_a_window_without_lines(run: Jobs, emulator: Emulator) -> None:
    job = new_job(emulator)
    for command in ("logs", "events", "pod-events"):
        ended = run("jobs", command, job, "--since", "2020-01-01", "--until", "2020-01-02")
        assert ended.code == 1
        assert "from 2020-01-01T00:00:00Z to 2020-01-02T00:00:00Z" in ended.err


def test_a_missing_permission_is_named(run: Jobs, emulator: Emulator) -> None:
    job = new_job(emulator, status="Running")
    emulator.faults.add(Fault(kind="error_before", action="StopJob", status=403))
    ended = run("jobs", "stop", job, "--yes")
    assert ended.code == 1
    assert "not allowed: needs paidlc:StopJob" in ended.err


def test_an_endpoint_that_is_silent(run: Jobs, emulator: Emulator) -> None:
    emulator.faults.add(Fault(kind="drop_before", times=None))
    ended = run("jobs", "show", "dlc1", "--read-timeout", "1")
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert ended.err.startswith("error: GetJob at 127.0.0.1:")


def test_stop_and_delete_ask_first(run: Jobs, emulator: Emulator) -> None:
    job = new_job(emulator, "precious", status="Running")
    refused = run("jobs", "stop", job)
    assert refused.code == 64
    assert f'Stop {job} "precious" (Running, of user 2' in refused.err
    assert not emulator.writes()
    assert run("jobs", "stop", job, "--yes").out == f'{job} "precious" is Stopped\n'
    assert run("jobs", "delete", job, "--yes").out == f'{job} "precious" is deleted\n'
    assert emulator.store.jobs() == []


def test_update(run: Jobs, emulator: Emulator) -> None:
    job = new_job(emulator, "j", body={"ResourceId": "q"}, status="Queuing")
    assert run("jobs", "update", job, "--priority", "7").out == f'{job} "j": Priority is 7\n'
    assert run("jobs", "update", job, "--priority", "7").out.endswith("already; nothing was sent\n")
    assert run("jobs", "update", job, "--name", "x").err.startswith("error: a job cannot be renamed: UpdateJob has no")
    assert run("jobs", "update", job, "--accessibility", "PRIVATE").code == 1
    assert run("jobs", "update", job).code == 64
    assert emulator.calls().count("UpdateJob") == 1


def test_tags(run: Jobs, emulator: Emulator) -> None:
    job = new_job(emulator, "j", body={"Settings": {"Tags": {"draft": "1"}}})
    assert run("jobs", "tag", job, "team=vision", "é=ü", "--remove", "draft").out == f'{job} "j": team=vision, é=ü\n'
    assert run("jobs", "list", "--tag", "é=ü", "-q", "Jobs[].JobId").out == f"{job}\n"
    assert run("jobs", "tag", job, "--remove", "team", "--remove", "é").out == f'{job} "j": no tags\n'
    for wrong in ((), ("a",), ("a=1", "--remove", "a"), tuple(f"k{number}=1" for number in range(21))):
        assert run("jobs", "tag", job, *wrong).code == 64
    assert run("jobs", "tag", job, "acs:x=1").code == 1


def test_sanity(run: Jobs, emulator: Emulator, clock: ManualClock) -> None:
    job = new_job(emulator, body={"Settings": {"EnableSanityCheck": True}})
    clock.advance(5)
    assert run("jobs", "sanity", job).out.splitlines()[1].split()[:3] == ["1", "CheckInit", "Succeeded"]
    one = run("jobs", "sanity", job, "--number", "1", "--phase", "DeviceCheck", "--format", "json").json
    assert [item["Phase"] for item in one["SanityCheckResult"]] == ["DeviceCheck"]
    assert run("jobs", "sanity", job, "--number", "2").err == f"error: {job} has 1 sanity check, not 2\n"
    assert run("jobs", "sanity", job, "--phase", "DeviceCheck").code == 64


def test_dashboards_terminals_and_tokens(run: Jobs, emulator: Emulator, clock: ManualClock) -> None:
    job = new_job(emulator, body=RAY)
    clock.advance(5)
    assert run("jobs", "ray-dashboard", job).out.startswith("https://")
    assert "?token=ey" in run("jobs", "ray-dashboard", job, "--share").out
    assert run("jobs", "dashboard", job, "--format", "json").json["url"].startswith("https://")
    assert run("jobs", "terminal", job, "--pod", "head-0").out.startswith("wss://")
    token = run("jobs", "token", job, "--expires", "60", "-q", "Token").out.strip()
    assert token.count(".") == 2
    assert "ExpireTime=60" in emulator.requests[-1].query
    assert run("jobs", "token", job, "--expires", "604801").code == 64


def test_boards(run: Jobs, emulator: Emulator, clock: ManualClock) -> None:
    board = emulator.store.create_board("curves", created=clock.now() - 90 * 86400)
    assert f"{board}  curves  Running  90d" in run("boards", "list").out
    assert run("boards", "list", "--since", "7d").out.endswith(": none.\n")
    assert run("boards", "list", "--status", "Stopped", "-q", "Tensorboards").out == ""
    assert "Address:" in run("boards", "show", board).out
    assert "/token/ey" in run("boards", "share", board, "--expires", "604800").out
    assert run("boards", "share", board, "--expires", "604801").code == 64
    assert run("boards", "start", board).err == f'error: {board} "curves" is Running; there is nothing to start\n'
    assert "nobody is there to confirm: Stop" in run("boards", "stop", board).err
    assert run("boards", "stop", board, "--yes").out == f'{board} "curves" is Stopped\n'
    assert "only a running one can be shared" in run("boards", "share", board).err
    assert run("boards", "start", board, "--format", "json").json["Status"] == "Running"
    assert run("boards", "delete", board, "--yes").out == f'{board} "curves" is deleted\n'
    unknown = run("boards", "show", board)
    assert (unknown.code, "No id or name comes near it" in unknown.err) == (1, True)


def test_discover_ecs_specs(run: Jobs, emulator: Emulator) -> None:
    types = "EcsSpecs[].InstanceType"
    gpus = run("discover", "ecs-specs", "--accelerator", "GPU", "--sort", "gpu", "--desc", "-q", types).out.split()
    assert gpus[0] == "ecs.gn6v-c8g1.16xlarge"
    assert gpus[1:] == sorted(gpus[1:])
    assert run("discover", "ecs-specs", "--gpu-type", "v100", "--min-memory", "64", "-q", types).out.split() == gpus[:1]
    assert run("discover", "ecs-specs", "--min-cpus", "1000").out.startswith("0 of ")
    assert "SortBy" not in "".join(request.query for request in emulator.requests)


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [("Jobs[", 64, "'Jobs[' is not a JMESPath expression"), ("nope(Jobs)", 1, "error: --query: Unknown function")],
)
def test_queries_that_are_wrong(run: Jobs, emulator: Emulator, query: str, code: int, words: str) -> None:
    ended = run("jobs", "list", "-q", query)
    assert (ended.code, ended.out, words in ended.err) == (code, "", True)


def test_a_wrong_query_does_not_follow_a_write(run: Jobs, emulator: Emulator) -> None:
    job = new_job(emulator, status="Running")
    assert run("jobs", "stop", job, "--yes", "-q", "a[").code == 64
    assert not emulator.requests


Shape = Callable[[str], Any]


@pytest.mark.parametrize(("form", "read"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_json_and_yaml_are_the_same_data(run: Jobs, emulator: Emulator, form: str, read: Shape) -> None:
    new_job(emulator, "a")
    document = read(run("jobs", "list", "--format", form).out)
    assert set(document) == {"Jobs", "TotalCount", "StartTime", "EndTime"}
    assert document["Jobs"][0]["JobSpecs"][0]["Image"] == SPEC["Image"]
    assert read(run("jobs", "list", "-q", "Jobs[0].Envs", "--format", form).out)["EPOCHS"] == "90"


def test_follow_ends_as_the_job_ended(run: Jobs, emulator: Emulator) -> None:
    for status, code in (("Succeeded", 0), ("Failed", 1), ("Stopped", 1)):
        ended = run("jobs", "logs", new_job(emulator, status=status), "--follow")
        assert ended.code == code
        assert f"is {status}" in ended.out.splitlines()[-1]
    lines = run("jobs", "logs", new_job(emulator, status="Succeeded"), "--follow", "--format", "json").out.splitlines()
    assert json.loads(lines[-1])["Status"] == "Succeeded"
    assert {"PodId", "Logs", "Gap"} == set(json.loads(lines[0]))


def test_diagnose(run: Jobs, emulator: Emulator, clock: ManualClock) -> None:
    job = new_job(emulator, body={"Envs": {"EMULATOR_MISHAP": "image-pull"}})
    clock.advance(5)
    shown = run("jobs", "diagnose", job).out
    places = [
        shown.index(part) for part in ("Status:", "\nEvents:", "\nLog of", "\nEvents of", "\nLikely cause: the image")
    ]
    assert places == sorted(places)
    document = run("jobs", "diagnose", job, "--format", "json").json
    assert document["Causes"][0]["Cause"] == "the image cannot be pulled"


def test_help_names_every_command(run: Jobs) -> None:
    from support.commands import command  # noqa: PLC0415

    shown = command("jobs", "--help").out
    for name in ("submit", "list", "show", "update", "tag", "stop", "delete", "logs", "events", "pod-events",
                 "metrics", "diagnose", "sanity", "dashboard", "ray-dashboard", "terminal", "token"):  # fmt: skip
        assert f"\n  {name} " in shown
        assert command("jobs", name, "--help").code == 0
