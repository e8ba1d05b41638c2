"""Plans, reports, issues and notices in Chinese: how they look, and what they keep of the English ones."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from fleet.fleets import nasty
from render.plans import CASES, HOSTILE_TEXTS, hostile
from render.test_html import read
from render.test_markdown import check
from render.test_outcomes import report_of

from reconciler.ci.drift_history import History, News
from reconciler.ci.marker import Marker
from reconciler.ci.moment import Moment
from reconciler.cli.ci.notices import messages, of_drift, of_plan, of_report
from reconciler.cli.ci.review_texts import drift_issue, plan_markdown
from reconciler.cli.options.plan_view import FORMATS, View
from reconciler.languages import language, speaking
from reconciler.model import Plan, Status
from reconciler.model.plain import plain
from reconciler.model.plain import read as read_plain
from reconciler.notify import News as DriftNews
from reconciler.plan.codec import plan_id
from reconciler.render.fleet.markdown import fleet_markdown
from reconciler.render.fleet.text import fleet_text
from reconciler.render.html import plan_html
from reconciler.render.outcomes import report_markdown
from reconciler.render.style import visible
from reconciler.render.text import report_text

TESTS = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "cases"
MOMENT = Moment(at="2026-03-01 05:23 UTC", commit="0123456789abcdef", run="Plan #5", run_url="https://ci.example.com/5")
REPORT = report_of(CASES["everything"], list(Status), "somebody removed it")


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    with speaking(language("zh")):
        yield


def in_english(made: Plan, format_name: str) -> str:
    with speaking(language("en")):
        return FORMATS[format_name](made, View(max_chars=None))


def texts() -> dict[str, str]:
    """Everything that is told of a plan, by the file that holds how it looks."""
    everything = CASES["everything"]
    told = {
        f"{name}.{ending}": FORMATS[form](CASES[name], View())
        for name in ("everything", "blocked", "waiting", "verify", "narrowed")
        for form, ending in (("text", "txt"), ("markdown", "md"))
    }
    issue = drift_issue(everything, 60_000, MOMENT, drifted=True)
    notices = {
        "plan": of_plan(everything),
        "report": of_report(everything, REPORT),
        "drift": of_drift(everything, DriftNews.OPENED),
    }
    told |= {
        f"notice-{name}.txt": "\n".join("".join(piece.text for piece in line) for line in message.lines) + "\n"
        for name, notice in notices.items()
        if notice is not None
        for message in [next(messages(notice, MOMENT, "https://ci.example.com/plan"))]
    }
    return told | {
        "report.txt": report_text(REPORT),
        "report.md": report_markdown(REPORT, everything),
        "issue.md": f"{issue.title}\n\n{issue.body(History().after(News(drifted=True, at=MOMENT.at)))}",
    }


def test_chinese_looks_as_it_did(request: pytest.FixtureRequest) -> None:
    told = texts()
    if request.config.getoption("--update-cases"):
        GOLDEN.mkdir(exist_ok=True)
        for name, text in told.items():
            (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")
    assert told == {file.name: file.read_text(encoding="utf-8") for file in sorted(GOLDEN.iterdir())}


CUT = re.compile(r"… ?[(（][^()（）]*[)）]")
FACTS = re.compile(r"DLC\d+|sha256:[0-9a-f]+|(?:JobTemplate|TensorBoard)/[\w.-]+|[A-Za-z0-9_./-]*\d[A-Za-z0-9_./:,-]*")


def facts(text: str) -> Counter[str]:
    """Codes, digests, names, numbers, places; how much of a long text is cut off depends on the language."""
    text = CUT.sub("", text)
    return Counter(found.strip(".,:;") for found in FACTS.findall(text))


PLANS = sorted(TESTS.glob("cases/*/plan.json"))
DOCUMENTS = [*PLANS, *sorted(TESTS.glob("verification/cases/*/plan.json"))]


def plan_of(file: Path) -> Plan:
    """The plan of a case: what its file leaves out is as in an empty plan."""
    document = json.loads(file.read_text(encoding="utf-8"))
    written = {name: value for name, value in document.items() if name in WRITTEN}
    written["actions"] = [{"impact": None, **action} for action in document["actions"]]
    return read_plain(Plan, {**plain(CASES["empty"]), **written})


WRITTEN = frozenset(each.name for each in fields(Plan))


@pytest.mark.parametrize("format_name", ["text", "markdown"])
def test_codes_names_numbers_and_places_are_those_of_the_english_plan(format_name: str) -> None:
    """A law, of every case there is."""
    saved = {file.parent.name: plan_of(file) for file in PLANS}
    assert len(saved) > 80
    for name, made in {**saved, **CASES}.items():
        if name != "hostile":
            chinese = FORMATS[format_name](made, View(max_chars=None))
            assert facts(chinese) == facts(in_english(made, format_name)), name


def test_no_sentence_of_any_case_stays_english() -> None:
    spoken = language("zh")
    found = {text for file in DOCUMENTS for text in _sentences(json.loads(file.read_text(encoding="utf-8")))}
    assert len(found) > 40
    assert [text for text in sorted(found) if spoken.say(text).isascii()] == []


SPOKEN = frozenset({"summary", "hint", "why", "cause"})


def _sentences(document: object) -> Iterator[str]:
    """Yield what a document holds for people: sentences have blanks."""
    for key, value in document.items() if isinstance(document, dict) else ():
        if key in SPOKEN and isinstance(value, str) and " " in value:
            yield value
        elif key == "notes":
            yield from value
        yield from _sentences(value)
    for value in document if isinstance(document, list) else ():
        yield from _sentences(value)


def test_documents_and_markers_are_the_same_in_every_language() -> None:
    for made in CASES.values():
        assert FORMATS["json"](made, View()) == in_english(made, "json")
    made = CASES["everything"]
    chinese = drift_issue(made, 60_000, MOMENT, drifted=True).body(History())
    with speaking(language("en")):
        english = drift_issue(made, 60_000, MOMENT, drifted=True).body(History())
    assert chinese != english
    assert Marker.read(chinese) == Marker.read(english)


@pytest.mark.parametrize(("before", "after"), [("zh", "en"), ("en", "zh"), ("zh", "zh")])
def test_the_history_of_an_issue_outlives_a_change_of_language(before: str, after: str) -> None:
    made = CASES["everything"]
    history = (
        History()
        .after(News(drifted=True, at="2026-03-01 05:23 UTC"))
        .after(News(drifted=False, at="2026-03-02 05:23 UTC"))
    )
    with speaking(language(before)):
        body = drift_issue(made, 60_000, MOMENT, drifted=True).body(history)
    with speaking(language(after)):
        assert History.read(body) == history


@pytest.mark.parametrize("made", CASES.values(), ids=CASES)
def test_only_our_own_words_are_markup(made: Plan) -> None:
    check(FORMATS["markdown"](made, View()), made)
    assert '<html lang="zh">' in plan_html(made, plan_id(made))
    read(plan_html(made, plan_id(made)))


@pytest.mark.parametrize("text", [*HOSTILE_TEXTS, "`" * 10_000, "\x1b" * 1_000, "", " ", "\n", "{0:say}", "2 errors"])
def test_no_text_gets_out_of_its_place(text: str) -> None:
    made = hostile(text)
    check(FORMATS["markdown"](made, View()), made)
    page = plan_html(made, plan_id(made))
    assert visible(page, keep="\n") == page
    read(page)
    shown = FORMATS["text"](made, View())
    assert visible(shown, keep="\n") == shown
    fleet = nasty(text)
    assert visible(fleet_text(fleet), keep="\n") == fleet_text(fleet)
    assert "<script" not in re.sub(r"`[^`]*`|```.*?```", "", fleet_markdown(fleet, "sha256:x"), flags=re.DOTALL)


def test_a_comment_keeps_within_its_limit() -> None:
    for limit in (2_000, 5_000, 65_536):
        assert len(plan_markdown(CASES["everything"], limit, "", MOMENT)) <= limit
