"""The stages know no kind by name: a third one works as soon as it is a row of the table."""

from __future__ import annotations

import ast
import json
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import command
from support.project import ProjectFolder

from reconciler.audit.collect import silent
from reconciler.audit.store import Store
from reconciler.emulator import Emulator
from reconciler.errors import ManifestError, RefusedError
from reconciler.kinds import KINDS
from reconciler.kinds.base import AnyKind
from reconciler.model import ApplyReport, Plan
from reconciler.permissions import needs_of
from reconciler.pipeline import (
    Run,
    Settings,
    apply_plan,
    check_saved,
    confirmed_now,
    connected,
    make_plan,
    open_workspace,
    validate,
)
from reconciler.pipeline.adopting import adoption_plan
from reconciler.pipeline.auditing import Run as AuditRun
from reconciler.pipeline.auditing import document, judged, take_snapshot
from reconciler.pipeline.drift import drift_of
from reconciler.pipeline.export import Export, export
from reconciler.pipeline.inventory import inventory_of
from reconciler.pipeline.online import check_online
from reconciler.pipeline.releasing import release_plan
from reconciler.pipeline.resolved import resolved
from reconciler.pipeline.show import shown
from reconciler.pipeline.versions import MANIFEST, Depth, SideAsked, compared, history_of, sides
from reconciler.plan.codec import dumps, loads
from reconciler.plan.selection import Selection
from reconciler.render.audit.html import audit_html
from reconciler.render.audit.markdown import audit_markdown
from reconciler.render.audit.streamed_json import audit_json
from reconciler.render.audit.text import audit_text

from .flag import LIST, NAME, SET, Flags
from .kept_flag import KeptFlags

ROOM = Path(__file__).parent.parent.parent / "reconciler"


class Quiet:
    """A watcher that watches nothing."""

    def started(self, action: object) -> None:
        """See `apply.execute.Watcher`."""

    def finished(self, outcome: object) -> None:
        """See `apply.execute.Watcher`."""


class World:
    """A project with flags beside a template, the emulator, and the service of flags."""

    def __init__(self, project: ProjectFolder, emulator: Emulator, folder: Path, flags: Flags) -> None:
        self.project = project
        self.flags = flags
        self.settings = Settings(
            project_file=project.root / "reconciler.yaml",
            endpoint=emulator.url,
            environ={},
            kinds=(*KINDS, self.flags.kind(folder)),
        )

    def flag(self, name: str, value: str) -> None:
        """Write the manifest of a flag."""
        document = {"apiVersion": "dlc-reconciler/v1", "kind": NAME, "metadata": {"name": name}}
        self.project.write(name, {**document, "spec": {"content": {"Value": value}}})

    def plan(self) -> Plan:
        """The plan made now."""
        workspace = open_workspace(self.settings)
        with connected(self.settings, workspace) as service:
            return make_plan(self.settings, workspace, service, Selection())

    def apply(self, saved: Plan) -> ApplyReport:
        """Apply a plan that was kept as a document."""
        workspace = open_workspace(self.settings)
        check_saved(saved, workspace)
        with connected(self.settings, workspace) as service:
            plan = confirmed_now(self.settings, workspace, service, saved, selection=Selection(), shrink=False)
            run = Run(watcher=Quiet(), halt=threading.Event())
            return apply_plan(self.settings, workspace, service, plan, run)

    def export(self, *names: str) -> Export:
        """Everything live, or what is named, as manifests."""
        workspace = open_workspace(self.settings)
        with connected(self.settings, workspace) as service:
            return export(self.settings, workspace, service, names, self.project.root)


@pytest.fixture
def world(project: ProjectFolder, emulator: Emulator, tmp_path: Path) -> World:
    return World(project, emulator, tmp_path, Flags())


@pytest.fixture
def flags() -> KeptFlags:
    return KeptFlags(values={"dark": "on", "stray": "off"}, past={"dark": ("off",)}, owners={"stray": "other"})


@pytest.fixture
def kept(project: ProjectFolder, emulator: Emulator, tmp_path: Path, flags: KeptFlags) -> World:
    """A world whose flags keep the values that they had, and belong to a project."""
    return World(project, emulator, tmp_path, flags)


