"""`python -m tests.pictures`: makes the PNG files of `.github/pictures` anew; look at them before they are committed.

Each picture is a real output: the quickstart is applied to an emulator, people change things in Git and in the console,
and what `plan` and `audit` then print is drawn by Chromium.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from markdown_it import MarkdownIt  # noqa: E402 - the tests' folder is on the path since the line above
from support.chromium import chromium  # noqa: E402
from support.commands import Ended, command  # noqa: E402
from support.outside import act, template_id  # noqa: E402
from support.repository import commit, repository  # noqa: E402

from reconciler.emulator import Emulator, seed_fleet  # noqa: E402

PICTURES = ROOT / ".github" / "pictures"
WIDTH = 980
FLEET = 40
STYLE = """
body { margin: 0; padding: 20px; background: #fff; font: 14px/1.5 "DejaVu Sans", sans-serif; color: #1f2328; }
main { border: 1px solid #d0d7de; border-radius: 6px; padding: 4px 16px 12px; }
table { border-collapse: collapse; } th, td { border: 1px solid #d0d7de; padding: 5px 12px; text-align: left; }
code { background: #eff1f3; border-radius: 4px; padding: 2px 5px; font: 12px "DejaVu Sans Mono", monospace; }
pre { background: #f6f8fa; border-radius: 6px; padding: 12px; line-height: 1.45; }
pre code { background: none; padding: 0; }
.added { background: #dafbe1; } .removed { background: #ffebe9; } summary { margin: 6px 0; } h3 { margin: 10px 0; }
"""


def comment(folder: Path) -> str:
    """The comment of a pull request that changes one template and removes one, while a console edit comes to light.

    Raises:
        RuntimeError: a command failed.
    """
    project = _quickstart(folder)
    repository(project)
    where = ("--project", project, "--target", "local")
    _done(command("apply", "--yes", *where))
    manifest = project / "templates" / "resnet50-train.yaml"
    with Emulator(project / ".dlc-reconciler" / "emulator.sqlite3") as emulator:
        _edit_in_console(emulator, "recommender-tf")
        for days in (1, 3, 8):
            act(emulator, {"do": "launch", "template": manifest.stem, "daysAgo": days})
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("--epochs 90", "--epochs 120"), encoding="utf-8")
    (project / "templates" / "feature-etl-ray.yaml").unlink()
    commit(project)
    plan = folder / "plan.json"
    _done(command("plan", *where, "--out", plan))
    return _page(_done(command("plan", "show", plan, "--format", "markdown")).out)


def _edit_in_console(emulator: Emulator, name: str) -> None:
    """Somebody tries fewer steps and makes that the default, for everybody."""
    content = json.loads(str(emulator.store.versions(template_id(emulator, name))[-1].content))
    content["UserCommand"] = content["UserCommand"].replace("--steps 200000", "--steps 500")
    act(emulator, {"do": "add-version", "template": name, "content": content, "default": True})


def audit(folder: Path) -> str:
    """The audit's own page, of a made-up fleet that has everything that audits look for.

    Raises:
        RuntimeError: a command failed.
    """
    project = _quickstart(folder)
    state = folder / "fleet.sqlite3"
    seed_fleet(state, FLEET, seed=1)
    page = folder / "audit.html"
    with Emulator(state) as emulator:
        where = ("--project", project, "--target", "local", "--endpoint", emulator.url)
        _done(command("audit", *where, "--fail-on", "never", "--out", page))
    return page.read_text(encoding="utf-8")


PAGES: Mapping[str, tuple[Callable[[Path], str], int]] = {"comment": (comment, 0), "audit": (audit, 900)}
"""How each page is made, and the height of its picture in pixels; 0 shows the whole page."""


def _quickstart(folder: Path) -> Path:
    left_out = shutil.ignore_patterns(".dlc-reconciler")
    return Path(shutil.copytree(ROOT / "examples" / "quickstart", folder / "quickstart", ignore=left_out))


def _done(ended: Ended) -> Ended:
    if ended.code != 0:
        raise RuntimeError(ended.text)
    return ended


def _page(markdown: str) -> str:
    """Markdown as a code host draws it, with folded parts open and the lines of differences coloured."""
    html = (
        MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown).replace("<details>", "<details open>")
    )
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><main>{_coloured(html)}</main>"


def _coloured(html: str) -> str:
    kinds = {"+": "added", "-": "removed"}
    lines = []
    is_diff = False
    for line in html.split("\n"):
        is_diff = (is_diff or "language-diff" in line) and "</code></pre>" not in line
        head, mark, text = line.rpartition('">') if line.startswith("<pre>") else ("", "", line)
        kind = kinds.get(text[:1]) if is_diff else None
        lines.append(f'{head}{mark}<span class="{kind}">{text}</span>' if kind else line)
    return "\n".join(lines)


def draw(name: str) -> Path:
    """Make one page and take its picture.

    Raises:
        RuntimeError: a command failed.
    """
    make, height = PAGES[name]
    with (
        tempfile.TemporaryDirectory(prefix="dlc-reconciler-") as scratch,
        chromium(Path(scratch) / "profile") as browser,
    ):
        folder = Path(scratch) / "page"
        folder.mkdir()
        page = folder / f"{name}.html"
        page.write_text(make(folder), encoding="utf-8")
        browser.set_window_size(WIDTH, height or 2000)
        browser.get(page.as_uri())
        frame = browser.execute_script("return window.outerHeight - window.innerHeight")
        whole = browser.execute_script("return document.documentElement.getBoundingClientRect().height")
        browser.set_window_size(WIDTH, (height or int(whole) + 1) + frame)
        picture = PICTURES / f"{name}.png"
        PICTURES.mkdir(exist_ok=True)
        browser.save_screenshot(str(picture))
    return picture


if __name__ == "__main__":
    for wanted in sys.argv[1:] or PAGES:
        print(draw(wanted))
