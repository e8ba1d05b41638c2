"""The README and the tutorial do what they say: their command lines run as they stand there, and print what they show.

Blocks marked `console` are one session of a shell, from the top of a page to its end: those of the README in a copy of
the checkout after the quickstart line, those of the tutorial in an empty folder. In a shown output, a line `...` stands
for any number of lines, and ids of the service for any id.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.model import Verb
from reconciler.render.wording import GROUPS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TUTORIAL = ROOT / "examples" / "tutorial.md"
COMMANDS = (ROOT / "specs" / "commands.md").read_text(encoding="utf-8")
ENVIRON = dict(os.environ)
"""As the session began: the set-up may need the proxy that other tests must not see."""
END_OF_COMMAND = "end-of-command"
SERVICE_ID = re.compile(r"\b(tpl|tb)[0-9a-z]{12,16}\b")


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a session, and what the README shows below it."""

    command: str
    shown: str


def marked(mark: str) -> str:
    """The content of the block behind `<!-- mark -->`."""
    found = re.findall(rf"^<!-- {mark} -->\n```\w+\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"one block is marked {mark}"
    return str(found[0])


def console_steps(page: str) -> list[Step]:
    """All commands of a page's blocks marked `console`."""
    steps = []
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            steps.append(Step(command, shown))
    return steps


def same_ids(text: str) -> str:
    return SERVICE_ID.sub(r"\1-id", text)


def agrees(shown: str, printed: str) -> bool:
    """Whether the text printed is the one shown, `...` standing for any number of lines."""
    lines = (r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in same_ids(shown).splitlines())
    return re.fullmatch("".join(lines), same_ids(printed)) is not None


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell script as a reader would, with the command of this environment on the path."""
    unwanted = ("DLC_RECONCILER_", "ALIBABA_", "GIT_", "PYTEST_", "PYTHON")
    environ = {name: value for name, value in ENVIRON.items() if not name.startswith(unwanted)}
    environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=600,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh clone of the files as they are now, committed or not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    copy = tmp_path / "dlc-reconciler"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    identity = "-c user.name=reader -c user.email=reader@example.com -c commit.gpgsign=false"
    # Git finds there what this repository has, instead of writing thousands of objects.
    objects = shlex.quote(str(ROOT / run("git rev-parse --git-path objects", ROOT).stdout.strip()))
    borrowed = f"echo {objects} > .git/objects/info/alternates"
    made = run(f"git init -q && {borrowed} && git add -A && git {identity} commit -q -m copy", copy)
    assert made.returncode == 0, made.stderr
    return copy


def test_readme_has_exactly_two_lines_of_set_up() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert blocks == [marked("quickstart"), marked("tests")]
    assert all(block.count("\n") == 1 for block in blocks)


@pytest.mark.slow
def test_the_quickstart_line_runs_as_it_stands(checkout: Path) -> None:
    line = marked("quickstart")
    done = run(line, checkout)
    assert done.returncode == 0, done.stderr
    assert agrees(marked("quickstart output"), done.stdout), done.stdout


def session(steps: list[Step], folder: Path) -> list[str]:
    """What each command of one shell session prints to standard output; each has to succeed."""
    script = "".join(f"{step.command}\necho {END_OF_COMMAND} $?\n" for step in steps)
    done = run(f"exec 2>>errors.txt\n{script}", folder)
    parts = re.split(rf"^{END_OF_COMMAND} (\d+)\n", done.stdout, flags=re.MULTILINE)
    errors = (folder / "errors.txt").read_text(encoding="utf-8")[-2000:]
    assert len(parts) == 2 * len(steps) + 1, errors
    failed = [step.command for step, code in zip(steps, parts[1::2], strict=True) if code != "0"]
    assert not failed, errors
    return parts[:-1:2]


def check(page: Path, steps: list[Step], folder: Path, *, update: bool) -> None:
    """Run a page's session; with `update` the page is rewritten where it shows a whole output: read the diff."""
    printed = zip(steps, session(steps, folder), strict=True)
    wrong = [(step, text) for step, text in printed if not agrees(step.shown, text)]
    if update:
        text = page.read_text(encoding="utf-8")
        for step, new in wrong:
            if "..." not in step.shown.splitlines():
                text = text.replace(f"$ {step.command}\n{step.shown}", f"$ {step.command}\n{new}")
        page.write_text(text, encoding="utf-8")
    assert not wrong, "\n".join(f"$ {step.command}\n{new}" for step, new in wrong)


def test_the_console_blocks_print_what_they_show(checkout: Path, request: pytest.FixtureRequest) -> None:
    """The commands of the quickstart line come first, without its set-up."""
    job = re.search(r"\(.*\)$", marked("quickstart").strip())
    assert job is not None
    steps = [Step(job[0], marked("quickstart output")), *console_steps(README)]
    check(ROOT / "README.md", steps, checkout, update=request.config.getoption("--update-cases"))


@pytest.mark.parametrize("page", ["README.md", ".github/README.zh-CN.md"])
def test_what_is_shown_of_a_case_is_what_the_case_printed(page: str) -> None:
    """Cases are run by their own tests, so what stands in their files was really printed."""
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = re.findall(r"^ *<!-- shown: (\S+) -->\n( *)```\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    assert shown
    for name, indent, block in shown:
        lines = "".join(line.removeprefix(indent) for line in block.splitlines(keepends=True))
        assert agrees(lines, (ROOT / name).read_text(encoding="utf-8")), name


@pytest.mark.slow
def test_the_tutorial_prints_what_it_shows(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    name, email = "reader", "reader@example.com"
    variables = f"GIT_AUTHOR_NAME={name} GIT_AUTHOR_EMAIL={email} GIT_COMMITTER_NAME={name} GIT_COMMITTER_EMAIL={email}"
    steps = [Step(f"export {variables}", ""), *console_steps(TUTORIAL.read_text(encoding="utf-8"))]
    check(TUTORIAL, steps, tmp_path, update=request.config.getoption("--update-cases"))


@pytest.mark.parametrize(
    ("english", "chinese"),
    [("README.md", ".github/README.zh-CN.md"), ("examples/tutorial.md", "examples/tutorial.zh-CN.md")],
)
def test_a_page_in_chinese_has_the_same_commands(english: str, chinese: str) -> None:
    """The blocks are the same letter by letter, so what is run of the one is run of the other."""
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in (english, chinese)]
    blocks = [re.findall(r"^(?:<!-- [^\n]* -->\n)?```\w+\n.*?^```$", page, re.MULTILINE | re.DOTALL) for page in pages]
    assert blocks[0] == blocks[1]
    headings, translated = (len(re.findall(r"^#+ ", page, re.MULTILINE)) for page in pages)
    assert headings == translated
    top = [page.splitlines()[2] for page in pages]
    assert (Path(chinese).name in top[0], Path(english).name in top[1]) == (True, True)


def test_ci_runs_the_test_line_of_the_readme() -> None:
    done = run(".ci/readme-line tests", ROOT)
    assert done.stdout == marked("tests"), done.stderr
    assert "line=$(.ci/readme-line tests)" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_action_is_in_the_table_with_its_sign() -> None:
    rows = re.findall(r"^\| `(.)` \| `([a-z-]+)` \|", COMMANDS, re.MULTILINE)
    assert {(sign, verb) for sign, verb in rows} == {(GROUPS[verb].sign, verb.value) for verb in Verb}


def test_every_exit_code_of_an_error_is_in_the_table() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", COMMANDS, re.MULTILINE)}
    classes: list[type[ReconcilerError]] = [ReconcilerError]
    for each in classes:
        classes.extend(each.__subclasses__())
    assert {each.exit_code for each in classes} <= documented


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "examples/README.md",
        "examples/tutorial.md",
        "specs/commands.md",
        ".github/CONTRIBUTING.md",
        ".github/SECURITY.md",
    ],
)
def test_links_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    missing = [target for target in targets if target and not (ROOT / name).parent.joinpath(target).exists()]
    assert not missing


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nd\n", "a\nb\nc\n", False),
        ("tpl0123456789abcd made\n", "tplzzzzzzzzzzzzz1 made\n", True),
        ("version 1\n", "version 2\n", False),
    ],
)
def test_comparison_of_outputs(shown: str, printed: str, *, expected: bool) -> None:
    assert agrees(shown, printed) is expected
