"""fmt: one order and style, comments kept, never another meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support.commands import command
from support.project import ProjectFolder

from reconciler.authoring.style import formatted
from reconciler.errors import ManifestError, ReconcilerError
from reconciler.kinds import KINDS
from reconciler.manifests import ProcessEnvironment, load_project
from reconciler.manifests.files import parse
from reconciler.manifests.manifest_set import ManifestSet

ROOT = Path(__file__).parents[2]

MESSY = """\
# yaml-language-server: $schema=x
# licence

kind: JobTemplate   # what
apiVersion: dlc-reconciler/v1
spec:
    # content of it
    content:
        UserCommand: |
            # a shell comment
            python train.py
            # last

        # the nodes
        JobSpecs:
        # first role
        - PodCount: 2   # two
          # image!
          Image: "a:1"
          Type: Worker
        - {Type: Master,   PodCount: 1}
        JobType: PyTorchJob
        Envs: {B: "1", A: "010", D: 2026-1-1, E: yes, X: 0x1F, F: 1.50}
        # CodeSource: later
        Priority:   5
    description: >-
        folded text
        here
metadata:
    name:    train
    labels: {b: x,
       a: y}
# end
---
# second
apiVersion: dlc-reconciler/v1
kind: TensorBoard
metadata: {name: b}
spec: {state: absent}
"""

TIDY = """\
# yaml-language-server: $schema=x
# licence

apiVersion: dlc-reconciler/v1
kind: JobTemplate # what
metadata:
  name: train
  labels: { b: x, a: y }
spec:
  description: >-
    folded text
    here
  # content of it
  content:
    JobType: PyTorchJob

    # the nodes
    JobSpecs:
      # first role
      - Type: Worker
        PodCount: 2 # two
        # image!
        Image: "a:1"
      - { Type: Master, PodCount: 1 }
    UserCommand: |
      # a shell comment
      python train.py
      # last
    Envs: { B: "1", A: "010", D: 2026-1-1, E: yes, X: 0x1F, F: 1.50 }
    # CodeSource: later
    Priority: 5
# end
---
# second
apiVersion: dlc-reconciler/v1
kind: TensorBoard
metadata: { name: b }
spec: { state: absent }
"""


def test_order_indents_and_comments() -> None:
    assert formatted("t", MESSY) == TIDY


def test_what_is_formatted_stays_as_it_is() -> None:
    assert formatted("t", TIDY) == TIDY


@pytest.mark.parametrize(
    "file", sorted((ROOT / "examples").rglob("*.yaml")) + sorted((ROOT / "reconciler").rglob("*.yaml"))
)
def test_what_we_ship_is_formatted(file: Path) -> None:
    if not {"kubernetes", "languages"} & set(file.parts):  # these are no manifests
        text = file.read_text(encoding="utf-8")
        assert formatted(file.name, text) == text


WIDE = """\
kind: JobTemplate
spec:
  fits: { a: [1, 2], b: {}, c: [], d: { e: 'say "x"' } } # the end is in column 80
  wide:
    first: { name: short }
    second: ["aaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbb", "cccccccc"]
    third:
      - "aaaaaaaaaaaaaaaaaaaaaaaa"
      - "bbbbbbbbbbbbbbbbbbbbbbbb"
      - "cccccccccccccccccc"
"""


def test_flow_style_is_that_of_prettier_and_what_is_too_wide_becomes_block_style() -> None:
    text = """\
kind: JobTemplate
spec:
  fits: {a: [ 1,2 ],b: { }, c: [], d: {e: "say \\"x\\""}}   # the end is in column 80
  wide: {first: {name: short}, second: ['aaaaaaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbbbbbb', 'cccccccc'],
         third: ['aaaaaaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbbbbbb', 'cccccccccccccccccc']}
