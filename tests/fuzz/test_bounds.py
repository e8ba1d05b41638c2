"""Huge and deep input in a process with little memory and time: one clear error, never a crash or a long wait."""

from __future__ import annotations

import resource
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import Commands, command
from support.outside import template_id
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator, Fault

MEMORY = 700 * 1024**2
SECONDS = 40
"""Of processor time: ten times what it takes, so that a slow machine does not matter and a quadratic step does."""

HUGE: dict[str, tuple[Callable[[], str], str]] = {
    "a-million-keys": (lambda: "{" + ",".join(f"k{number}: 1" for number in range(330_000)) + "}", "DLC004|DLC007"),
    "a-million-values": (lambda: "[" + "1," * 2_000_000 + "]", "DLC007"),
    "one-key-again-and-again": (lambda: "k: 1\n" * 700_000, "DLC007"),
    "a-million-documents": (lambda: "---\na: 1\n" * 400_000, "DLC007"),
    "many-anchors": (lambda: "".join(f"a{number}: &a{number} x\n" for number in range(200_000)), "DLC007"),
    "alias-bomb": (
        lambda: "a0: &a0 [x,x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1},*a{n - 1},*a{n - 1}]\n" for n in range(1, 40)),
        "DLC007",
    ),
    "200-deep": (lambda: "[" * 200 + "]" * 200, "DLC006"),
    "deep-in-blocks": (lambda: "".join(" " * depth + "-\n" for depth in range(2000)), "DLC006"),
    "one-long-line": (lambda: "a: " + "x" * 3_900_000, "DLC013|DLC014|DLC015"),
    "five-mebibytes": (lambda: "#" * 5 * 1024**2, "DLC004"),
}
"""How each text is made, when its test runs, and the codes of which the report has one."""


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


LONG = {"a-million-keys", "a-million-values", "one-key-again-and-again", "many-anchors", "deep-in-blocks"}
"""They are refused where `a-million-documents` and `200-deep` are, and most of them take a second."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow if name in LONG else ()) for name in HUGE])
@pytest.mark.skipif(sys.platform != "linux", reason="limits on the address space work on Linux only")
def test_a_huge_manifest_is_refused_within_bounds(name: str, project: ProjectFolder) -> None:
    text, codes = HUGE[name]
    (project.root / "manifests" / "bad.yaml").write_text(text(), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "validate", "--project", str(project.root)],
        preexec_fn=limited,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 1, done.stderr[-2000:]
    said = done.stdout + done.stderr
    assert any(code in said for code in codes.split("|")), said[-2000:]
    assert "internal error" not in said
    assert len(said) < 5_000


DEEP = "[" * 100_000 + "]" * 100_000
ODD: dict[str, str] = {
    "deep": '{"Envs": ' + DEEP + "}",
    "not-json": "{",
    "nan": '{"Priority": NaN}',
    "too-large": '{"Priority": 1e999}',
    "digits": '{"Priority": ' + "9" * 5000 + "}",
    "list": "[]",
    "text": '"x"',
}


@pytest.mark.parametrize("name", ODD)
def test_content_of_the_service_that_no_client_would_write(
    name: str, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template()
    assert cli.apply().code == 0

    def spoil(answer: dict[str, object]) -> dict[str, object]:
        answer["Versions"] = [{"Version": 1, "Content": ODD[name], "Constraints": {}}]
        return answer

    emulator.faults.add(Fault(kind="rewrite", action="GetJobTemplate", times=None, rewrite=spoil))
    ended = cli.plan("--verify")
    assert ended.code == 1, ended.text
    assert ended.err.startswith("error: ") or "attempt" in ended.err
    assert "internal error" not in ended.err
    assert len(ended.text) < 2_000


@pytest.mark.parametrize("text", ['{"Envs": {"A": "\\ud800"}}', '{"Envs": {"A": "1"}, "Envs": {"A": "2"}}'])
def test_content_that_is_odd_but_can_be_compared(
    text: str, project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    """Lone surrogates and keys that come twice: shown without breaking any format."""
    project.template()
    assert cli.apply().code == 0

    def spoil(answer: dict[str, object]) -> dict[str, object]:
        answer["Versions"] = [{"Version": 1, "Content": text, "Constraints": {}}]
        return answer

    emulator.faults.add(Fault(kind="rewrite", action="GetJobTemplate", times=None, rewrite=spoil))
    for form in ("text", "json", "markdown", "html"):
        file = tmp_path / form
        ended = cli.plan("--verify", "--format", form)
        assert ended.code == 0, ended.text
        ended.out.encode("utf-8")
        assert cli.plan("--verify", "--format", form, "--out", file).code == 0
        file.read_text(encoding="utf-8")


NAMES = {
    "controls": "a\x1b[31mb\x07",
    "separators": "../../etc/passwd",
    "backslashes": "..\\..\\x",
    "right-to-left": "abc\u202egpj.exe",
    "invisible": "tra\u200bin",
    "long": "n" * 1024,
    "newline": "a\nerror: all is well",
    "markup": "<script>alert(1)</script>`|@all",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_of_a_live_template(
    name: str, project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    project.template()
    assert cli.apply().code == 0
    emulator.store.create_template("victim", CONTENT)
    victim = template_id(emulator, "victim")

    def rename(answer: dict[str, object]) -> dict[str, object]:
        rows = answer.get("JobTemplates", [answer])
        for row in rows:  # type: ignore[attr-defined]
            if row["TemplateId"] == victim:
                row["TemplateName"] = NAMES[name]
        return answer

    for action in ("ListJobTemplates", "GetJobTemplate"):
        emulator.faults.add(Fault(kind="rewrite", action=action, times=None, rewrite=rename))
    out = tmp_path / "exported"
    where = ("--project", project.root, "--endpoint", emulator.url)
    ended = [command("export", victim, "--out", out, *where), cli.plan(), command("history", victim, *where)]
    for each in ended:
        assert "internal error" not in each.text
        assert all(letter.isprintable() or letter == "\n" for letter in each.text), ascii(each.text)
    written = [file for file in tmp_path.rglob("*.yaml") if not file.is_relative_to(project.root)]
    assert written, ended[0].text
    assert all(file.is_relative_to(out) and file.name.isascii() for file in written)
    assert all(len(file.name) < 120 for file in written)


PAIRS = [("caf\u00e9", "cafe\u0301"), ("train", "tra\u200bin"), ("train", "\uff54rain"), ("\u212bx", "\u00c5x")]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_names_that_look_alike_are_named(
    one: str, other: str, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template(one, file="one")
    project.template(other, file="other")
    both = cli.plan()
    assert both.err.count("DLC048") + both.out.count("DLC048") == 2
    assert ascii(other)[1:-1] in both.text
    project.remove("other")
    emulator.store.create_template("live", CONTENT)

    def rename(answer: dict[str, object]) -> dict[str, object]:
        for row in answer["JobTemplates"]:  # type: ignore[attr-defined]
            row["TemplateName"] = other
        return answer

    emulator.faults.add(Fault(kind="rewrite", action="ListJobTemplates", times=None, rewrite=rename))
    single = cli.plan()
    if unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other):
        assert "DLC201" in single.text, "the same name, spelt in another way: it is there and not ours"
        return
    assert "DLC216" in single.text
    assert ascii(other)[1:-1] in single.text
    assert "DLC048" not in single.text
