"""The HTML page in a real browser: search, filter, diff, keyboard, phone, dark, and what axe-core says about it.

Slow, and skipped with a reason where Chromium or, for axe-core, npm cannot be had.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.chromium import chromium
from support.npm import npm_install

from reconciler.audit.collect import silent
from reconciler.audit.store import Store
from reconciler.emulator import Emulator, Fleet, ManualClock, Profile
from reconciler.pipeline.auditing import Run, document, judged, take_snapshot
from reconciler.render.audit.html import audit_html

from .worlds import NOW, settings_for, write_project

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    with Emulator(clock=ManualClock(NOW), profile=Profile(deterministic_ids=True)) as emulator:
        Fleet(emulator.store, emulator.clock, 1).add(30)
        settings = settings_for(write_project({}, folder / "project"), emulator)
        take_snapshot(settings, Run(snapshot=folder / "audit.sqlite3"), silent)
    with Store.open(folder / "audit.sqlite3") as store:
        made = document(store, judged(settings, store, None))
        (folder / "audit.html").write_text("".join(audit_html(made)), encoding="utf-8")
    return (folder / "audit.html").as_uri()


class Browser:
    """Chromium on the page, in the words of a person."""

    def __init__(self, driver: Any, page: str) -> None:
        self.driver = driver
        self.page = page

    def open(self, *, width: int = 1280, dark: bool = False) -> None:
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.driver.get(self.page)

    def find(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def all(self, selector: str) -> list[Any]:
        found: list[Any] = self.driver.find_elements("css selector", selector)
        return found

    def choose(self, selector: str, value: str) -> None:
        self.run(
            "arguments[0].value = arguments[1];"
            "arguments[0].dispatchEvent(new Event('input', {bubbles: true}));"
            "arguments[0].dispatchEvent(new Event('change', {bubbles: true}));",
            self.find(selector),
            value,
        )

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def codes(self) -> set[str]:
        return {each.get_attribute("data-code") for each in self.all("#finding-list > li")}


@pytest.fixture(scope="module")
def browser(page: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield Browser(driver, page)


def test_search_and_filters_narrow_the_findings(browser: Browser) -> None:
    browser.open()
    every = len(browser.all("#finding-list > li"))
    assert browser.find("#count").text == f"{every} findings"
    browser.find("#search").send_keys("RETIRED code")
    assert browser.codes() == {"DLC312"}
    browser.find("#filters button[type=reset]").click()
    browser.run("return new Promise((done) => setTimeout(done))")
    assert len(browser.all("#finding-list > li")) == every
    browser.choose("#severity", "note")
    assert {each.text for each in browser.all("#finding-list .badge.error")} == set()
    assert "DLC315" in browser.codes()
    browser.choose("#severity", "")
    browser.choose("#rule", "DLC313")
    assert browser.codes() == {"DLC313"}
    browser.find("#search").send_keys("no such words")
    assert browser.find("#count").text == "0 findings"


def test_a_bar_of_the_chart_shows_its_findings(browser: Browser) -> None:
    browser.open()
    bar = next(each for each in browser.all("#chart-rules button") if each.text.startswith("DLC311"))
    bar.click()
    assert browser.codes() == {"DLC311"}
    assert browser.run("return document.activeElement.id") == "findings"


def test_two_versions_stand_side_by_side(browser: Browser) -> None:
    browser.open()
    browser.choose("#template-order", "versions")
    browser.find("#template-list .open").click()
    assert browser.run("return document.getElementById('detail').open")
    assert len(browser.all("#detail tbody th")) == 60
    before = [each.text for each in browser.all("#diff-result .del")]
    assert len(before) == 1
    assert "BUILD: 58" in before[0]
    assert "BUILD: 59" in browser.find("#diff-result .add").text
    browser.choose("#before", "1")
    assert "BUILD: 0" in browser.find("#diff-result .del").text
    browser.choose("#before", "60")
    assert browser.find("#diff-result").text == "These versions are the same."
    browser.find("#close").click()
    assert not browser.run("return document.getElementById('detail').open")


def test_templates_are_found_by_name_and_marked_in_the_charts(browser: Browser) -> None:
    browser.open()
    browser.find("#template-search").send_keys("-copy")
    names = [each.text for each in browser.all("#template-list .open")]
    assert len(names) >= 2
    assert all(name.endswith("-copy") for name in names)
    assert browser.find("#template-count").text == f"{len(names)} templates"
    assert len(browser.all("#chart-versions .dot-default")) == 14
    labels = browser.run(
        "return [...document.querySelectorAll('#chart-versions .name title')].map((t) => t.textContent)"
    )
    assert len(set(labels)) == 14
    assert browser.all("#chart-usage .bar-default")
    assert browser.all("#chart-boards .bar-running")


def test_the_colours_can_be_switched(browser: Browser) -> None:
    browser.open()
    background = "return getComputedStyle(document.body).backgroundColor"
    light = browser.run(background)
    browser.find("#theme").click()
    dark = browser.run(background)
    assert light != dark
    browser.open(dark=True)
    assert browser.run(background) == dark


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen_and_nothing_is_complained_about(browser: Browser, width: int) -> None:
    browser.open(width=width)
    browser.find("#template-list .open").click()
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert browser.driver.get_log("browser") == []
    assert browser.run("return performance.getEntriesByType('resource').length") == 0


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, which judges how accessible a page is."""
    modules = npm_install("axe-core@4.14.1", tmp_path_factory.mktemp("axe"))
    return (modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_core_finds_nothing_serious(browser: Browser, axe: str, width: int, dark: bool) -> None:
    browser.open(width=width, dark=dark)
    for opened in (False, True):
        if opened:
            browser.find("#template-list .open").click()
        browser.run(axe)
        found = browser.driver.execute_async_script("axe.run(document).then(arguments[arguments.length - 1])")
        assert [(each["impact"], each["id"]) for each in found["violations"]] == []


def test_what_one_rule_finds_at_one_object_is_one_item(browser: Browser) -> None:
    browser.open()
    first = {"code": "DLC111", "severity": "error", "target": "t", "kind": "JobTemplate", "id": "tpl1", "name": "a"}
    found = [{**first, "summary": "one"}, {**first, "summary": "two"}, {**first, "id": "tpl2", "summary": "one"}]
    assert browser.run("return together(arguments[0]).map((places) => places.length)", found) == [2, 1]
    item = "return findingItem(arguments[0]).querySelector('.places').textContent"
    assert browser.run(item, found[:2]) == "onetwo"


def test_a_long_name_keeps_the_end_that_tells_it_from_others(browser: Browser) -> None:
    browser.open()
    image = "registry.example.com/team/training/pytorch:2.3.1-gpu-py311-cu121-ubuntu22.04"
    assert browser.run("return clip(arguments[0], 44)", image) == "registry.…:2.3.1-gpu-py311-cu121-ubuntu22.04"
    assert browser.run("return clip(arguments[0], 9)", "a-name-and-its-number-1") == "a-na…er-1"
