"""Since when a default is what it is: what writes record, and what is told when somebody else wrote later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from faults.house import House, house, template
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator import ManualClock
from reconciler.kinds.jobtemplate.canonical import LiveTemplate
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.kinds.jobtemplate.since import LAG, Since, after, known
from reconciler.model.moments import instant, moment_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def live(modified: str, mark: Since | None, default: int = 2) -> LiveTemplate:
    """A template as a listing shows it."""
    marks = Marks(project="vision", template_id="tpl1", since=mark)
    return LiveTemplate(
        template_id="tpl1",
        name="train",
        description="",
        metadata={},
        default_version=default,
        marks=marks,
        modified=modified,
    )


def mark(began: datetime, written: datetime, version: int = 2) -> Since:
    return Since(version=version, began=instant(began), written=instant(written))


@pytest.mark.parametrize(
    ("modified", "recorded", "began"),
    [
        ("2026-03-01T12:00:05Z", mark(NOON, NOON), "2026-03-01T12:00:05Z"),  # by our own second write, or by others
        ("2026-03-01T15:00:00Z", mark(NOON, NOON), "2026-03-01T15:00:00Z"),  # by somebody else
        ("2026-03-01T15:00:00Z", mark(NOON, NOON + timedelta(hours=3)), "2026-03-01T12:00:00Z"),  # by our own update
        ("2026-03-01T15:03:00Z", mark(NOON, NOON + timedelta(hours=3)), "2026-03-01T15:03:00Z"),  # after our own update
        ("2026-03-01T15:00:00Z", mark(NOON, NOON + timedelta(hours=3), version=1), "2026-03-01T15:00:00Z"),
        ("2026-03-01T15:00Z", None, "2026-03-01T15:00:59Z"),  # whole minutes: the last second that can be meant
        ("", mark(NOON, NOON), None),
        ("yesterday", None, None),
    ],
)  # fmt: skip
def test_since_when(modified: str, recorded: Since | None, began: str | None) -> None:
    found = known(live(modified, recorded))
    assert (found and found.began) == began


@pytest.mark.parametrize(
    "text",
    ["", "2", "0/2026-03-01T12:00:00Z/2026-03-01T12:00:00Z", "2/2026-13-01T12:00:00Z/2026-03-01T12:00:00Z",
     "2/2026-03-01T12:00:00Z/9999-12-31T23:59:59Z", "2/2026-03-01T12:00:00Z/2026-03-01T12:00:00Z/3", "2/x/y"],
)  # fmt: skip
def test_what_is_no_mark_says_nothing(text: str) -> None:
    assert Since.parse(text) is None


minutes = st.integers(min_value=-5, max_value=600).map(lambda each: NOON + timedelta(minutes=each))


@given(modified=minutes, began=minutes, written=minutes, version=st.sampled_from([1, 2]))
def test_it_is_never_told_too_early(modified: datetime, began: datetime, written: datetime, version: int) -> None:
    recorded = mark(began, max(began, written), version)
    found = known(live(instant(modified), recorded))
    assert found is not None
    if version != 2 or modified > moment(recorded.written) + LAG:
        assert moment(found.began) >= modified  # nobody knows what the default was before
    else:
        assert moment(found.began) >= began
    assert Since.parse(str(found)) == found


def test_what_an_update_keeps_and_what_it_does_not_excuse() -> None:
    ours = live("2026-03-01T12:00:00Z", mark(NOON, NOON))
    kept = after(ours, ours, 2, NOON + timedelta(hours=5))
    assert kept == mark(NOON, NOON + timedelta(hours=5))
    others = live("2026-03-01T14:00:00Z", mark(NOON, NOON))
    assert after(others, others, 2, NOON + timedelta(hours=5)) == mark(
        NOON + timedelta(hours=2), NOON + timedelta(hours=5)
    )
    assert after(ours, live("2026-03-01T14:00:00Z", None, default=3), 2, NOON) is None  # somebody moved it since


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as running:
        yield running


def recorded(home: House) -> str:
    (row,) = home.emulator.store.templates()
    return str(row.metadata["dlc-reconciler/since"])


def test_every_write_that_makes_a_default_records_it(home: House) -> None:
    assert isinstance(home.emulator.clock, ManualClock)
    told = []
    for document in (
        template(),
        template(command="python two.py"),  # new-version
        template(),  # promote
        template(command="python three.py", defaultVersion=2),  # new version beside a pin that is promoted
    ):
        home.manifests(document)
        assert home.apply().is_complete
        told.append(recorded(home).rpartition("/")[0])
        home.emulator.clock.advance(3600)
    assert told == [
        "1/2026-03-01T12:00:00Z",
        "2/2026-03-01T13:00:00Z",
        "1/2026-03-01T14:00:00Z",
        "2/2026-03-01T15:00:00Z",
    ]


def test_an_update_keeps_it_and_an_adoption_begins_with_the_last_change(home: House) -> None:
    assert isinstance(home.emulator.clock, ManualClock)
    home.manifests(template())
    home.apply()
    home.emulator.clock.advance(3600)
    home.manifests(template(description="trains"))
    assert home.apply().is_complete
    assert recorded(home).startswith("1/2026-03-01T12:00:00Z/")
    assert moment(recorded(home).rpartition("/")[2]) >= NOON + timedelta(hours=1)
    (row,) = home.emulator.store.templates()
    home.emulator.store.update_template(row.id, metadata={})
    home.manifests(template(description="trains", adopt=True))
    assert home.apply().is_complete
    assert recorded(home).startswith("1/2026-03-01T13:00:00Z/")


def moment(text: str) -> datetime:
    found = moment_of(text)
    assert found is not None
    return found
