"""Where the cache is, as the environment and the options say, and that everything of it lies in that one folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import Commands, command
from support.project import ProjectFolder
from support.repository import git

from reconciler.cache import CreatedInCache, usual_folder
from reconciler.cache.created import files_of
from reconciler.cli.options.cache import CacheFolderOptions, CacheOptions, usual_cache
from reconciler.emulator import Emulator, Profile
from reconciler.model import ResourceId


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"DLC_RECONCILER_CACHE_DIR": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/dlc-reconciler"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/c"}, "/c/.cache/dlc-reconciler"),
        ({"XDG_CACHE_HOME": "", "HOME": "/c"}, "/c/.cache/dlc-reconciler"),
        ({"HOME": ""}, None),
        ({}, None),
    ],
)
def test_the_environment_says_where_it_is(environ: dict[str, str], folder: str | None) -> None:
    assert usual_folder(environ) == (Path(folder) if folder else None)


def test_without_a_home_there_is_no_cache_and_no_error(
    cli: Commands, project: ProjectFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    project.template()
    assert cli.apply().code == 0
    assert cli.plan().code == 0
    assert usual_cache().folder is None
    for words in (("cache", "size"), ("cache", "clear")):
        ended = command(*words)
        assert (ended.code, ended.err) == (0, "")
        assert "There is no cache" in ended.out


def test_no_cache_leaves_the_folder_alone_and_the_option_names_it(tmp_path: Path) -> None:
    assert CacheOptions(no_cache=True, cache_dir=tmp_path).cache.folder is None
    folder = CacheFolderOptions(cache_dir=tmp_path).folder
    assert folder is not None
    assert folder.path == tmp_path


def test_ids_of_what_was_created_lie_in_the_folder_of_the_options(project: ProjectFolder, tmp_path: Path) -> None:
    project.template("train")
    mine, id = CacheFolderOptions(cache_dir=tmp_path / "mine"), ResourceId("JobTemplate", "train")
    assert mine.folder is not None
    with Emulator(profile=Profile(listing_delay=1e6, workspaces=frozenset({"1001"}))) as emulator:
        made = emulator.store.create_template("train", metadata={"dlc-reconciler/project": "vision"})
        CreatedInCache(mine.folder, emulator.url, "1001").keep(id, made)
        cli = Commands(project.root / "reconciler.yaml", emulator.url)
        assert "create JobTemplate/train" not in cli.verbs("--cache-dir", tmp_path / "mine")
        assert "create JobTemplate/train" in cli.verbs("--cache-dir", tmp_path / "mine", "--no-cache")
        assert "create JobTemplate/train" in cli.verbs("--cache-dir", tmp_path / "other")
    (file,) = files_of(mine.folder)
    assert command("cache", "size", "--cache-dir", tmp_path / "mine").out.split(": ")[1].startswith("3 entries, ")
    assert command("cache", "clear", "--cache-dir", tmp_path / "mine").code == 0
    assert not file.exists()


def test_git_leaves_a_cache_inside_a_checkout_alone(project: ProjectFolder) -> None:
    project.template("train")
    cache = project.root / ".dlc-cache"
    cache.mkdir()
    git(project.root, "init", "-q")
    assert command("validate", "--project", project.root / "reconciler.yaml", "--cache-dir", cache).code == 0
    git(project.root, "add", "--all")
    assert (cache / "key").exists()
    assert ".dlc-cache" not in git(project.root, "ls-files")


def test_so_it_does_where_only_ids_are_kept(project: ProjectFolder) -> None:
    """They are kept before there is a key, and so is what a group chat was told."""
    git(project.root, "init", "-q")
    folder = CacheFolderOptions(cache_dir=project.root / ".dlc-cache").folder
    assert folder is not None
    CreatedInCache(folder, "address", "1001").keep(ResourceId("JobTemplate", "train"), "tpl-1")
    git(project.root, "add", "--all")
    assert len(files_of(folder)) == 1
    assert ".dlc-cache" not in git(project.root, "ls-files")


def test_what_somebody_wrote_for_git_into_the_folder_of_the_cache_stays(project: ProjectFolder, tmp_path: Path) -> None:
    project.template("train")
    (tmp_path / ".gitignore").write_text("entries.sqlite3\n", encoding="utf-8")
    assert command("validate", "--project", project.root / "reconciler.yaml", "--cache-dir", tmp_path).code == 0
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "entries.sqlite3\n"
