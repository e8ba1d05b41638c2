"""Outcomes outlive outputs: what cannot be written changes neither what happened nor the exit code. Real processes,
wherever the outputs of the process are what is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.commands import Commands
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator, Profile
from reconciler.emulator.application import Request

COUNT = 6
SMALL = 6 * 1024
"""Bytes that a file may have when the disk is full: a few lines of a log, no plan and no snapshot."""
ON_FULL_DISK = f"ulimit -f {SMALL // 1024};"
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")


@pytest.fixture
def service() -> Iterator[Emulator]:
    with Emulator(profile=Profile(board_delay=0.0)) as emulator:
        yield emulator


@pytest.fixture
def wanted(project: ProjectFolder) -> ProjectFolder:
    """A project with some templates to create."""
    for number in range(COUNT):
        project.template(f"t{number}")
    return project


@contextmanager
def started(
    project: ProjectFolder, service: Emulator, *words: str, redirect: str = "", first: str = ""
) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own; `redirect` is what stands behind it on the command line, such as
    `>&-`, and `first` what the shell does before."""
    command = [sys.executable, "-m", "reconciler", words[0], "--project", str(project.root), "--endpoint", service.url]
    with subprocess.Popen(
        ["bash", "-c", f'{first} exec "$@" {redirect}', "bash", *command, *words[1:]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "PYTHONDONTWRITEBYTECODE": "1",  # cut off by the limit on files, it would break later runs
        },
        cwd=project.root,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ran(
    project: ProjectFolder, service: Emulator, *words: str, redirect: str = "", first: str = ""
) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    with started(project, service, *words, redirect=redirect, first=first) as process:
        out, err = process.communicate(timeout=60)
    assert "internal error" not in err
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    return process.returncode, out, err


def names(service: Emulator) -> list[str]:
    return sorted(each.name for each in service.store.templates())


EVERY = [f"t{number}" for number in range(COUNT)]
COMMANDS: dict[str, tuple[Sequence[str], int]] = {
    "plan": (("plan", "--detailed-exitcode"), 2),
    "drift": (("drift", "--detailed-exitcode"), 2),
    "audit": (("audit", "--fail-on", "never"), 0),
    "export": (("export", "live"), 0),
    "apply": (("apply", "--yes"), 0),
}
SHELLS = {"closed": ">&-", "both closed": ">&- 2>&-", "a reader that left": "> >(exec true)"}


@pytest.mark.slow
@pytest.mark.parametrize("redirect", [*SHELLS.values(), pytest.param(">/dev/full", marks=needs_full)])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_lost_output_changes_no_exit_code(wanted: ProjectFolder, service: Emulator, name: str, redirect: str) -> None:
    service.store.create_template("live", CONTENT)
    words, expected = COMMANDS[name]
    code, _, err = ran(wanted, service, *words, redirect=redirect)
    if name == "export" and redirect == ">/dev/full":
        # What was asked for is the document itself, and it is not there.
        assert (code, "standard output cannot be written: no space left" in err) == (1, True)
        return
    assert code == expected, err
    if redirect in (">&-", ">/dev/full"):
        assert "warning: standard output is not complete: " in err
    if name == "apply":
        assert names(service) == ["live", *EVERY]


@needs_full
def test_the_outcomes_of_an_apply_go_to_standard_error_instead(wanted: ProjectFolder, service: Emulator) -> None:
    code, _, err = ran(wanted, service, "apply", "--yes", redirect=">/dev/full")
    assert code == 0, err
    assert f"Applied: {COUNT} done" in err
    assert all(name in err for name in EVERY)
    assert names(service) == EVERY


def test_without_a_shown_plan_nobody_is_asked(wanted: ProjectFolder, service: Emulator) -> None:
    code, _, err = ran(wanted, service, "apply", redirect=">&-")
    assert (code, names(service)) == (64, []), err


@pytest.mark.parametrize("kind", ["a folder", "in no folder", "a FIFO without reader", "a link out"])
def test_a_log_that_cannot_be_opened_is_refused_before_anything_is_sent(
    wanted: ProjectFolder, service: Emulator, tmp_path: Path, kind: str
) -> None:
    log = wanted.root / "log"
    match kind:
        case "a folder":
            log.mkdir()
        case "in no folder":
            log = log / "log"
        case "a FIFO without reader":
            os.mkfifo(log)
        case _:
            log.symlink_to(tmp_path / "out")
    ended = Commands(wanted.root, service.url).apply("--log-json", log)
    assert (ended.code, f"{log} cannot be written: " in ended.err) == (1, True), ended.err
    assert service.request_count == 0


def test_a_log_that_fills_up_is_a_warning(wanted: ProjectFolder, service: Emulator) -> None:
    log = wanted.root / "log"
    log.write_text("x" * (SMALL - 500) + "\n", encoding="utf-8")
    code, out, err = ran(wanted, service, "apply", "--yes", "--log-json", str(log), first=ON_FULL_DISK)
    assert (code, names(service)) == (0, EVERY), err
    assert f"Applied: {COUNT} done" in out
    assert f"warning: {log} cannot be written: file too large; the run goes on" in err
    assert f"{log} lacks " in err


@needs_full
def test_a_log_on_a_full_device_is_a_warning(wanted: ProjectFolder, service: Emulator) -> None:
    code, out, err = ran(wanted, service, "apply", "--yes", "--log-json", "/dev/full", redirect=">/dev/full")
    assert (code, out, names(service)) == (0, "", EVERY), err
    assert "/dev/full lacks 14 events of this run" in err
    assert f"Applied: {COUNT} done" in err


def test_a_log_goes_to_a_fifo_and_outlives_its_reader(wanted: ProjectFolder, service: Emulator) -> None:
    log = wanted.root / "log"
    os.mkfifo(log)
    reader = os.open(log, os.O_RDONLY | os.O_NONBLOCK)
    service.on_request(_on_first("CreateJobTemplate", lambda: os.close(reader)))
    code, _, err = ran(wanted, service, "apply", "--yes", "--parallel", "1", "--log-json", str(log))
    assert (code, names(service)) == (0, EVERY), err
    assert f"warning: {log} cannot be written: broken pipe" in err


def test_a_log_may_be_a_process(wanted: ProjectFolder, service: Emulator) -> None:
    code, _, err = ran(wanted, service, "apply", "--yes", "--log-json", redirect=">(exec cat >copy)")
    assert code == 0, err
    events = [json.loads(line)["event"] for line in (wanted.root / "copy").read_text(encoding="utf-8").splitlines()]
    assert events.count("finished") == COUNT


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--out", "plan.json"),
        pytest.param(("export", "--out", "made"), marks=pytest.mark.slow),
        ("audit",),
    ],
    ids=str,
)
def test_a_full_disk_leaves_no_half_of_a_file(wanted: ProjectFolder, service: Emulator, words: tuple[str, ...]) -> None:
    service.store.create_template("live", {**CONTENT, "UserCommand": "x" * 2 * SMALL})
    before = set(wanted.root.rglob("*"))
    code, out, err = ran(wanted, service, *words, first=ON_FULL_DISK)
    assert (code, "cannot be " in err) == (1, True), err
    made = {each for each in wanted.root.rglob("*") if each.is_file()} - before
    assert {each.name for each in made} <= {".gitignore", "audit.sqlite3", "audit.sqlite3-wal", "audit.sqlite3-shm"}
    if words[0] == "plan":
        assert "t0" in out, "the plan itself is shown all the same"


