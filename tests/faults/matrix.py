"""The one table: every write, every fault. `python -m tests.faults` prints it with what happened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from reconciler.emulator import Fault
from reconciler.emulator.application import Request
from reconciler.model import Status
from reconciler.model.moments import moment_of

from .house import House, Saved, board, content, house, template

SENT_AND_ENDED = frozenset({Status.DONE, Status.UNKNOWN, Status.FAILED})
READ_TIMEOUT = 0.1
KINDS = ("templates", "boards", "jobs")


@dataclass(frozen=True, kw_only=True, eq=False)
class Write:
    """A state, manifests that need one more write on it, and the call that makes it."""

    name: str
    action: str
    """The official operation."""
    before: tuple[Mapping[str, Any], ...] = ()
    """Manifests that were applied before."""
    desired: tuple[Mapping[str, Any], ...]
    outside: Callable[[House], object] = field(default=lambda _house: None)
    """What else happened in between."""
    skip: int = 0
    """How many calls of this operation pass unharmed."""
    is_held: bool = False
    """Whether the version does not prove itself, so that every apply ends with a held one."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A fault of the answer, and whether it hits once or every time until the next run."""

    name: str
    kind: str
    always: bool = False
    status: int | None = None
    acted: bool = True
    """Whether the service does its work although the answer is bad."""

    def fault(self, write: Write) -> Fault:
        """The fault as the emulator takes it."""
        return Fault(
            kind=self.kind,
            action=write.action,
            status=self.status,
            skip=write.skip,
            times=None if self.always else 1,
            retry_after_ms=50,
            seconds=2 * READ_TIMEOUT,
        )


def _adoptable(home: House) -> None:
    home.emulator.store.create_template("train", content())


def _moved_default(home: House) -> None:
    (one,) = home.emulator.store.templates()
    home.emulator.store.update_template(one.id, default_version=1)


OTHER = template("other")
WRITES = (
    Write(name="create template", action="CreateJobTemplate", desired=(template(),)),
    Write(name="record after create", action="UpdateJobTemplate", desired=(template(),)),
    Write(
        name="new version",
        action="UpdateJobTemplate",
        before=(template(),),
        desired=(template(command="python two.py"),),
    ),
    Write(
        name="new version beside a pinned default",
        action="UpdateJobTemplate",
        before=(template(),),
        desired=(template(command="python two.py", defaultVersion=1),),
    ),
    Write(
        name="update without content",
        action="UpdateJobTemplate",
        before=(template(),),
        desired=(template(description="new words"),),
    ),
    Write(
        name="adopt",
        action="UpdateJobTemplate",
        outside=_adoptable,
        desired=(template(adopt=True),),
    ),
    Write(
        name="rename",
        action="UpdateJobTemplate",
        before=(template(),),
        desired=(template("trainer", renamedFrom="train", description="new words"),),
    ),
    Write(
        name="set default",
        action="SetJobTemplateDefaultVersion",
        before=(template(), template(command="python two.py")),
        outside=_moved_default,
        desired=(template(command="python two.py"),),
    ),
    Write(name="delete template", action="DeleteJobTemplate", before=(template(), OTHER), desired=(OTHER,)),
    Write(name="create TensorBoard", action="CreateTensorboard", desired=(board(state="running"),)),
    Write(
        name="update TensorBoard",
        action="UpdateTensorboard",
        before=(board(state="running"),),
        desired=(board(minutes=300, state="running"),),
    ),
    Write(
        name="start TensorBoard",
        action="StartTensorboard",
        before=(board(state="stopped"),),
        desired=(board(state="running"),),
    ),
    Write(
        name="stop TensorBoard",
        action="StopTensorboard",
        before=(board(state="running"),),
        desired=(board(state="stopped"),),
    ),
    Write(
        name="delete TensorBoard",
        action="DeleteTensorboard",
        before=(board(state="stopped"),),
        desired=(board(state="absent"),),
    ),
    Write(
        name="create for a replacement",
        action="CreateTensorboard",
        before=(board(state="running"),),
        desired=(board(path="/mnt/other", state="running"),),
    ),
    Write(
        name="stop for a replacement",
        action="StopTensorboard",
        before=(board(state="running"),),
        desired=(board(path="/mnt/other", state="running"),),
    ),
    Write(
        name="delete for a replacement",
        action="DeleteTensorboard",
        before=(board(state="running"),),
        desired=(board(path="/mnt/other", state="running"),),
    ),
)

