"""The page: nothing of the data becomes markup, nothing is fetched, and it is readable on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.chromium import chromium

from reconciler.model import Plan
from reconciler.plan.codec import plan_id
from reconciler.render.html import plan_html
from reconciler.render.style import visible
from reconciler.render.sums import summary
from reconciler.render.wording import verdict

from .plans import CASES, CREATE, DELETE, HOSTILE_TEXTS, NEW_VERSION, PROMOTE, REPLACE, hostile, plan, template

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

TAGS = frozenset(
    {"html", "head", "meta", "title", "style", "body", "main", "footer", "section", "h1", "h2", "p", "div", "span"}
    | {"strong", "ul", "li", "br", "code", "pre", "details", "summary"}
)
VOID = frozenset({"meta", "br"})
ATTRIBUTES = frozenset({"lang", "charset", "name", "content", "http-equiv", "class", "open"})


class Reader(HTMLParser):
    """Collects the text, and refuses any markup that is not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def read(page: str) -> str:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader.text


@pytest.mark.parametrize("made", CASES.values(), ids=CASES)
def test_the_page_says_what_matters(made: Plan) -> None:
    text = read(plan_html(made, plan_id(made)))
    for words in (verdict(made), summary(made), plan_id(made)):
        assert words in text


@pytest.mark.parametrize("text", [*HOSTILE_TEXTS, "x" * 100_000, "</style>" * 1000, ""])
def test_no_text_becomes_markup(text: str) -> None:
    page = plan_html(hostile(text), "sha256:x")
    assert visible(page, keep="\n") == page
    shown = read(page)
    assert visible(text[:100]) in shown


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


def show(browser: Chrome, made: Plan, folder: Path, width: int, scheme: str = "light") -> Any:
    """Open the page of a plan in a window of this width, and measure it."""
    file = folder / "plan.html"
    file.write_text(plan_html(made, plan_id(made)), encoding="utf-8")
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(file.as_uri())
    return browser.execute_script(
        """
        const folded = [...document.querySelectorAll("details")].map(each => each.innerText);
        document.querySelectorAll("details").forEach(each => each.open = true);
        return {
          wide: document.documentElement.scrollWidth, window: innerWidth, folded: folded.join("\\n"),
          fetched: performance.getEntriesByType("resource").map(each => each.name),
          text: document.body.innerText, font: parseFloat(getComputedStyle(document.body).fontSize),
          ink: getComputedStyle(document.body).color, page: getComputedStyle(document.body).backgroundColor,
        }
        """
    )


def brightness(colour: str) -> int:
    return sum(int(part) for part in colour.removeprefix("rgb(").rstrip(")").split(","))


@pytest.mark.parametrize("count", [1, 10, 11, 40])
def test_the_differences_of_ten_actions_are_open_at_first(count: int) -> None:
    made = plan(*(replace(NEW_VERSION, id=template(f"t{at:02}")) for at in range(count)))
    page = plan_html(made, plan_id(made))
    assert page.count('<details class="action" open>') == min(count, 10)
    assert page.count('<details class="action">') == max(0, count - 10)


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["everything", "blocked", "hostile"])
def test_a_browser_shows_it_without_a_request_or_sideways_scrolling(
    name: str, width: int, browser: Chrome, tmp_path: Path
) -> None:
    seen = show(browser, CASES[name], tmp_path, width)
    assert seen["wide"] <= seen["window"] == width
    assert seen["font"] >= 14
    assert seen["fetched"] == []
    assert verdict(CASES[name]) in seen["text"]
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]


@pytest.mark.slow
def test_dangerous_actions_are_open_when_the_page_opens(browser: Chrome, tmp_path: Path) -> None:
    seen = show(browser, CASES["everything"], tmp_path, 1280)
    for action in (DELETE, REPLACE, PROMOTE):
        assert str(action.id) in seen["text"]
        assert str(action.id) not in seen["folded"]
    for action in (CREATE, NEW_VERSION):
        assert str(action.id) in seen["folded"]


@pytest.mark.slow
def test_dark_is_dark(browser: Chrome, tmp_path: Path) -> None:
    light, dark = (show(browser, CASES["everything"], tmp_path, 1280, scheme) for scheme in ("light", "dark"))
    assert brightness(light["page"]) > brightness(light["ink"]) + 400
    assert brightness(dark["ink"]) > brightness(dark["page"]) + 400