def test_an_audit_writes_and_shows_what_it_can(wanted: ProjectFolder, service: Emulator) -> None:
    (wanted.root / "bad").mkdir()
    gone = _on_first("ListJobTemplates", (wanted.root / "bad").rmdir)
    service.on_request(gone)
    code, out, err = ran(wanted, service, "audit", "--out", "bad/a.json", "--out", "b.json", "--fail-on", "never")
    assert (code, "bad/a.json cannot be written" in err) == (1, True), err
    assert "Written: b.json" in out
    assert json.loads((wanted.root / "b.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        pytest.param(signal.SIGHUP, marks=pytest.mark.slow),
        pytest.param(signal.SIGPIPE, marks=pytest.mark.slow),
    ],
)
def test_a_signal_in_the_middle_leaves_whole_outcomes(
    wanted: ProjectFolder, service: Emulator, number: signal.Signals
) -> None:
    log = wanted.root / "log"
    words = ("apply", "--yes", "--parallel", "1", "--lock", f"file:{wanted.root / 'lock'}", "--log-json", str(log))
    with started(wanted, service, *words) as process:
        begun = threading.Event()

        def hook(request: Request) -> None:
            # A terminal that closes may send SIGHUP more than once; the others are sent once.
            if request.action == "CreateJobTemplate" or (number == signal.SIGHUP and begun.is_set()):
                if number == signal.SIGHUP or not begun.is_set():
                    process.send_signal(number)
                begun.set()

        service.on_request(hook)
        out, err = process.communicate(timeout=60)
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    statuses = [line["status"] for line in lines if line["event"] == "finished"]
    assert len(statuses) == COUNT, err
    assert statuses.count("done") == len(names(service)) == (COUNT if number == signal.SIGPIPE else 1)
    assert process.returncode == (0 if number == signal.SIGPIPE else 130), err
    assert f"{len(names(service))} done" in out
    assert not (wanted.root / "lock").exists()