_ONCE = (
    Trouble(name="dropped before it acted", kind="drop_before", acted=False),
    Trouble(name="dropped after it acted", kind="drop_after"),
    Trouble(name="dropped within the answer", kind="drop_during"),
    Trouble(name="500 before it acted", kind="error_before", acted=False),
    Trouble(name="500 after it acted", kind="error_after"),
    Trouble(name="503 before it acted", kind="error_before", status=503, acted=False),
    Trouble(name="503 after it acted", kind="error_after", status=503),
    Trouble(name="504 after it acted", kind="error_after", status=504),
    Trouble(name="throttled", kind="throttle", acted=False),
    Trouble(name="HTML of a gateway, before", kind="html_before", acted=False),
    Trouble(name="HTML of a gateway, after", kind="html"),
    Trouble(name="HTML of a login page, after", kind="html_ok"),
    Trouble(name="empty answer, before", kind="empty_before", acted=False),
    Trouble(name="empty answer, after", kind="empty"),
    Trouble(name="204 without a body", kind="no_content"),
    Trouble(name="null, before", kind="null_before", acted=False),
    Trouble(name="null, after", kind="null"),
    Trouble(name="a list", kind="list"),
    Trouble(name="cut JSON", kind="truncated"),
    Trouble(name="read time-out, acted later", kind="delay"),
    Trouble(name="read time-out, acted before", kind="delay_after"),
)
_ALWAYS = ("drop_before", "drop_after", "error_before", "error_after", "html", "null", "throttle")
TROUBLES = (
    *_ONCE,
    *(
        Trouble(name=f"{each.name}, every time", kind=each.kind, acted=each.acted, always=True)
        for each in _ONCE
        if each.kind in _ALWAYS and each.status is None
    ),
)
CASES = tuple((write, trouble) for write in WRITES for trouble in TROUBLES)


def _lives(*steps: Any) -> Callable[[House], object]:
    """Verifications that live like this."""
    return lambda home: home.emulator.seed({"jobLives": [{"job": "verify-*", "steps": list(steps)}]})


def _rival(home: House) -> None:
    """Somebody else launches the same verification a moment before us, after we have looked."""
    _lives(["Creating", 1], ["Running", 60], "Succeeded")(home)
    there: list[str] = []

    def hook(request: Request) -> None:
        if request.action == "CreateJob" and not there:
            there.append("")
            body, created = request.body, home.emulator.clock.now() - 5
            there.append(home.emulator.store.create_job(body["DisplayName"], body=body, status=None, created=created))

    home.emulator.on_request(hook)


