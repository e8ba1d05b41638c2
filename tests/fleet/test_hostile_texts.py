"""Whatever stands in names, values, descriptions and messages, every command on many targets shows it as data.

`SHOWN` and `ENDED` have a row for each way in which a person or a program reads many targets. Each runs on a real
project on a real service, whose texts are hostile wherever a text may be anything, errors included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from ci.github_server import GitHubServer
from ci.loopback import serving
from ci.scene import Scene
from notify.chats import CHATS, Chat
from render.plans import HOSTILE_TEXTS
from support.commands import Ended, command

from reconciler.codes import finding
from reconciler.emulator import Emulator, Fault
from reconciler.fleet.codec import dumps, loads
from reconciler.manifests.schemas import validator
from reconciler.model import Fleet, Plan, SourceRef

from .conftest import NOWHERE, FleetFolder
from .test_comment import check

READ = ("--all-targets", "--project", "{project}")
ALL = (*READ, "--no-cache")
LEFT_OUT = ("--allow-missing", "gone", "--allow-missing", "refused")
Rows = Mapping[str, tuple[str, tuple[str, ...]]]
SHOWN: Rows = {
    "plan": ("text", ("plan", *ALL, "--keep-going")),
    "plan, Markdown": ("markdown", ("plan", *ALL, "--keep-going", "--format", "markdown")),
    "plan, page": ("html", ("plan", *ALL, "--keep-going", "--format", "html")),
    "plan, JSON": ("fleet", ("plan", *ALL, "--keep-going", "--format", "json")),
    "plan, work list": ("json", ("plan", *ALL, "--work-list")),
    "plan show": ("text", ("plan", "show", "{file}")),
    "plan show, Markdown": ("markdown", ("plan", "show", "{file}", "--format", "markdown")),
    "plan show, page": ("html", ("plan", "show", "{file}", "--format", "html")),
    "plan show, JSON": ("fleet", ("plan", "show", "{file}", "--format", "json")),
    "plan merge": ("text", ("plan", "merge", "{part}", "{other part}", "--work-list", "{work}")),
    "plan merge, Markdown": ("markdown", ("plan", "merge", "{part}", "{other part}", "--format", "markdown")),
    "plan merge, JSON": ("fleet", ("plan", "merge", "{part}", "{other part}", "--format", "json")),
    "drift": ("text", ("drift", *ALL)),
    "drift, Markdown": ("markdown", ("drift", *ALL, "--format", "markdown")),
    "drift, page": ("html", ("drift", *ALL, "--format", "html")),
    "drift, JSON": ("json", ("drift", *ALL, "--format", "json")),
    "list": ("text", ("list", *ALL)),
    "list, JSON": ("list", ("list", *ALL, "--format", "json")),
    "validate": ("text", ("validate", *ALL)),
    "validate, JSON": ("json", ("validate", *ALL, "--format", "json")),
    "validate, annotations": ("annotations", ("validate", *ALL, "--format", "github")),
    "validate, JUnit": ("xml", ("validate", *ALL, "--format", "junit")),
    "export": ("text", ("export", *READ, "--out", "{folder}")),
    "audit": ("text", ("audit", *READ)),
    "audit, JSON": ("audit", ("audit", *READ, "--format", "json")),
    "audit, Markdown": ("markdown", ("audit", *READ, "--format", "markdown")),
    "audit, JUnit": ("xml", ("audit", *READ, "--format", "junit")),
    "ci annotate": ("annotations", ("ci", "annotate", "{file}", "--project", "{project}")),
    "ci summary": ("summary", ("ci", "summary", "{file}", "--to", "{summary}")),
    "ci comment": ("comment", ("ci", "comment", "{file}")),
    "ci issue": ("issue", ("ci", "issue", "{file}")),
    "ci notify": ("chat", ("ci", "notify", "{file}", "--to", "slack")),
    "ci notify, drift": ("chat", ("ci", "notify", "{file}", "--to", "slack", "--drift", "--told", "{told}")),
    "ci verify": (
        "text",
        ("ci", "verify", "--file", "{file}", *LEFT_OUT),
    ),
}
"""What is read there, and the words of the command. The schemas that the program ships are named where there is one."""
ENDED: Rows = {
    "apply": ("text", ("apply", *ALL, "--yes", "--allow-deletions", "99", "--log-json", "{log}")),
    "ci comment, report": ("comment", ("ci", "comment", "{file}", "--report", "{log}")),
    "ci summary, report": ("summary", ("ci", "summary", "{file}", "--to", "{summary}", "--report", "{log}")),
    "ci notify, report": ("chat", ("ci", "notify", "{file}", "--to", "slack", "--report", "{log}")),
    "apply, JSON": ("json", ("apply", *ALL, "--yes", "--allow-deletions", "99", "--format", "json")),
}
"""The same for what an apply did, whose every write the service refuses in hostile words."""
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\U000e0041]")
LEVELS = re.compile(r"::(error|warning|notice|debug) ?[^:]*::|::(group|endgroup)::")
OWN = "https://code.example/acme/models/"
"""Where the pages of the code host are."""
RUN = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)
"""What a runner takes for a command."""
MEANT = re.compile(r"<[@!#]|<https?:|javascript:alert\(1\)\)")
"""What Slack takes for a mention or a link."""


ONE_BY_ONE = [text.replace("\x00", "").replace("\ud800", "").replace("${", "$${") for text in HOSTILE_TEXTS]
COMMANDS = "::add-mask::a ##[add-matcher]b ##vso[task.setvariable variable=c]d"
TEXTS = [*("".join(ONE_BY_ONE[at::3]) for at in range(3)), COMMANDS, "x" * 900]
"""All hostile texts in three, without what no YAML file and no JSON document can hold, one that begins with a command
of a runner, and a long one."""
LINES = ["\n".join(text.replace("$${", "{").split("\n")).strip() for text in TEXTS]
"""What templates, boards, jobs and people may be called on the service, and templates in manifests."""
NAMES = [" ".join(text.replace("$${", "$").split()) for text in TEXTS]
"""Targets may be called anything that is one line."""


@dataclass(frozen=True, slots=True)
class World:
    """A project with hostile texts everywhere, a request on a code host, and a chat."""

    fleet: FleetFolder
    host: GitHubServer
    chat: Chat
    folder: Path

    def places(self) -> dict[str, str]:
        """What stands for the words in braces; every file and folder is new."""
        names = ("file", "part", "other part", "work", "summary", "folder", "log", "told")
        return {
            "{project}": str(self.fleet.project.root),
            **{f"{{{name}}}": str(self.folder / f"{name}.json") for name in names},
        }

    def run(self, words: tuple[str, ...]) -> Ended:
        """One row's command."""
        places = self.places()
        return command(*(places.get(word, word) for word in words))


