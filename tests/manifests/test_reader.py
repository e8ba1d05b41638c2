"""A second process that parses thousands of files: with it everything is as without it, only sooner."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.laws import examples
from support.processes import processes_begun

from reconciler.errors import ProjectError
from reconciler.kinds import KINDS
from reconciler.manifests import (
    Desired,
    ProcessEnvironment,
    judging,
    load_desired,
    load_project,
    looks,
    reader,
    sources,
)
from reconciler.manifests.examine import examine
from reconciler.manifests.files import ManifestFile, read_file
from reconciler.manifests.judging import Judging
from reconciler.manifests.looks import Entries
from reconciler.manifests.reader import Reader, told_in
from reconciler.manifests.reader_process import frames
from reconciler.manifests.sound import Sound, read_sound
from reconciler.manifests.sources import Source, Sources

from .helpers import TEMPLATE, write
from .test_yaml_text import JSON, ODD_TEXT

FILES: dict[str, str | bytes] = {
    "sound": TEMPLATE,
    "two": "---\n".join(TEMPLATE.replace("name: train", f"name: two-{number}") for number in range(2)),
    "valued": TEMPLATE.replace("name: train", "name: valued").replace("PodCount: 1", "PodCount: '${values.size}'"),
    "secret": TEMPLATE.replace("name: train", "name: secret") + "    Envs: {HF_TOKEN: '${env.TOKEN}'}\n",
    "built": "apiVersion: dlc-reconciler/v1\nkind: JobTemplate\nmetadata: {name: built}\nspec: {base: train}\n",
    "wrong": TEMPLATE.replace("name: train", "name: wrong").replace("JobType", "JobTyp"),
    "doubled": TEMPLATE.replace("name: train", "name: doubled") + "    JobType: TFJob\n",
    "unread": "a: [",
    "foreign": b"\xff\xfea: 1",
    "empty": "",
}


@pytest.fixture
def of_any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process reads also a few files, on a machine of any kind."""
    monkeypatch.setattr(reader, "FEWEST", 1)
    monkeypatch.setattr(reader, "_processors", lambda: 2)


class Kept(dict[bytes, bytes]):
    """What one run keeps for the next."""

    put = dict.__setitem__