def actions(plan: Plan) -> list[str]:
    return [f"{action.verb} {action.id}" for action in plan.actions]


def test_validate_judges_it_by_its_schema_and_its_rules(world: World) -> None:
    world.flag("dark", "maybe")
    assert [found.code for found in validate(world.settings)] == ["DLC109"]
    world.flag("dark", "on")
    assert validate(world.settings) == ()
    assert check_online(world.settings).findings == ()
    unknown = replace(world.settings, kinds=KINDS)
    assert [found.code for found in validate(unknown)] == ["DLC015"]
    world.project.write("dark", {"apiVersion": "dlc-reconciler/v1", "kind": NAME, "metadata": {"name": "x"}, "spec": 1})
    with pytest.raises(ManifestError):
        open_workspace(world.settings)


def test_its_own_fields_decide_what_takes_no_secret_and_what_a_base_keeps_back(world: World) -> None:
    head = {"apiVersion": "dlc-reconciler/v1", "kind": NAME}
    of_base: dict[str, Any] = {"note": "of one object", "content": {"Value": "on", "Owner": "${env.OWNER}"}}
    base = {**head, "metadata": {"name": "base", "abstract": True}, "spec": of_base}
    world.project.write("base", base)
    world.project.write("dark", {**head, "metadata": {"name": "dark"}, "spec": {"base": "base", "content": {}}})
    found = {(each.code, each.path) for each in validate(world.settings)}
    assert {("DLC036", ("spec", "content", "Owner")), ("DLC067", ("spec", "note"))} <= found
    of_base["content"] = {"Value": "on"}
    world.project.write("base", {**base, "metadata": {"name": "base"}})
    assert validate(world.settings) == ()
    (shown,) = resolved(world.settings, ["dark"]).manifests
    assert shown.document["spec"] == {"content": {"Value": "on"}}


def test_plan_and_apply_create_change_and_delete_it(world: World) -> None:
    world.project.template()
    world.flag("dark", "on")
    plan = world.plan()
    assert actions(plan) == ["create Flag/dark", "create JobTemplate/train"]
    assert loads(dumps(plan)) == plan
    assert world.apply(plan).is_complete
    assert world.flags.values == {"dark": "on"}
    assert world.plan().is_empty
    world.flag("dark", "off")
    world.flags.values["stray"] = "on"
    plan = world.plan()
    assert actions(plan) == ["update Flag/dark", "delete Flag/stray"]
    assert world.apply(plan).is_complete
    assert world.flags.values == {"dark": "off"}
    assert {each.id for each in drift_of(world.settings, Selection()).differences} == set()


def test_render_and_export_write_it(world: World) -> None:
    world.flag("dark", "on")
    (shown,) = resolved(world.settings, ["dark"]).manifests
    assert shown.document["spec"] == {"content": {"Value": "on"}}
    world.flags.values.update(dark="on", stray="${odd} password=hunter2hunter2")
    made = world.export()
    (exported,) = made.manifests
    assert exported.file == "flags/stray.yaml"
    assert exported.findings == ()
    assert "flag.schema.json" in exported.written.text
    document = yaml.safe_load(exported.written.text)
    assert (document["kind"], document["metadata"]) == (NAME, {"name": "stray"})
    assert "hunter2" not in exported.written.text
    assert document["spec"]["content"]["Value"].startswith("$${odd} ")
    assert [each.written.id.name for each in world.export("flag-dark").manifests] == ["dark"]


