"""`--name`: single resources are planned and applied; the rest is neither changed nor deleted, and that is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.commands import Commands, Ended, command
from support.furnished import Furnished
from support.laws import examples
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator
from reconciler.model import ResourceId
from reconciler.plan.named import Named

CHANGED = "python other.py"


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    def make(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
        project = ProjectFolder(folder / "project")
        for name in ("train", "eval-a", "eval-b", "gone"):
            project.template(name, metadata={"labels": {"team": "x"}})
        project.board("gitops-train")
        assert Commands(project.root, emulator.url).apply().code == 0
        project.template("train", command=CHANGED, metadata={"labels": {"team": "x"}})
        project.template("eval-a", command=CHANGED, metadata={"labels": {"team": "y"}})
        project.remove("gone")
        project.template("fresh", metadata={"labels": {"team": "x"}})

    return Furnished(tmp_path_factory.mktemp("furnished"), make)


@pytest.fixture
def world(furnished: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> ProjectFolder:
    """Four live templates and a board; then two changed, one left the manifests, and a new one came."""
    furnished.again(tmp_path, emulator)
    return project


@pytest.mark.parametrize(
    ("names", "verbs"),
    [
        (("train",), {"new-version JobTemplate/train"}),
        (("train", "fresh"), {"create JobTemplate/fresh", "new-version JobTemplate/train"}),
        (("eval-*",), {"new-version JobTemplate/eval-a"}),
        (("*train",), {"new-version JobTemplate/train"}),
        (("JobTemplate/*",), {"create JobTemplate/fresh", "new-version JobTemplate/train",
                              "new-version JobTemplate/eval-a", "delete JobTemplate/gone"}),
        (("gone",), {"delete JobTemplate/gone"}),
        (("gitops-train",), set()),
        (("**",), {"create JobTemplate/fresh", "new-version JobTemplate/train", "new-version JobTemplate/eval-a",
                   "delete JobTemplate/gone"}),
    ],
)  # fmt: skip
def test_what_names_mean(world: ProjectFolder, cli: Commands, names: tuple[str, ...], verbs: set[str]) -> None:
    assert set(cli.verbs(*named(*names))) == verbs


def named(*names: str) -> list[str]:
    return [word for name in names for word in ("--name", name)]


def test_an_id_names_too_and_other_letters_mean_themselves(
    world: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    ids = {each.name: each.id for each in emulator.store.templates()}
    assert cli.verbs("--name", ids["gone"]) == ["delete JobTemplate/gone"]
    assert cli.verbs("--name", emulator.store.boards()[0].id) == []
    for word in ("tr?in", "[t]rain", "trai.", "TRAIN"):
        assert cli.plan("--name", word).code == 64


def test_apply_does_that_and_nothing_else(world: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    emulator.clear_log()
    applied = cli.apply("--name", "train")
    assert applied.code == 0, applied.text
    assert {request.path.split("/")[4] for request in emulator.writes()} == {
        each.id for each in emulator.store.templates() if each.name == "train"
    }
    assert "gone" in {each.name for each in emulator.store.templates()}
    assert cli.plan("--name", "train", "--detailed-exitcode").code == 0
    assert len(cli.verbs()) == 3


def test_what_is_left_out_is_said_in_every_format(world: ProjectFolder, cli: Commands) -> None:
    words = "named eval-* or train: 3 resources of this project left out."
    for form in ("text", "markdown", "html"):
        shown = cli.plan(*named("train", "eval-*"), "--format", form).out
        assert words in shown.replace("\\*", "*"), shown
    document = cli.document(*named("train", "eval-*"))
    assert document["names"] == ["eval-*", "train"]
    assert [each["name"] for each in document["left_out"]] == ["fresh", "gone", "gitops-train"]
    assert "names" not in cli.document()
    assert document["plan_id"] != cli.document()["plan_id"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("trian", '--name: nothing of this project is called "trian" on test; did you mean "train"?'),
        ("evil-*", '--name: nothing of this project fits "evil-*" on test'),
        ("theirs", "neither a manifest nor a mark makes it this project's"),
    ],
)
def test_a_name_that_means_nothing(
    world: ProjectFolder, cli: Commands, emulator: Emulator, name: str, told: str
) -> None:
    emulator.seed({"jobTemplates": [{"TemplateName": "theirs", "WorkspaceId": "1001", "Content": CONTENT}]})
    emulator.clear_log()
    for verb in (cli.plan, cli.apply):
        ended = verb(*named("train", name))
        assert ended.code == 64
        assert told in ended.err
    assert emulator.writes() == []


def test_names_and_labels_and_revisions_must_all_fit(world: ProjectFolder, cli: Commands) -> None:
    assert cli.verbs("--name", "eval-*", "--select", "team=x") == []
    assert cli.verbs("--name", "eval-*", "--select", "team=y") == ["new-version JobTemplate/eval-a"]


def test_a_renamed_template_is_meant_by_both_its_names(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template("old")
    project.template("other")
    assert cli.apply().code == 0
    project.remove("old")
    project.template("new", command=CHANGED, metadata={"renamedFrom": "old"})
    project.template("other", command=CHANGED)
    both = ["rename JobTemplate/new", "new-version JobTemplate/new"]
    assert cli.verbs("--name", "old") == cli.verbs("--name", "new") == both
    assert cli.apply("--name", "old").code == 0
    assert sorted(each.name for each in emulator.store.templates()) == ["new", "other"]
    assert cli.verbs() == ["new-version JobTemplate/other"]


def test_a_saved_plan_keeps_its_names(world: ProjectFolder, cli: Commands, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert cli.plan("--name", "train", "--out", file).code == 0
    refused = cli.apply(file)
    assert refused.code == 3
    assert "the plan was made with --name train, this run has none" in refused.err
    assert "Run it with `--name train`" in refused.err
    assert cli.apply(file, *named("train", "fresh")).code == 3
    assert cli.apply(file, "--name", "train").code == 0


def test_an_error_elsewhere_stops_nothing_and_one_in_what_is_named_does(world: ProjectFolder, cli: Commands) -> None:
    world.template("eval-a", content={"JobType": "Nonsense"})
    assert cli.plan("--name", "train").code == 0
    assert cli.plan("--name", "eval-*").code == 1
    (world.root / "manifests" / "fresh.yaml").write_text("metadata: {name: fresh\n")
    assert cli.plan("--name", "train").code == 0
    broken = cli.plan("--name", "fresh")
    assert broken.code == 1
    assert "manifests/fresh.yaml" in broken.err
    kept = cli.plan("--name", "eval-*", "--keep-going")
    assert kept.code == 1
    assert "eval-a" in kept.out


def test_duplicates_that_are_named_are_told(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.template("kept")
    project.template("twice")
    assert cli.apply().code == 0
    twin = {
        "TemplateName": "twice",
        "WorkspaceId": "1001",
        "Metadata": {"dlc-reconciler/project": "vision"},
        "Content": CONTENT,
    }
    emulator.seed({"jobTemplates": [twin]})
    project.remove("twice")
    assert cli.plan("--name", "kept").code == 0
    told = cli.plan("--name", "twice")
    assert told.code == 3
    assert "DLC203" in told.out


def test_shards_tell_a_misspelt_name_when_they_are_joined(world: ProjectFolder, cli: Commands, tmp_path: Path) -> None:
    def joined(*names: str) -> Ended:
        files = [tmp_path / f"{number}.json" for number in (1, 2, 3)]
        for number, file in enumerate(files, 1):
            assert cli.plan(*named(*names), "--shard", f"{number}/3", "--out", file).code == 0
        return command("plan", "merge", *files, "--format", "json")

    whole = cli.document(*named("train", "gone"))
    document = joined("train", "gone").json
    assert document["plan_id"] == whole["plan_id"]
    assert document["left_out"] == whole["left_out"]
    assert "unmatched" not in document
    wrong = joined("train", "gnoe")
    assert wrong.code == 64
    assert 'is called "gnoe" on test; did you mean "gone"?' in wrong.err


def test_many_targets_know_a_name_together(tmp_path: Path, emulator: Emulator) -> None:
    emulator.seed({"workspaces": ["1002"]})
    project = ProjectFolder(
        tmp_path / "many",
        targets={
            name: {"region": "cn-hangzhou", "workspaceId": str(at), "values": {"who": name}}
            for at, name in enumerate(("east", "west"), 1001)
        },
    )
    project.template("only-${values.who}", file="one")
    project.template("both")
    cli = Commands(project.root, emulator.url)
    ended = cli.plan("--all-targets", "--name", "only-east", "--format", "json")
    assert ended.code == 0, ended.text
    plans = {plan["target"]["name"]: plan for plan in ended.json["plans"]}
    assert [len(plans[name]["actions"]) for name in ("east", "west")] == [1, 0]
    assert plans["west"]["unmatched"] == ["only-east"]
    misspelt = cli.plan("--all-targets", "--name", "only-eas")
    assert misspelt.code == 64
    assert 'on east, west; did you mean "only-east"?' in misspelt.err
    file = tmp_path / "fleet.json"
    assert cli.plan("--all-targets", "--name", "only-*", "--out", file).code == 0
    assert cli.apply(file).code == 3
    assert cli.apply(file, "--name", "only-*").code == 0
    assert sorted(each.name for each in emulator.store.templates()) == ["only-east", "only-west"]


def test_an_error_on_one_of_many_targets_stops_nothing_about_others(tmp_path: Path, emulator: Emulator) -> None:
    emulator.seed({"workspaces": ["1002"]})
    targets = {name: {"region": "cn-hangzhou", "workspaceId": name} for name in ("1001", "1002")}
    project = ProjectFolder(tmp_path / "many", targets=targets)
    project.template("good")
    project.template("bad", content={"JobType": "Nonsense"})
    cli = Commands(project.root, emulator.url)
    assert cli.plan("--all-targets").code == 1
    assert cli.plan("--all-targets", "--name", "good").code == 0
    assert cli.apply("--all-targets", "--name", "good").code == 0


def test_a_report_on_a_part_is_no_report_that_all_was_done(world: ProjectFolder, cli: Commands, tmp_path: Path) -> None:
    """`ci verify` goes back to the request whose report says that everything was done: a part is not everything."""
    from reconciler.cli.ci.document import ended, load_document  # noqa: PLC0415 - the subject
    from reconciler.cli.ci.reportfile import load_report  # noqa: PLC0415

    plan, report = tmp_path / "plan.json", tmp_path / "report.json"
    for names, how in ((["--name", "train"], "partly"), ([], "done")):
        assert cli.plan(*names, "--out", plan).code == 0
        applied = cli.apply(plan, *names, "--format", "json")
        report.write_text(applied.out)
        document: Any = load_document(plan)
        assert ended(document, load_report(report, document)) == how


IDS = tuple(ResourceId(kind, name) for kind in ("JobTemplate", "TensorBoard") for name in ("a", "ab", "b*", "a b"))
WORDS = st.text(alphabet="ab* /", min_size=1, max_size=6)


@given(st.lists(WORDS, min_size=1, max_size=3))
def test_a_pattern_means_what_it_says(patterns: list[str]) -> None:
    """The order of the names does not count, more names mean more, and a name means itself."""
    called = {id: {id.name, str(id)} for id in IDS}
    found = Named.by(patterns)
    assert found is not None
    found = found.among(called)
    alone = [Named((pattern,)).among(called) for pattern in patterns]
    assert found.ids == frozenset().union(*(each.ids for each in alone))
    assert set(found.unmatched) == {each.patterns[0] for each in alone if not each.ids}
    assert found == Named((*found.patterns,)).among(called)
    for id in IDS:
        assert id in Named((str(id).replace("*", ""), id.name)).among(called).ids


@settings(max_examples=examples(5), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(["train", "eval-*", "gone", "fresh"]), unique=True, min_size=1))
def test_parts_one_after_the_other_are_the_whole(world: ProjectFolder, cli: Commands, names: list[str]) -> None:
    """The plan by names, and what it left out planned by names, are together the plan of everything."""
    whole = set(cli.verbs())
    document = cli.document(*named(*names))
    rest = [each["name"] for each in document["left_out"]]
    some = set(cli.verbs(*named(*names)))
    assert some | (set(cli.verbs(*named(*rest))) if rest else set()) == whole
    assert all(verb.partition("/")[2] not in rest for verb in some)