@pytest.fixture
def hostile(fleet: FleetFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Every text is the name of a target, of templates here and there, a value that a command takes, a description, and
    what the service answers to a target of its own."""
    for name, text in zip(NAMES, TEXTS, strict=True):
        fleet.add(name, values={"who": text})
    for at in range(len(TEXTS)):
        fleet.project.template(f"train-{at}", description="calm")
    assert fleet("apply", "--all-targets", "--yes").code == 0
    for at, (text, line) in enumerate(zip(TEXTS, LINES, strict=True)):
        fleet.project.template(f"train-{at}", description=text, command="echo ${values.who}")
        fleet.project.template(line, file=f"called-{at}")
        furnish(fleet, NAMES[at], line)
    fleet.add("gone", endpoint=NOWHERE, values={"who": "x"})
    host, chat = GitHubServer(), CHATS["slack"]()
    with serving(host), serving(chat), Emulator() as unwilling:
        fault = Fault(kind="error_before", status=403, code="Forbidden", message="".join(TEXTS), times=None)
        unwilling.faults.add(fault)
        fleet.add("refused", endpoint=unwilling.url, values={"who": "x"})
        monkeypatch.setenv("DLC_RECONCILER_NOTIFY_URL", chat.address)
        Scene(host, tmp_path, monkeypatch).on_request()
        yield World(fleet, host, chat, tmp_path)


def furnish(fleet: FleetFolder, target: str, line: str) -> None:
    """What other people have called so on the service: two templates that were ours, one of which a job uses, a
    template of nobody, and a board."""
    store, workspace = fleet.emulator.store, fleet.targets[target]["workspaceId"]
    marks = {"dlc-reconciler/project": "vision", "dlc-reconciler/manifest": line}
    for name in (f"old {line}", f"used {line}"):
        used = store.create_template(name, workspace=workspace, metadata=marks, description=line, user=line)
    store.create_job(line, template_id=used, workspace=workspace, user=line)
    store.create_template(f"nobody's {line}", workspace=workspace, user=line)
    store.create_board(f"gitops-{line}", workspace=workspace, user=line)


def check_text(said: str) -> None:
    """Text for people."""
    assert not RAW.search(said), said
    assert not RUN.search(said), said


def check_page(said: str) -> None:
    """One page of HTML."""
    assert not RAW.search(said)
    assert not re.search("<script|<img|<b>|</details>", said)


def check_annotations(said: str) -> None:
    """Commands for the runner, of the kinds that we mean."""
    assert not RAW.search(said), said
    assert not re.search(r"##\w*\[", said), said
    assert all(LEVELS.match(line) for line in said.splitlines() if line.startswith("::")), said


def check_report(said: str) -> None:
    """XML."""
    assert not RAW.search(said)
    ElementTree.fromstring(said)  # noqa: S314 # our own text


PRINTED: Mapping[str, Callable[[str], object]] = {
    "text": check_text,
    "markdown": check,
    "html": check_page,
    "annotations": check_annotations,
    "xml": check_report,
    "json": json.loads,
}


def check_summary(world: World) -> None:
    """The summary of a job."""
    check(Path(world.places()["{summary}"]).read_text(encoding="utf-8"), links=OWN)


def check_chat(world: World) -> None:
    """Messages to a chat, without our own links."""
    assert world.chat.texts
    for text in (re.sub(rf"<{OWN}[\w/.-]*\|[\w #.-]*>", "", each) for each in world.chat.texts):
        assert not RAW.search(text), text
        assert not MEANT.search(text), text


ELSEWHERE: Mapping[str, Callable[[World], object]] = {
    "summary": check_summary,
    "comment": lambda world: check_bodies(world.host.bodies()),
    "issue": lambda world: check_bodies([f"{row['title']}\n{row['body']}" for row in world.host.issues]),
    "chat": check_chat,
}


def check_shown(kind: str, ended: Ended, world: World) -> None:
    """Nothing of it is more than data there."""
    check_text(ended.err)
    if kind in ELSEWHERE:
        ELSEWHERE[kind](world)
    elif kind in PRINTED:
        PRINTED[kind](ended.out)
    else:
        assert list(validator(f"{kind}.schema.json").errors(json.loads(ended.out))) == []


def check_bodies(bodies: list[str]) -> None:
    """Texts on a code host, without the hidden line by which we find them again."""
    assert bodies
    for body in bodies:
        check(re.sub("<!-- dlc-reconciler:[^<>]*-->", "", body), links=OWN)


def with_findings(plan: Plan) -> Plan:
    """A plan whose findings quote every text."""
    where = SourceRef("manifests/train-0.yaml", 1, 1)
    found = (finding("DLC221", text, subject=plan.actions[0].id, where=where) for text in TEXTS)
    return replace(plan, findings=(*plan.findings, *found))


def save(world: World) -> None:
    """The plan as a file, in parts, and as a work list that has a target besides."""
    places = world.places()
    file = Path(places["{file}"])
    world.fleet("plan", "--all-targets", "--keep-going", "--out", file)
    saved = loads(file.read_text(encoding="utf-8"))
    assert isinstance(saved, Fleet)
    assert {each.target for each in saved.failed} == {"gone", "refused"}
    plans = tuple(map(with_findings, saved.plans))
    file.write_text(dumps(replace(saved, plans=plans)), encoding="utf-8")
    for part, plan in zip(("{part}", "{other part}"), plans, strict=False):
        Path(places[part]).write_text(dumps(plan), encoding="utf-8")
    listed = [{"target": name, "shard": "1/1"} for name in NAMES]
    Path(places["{work}"]).write_text(json.dumps(listed), encoding="utf-8")


def check_all(world: World, rows: Rows, *may_be_silent: str) -> None:
    """Every row of a table, on one plan file. The rows that are named may have nothing to say."""
    failed = []
    for name, (kind, words) in rows.items():
        ended = world.run(words)
        assert "internal error" not in ended.text, (name, ended.text)
        assert ended.code != 64, (name, ended.err)
        assert ended.out or kind == "summary" or name in may_be_silent, (name, ended.text)
        try:
            check_shown(kind, ended, world)
        except AssertionError as error:
            failed.append(f"{name}: {str(error)[:1500]}")
    assert not failed, "\n".join(failed)


def test_every_way_of_reading_many_targets_shows_data_as_data(hostile: World) -> None:
    save(hostile)
    check_all(hostile, SHOWN, "validate, annotations")


@pytest.mark.slow
def test_so_it_does_where_manifests_are_wrong(hostile: World) -> None:
    """Messages quote what is wrong: keys and values of fields that nobody knows."""
    for at, text in enumerate(TEXTS):
        hostile.fleet.project.template(f"wrong-{at}", content={text: "x", "JobType": text, "Priority": text})
    save(hostile)
    told = ("validate", "plan", "plan, Markdown", "plan, page", "drift", "ci annotate", "ci comment", "ci issue")
    check_all(hostile, {name: row for name, row in SHOWN.items() if name.startswith("validate") or name in told})


def test_so_does_what_an_apply_did(hostile: World) -> None:
    for name in ("gone", "refused"):
        del hostile.fleet.targets[name]
    hostile.fleet.write()
    hostile.fleet("plan", "--all-targets", "--out", hostile.places()["{file}"])
    for at, action in enumerate(("CreateJobTemplate", "UpdateJobTemplate", "DeleteJobTemplate")):
        fault = Fault(kind="error_before", action=action, status=400, code="Bad", message=LINES[at], times=None)
        hostile.fleet.emulator.faults.add(fault)
    check_all(hostile, ENDED)
