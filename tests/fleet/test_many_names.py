"""Messages over fleets: few of many names, every failure somewhere, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import NOWHERE, FleetFolder

MANY = [f"site-{at:02}" for at in range(40)]


@pytest.mark.parametrize(
    ("words", "told", "instead"),
    [
        (["plan", "--target", "sit-07"], 'no target "sit-07"; did you mean "site-', "Known targets: site-00, "),
        (
            ["plan", "--all-targets", "--profile", "sit-07=x"],
            '--profile: reconciler.yaml has no target "sit-07"',
            "Known",
        ),
        (["plan"], "which target? vision has site-00, site-01, ", "`--all-targets` means all of them"),
        (["plan", "--target", "all"], 'no target "all"', "Add `--all-targets`"),
        (["drift", "--target", "site-01,site-02"], 'no target "site-01,site-02"', "Add `--target NAME` once for each"),
    ],
)
def test_an_unknown_target_names_few_of_many_and_says_what_to_write(
    fleet: FleetFolder, words: list[str], told: str, instead: str
) -> None:
    fleet.add(*MANY)
    ended = fleet(*words)
    assert ended.code != 0
    assert told in ended.err
    assert instead in ended.err
    assert max(map(len, ended.err.splitlines())) < 250, ended.err
    if "site-00, site-01" in ended.err:
        assert "site-10 and 29 more" in ended.err


def test_a_document_for_others_names_few_of_many(fleet: FleetFolder) -> None:
    fleet.add(*MANY)
    ended = fleet("apply", fleet.saved("--all-targets"), "--target", "site-00")
    assert (ended.code, "site-10 and 29 more, this run is for site-00" in ended.err) == (3, True), ended.err


def test_annotations_name_targets_that_failed_and_manifests_that_were_left_out(fleet: FleetFolder) -> None:
    fleet.add("dev", "wrong").add("gone", "lost", endpoint=NOWHERE)
    fleet.project.template(overrides={"wrong": {"content": {"UserComand": "x"}}})
    ended = fleet("ci", "annotate", fleet.saved("--all-targets", "--keep-going"))
    lines = ended.out.splitlines()
    (unreachable,) = (line for line in lines if line.startswith("::error title=unreachable::gone, lost: "))
    assert "no connection" in unreachable
    assert any("title=DLC020" in line for line in lines), "the manifest that was left out"


def test_verify_counts_what_it_does_not_name_and_refuses_unknown_names(fleet: FleetFolder, tmp_path: Path) -> None:
    fleet.add("dev")
    before = tmp_path / "before.json"
    before.write_bytes(fleet.saved("--all-targets").read_bytes())
    for at in range(25):
        fleet.project.template(f"more-{at:02}")
    document = fleet.saved("--all-targets")
    refused = fleet("ci", "verify", document, "--reviewed", before)
    unreviewed = int(refused.err.split(" of ")[0].rsplit(" ", 1)[-1])
    assert refused.code == 3
    assert f"  - and {unreviewed - 20} more" in refused.err.splitlines()
    mistyped = fleet("ci", "verify", document, "--reviewed", document, "--allow-missing", "dv")
    assert (mistyped.code, '"dv" is no target of the document; did you mean "dev"?' in mistyped.err) == (3, True)


def test_a_list_of_many_targets_ends_with_the_sums_of_all(fleet: FleetFolder) -> None:
    fleet.add("dev", "west").add("gone", endpoint=NOWHERE)
    fleet.project.template("eval", content={"UserComand": "x"})
    fleet.project.template("test", content={"UserComand": "x"})
    ended = fleet("list", "--all-targets")
    assert ended.code == 1
    sums = ended.out.splitlines()[-1]
    assert sums.startswith("3 targets: ")
    assert sums.endswith("; 1 target not looked at")
    assert "4 manifests with errors" in sums
    one = fleet("list", "--target", "dev")
    assert "targets: " not in one.out


def test_an_audit_as_markdown_names_an_address_once(fleet: FleetFolder) -> None:
    fleet.add(*MANY[:6])
    assert fleet("apply", "--all-targets", "--yes").code == 0
    told = fleet("audit", "--all-targets", "--format", "markdown").out
    head = told.partition("Taken at")[2]
    assert f"all 6 targets, through `{fleet.emulator.url}`" in head
    assert head.count("through `") == 1
