"""`drift`: what differs from Git, which side moved, and the watch that tells Prometheus."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands
from support.furnished import Furnished
from support.outside import PREFIX, board_id, template_id
from support.project import CONTENT, ProjectFolder

from reconciler.audit.drift import Aspect, Difference, DriftReport
from reconciler.cli.drift.rounds import Metrics, Watch, serving
from reconciler.emulator import Emulator
from reconciler.errors import ReconcilerError, ServiceError
from reconciler.model import Moved, ResourceId, Target
from reconciler.pipeline.members import WIDTH

from .conftest import committing

Expect = Callable[[str, str], None]


def apply_all(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
    project = ProjectFolder(folder / "project")
    project.template("train")
    project.template("other")
    project.board("board", state="running")
    committing(project)("All")
    assert Commands(project.root, emulator.url).apply().code == 0


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(tmp_path_factory.mktemp("furnished"), apply_all)


@pytest.fixture
def applied(furnished: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> None:
    """Two templates and a board, applied from a commit."""
    furnished.again(tmp_path, emulator)


def by_hand(emulator: Emulator, name: str, command: str, *, default: bool = False) -> int:
    content = json.dumps({**CONTENT, "UserCommand": command})
    return emulator.store.add_version(template_id(emulator, name), content, default=default, user="4711")


def found(look: Any, *arguments: str) -> dict[str, tuple[list[str], str, bool]]:
    (target,) = look("drift", "--format", "json", *arguments).json["targets"]
    return {each["name"]: (each["aspects"], each["moved"], each["drift"]) for each in target["differences"]}


@pytest.mark.usefixtures("applied")
def test_in_step(look: Any) -> None:
    ended = look("drift", "--detailed-exitcode")
    assert ended.code == 0
    assert ended.out.endswith("No drift; 3 in step.\n")


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize(("form", "suffix"), [("text", "txt"), ("markdown", "md"), ("json", "json")])
def test_every_format(
    project: ProjectFolder, emulator: Emulator, look: Any, expect: Expect, *, form: str, suffix: str
) -> None:
    by_hand(emulator, "train", "print-and-leave")
    by_hand(emulator, "train", "rm -r .", default=True)
    emulator.store.create_template("foreign")
    emulator.store.delete_template(template_id(emulator, "other"))
    emulator.store.update_board(board_id(emulator, "board"), MaxRunningTimeMinutes=7)
    project.template("new")
    ended = look("drift", "--format", form, "--detailed-exitcode")
    assert (ended.code, ended.err) == (2, "")
    expect(f"drift.{suffix}", ended.out.replace(emulator.url, "http://127.0.0.1:1"))


@pytest.mark.usefixtures("applied")
def test_which_side_moved(project: ProjectFolder, emulator: Emulator, look: Any) -> None:
    by_hand(emulator, "train", "hacked", default=True)
    project.template("other", command="new")
    assert found(look) == {"other": (["content"], "manifest", True), "train": (["default"], "service", True)}
    by_hand(emulator, "other", "hacked", default=True)
    assert found(look)["other"] == (["content"], "both", True)
    assert look("drift").code == 0
    assert look("drift", "--detailed-exitcode").code == 2


@pytest.mark.usefixtures("applied")
def test_versions_by_hand_are_named_but_are_no_drift(
    project: ProjectFolder, cli: Commands, emulator: Emulator, look: Any, commit: Callable[[str], str]
) -> None:
    by_hand(emulator, "train", "tried")
    assert found(look) == {"train": (["versions"], "service", False)}
    assert look("drift", "--detailed-exitcode").code == 0
    project.template("other", command="second")
    commit("Second")
    cli.apply()
    project.template("other")
    commit("Back")
    cli.apply()
    assert "other" not in found(look), "version 2 is Git's own"


def test_older_versions_than_our_last_write_are_taken_for_ours(
    project: ProjectFolder, cli: Commands, look: Any
) -> None:
    """Outside Git nothing else tells them apart."""
    for command in ("first", "second"):
        project.template("train", command=command)
        cli.apply()
    assert found(look) == {}


@pytest.mark.usefixtures("applied")
def test_a_lost_record_is_worth_knowing_but_no_drift(emulator: Emulator, look: Any) -> None:
    train = template_id(emulator, "train")
    marks = next(each.metadata for each in emulator.store.templates() if each.id == train) or {}
    kept = {key: value for key, value in marks.items() if key not in (PREFIX + "digest", PREFIX + "version")}
    emulator.store.update_template(train, metadata=kept)
    aspects, _, is_drift = found(look)["train"]
    assert (aspects, is_drift) == (["marks"], False)


@pytest.mark.usefixtures("applied")
def test_deleted_is_told_from_never_applied(project: ProjectFolder, emulator: Emulator, look: Any) -> None:
    emulator.store.delete_template(template_id(emulator, "other"))
    project.template("new")
    assert found(look) == {"new": (["absent"], "manifest", True), "other": (["absent"], "service", True)}


@pytest.mark.usefixtures("applied")
def test_whoever_changed_it_is_named(emulator: Emulator, look: Any) -> None:
    by_hand(emulator, "train", "hacked", default=True)
    assert "last changed by 4711 at 2026-03-01T12:00:00Z" in look("drift").out


@pytest.mark.usefixtures("applied")
def test_marks_do_not_hide_what_is_really_there(emulator: Emulator, look: Any) -> None:
    """Somebody copies our record onto a version of his own: the digest says it is ours, the content is not."""
    train = template_id(emulator, "train")
    number = by_hand(emulator, "train", "hacked", default=True)
    marks = next(each.metadata for each in emulator.store.templates() if each.id == train)
    emulator.store.update_template(train, metadata={**(marks or {}), PREFIX + "version": str(number)})
    assert "train" in found(look)


@pytest.mark.usefixtures("applied")
def test_a_foreign_mark_is_drift(emulator: Emulator, look: Any) -> None:
    emulator.store.update_template(template_id(emulator, "train"), metadata={PREFIX + "project": "other"})
    assert found(look)["train"] == (["identity"], "unknown", True)
    ended = look("drift", "--detailed-exitcode")
    assert ended.code == 2
    assert 'belongs to project "other"' in ended.out


@pytest.mark.usefixtures("applied")
def test_what_stays_on_purpose_is_no_drift(project: ProjectFolder, emulator: Emulator, look: Any) -> None:
    emulator.store.create_job(template_id=template_id(emulator, "other"))
    project.remove("other")
    assert found(look) == {"other": (["surplus"], "manifest", False)}
    project.remove("train")
    assert found(look)["train"] == (["surplus"], "manifest", True)


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--metrics-port", "1"), 64, "--metrics-port needs --watch"),
        (("--watch", "1", "--format", "json"), 64, "--format has no meaning"),
        (("--target", "x"), 1, 'no target "x"'),
        (("--target", "test", "--all-targets"), 64, "exclude each other"),
        (("--select", "team"), 64, "is not LABEL=VALUE"),
    ],
)
def test_mistakes(look: Any, arguments: tuple[str, ...], code: int, message: str) -> None:
    ended = look("drift", *arguments)
    assert ended.code == code
    assert message in ended.err


def test_what_cannot_be_read_is_an_error(project: ProjectFolder, look: Any) -> None:
    project.template("train", content={"JobSpecs": 1})
    assert look("drift", "--detailed-exitcode").code == 1


TARGET = Target(name="test", region="cn-hangzhou", workspace_id="1001")
DRIFTED = Difference(id=ResourceId("JobTemplate", "a"), aspects=(Aspect.CONTENT,), moved=Moved.SERVICE)
REMARK = Difference(id=ResourceId("JobTemplate", "b"), aspects=(Aspect.VERSIONS,), moved=Moved.SERVICE, is_drift=False)


def report(*differences: Difference) -> DriftReport:
    return DriftReport(project="p", target=TARGET, differences=differences, unchanged=3)


class Clock:
    """Time that passes only where somebody waits, and ends the watch after some rounds."""

    def __init__(self, rounds: int) -> None:
        self.time = 1_000.0
        self.waits: list[float] = []
        self._rounds = rounds

    def now(self) -> float:
        return self.time

    def ended(self, seconds: float) -> bool:
        if seconds:
            self.waits.append(seconds)
            self.time += seconds
        return len(self.waits) >= self._rounds


def watch(answers: Iterator[Any], rounds: int) -> tuple[Metrics, Clock, list[str]]:
    metrics, clock, lines = Metrics(["test"]), Clock(rounds), list[str]()

    def look(target: str) -> DriftReport:
        clock.time += 2.0
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        assert target == "test"
        return answer  # type: ignore[no-any-return]

    Watch(
        look=look,
        targets=["test"],
        interval=60.0,
        metrics=metrics,
        tell=lines.append,
        ended=clock.ended,
        now=clock.now,
        clock=clock.now,
    ).run()
    return metrics, clock, lines


def test_the_targets_of_a_round_are_looked_at_side_by_side() -> None:
    """Each look waits until all have begun: a hundred targets one after the other would not end within a quarter of an
    hour."""
    targets = [f"target-{number}" for number in range(WIDTH)]
    together, clock, lines = threading.Barrier(len(targets)), Clock(1), list[str]()

    def look(_target: str) -> DriftReport:
        together.wait(timeout=30)
        return report()

    Watch(
        look=look,
        targets=targets,
        interval=60.0,
        metrics=Metrics(["test"]),
        tell=lines.append,
        ended=clock.ended,
        now=clock.now,
        clock=clock.now,
    ).run()
    assert sorted(line.split()[1].rstrip(":") for line in lines) == sorted(targets)


def sample(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"dlc_reconciler_{name}", {"target": "test", **labels})


def test_a_failed_round_is_counted_and_the_next_one_tries_again() -> None:
    answers = iter([report(DRIFTED, REMARK), ServiceError("the service is away"), report()])
    metrics, clock, lines = watch(answers, rounds=3)
    assert clock.waits == [60.0, 60.0, 60.0]
    assert sample(metrics, "rounds_total") == 3
    assert sample(metrics, "failed_rounds_total") == 1
    assert sample(metrics, "drifted_resources", side="service") == 0
    assert lines == [
        "1970-01-01T00:16:42Z test: 1 resource drifted (on the service: 1); 3 in step.",
        "1970-01-01T00:17:44Z test: failed: the service is away",
        "1970-01-01T00:18:46Z test: No drift; 3 in step.",
    ]


def test_a_failed_round_keeps_what_was_known() -> None:
    metrics, _, _ = watch(iter([report(DRIFTED, REMARK), ServiceError("away")]), rounds=2)
    assert sample(metrics, "drifted_resources", side="service") == 1
    assert sample(metrics, "last_success_timestamp_seconds") == 1_002.0
    assert sample(metrics, "round_duration_seconds") == 2.0


def test_an_error_of_our_own_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        watch(iter([ZeroDivisionError()]), rounds=1)


def test_told_to_end_it_makes_no_further_round() -> None:
    _, clock, lines = watch(iter(()), rounds=0)
    assert (clock.waits, lines) == ([], [])


def test_metrics_are_served_on_loopback_and_the_port_is_given_back() -> None:
    metrics = Metrics(["test"])
    metrics.succeeded(report(DRIFTED), now=5.0, seconds=1.0)
    with serving(metrics, "127.0.0.1", 0) as url:
        text = urllib.request.urlopen(url).read().decode()  # noqa: S310 - loopback
    assert 'dlc_reconciler_drifted_resources{side="service",target="test"} 1.0' in text
    port = int(url.split(":")[2].split("/")[0])
    with socket.create_server(("127.0.0.1", port)) as taken:
        with pytest.raises(ReconcilerError, match="metrics cannot be served"), serving(metrics, "127.0.0.1", port):
            pass
        assert taken.fileno() > 0


def watching(*arguments: object) -> subprocess.Popen[str]:
    """A watch in a process of its own."""
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONUNBUFFERED": "1",
        "XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"],
    }
    command = [sys.executable, "-m", "reconciler", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)


@pytest.mark.usefixtures("applied")
def test_a_watch_keeps_what_it_knows_between_rounds_and_counts(project: ProjectFolder, emulator: Emulator) -> None:
    service = ["--endpoint", emulator.url, "--project", project.root, "--no-cache"]
    with watching("drift", "--watch", "0.01", "--metrics-port", "0", *service) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        for _ in range(2):
            assert "No drift; 3 in step." in process.stdout.readline()
        text = urllib.request.urlopen(url).read().decode()  # noqa: S310 - loopback
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert 'dlc_reconciler_service_calls_total{operation="GetJobTemplate",target="test"} 2.0' in text
    (hits,) = (line for line in text.splitlines() if line.startswith("dlc_reconciler_cache_hits_total"))
    assert float(hits.split()[-1]) >= 2


@pytest.mark.usefixtures("applied")
def test_sigterm_ends_a_watch_cleanly(project: ProjectFolder, emulator: Emulator) -> None:
    """The real thing: a process of its own, told to end while it waits for its second round."""
    arguments = ["drift", "--watch", "60", "--metrics-port", "0", "--endpoint", emulator.url, "--project", project.root]
    with watching(*arguments) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        assert "No drift; 3 in step." in process.stdout.readline()
        text = urllib.request.urlopen(url).read().decode()  # noqa: S310 - loopback
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert 'dlc_reconciler_resources_in_step{target="test"} 3.0' in text