"""
    assert formatted("t", text) == WIDE
    assert formatted("t", WIDE) == WIDE


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("'a'", '"a"'),
        ("'it''s'", '"it\'s"'),
        ("'say \"x\"'", "'say \"x\"'"),
        ('"say \\"x\\""', "'say \"x\"'"),
        (r"'\d'", r"'\d'"),
        (r'"\"\t"', r'"\"\t"'),
        ("'é'", '"é"'),
        ("''", '""'),
    ],
)
def test_quotes_are_those_that_need_no_escape(written: str, ours: str) -> None:
    assert formatted("t", f"a: {written}\n") == f"a: {ours}\n"


def test_a_document_with_aliases_keeps_its_order() -> None:
    text = "kind: x\nspec:\n  b: &a 1\n  a: *a\nmetadata: {}\n"
    assert [*yaml.safe_load(formatted("t", text))] == ["kind", "spec", "metadata"]


def test_a_broken_file_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: [1\n", encoding="utf-8")
    ended = command("fmt", file)
    assert (ended.code, file.read_text(encoding="utf-8")) == (1, "a: [1\n")
    assert "a.yaml:2:1: error DLC001" in ended.err
    with pytest.raises(ManifestError):
        formatted("t", "a: 1\na: 2\n")


def test_check_writes_nothing_and_says_what_would_change(project: ProjectFolder) -> None:
    file = project.template()
    before = file.read_text(encoding="utf-8")
    checked = command("fmt", "--check", "--project", project.root)
    assert (checked.code, file.read_text(encoding="utf-8")) == (1, before)
    assert f"would change {file}" in checked.out
    assert command("fmt", "--project", project.root).code == 0
    assert file.read_text(encoding="utf-8") != before
    assert (command("fmt", "--check", "--project", project.root).code, command("fmt", project.root).out) == (0, "")


KEYS = st.sampled_from(["apiVersion", "metadata", "JobSpecs", "Type", "Envs", "zeta", "alpha", "on", "1", "a b", "x#y"])
TEXTS = st.sampled_from(
    ["", "a", "yes", "010", "1e3", "# no", "a: b", "a #b", "two\nlines\n", "- x", " lead", "${v}", "'", '"', "é"]
)
TREES = st.recursive(
    TEXTS | st.integers(-3, 3) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def commented(draw: st.DrawFn) -> str:
    """A YAML text with comments and blank lines put between its lines, at the indents of their neighbours."""
    tree = draw(st.dictionaries(KEYS, TREES, min_size=1, max_size=4))
    indent, style = draw(st.sampled_from([2, 3, 4])), draw(st.sampled_from([None, False, True]))
    text = yaml.safe_dump(tree, sort_keys=False, indent=indent, default_flow_style=style, allow_unicode=True)
    lines: list[str] = []
    for number, line in enumerate(text.splitlines()):
        space = " " * (len(line) - len(line.lstrip()))
        if draw(st.integers(0, 4)) == 0 and line.strip():
            lines.append(f"{space}# comment {number}")
        lines.append(line)
    made = "\n".join(lines) + "\n"
    return made if parse("t", made).documents and _data(made) == _data(text) else text


def _data(text: str) -> list[Any]:
    return [raw.data for raw in parse("t", text).documents]


@settings(deadline=None)
@given(commented())
def test_laws_of_formatting(text: str) -> None:
    """The same data, every comment, and nothing to do the second time. Refusing is allowed, lying is not."""
    try:
        made = formatted("t", text)
    except (ManifestError, ReconcilerError):
        return
    assert _data(made) == _data(text)
    assert formatted("t", made) == made
    assert sorted(_comments(made)) == sorted(_comments(text))


@pytest.mark.parametrize("last", ["{apiVersion: null, metadata: ''}", "{apiVersion: ''}", "''\n- ''"])
def test_a_text_that_writing_would_spoil_is_refused_and_no_internal_error(last: str) -> None:
    text = f"# comment 0\napiVersion:\n# comment 1\n- {{}}\n# comment 2\n- a\n- {last}\n"
    with pytest.raises(ReconcilerError, match="cannot be formatted"):
        formatted("t", text)


def _comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("# comment")]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("ABC"), TEXTS, max_size=3), TEXTS)
def test_formatting_changes_no_digest(
    tmp_path_factory: pytest.TempPathFactory, envs: dict[str, str], text: str
) -> None:
    project = ProjectFolder(tmp_path_factory.mktemp("project"))
    file = project.template(content={"Envs": envs, "UserCommand": text or "x"}, description=text)

    def digests() -> dict[Any, str]:
        found = ManifestSet(load_project(project.root), KINDS).desired("test", ProcessEnvironment({"v": ""}))
        return {id: next(k for k in KINDS if k.name == id.kind).digest(each) for id, each in found.resources.items()}

    before = digests()
    made = formatted("t", file.read_text(encoding="utf-8"))
    file.write_text(made, encoding="utf-8")
    assert digests() == before
