"""Every command writes files through one room: regular files only, whole, with their mode, through no link that leads
out."""

from __future__ import annotations

import ast
import os
import re
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.commands import Commands, Ended, command
from support.furnished import Furnished
from support.project import ProjectFolder
from support.sources import modules_with

from reconciler.emulator import Emulator
from reconciler.errors import FileError
from reconciler.files import PRIVATE, create_whole, destination, filled_file, make_folder, write_each, write_whole

STATE = Path(".dlc-reconciler") / "emulator.sqlite3"


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


Trap = Callable[[Path], None]


def device(place: Path) -> None:
    os.mknod(place, 0o600 | stat.S_IFCHR, os.makedev(1, 3))


def lead_out(place: Path) -> None:
    outside = place.parent.parent / f"outside-{place.name}"
    outside.write_text("theirs", encoding="utf-8")
    place.symlink_to(outside)


def lead_into_git(place: Path) -> None:
    (place.parent / ".git").mkdir(exist_ok=True)
    place.symlink_to(place.parent / ".git" / "config")


def circle(place: Path) -> None:
    place.symlink_to(place)


def socket_file(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(place.parent)  # the address of a socket is short
        try:
            listener.bind(place.name)
        finally:
            os.chdir(here)


TRAPS: dict[str, tuple[Trap, str]] = {
    "a folder": (lambda place: place.mkdir(), "a folder|is a directory"),
    "a FIFO": (os.mkfifo, "it is a FIFO"),
    "a socket": (socket_file, "it is a socket"),
    "a device": (device, "it is a device"),
    "a link that leads out": (lead_out, "the link .* out of"),
    "a link into .git": (lead_into_git, "the link .* leads into"),
    "a link to itself": (circle, "goes in circles"),
}
Write = Callable[[Path], tuple[str | Path, ...]]
WRITERS: dict[str, tuple[str, Write]] = {
    "plan": ("o.json", lambda file: ("plan", "--out", file)),
    "audit": ("o.html", lambda file: ("audit", "--out", file)),
    "audit baseline": ("o.json", lambda file: ("audit", "--write-baseline", file)),
    "audit snapshot": ("o.sqlite3", lambda file: ("audit", "--snapshot", file)),
    "export": ("train.yaml", lambda file: ("export", "train", "--force", "--out", file.parent.parent)),
}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    def make(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
        project = ProjectFolder(folder / "project")
        project.template()
        assert Commands(project.root, emulator.url).apply().code == 0

    return Furnished(tmp_path_factory.mktemp("furnished"), make)


@pytest.fixture
def live(
    furnished: Furnished, tmp_path: Path, emulator: Emulator, cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> Commands:
    """A template that is applied; the current folder is the project, where a pull request's files are."""
    furnished.again(tmp_path, emulator)
    monkeypatch.chdir(cli.project)
    return cli


def run(live: Commands, *words: str | Path) -> Ended:
    return command(words[0], "--project", live.project, "--endpoint", live.endpoint, *words[1:])


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("writer", WRITERS)
def test_what_is_no_regular_file_inside_is_refused(live: Commands, writer: str, trap: str) -> None:
    name, words = WRITERS[writer]
    place = live.project / "templates" / name
    place.parent.mkdir()
    set_trap, reason = TRAPS[trap]
    if trap == "a device" and os.geteuid() != 0:
        pytest.skip("only root makes devices")
    set_trap(place)
    before = place.lstat()
    ended = run(live, *words(place))
    assert ended.code in (1, 64), ended.text
    assert "internal error" not in ended.err
    assert place.name in ended.err
    assert re.search(reason, ended.err), ended.err
    assert list(place.parent.glob("*.part")) == []
    after = place.lstat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    for outside in place.parent.parent.glob("outside-*"):
        assert outside.read_text(encoding="utf-8") == "theirs"


@pytest.mark.parametrize("writer", WRITERS)
def test_new_files_are_private_and_old_ones_keep_their_mode(live: Commands, writer: str) -> None:
    name, words = WRITERS[writer]
    place = live.project / "templates" / name
    place.parent.mkdir()
    assert run(live, *words(place)).code == 0
    umask = os.umask(0)
    os.umask(umask)
    assert mode(place) == (0o666 & ~umask if writer == "audit baseline" else PRIVATE)
    for wanted in (0o640, 0o600):
        place.chmod(wanted)
        assert run(live, *words(place)).code == 0
        assert mode(place) == wanted


@pytest.mark.parametrize("writer", WRITERS)
def test_a_link_that_stays_inside_is_followed(live: Commands, writer: str) -> None:
    name, words = WRITERS[writer]
    place = live.project / "templates" / name
    (place.parent / "real").mkdir(parents=True)
    place.symlink_to(Path("real") / "file")
    assert run(live, *words(place)).code == 0
    assert place.is_symlink()
    assert (place.parent / "real" / "file").stat().st_size > 0


@pytest.mark.parametrize("writer", WRITERS)
def test_a_committed_link_in_a_folder_does_not_lead_out(live: Commands, writer: str, tmp_path: Path) -> None:
    name, words = WRITERS[writer]
    (tmp_path / "elsewhere").mkdir()
    (live.project / "templates").symlink_to(tmp_path / "elsewhere")
    for place in (Path("templates") / name, live.project / "templates" / name):
        ended = run(live, *words(place))
        assert (ended.code, "leads to" in ended.err) == (1, True), ended.text
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_folder_link_is_judged_by_the_checkout_it_lies_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also from another folder and by an absolute path; a link outside any checkout is the machine's own."""
    checkout, elsewhere = tmp_path / "checkout", tmp_path / "elsewhere"
    (checkout / ".git").mkdir(parents=True)
    elsewhere.mkdir()
    (checkout / "build").symlink_to(elsewhere)
    (tmp_path / "short").symlink_to(elsewhere)
    monkeypatch.chdir(elsewhere)
    with pytest.raises(FileError, match="out of"):
        write_whole(checkout / "build" / "x", "text")
    write_whole(tmp_path / "short" / "x", "text")
    assert (elsewhere / "x").read_text(encoding="utf-8") == "text"
    assert destination(tmp_path / "short" / ".." / "y") == tmp_path / "y"


def test_drafts_follow_no_link_and_leave_nothing(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("before", encoding="utf-8")

    def pieces() -> Iterator[str]:
        yield "after"
        assert place.read_text(encoding="utf-8") == "before"
        raise OSError(28, "No space left on device")

    with pytest.raises(FileError, match="No space left"):
        write_whole(place, pieces())
    assert [(each.name, each.read_text(encoding="utf-8")) for each in tmp_path.iterdir()] == [("file", "before")]
    assert create_whole(tmp_path / "new", "x")
    assert not create_whole(tmp_path / "new", "y")
    assert (tmp_path / "new").read_text(encoding="utf-8") == "x"


def test_a_database_takes_its_place_when_it_is_filled(tmp_path: Path) -> None:
    """Until then what was there stays, and what SQLite left beside that goes with it."""
    place, beside = tmp_path / "a", tmp_path / "a-wal"
    for file in (place, beside):
        file.write_text("old", encoding="utf-8")

    def interrupted() -> None:
        with filled_file(place) as draft:
            draft.write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()} == {"a": "old", "a-wal": "old"}
    with filled_file(place) as draft:
        draft.write_text("new", encoding="utf-8")
        assert mode(draft) == mode(place)
    assert {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()} == {"a": "new"}
    with filled_file(tmp_path / "b"):
        pass
    assert mode(tmp_path / "b") == PRIVATE


def test_all_places_are_looked_at_before_the_first_is_written(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(FileError, match="it is a folder"):
        list(write_each({tmp_path / "a": "text", tmp_path / "b": "text"}))
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    "words", [("fmt",), ("init", ".", "--ci", "github", "--force"), ("schema", "--out", "schemas")]
)
def test_files_of_authors_are_refused_through_links_too(live: Commands, tmp_path: Path, words: tuple[str, ...]) -> None:
    outside = tmp_path / "outside"
    outside.write_text("{a:   1}\n", encoding="utf-8")
    for name in ("schemas/project.schema.json", ".github/workflows/plan.yml", ".github/workflows/dlc-plan.yml"):
        (live.project / name).parent.mkdir(parents=True, exist_ok=True)
        (live.project / name).symlink_to(outside)
    (live.project / "manifests" / "x.yaml").symlink_to(outside)
    command(*words)
    assert outside.read_text(encoding="utf-8") == "{a:   1}\n"


def test_our_own_folder_is_private_and_git_does_not_see_it(live: Commands) -> None:
    folder = live.project / ".dlc-reconciler"
    folder.mkdir(mode=0o755)
    assert command("plan", "--project", live.project, "--endpoint", "emulator").code == 0
    assert run(live, "audit").code == 0
    assert mode(folder) == 0o700
    assert (folder / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert {each.name: mode(each) for each in folder.glob("*.sqlite3*")} == {
        "emulator.sqlite3": 0o600,
        "audit.sqlite3": 0o600,
    }
    state = live.project / STATE
    state.chmod(0o644)
    assert command("emulator", "seed", "--fleet", "1", "--state", state).code == 0
    assert mode(state) == 0o600


@pytest.mark.parametrize("name", [".dlc-reconciler", ".dlc-reconciler/.gitignore", STATE.as_posix()])
def test_our_own_folder_is_no_link_and_holds_none_that_lead_out(live: Commands, tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place = live.project / name
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(elsewhere if name == ".dlc-reconciler" else elsewhere / "file")
    ended = command("plan", "--project", live.project, "--endpoint", "emulator")
    assert (ended.code, "link" in ended.err) == (1, True), ended.text
    assert list(elsewhere.iterdir()) == []


def test_our_own_folder_is_no_link_to_a_folder_of_the_project_either(live: Commands) -> None:
    (live.project / ".dlc-reconciler").symlink_to("manifests")
    ended = run(live, "audit")
    assert (ended.code, "it is a link" in ended.err) == (1, True), ended.text
    assert mode(live.project / "manifests") != 0o700


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder that even root may not write to")
@pytest.mark.parametrize("writer", [each for each in WRITERS if each != "export"])
def test_a_folder_that_is_read_only_is_called_so(live: Commands, writer: str) -> None:
    name, words = WRITERS[writer]
    ended = run(live, *words(Path("/sys") / name))
    assert ended.code == 1
    assert any(reason in ended.err for reason in ("Permission denied", "Operation not permitted", "Read-only")), (
        ended.err
    )
    assert "internal error" not in ended.err
    assert "not a snapshot" not in ended.err


def test_a_minus_is_standard_output(live: Commands) -> None:
    planned = run(live, "plan", "--out", "-")
    assert planned.json["actions"] == []
    assert command("schema", "--out", "-").json["$schema"]
    assert run(live, "audit", "--out", "-", "--format", "json").json["findings"] is not None
    assert not (live.project / "-").exists()


def test_a_folder_that_is_ours_is_made_with_those_above_it(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / ".dlc-reconciler")
    assert (mode(tmp_path / "a" / ".dlc-reconciler"), mode(tmp_path / "a") & 0o077 != 0) == (0o700, True)


WRITING = frozenset({"write_text", "write_bytes", "hardlink_to", "mkfifo", "mkdir", "makedirs", "fdopen", "rename"})
ALLOWED = {
    # Shares no code with the rest, and SQLite writes its file: it only makes that file private beforehand.
    "emulator/store.py": {"mkdir", "os.open"},
    # Opens /dev/null in the place of an output that is gone.
    "cli/terminal/outlets.py": {"open", "os.open"},
    # Writes into the pipe with which it was started.
    "manifests/reader_process.py": {"open"},
}


def test_one_room_alone_writes_files() -> None:
    found: dict[str, set[str]] = {}
    for name, tree in modules_with(*WRITING, "open(", "os.replace", "os.link"):
        if not name.startswith("files/"):
            calls = {call for node in ast.walk(tree) for call in _writing(node)}
            if calls - ALLOWED.get(name, set()):
                found[name] = calls
    assert found == {}


def test_the_look_for_writers_finds_them() -> None:
    for text in (
        'open(a, "w")',
        'a.open("ab")',
        'open(a, mode="r+")',
        "a.write_text(b)",
        "os.open(a, b)",
        "open(a, m)",
    ):
        assert list(_writing(ast.parse(text, mode="eval").body)), text
    for text in ("open(a)", 'a.open("rb")', "Store.open(path)", "a.read_text()"):
        assert not list(_writing(ast.parse(text, mode="eval").body)), text


def _writing(node: ast.AST) -> Iterator[str]:
    """What a call writes with, if it does."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr="open" | "replace" | "link" as name)):
            yield f"os.{name}"
        case ast.Call(func=ast.Attribute(attr=name)) if name in WRITING:
            yield name
        case ast.Call(func=ast.Name(id="open"), args=args, keywords=words):
            modes = [*args[1:2], *(word.value for word in words if word.arg == "mode")]
            yield from ("open" for each in modes if not (isinstance(each, ast.Constant) and _reads(each.value)))
        case ast.Call(func=ast.Attribute(attr="open"), args=args, keywords=words):
            modes = [*args[:1], *(word.value for word in words if word.arg == "mode")]
            constants = [each.value for each in modes if isinstance(each, ast.Constant)]
            yield from ("open" for each in constants if isinstance(each, str) and not _reads(each))
        case _:
            return


def _reads(mode: object) -> bool:
    return isinstance(mode, str) and not set(mode) & set("wax+")


def test_the_emulators_state_is_private_without_the_command_line(tmp_path: Path) -> None:
    with Emulator(tmp_path / "state.sqlite3"):
        assert {mode(each) for each in tmp_path.glob("state*")} == {0o600}