def test_an_audit_judges_and_reports_it(world: World, tmp_path: Path) -> None:
    world.project.template()
    world.flag("dark", "on")
    assert world.apply(world.plan()).is_complete
    world.flags.values["open"] = "maybe"
    snapshot = tmp_path / "snapshot.sqlite3"
    take_snapshot(world.settings, AuditRun(snapshot=snapshot), silent)
    with Store.open(snapshot) as store:
        audited = judged(world.settings, store, None)
        made = document(store, audited)
        told, written = "".join(audit_text(made)), json.loads("".join(audit_json(made)))
        table, page = "".join(audit_markdown(made)), "".join(audit_html(made))
    (found,) = (each.finding for each in audited.found if each.finding.subject and each.finding.subject.kind == NAME)
    assert (found.code, str(found.subject), found.summary) == ("DLC109", "Flag/open", "vision has an undecided flag")
    assert "1 template, 1 version, 0 TensorBoards, 2 flags" in told
    assert "| Templates | Versions | TensorBoards | Flags |" in table
    assert "| 1 | 1 | 0 | 2 |" in table
    assert "<td>open</td><td>maybe</td>" in page
    assert [(each["name"], each["value"]) for each in written["flags"]] == [("dark", "on"), ("open", "maybe")]
    assert [each["name"] for each in written["templates"]] == ["train"]


def test_commands_about_versions_ask_its_kind(kept: World) -> None:
    kept.flag("dark", "on")
    workspace = open_workspace(kept.settings)
    with connected(kept.settings, workspace) as service:
        past = history_of(kept.settings, workspace, service, "flag-dark", Depth(commits=0))
        listed = inventory_of(kept.settings, counted=True)
        older = shown(kept.settings, workspace, service, "dark", 1)
    assert [(each.number, each.origin.value) for each in past.entries] == [(2, "manifest"), (1, "by-hand")]
    assert (past.manifest, past.jobs) == ("manifests/dark.yaml", 0)
    assert [(str(each.id), each.versions, each.owner) for each in listed.entries] == [
        ("Flag/dark", 2, ""),
        ("Flag/stray", 1, "other"),
    ]
    assert yaml.safe_load(older.text)["spec"] == {"content": {"Value": "off"}}
    before, after = sides(kept.settings, [SideAsked("dark", "", "1"), SideAsked("dark", "", MANIFEST)])
    assert [(each.before, each.after) for each in compared(before, after)] == [("off", "on")]


def test_adopt_and_release_ask_its_kind(kept: World, flags: KeptFlags) -> None:
    kept.flag("dark", "on")
    workspace = open_workspace(kept.settings)
    with connected(kept.settings, workspace) as service:
        asking, plan = adoption_plan(kept.settings, workspace, service, ["flag-dark"], "")
        assert actions(plan) == ["adopt Flag/dark"]
        apply_plan(kept.settings, asking, service, plan, Run(watcher=Quiet(), halt=threading.Event()))
        assert flags.owners["dark"] == plan.project
        plan = release_plan(kept.settings, workspace, service, ())
        assert actions(plan) == ["release Flag/dark"]
        assert "DLC201" in plan.actions[0].notes[0]
        with pytest.raises(RefusedError) as refused:
            release_plan(kept.settings, workspace, service, ["stray"])
    assert refused.value.reasons == ('"stray" (flag-stray) belongs to project "other"',)


def test_fmt_keeps_it_in_order(world: World) -> None:
    file = world.project.root / "manifests" / "dark.yaml"
    file.write_text(
        f"kind: {NAME}\nspec: {{content: {{Value: on}}}}\nmetadata: {{name: dark}}\napiVersion: dlc-reconciler/v1\n"
    )
    assert command("fmt", "--project", world.project.root, file).code == 0
    assert [line.split(":")[0] for line in file.read_text().splitlines()] == ["apiVersion", "kind", "metadata", "spec"]
    assert validate(world.settings) == ()


def test_the_permissions_of_a_command_hold_what_it_calls_for_the_kind(world: World, kept: World) -> None:
    plain, able = (needs_of(each.settings.kinds) for each in (world, kept))
    reading = {name for name, needs in plain.items() if LIST in needs.calls}
    assert reading == {"plan", "apply", "drift", "list", "show", "adopt", "export", "init", "audit"}
    assert {name for name, needs in able.items() if LIST in needs.calls} - reading == {"release", "history", "diff"}
    assert {name for name, needs in plain.items() if SET in needs.calls} == {"apply"}


