"""Files that are missing, foreign, huge or elsewhere end in one clear finding each."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import ManifestError, ProjectError
from reconciler.manifests import load_project
from reconciler.manifests.files import MAX_BYTES, is_inside, leading_out, match, read_file

from .helpers import PROJECT, TEMPLATE, desired, told, write


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xef\xbb\xbf" + TEMPLATE.encode(), "1:1: DLC003 starts with a byte order mark"),
        (TEMPLATE.encode("utf-16"), "1:1: DLC003 starts with a byte order mark"),
        (b"a: b\nc: \xff\xff\n", "2:1: DLC003 not UTF-8 text: byte 0xff"),
        (b"\x7fELF\x02\x01\x00\x00", "1:1: DLC003 control character U+007F in the text"),
        (b"a: \x00\n", "1:4: DLC003 control character U+0000 in the text"),
        (b"\n\xff", "2:1: DLC003 not UTF-8 text: byte 0xff"),
        (b"#" * (MAX_BYTES + 1), "1:1: DLC004 larger than 4 MiB"),
    ],
    ids=["bom", "utf-16", "latin", "binary", "nul", "second-line", "huge"],
)
def test_what_is_not_a_manifest(tmp_path: Path, data: bytes, expected: str) -> None:
    write(tmp_path, good=TEMPLATE, odd=data)
    assert told(desired(tmp_path)) == [f"templates/odd.yaml:{expected}"]


def test_a_file_of_exactly_the_largest_size_is_read(tmp_path: Path) -> None:
    write(tmp_path, good=TEMPLATE + "#" * (MAX_BYTES - len(TEMPLATE.encode())))
    assert MAX_BYTES == 4 * 1024**2
    assert told(desired(tmp_path)) == []


@pytest.mark.parametrize(
    "change",
    [lambda file: file.write_bytes(b"\xff"), lambda file: file.write_text("a: 2\n"), lambda file: file.unlink()],
    ids=["no text", "another text", "gone"],
)
def test_a_file_that_changes_while_it_is_read_is_an_error(change: Callable[[Path], object], tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n", encoding="utf-8")
    (document,) = read_file(tmp_path, file.name).documents
    assert document.source() == "a: 1\n"
    change(file)
    with pytest.raises(ProjectError, match=r"a\.yaml changed while it was being read"):
        document.source()


def test_windows_line_ends_are_fine(tmp_path: Path) -> None:
    write(tmp_path, crlf=TEMPLATE.replace("\n", "\r\n"))
    assert told(desired(tmp_path)) == []


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "outside.yaml").write_text(TEMPLATE, encoding="utf-8")
    write(root)
    (root / "templates" / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    assert told(desired(root)) == ["templates/link.yaml:1:1: DLC005 leads out of the project"]


def test_a_linked_folder_out_of_the_project_is_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "project", tmp_path / "project-2"
    root.mkdir()
    outside.mkdir()
    (outside / "a.yaml").write_text(TEMPLATE, encoding="utf-8")
    write(root, project=PROJECT.replace("templates/**/*.yaml", "templates/*/*.yaml"))
    (root / "templates" / "linked").symlink_to(outside)
    assert told(desired(root)) == ["templates/linked/a.yaml:1:1: DLC005 leads out of the project"]


def test_a_project_reached_through_a_link_is_not_outside_itself(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    write(tmp_path / "real", good=TEMPLATE)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert told(desired(tmp_path / "link")) == []


@pytest.mark.parametrize("to", ["nowhere.yaml", "broken.yaml"], ids=["broken", "circular"])
def test_a_link_to_nowhere_is_unreadable(tmp_path: Path, to: str) -> None:
    write(tmp_path, good=TEMPLATE)
    (tmp_path / "templates" / "broken.yaml").symlink_to(to)
    (line,) = told(desired(tmp_path))
    assert line.startswith("templates/broken.yaml:1:1: DLC002 cannot be read: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_unreadable(tmp_path: Path) -> None:
    write(tmp_path, good=TEMPLATE, secret=TEMPLATE)
    (tmp_path / "templates" / "secret.yaml").chmod(0)
    assert told(desired(tmp_path)) == ["templates/secret.yaml:1:1: DLC002 cannot be read: permission denied"]


def test_hidden_files_take_no_part_unless_named(tmp_path: Path) -> None:
    write(tmp_path, good=TEMPLATE)
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "ci.yaml").write_text("on: push\n", encoding="utf-8")
    write(tmp_path, project=PROJECT.replace("templates/**/*.yaml", "**/*.yaml"))
    assert told(desired(tmp_path)) == []
    write(tmp_path, project=PROJECT.replace('"templates/**/*.yaml"', '"templates/*.yaml", ".github/*.yaml"'))
    assert [line.split()[1] for line in told(desired(tmp_path))] == ["DLC014"]


def test_a_file_matched_by_two_patterns_is_read_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        project=PROJECT.replace('"templates/**/*.yaml"', '"templates/*.yaml", "*/*.yaml", "*.yaml"'),
        a=TEMPLATE,
    )
    assert told(desired(tmp_path)) == []


def test_manifests_may_stand_in_the_project_file(tmp_path: Path) -> None:
    write(tmp_path, project=f"{TEMPLATE}---\n{PROJECT}")
    assert [item.code for item in desired(tmp_path).findings] == ["DLC019"]
    assert list(map(str, desired(tmp_path).resources)) == ["JobTemplate/train"]


def test_a_pattern_that_is_a_folder_says_how_its_files_are_matched(tmp_path: Path) -> None:
    write(tmp_path, project=PROJECT.replace('"templates/**/*.yaml"', '"templates/**/*.yaml", templates/'), a=TEMPLATE)
    (line,) = told(desired(tmp_path))
    assert line.endswith('DLC019 pattern "templates/" is a folder; "templates/**/*.yaml" matches the files in it')


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arbitrary_bytes_are_data_or_findings(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "any.yaml").write_bytes(data)
    file = read_file(tmp_path, "any.yaml")
    assert all(item.where and item.where.file == "any.yaml" for item in file.findings)


def test_a_missing_project_file(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="there is no project file"):
        load_project(tmp_path)


def test_a_file_without_a_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no document of kind Project"):
        load_project(write(tmp_path, project=TEMPLATE))


def test_two_projects_in_the_project_file(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        load_project(write(tmp_path, project=f"{PROJECT}---\n{PROJECT}"))
    (item,) = caught.value.findings
    assert (item.code, str(item.where), list(map(str, item.also))) == (
        "DLC016",
        "reconciler.yaml:10:1",
        ["reconciler.yaml:1:1"],
    )


def test_an_unknown_target_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match='no target "prd"; did you mean "prod"') as caught:
        load_project(write(tmp_path)).target("prd")
    assert caught.value.hint == "Known targets: prod, staging."


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n", encoding="utf-8")
    (document,) = read_file(tmp_path, "a.yaml").documents
    assert document.text == "a: 1\n"
    (tmp_path / "a.yaml").write_text("a: 2\n", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"a\.yaml changed while it was being read"):
        _ = document.text
    (tmp_path / "a.yaml").unlink()
    with pytest.raises(ProjectError, match="changed"):
        _ = document.text


def test_what_leads_out_of_the_project_by_itself_or_by_its_folder(tmp_path: Path) -> None:
    root, outside = tmp_path / "project", tmp_path / "outside"
    (root / "own").mkdir(parents=True)
    outside.mkdir()
    for file in (root / "a.yaml", root / "own" / "b.yaml", outside / "c.yaml"):
        file.write_text("a: 1\n", encoding="utf-8")
    (root / "link.yaml").symlink_to(outside / "c.yaml")
    (root / "within.yaml").symlink_to(root / "a.yaml")
    (root / "folder").symlink_to(outside)
    (outside / "back.yaml").symlink_to(root / "a.yaml")
    names = ("a.yaml", "own/b.yaml", "link.yaml", "within.yaml", "folder/c.yaml", "folder/back.yaml")
    links = {name for name in names if (root / name).is_symlink()}
    assert leading_out(root, names, links) == {"link.yaml", "folder/c.yaml"}
    assert leading_out(root, names, links) == {name for name in names if not is_inside(root, name)}


@pytest.mark.parametrize(
    "pattern",
    [
        "*.yaml",
        "**/*.yaml",
        "a/**/*.yaml",
        "a/**/b/**/*.yaml",
        "*/*.yaml",
        "a/b/*.y?ml",
        "a/*/**/c.yaml",
        "x/**/*.yaml",
    ],
)
def test_a_pattern_matches_the_files_that_python_finds_for_it_each_once(tmp_path: Path, pattern: str) -> None:
    for name in ("one.yaml", "a/two.yaml", "a/b/c.yaml", "a/b/b/c.yaml", "a/d/b/e/f.yaml", "a/.g/h.yaml", "a/i.yaml/j"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "a" / "linked").symlink_to(tmp_path / "a" / "d", target_is_directory=True)
    (tmp_path / "a" / "linked.yaml").symlink_to(tmp_path / "one.yaml")
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob(pattern) if path.is_file()}
    found = list(match(tmp_path, pattern))
    assert sorted(found) == sorted(name for name in there if "/." not in name)