MAX_MINUTES, QUEUE_MINUTES = 15, 20
SLACK = timedelta(minutes=5)
"""A run that may not stop a job leaves that to the next one."""
VERIFY = {"maxMinutes": MAX_MINUTES, "queueMinutes": QUEUE_MINUTES, "set": {"JobSpecs[0].PodCount": 1}}
PROVED = template(verify=VERIFY)
RUNNING_LONG_ENOUGH = template(verify={**VERIFY, "passAfterMinutes": 5})
_SUCCEEDS = _lives(["Creating", 1], ["Running", 60], "Succeeded")
PROOFS = (
    Write(name="launch a verification", action="CreateJob", outside=_SUCCEEDS, desired=(PROVED,)),
    Write(
        name="launch for a new version",
        action="CreateJob",
        before=(template(),),
        outside=_SUCCEEDS,
        desired=(template(command="python two.py", verify=VERIFY),),
    ),
    Write(
        name="launch what fails",
        action="CreateJob",
        outside=_lives(["Creating", 1], ["Running", 60], "Failed"),
        desired=(PROVED,),
        is_held=True,
    ),
    Write(name="look for a verification", action="ListJobs", outside=_SUCCEEDS, desired=(PROVED,)),
    Write(name="look for it after the launch", action="ListJobs", skip=1, outside=_SUCCEEDS, desired=(PROVED,)),
    Write(name="look at a verification", action="GetJob", outside=_SUCCEEDS, desired=(PROVED,)),
    Write(
        name="stop what never runs",
        action="StopJob",
        outside=_lives(["Creating", 1], ["Queuing", None]),
        desired=(PROVED,),
        is_held=True,
    ),
    Write(
        name="stop what ran long enough",
        action="StopJob",
        outside=_lives(["Creating", 1], ["Running", None]),
        desired=(RUNNING_LONG_ENOUGH,),
    ),
    Write(name="stop a second verification", action="StopJob", outside=_rival, desired=(PROVED,)),
    Write(name="delete a second verification", action="DeleteJob", outside=_rival, desired=(PROVED,)),
    Write(name="delete a passed verification", action="DeleteJob", outside=_SUCCEEDS, desired=(PROVED,)),
)
PROOF_CASES = tuple((write, trouble) for write in PROOFS for trouble in TROUBLES)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one case brought."""

    write: str
    trouble: str
    statuses: tuple[str, ...]
    """How the actions ended in the run that the fault hit."""
    runs: int
    """How many more applies it took until nothing was left to do."""
    lost: int
    doubled: int
    blind: int
    """Writes sent again without a look in between."""
    details: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    """Verifications that the run left behind without naming them."""
    overdue: tuple[str, ...] = ()
    """Verifications that went on for longer than they may."""


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """A write with the state before it and the state it leads to when nothing goes wrong: made once for all faults."""

    write: Write
    before: Saved
    expected: dict[str, Any]

    @classmethod
    def made(cls, write: Write, folder: Path) -> Self:
        """Bring a house into the state, and let the write happen undisturbed."""
        with house(folder / "undisturbed") as home:
            prepare(home, write)
            before = home.saved()
            assert home.apply().is_complete is not write.is_held
            assert home.plan().is_empty is not write.is_held
            return cls(write=write, before=before, expected=home.state())

    @contextmanager
    def again(self, folder: Path) -> Iterator[House]:
        """Another house in the state before the write, with the manifests that need it."""
        with house(folder / "case") as home:
            home.restore(self.before)
            home.manifests(*self.write.desired)
            yield home


def run_case(beginning: Beginning, trouble: Trouble, folder: Path) -> Figures:
    """One case: apply with the fault, apply again, compare with the state that no fault disturbed."""
    write = beginning.write
    with beginning.again(folder) as home:
        home.connection = {"read_timeout": READ_TIMEOUT}
        plan = home.plan()
        home.emulator.clear_log()
        home.emulator.faults.add(trouble.fault(write))
        if trouble.kind == "delay":
            _wait_for_the_late_one(home, write)
        report = home.apply(plan)
        requests = list(home.emulator.requests)
        home.emulator.faults.clear()
        home.connection, home.on_sleep = {}, None
        details = tuple(outcome.detail for outcome in report.outcomes)
        unnamed = _unnamed(home, " ".join((*details, *home.told)))
        runs = _settled(home, write, beginning.expected)
        lost, doubled = _differences(beginning.expected, home.state())
        overdue = tuple(_overdue(home))
    return Figures(
        write=write.name,
        trouble=trouble.name,
        statuses=tuple(outcome.status.value for outcome in report.outcomes),
        runs=runs,
        lost=lost,
        doubled=doubled,
        blind=_blind_repeats(requests),
        details=details,
        unnamed=unnamed,
        overdue=overdue,
    )


def _settled(home: House, write: Write, expected: dict[str, Any]) -> int:
    """Applies until the state is the one that no fault disturbed and nothing is left to do; how often it took."""
    for count in range(3):
        if home.state() == expected and (write.is_held or home.plan().is_empty):
            return count
        home.apply()
    return 3


def _unnamed(home: House, words: str) -> tuple[str, ...]:
    """Verifications that are there after a run that does not name them."""
    there = [(each["JobId"], each["DisplayName"]) for each in home.verifications()]
    return tuple(id for id, name in there if id not in words and name not in words)


def _overdue(home: House) -> Iterator[str]:
    """Verifications that still wait or run, or did so for longer than their manifest lets them."""
    for job in home.verifications():
        running, end = moment_of(job.get("GmtRunningTime")), moment_of(job.get("GmtFinishTime"))
        began = running or moment_of(job.get("GmtCreateTime"))
        longest = timedelta(minutes=MAX_MINUTES if running else QUEUE_MINUTES)
        if end is None or began is None or end - began > longest + SLACK:
            yield f"{job['JobId']} {job['Status']} {began} {end}"


def prepare(home: House, write: Write) -> None:
    """Bring the house into the state before the write, with manifests that need it."""
    for document in write.before:
        _apply_one(home, write, document)
    write.outside(home)
    home.manifests(*write.desired)
    home.emulator.clear_log()


def _apply_one(home: House, write: Write, document: Mapping[str, Any]) -> None:
    """Earlier manifests one after the other: the same name twice is its history."""
    others = [each for each in write.before if each["metadata"]["name"] != document["metadata"]["name"]]
    home.manifests(document, *others)
    assert home.apply().is_complete


def _wait_for_the_late_one(home: House, write: Write) -> None:
    """The service is slower than the read time-out but quicker than our patience: it acts in the first pause."""
    sent, acted = threading.Event(), threading.Event()

    def on_request(request: Request) -> None:
        if request.action == write.action:
            sent.set()

    def on_response(request: Request) -> None:
        if request.action == write.action:
            acted.set()

    home.emulator.on_request(on_request)
    home.emulator.on_response(on_response)
    home.on_sleep = lambda _seconds: None if not sent.is_set() or acted.wait(5) else _never()


def _never() -> None:
    raise AssertionError("the service never acted")


def _differences(expected: dict[str, Any], found: dict[str, Any]) -> tuple[int, int]:
    """How many objects and versions are missing or wrong, and how many there are too many."""
    names = [row[0] for kind in KINDS for row in found[kind]]
    wanted = [row[0] for kind in KINDS for row in expected[kind]]
    versions = {row[0]: len(row[4]) for row in expected["templates"]}
    more = sum(max(0, len(row[4]) - versions.get(row[0], 0)) for row in found["templates"])
    doubled = max(0, len(names) - len(wanted)) + more
    missing = [row for kind in KINDS for row in expected[kind] if row not in found[kind]]
    return len(missing), doubled


def _blind_repeats(requests: list[Request]) -> int:
    """Pairs of equal writes without a read in between; one that was throttled certainly did nothing."""
    blind = 0
    last: Request | None = None
    for request in requests:
        if not request.is_write:
            last = None
            continue
        if last is not None and last.status != 429 and _same(last, request):
            blind += 1
        last = request
    return blind


def _same(one: Request, other: Request) -> bool:
    return (one.action, one.path, one.query, one.body) == (other.action, other.path, other.query, other.body)