ABOUT_ONE_KIND = {
    "authoring/starters.py": "a starter is the manifest of one kind, and is called so",
    "cli/app.py": "`boards` is the name of a command",
    "cli/boards/*": "commands about boards as such",
    "cli/jobs/*": "commands about jobs as such: a job has a template",
    "jobs/*": "jobs and boards as such",
    "live/operations.py": "CreateJob makes jobs; that templates hold its fields is said by their kind",
    "live/shapes.py": "an answer of the service is known by the id in it",
    "manifests/field_order.py": "the order in which people read fields, whatever document has them",
    "permissions/by_hand.py": "commands about jobs and boards as such",
    "render/audit/html.py": "charts and dialogs are drawn from the fields of two lists; every other list is a table",
    "render/fleet/alike.py": "ids of the service stand in sentences, whatever has them",
    "render/jobs/*": "jobs and boards as such",
}
"""Where a kind, or something that only one kind has, is named outside of its package: files, and why they may."""
ROOMS = ("reconciler.kinds.jobtemplate", "reconciler.kinds.tensorboard")
NAMED = re.compile(r"job_?template|tensor_?board|(?:Live|Desired)(?:Template|Board)", re.IGNORECASE)
"""What an identifier or a key contains that is about one kind."""


def words_of(kind: AnyKind) -> Iterator[str]:
    """What only one kind is called by: in manifests, in the project file, in reports, in the service's operations."""
    yield from (kind.name, kind.folder, kind.schema, kind.operation, kind.prune, kind.prune_prefix)
    yield from (str(path[1]) for path in kind.of_one_object if str(path[-1]).endswith("Id"))
    if kind.audit is not None:
        yield kind.audit().many


FORBIDDEN = frozenset(word for kind in KINDS for word in words_of(kind)) - {"", "templates"}
"""Texts that name a kind. "templates" is a folder of pages too, so it is looked for as a key of a report."""


def is_about_one(value: object) -> bool:
    """Whether a text is one word with the name of a kind in it, such as a key or a file name."""
    return isinstance(value, str) and not re.search(r"\s", value) and NAMED.search(value) is not None


def names_of_kinds(tree: ast.AST) -> Iterator[str]:
    """Literals, identifiers and imports of a module that are about one kind; not the texts for people."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            yield from (str(node.value),) if node.value in FORBIDDEN or is_about_one(node.value) else ()
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            yield from (node.slice.value,) if node.slice.value == "templates" else ()
        elif isinstance(node, ast.ImportFrom | ast.Import):
            module = getattr(node, "module", "") or ""
            names = [f"{module}.{each.name}" if module else each.name for each in node.names]
            yield from (name for name in names if name.startswith(ROOMS) or NAMED.search(name))
        else:
            name = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "arg", None) or ""
            yield from (name,) if isinstance(name, str) and NAMED.search(name) else ()


def strangers(files: Sequence[Path]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in files:
        name = file.relative_to(ROOM).as_posix()
        if not name.startswith(("kinds/", "emulator/")):
            found[name] = set(names_of_kinds(ast.parse(file.read_text(encoding="utf-8"))))
    return {name: names for name, names in found.items() if names}


def test_nobody_outside_kinds_names_one() -> None:
    found = strangers(sorted(ROOM.rglob("*.py")))
    assert {name: names for name, names in found.items() if not any(fnmatch(name, row) for row in ABOUT_ONE_KIND)} == {}
    unused = [row for row in ABOUT_ONE_KIND if not any(fnmatch(name, row) for name in found)]
    assert unused == [], "these name no kind any more: take their rows away"


@pytest.mark.parametrize(
    "text",
    ["x = 'JobTemplate'", "f(TENSORBOARD)", "kinds.JOB_TEMPLATE", "from reconciler.kinds import JOB_TEMPLATE",
     "import reconciler.kinds.tensorboard.read", "from reconciler.kinds.jobtemplate.read import fetch",
     "schema == 'jobtemplate.schema.json'", "prune['tensorBoards']", "isinstance(x, LiveTemplate)",
     "document.lists['templates']", "operation == 'CreateJob'", "op.LIST_TENSORBOARDS", "folder / 'tensorboards'",
     "metadata['templateId']", "row['TensorboardId']", "def f(jobtemplate): ..."],
)  # fmt: skip
def test_the_test_would_notice(text: Any) -> None:
    assert list(names_of_kinds(ast.parse(text)))