def test_nohup_keeps_its_word(wanted: ProjectFolder, service: Emulator) -> None:
    with started(wanted, service, "apply", "--yes", first="trap '' HUP;") as process:
        service.on_request(_on_first("CreateJobTemplate", lambda: process.send_signal(signal.SIGHUP)))
        _, err = process.communicate(timeout=60)
    assert (process.returncode, names(service)) == (0, EVERY), err


def test_a_lock_that_cannot_be_given_back_is_a_warning(wanted: ProjectFolder, service: Emulator) -> None:
    folder = wanted.root / "locks"
    folder.mkdir()

    def replace_by_folder() -> None:
        (folder / "lock").unlink()
        (folder / "lock").mkdir()

    service.on_request(_on_first("CreateJobTemplate", replace_by_folder))
    code, out, err = ran(wanted, service, "apply", "--yes", "--lock", f"file:{folder / 'lock'}")
    assert (code, names(service)) == (0, EVERY), err
    assert f"Applied: {COUNT} done" in out
    assert "warning: the lock was not given back: " in err


def test_no_file_takes_the_number_of_a_closed_output(wanted: ProjectFolder, service: Emulator) -> None:
    """Whatever is written by number to standard error would land in that file."""
    log = wanted.root / "log"
    words = ("apply", "--yes", "--parallel", "1", "--log-json", str(log))
    with started(wanted, service, *words, redirect=">&- 2>&- <&-") as process:
        service.on_request(_on_first("CreateJobTemplate", lambda: process.send_signal(signal.SIGTERM)))
        process.wait(timeout=60)
    events = [json.loads(line)["event"] for line in log.read_text(encoding="utf-8").splitlines()]
    assert (process.returncode, events[0], events[-1]) == (130, "began", "ended")


def test_the_numbers_of_closed_streams_are_taken_before_anything_else() -> None:
    script = "import os; from reconciler.cli import boundary as b; b.run = lambda _: os.open(os.devnull, 0); b.main([])"
    done = subprocess.run(["bash", "-c", 'exec "$@" <&- >&- 2>&-', "bash", sys.executable, "-c", script], check=False)
    assert done.returncode > 2, "a file got the number of a standard stream"


def _on_first(action: str, act: Callable[[], object]) -> Callable[[Request], None]:
    lock = threading.Lock()
    seen: list[Request] = []

    def hook(request: Request) -> None:
        with lock:
            if request.action != action or seen:
                return
            seen.append(request)
        act()

    return hook