def asked(root: Path, entries: Entries | None = None) -> Desired:
    environ = ProcessEnvironment({"TOKEN": "s3cret"})
    return load_desired(load_project(root), "prod", kinds=KINDS, environ=environ, entries=entries)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path)
    for name, text in FILES.items():
        (tmp_path / "templates" / f"{name}.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    return tmp_path


@pytest.mark.usefixtures("of_any_number")
def test_everything_is_as_without_the_process(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Sound] = []
    take = Source.take

    def taken(self: Source, found: Sound) -> None:
        read.append(found)
        take(self, found)

    monkeypatch.setattr(Source, "take", taken)
    with_process = asked(project)
    assert len(read) == 7, "the process read every file in which nothing is wrong"
    monkeypatch.setattr(reader, "FEWEST", 1000)
    without = asked(project)
    assert len(read) == 7
    assert with_process == without
    assert [each.body.content for each in with_process.resources.values()] == [
        each.body.content for each in without.resources.values()
    ]


@pytest.mark.usefixtures("of_any_number")
def test_what_is_kept_of_what_it_read_is_the_same_too(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "SETTLED_AFTER", 0)  # whatever the time between the runs is
    with_process, without = Kept(), Kept()
    first, second = asked(project, with_process), asked(project, with_process)
    monkeypatch.setattr(reader, "FEWEST", 1000)
    assert first == second == asked(project, without)
    assert with_process == without


@settings(max_examples=examples(40))
@given(text=ODD_TEXT | st.lists(JSON, max_size=3).map(lambda all_: "\n---\n".join(map(json.dumps, all_))))
def test_what_a_file_holds_arrives_as_it_is_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    root = tmp_path_factory.mktemp("files")
    (root / "a.yaml").write_bytes(text.encode())
    file, found = read_file(root, "a.yaml"), read_sound(root, "a.yaml")
    assert (found is None) == bool(file.findings or any(raw.findings for raw in file.documents))
    if found is not None:
        (arrived,) = told_in(BytesIO(b"".join(frames(root, ["a.yaml"]))))
        assert arrived is not None
        assert shown(arrived.file(root, "a.yaml")) == shown(file)


def test_of_what_was_cut_off_everything_whole_counts(project: Path) -> None:
    names = [f"templates/{name}.yaml" for name in FILES] * 9
    stream = b"".join(frames(project, names))
    whole = list(told_in(BytesIO(stream)))
    assert len(whole) == len(names)
    for end in range(0, len(stream), 97):
        found = list(told_in(BytesIO(stream[:end])))
        assert found == whole[: len(found)]


def shown(file: ManifestFile) -> list[object]:
    return [file.name, *((repr(raw.data), raw.at, raw.index, raw.spots, raw.text) for raw in file.documents)]


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A project of more files than a pipe holds."""
    long = TEMPLATE.replace("python train.py", "python train.py " + "x" * 40_000)
    return write(tmp_path, **{f"t{number}": long.replace("name: train", f"name: t{number}") for number in range(60)})


@pytest.fixture
def names(many: Path) -> list[str]:
    return sorted(f"templates/{path.name}" for path in (many / "templates").iterdir())


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Popen[bytes]]:
    """The processes that were started."""
    return processes_begun(monkeypatch)


@pytest.mark.usefixtures("of_any_number")
def test_what_a_process_did_not_read_before_it_was_killed_is_read_here(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    told_by = reader._told_by

    def dying(process: Popen[bytes]) -> Iterator[Sound | None]:
        for found in told_by(process):
            taken.append("one")
            yield found
            process.kill()

    monkeypatch.setattr(reader, "AHEAD", 4096)
    monkeypatch.setattr(reader, "_told_by", dying)
    assert len(asked(many).resources) == 60
    assert 0 < len(taken) < 60


def test_files_are_judged_while_others_are_still_to_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are held in memory too, so that only the last ones are left to do when everything is parsed."""
    done: list[str] = []

    def noted(word: str, real: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            done.append(word)
            return real(*arguments, **named)

        return call

    monkeypatch.setattr(judging, "TOGETHER", 1)
    monkeypatch.setattr(judging, "examine", noted("judged", examine))
    monkeypatch.setattr(Judging, "_parse", noted("parsed", Judging._parse))
    names = ("a", "b", "c")
    asked(write(tmp_path, **{name: TEMPLATE.replace("name: train", f"name: {name}") for name in names}))
    assert done[-6:] == ["parsed", "judged"] * 3


@pytest.mark.usefixtures("of_any_number")
def test_the_process_is_gone_after_the_block_whatever_was_read(
    many: Path, names: list[str], begun: list[Popen[bytes]]
) -> None:
    def interrupted() -> None:
        with Reader(many).reading(names) as coming:
            assert next(coming) is not None
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    (process,) = begun
    assert process.returncode is not None
    assert process.stdout is not None
    assert process.stdout.closed


@pytest.mark.usefixtures("of_any_number")
def test_a_process_that_was_begun_early_serves_whoever_asks_for_the_same_files(
    many: Path, names: list[str], begun: list[Popen[bytes]]
) -> None:
    early = Reader(many)
    early.begin(names)
    with early.reading(names) as coming:
        assert [found is not None for found, _ in zip(coming, names, strict=False)] == [True] * 60
    assert len(begun) == 1
    early.begin(names)
    with early.reading(names[1:]) as coming:
        assert next(coming) == read_sound(many, names[1])
    assert [process.returncode is not None for process in begun] == [True] * 3
    early.begin(names)
    early.close()
    early.close()
    assert begun[-1].returncode is not None


@pytest.mark.usefixtures("of_any_number")
@pytest.mark.parametrize("program", ["", "/nowhere/python"])
def test_where_no_process_can_start_everything_is_read_here(
    many: Path, names: list[str], program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    with Reader(many).reading(names) as coming:
        assert next(coming) is None
    assert len(asked(many).resources) == 60


@pytest.mark.usefixtures("of_any_number")
def test_a_packed_program_is_not_started_as_if_it_were_python(
    many: Path, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with Reader(many).reading(names) as coming:
        assert next(coming) is None


def test_a_few_files_start_no_process(many: Path, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_started", lambda: pytest.fail("a process was started"))
    with Reader(many).reading(names) as coming:
        assert next(coming) is None


def test_a_file_that_changed_after_its_digest_was_made_is_an_error(many: Path, names: list[str]) -> None:
    source = Source(many, names[0])
    assert source.digest
    (many / names[0]).write_text(TEMPLATE, encoding="utf-8")
    found = read_sound(many, names[0])
    assert found is not None
    with pytest.raises(ProjectError, match=r"templates/t0\.yaml changed while it was being read"):
        source.take(found)


def test_the_digest_of_what_the_process_read_is_known_and_learnt(project: Path) -> None:
    learnt: list[bytes] = []
    source = Source(project, "templates/sound.yaml", learn=learnt.append)
    found = read_sound(project, "templates/sound.yaml")
    assert found is not None
    source.take(found)
    assert source.is_parsed
    assert [source.digest] == learnt == [hashlib.sha256(TEMPLATE.encode()).digest()]


def test_only_so_many_contents_are_held_until_they_are_parsed(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_CONTENTS", 5)
    files = Sources(load_project(many))
    assert len(files.unparsed()) == 60
    held = [name for name in files.names if files[name]._content is not None]
    assert len(held) == 5
    assert asked(many, Kept()) == asked(many)
