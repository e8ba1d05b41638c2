"""Moments of the service: every notation that was seen of it means one moment, wherever it is read."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sources import modules_with

from reconciler.model.moments import age_days, in_time, instant, latest, moment_of, precision

moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
zones = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@pytest.mark.parametrize(
    ("text", "expected", "lasts"),
    [
        ("2026-01-08T14:17Z", "2026-01-08T14:17:00+00:00", 60),
        ("2026-01-08T14:17:55Z", "2026-01-08T14:17:55+00:00", 1),
        ("2026-01-08T14:17:55", "2026-01-08T14:17:55+00:00", 1),
        ("2026-01-08 14:17", "2026-01-08T14:17:00+00:00", 60),
        ("2026-01-08T14:17:55.123Z", "2026-01-08T14:17:55.123000+00:00", 1),
        ("2026-01-08T14:17:55.123456789Z", "2026-01-08T14:17:55.123456+00:00", 1),
        ("2026-01-08t14:17:55,5z", "2026-01-08T14:17:55.500000+00:00", 1),
        ("2026-01-08T22:17:55+08:00", "2026-01-08T14:17:55+00:00", 1),
        ("2026-01-08T22:17+0800", "2026-01-08T14:17:00+00:00", 60),
        (" 2026-01-08 ", "2026-01-08T00:00:00+00:00", 86400),
    ],
)
def test_one_text_means_one_moment(text: str, expected: str, lasts: int) -> None:
    assert moment_of(text) == datetime.fromisoformat(expected)
    assert precision(text) == timedelta(seconds=lasts)


@pytest.mark.parametrize(
    "text",
    [None, 7, "", "-", "soon", "2026-02-30T00:00Z", "2026-01-08T24:00Z", "2026-01-08T14Z", "20260108", "2026-W02-1",
     "0001-01-01T00:00+14:00", "9999-12-31T23:59:59-01:00", "\uff12026-01-08", "2026-01-08T14:17:55Zulu"],
)  # fmt: skip
def test_what_is_no_moment_is_none(text: object) -> None:
    assert moment_of(text) is None


@given(moment=moments, zone=zones)
def test_the_zone_does_not_matter(moment: datetime, zone: timezone) -> None:
    assert moment_of(moment.astimezone(zone).isoformat()) == moment
    whole = moment.replace(microsecond=0)
    assert moment_of(instant(whole.astimezone(zone))) == whole


@given(st.lists(moments, min_size=1, max_size=5), st.data())
def test_the_last_of_several_is_found_in_any_notation(several: list[datetime], data: st.DataObject) -> None:
    texts = [moment.astimezone(data.draw(zones)).isoformat() for moment in several]
    assert moment_of(latest([*texts, ""])) == max(several)
    assert [moment_of(text) for text in sorted(texts, key=in_time)] == sorted(several)


def test_ages_are_whole_days_and_never_negative() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert age_days("2026-02-27T08:00:00+08:00", now) == 2
    assert age_days("2026-02-27T00:00:01", now) == 1
    assert age_days("2026-03-02T00:00:00Z", now) == 0
    assert age_days("never", now) is None
    assert latest([]) == latest([""]) == ""


OUR_OWN = {"audit/answers.py", "manifests/grades.py", "pipeline/auditing.py"}
"""What these read was written by us or by a person: the days on which a snapshot began and an answer was used, the last
day of a waiver."""


def test_nothing_else_parses_moments() -> None:
    """The emulator is the service and shares no code with the rest."""
    parsing = {
        name
        for name, tree in modules_with("fromisoformat", "strptime")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("fromisoformat", "strptime")
    }
    assert {name for name in parsing if not name.startswith("emulator/")} == OUR_OWN | {"model/moments.py"}
