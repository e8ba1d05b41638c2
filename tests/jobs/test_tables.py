"""What people read, to the letter: the tables of jobs, pods, boards, instance types and sanity checks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.jobs.access import sanity_checks
from reconciler.jobs.boards import get_board, list_boards
from reconciler.jobs.diagnosis import Caps, as_document, diagnose
from reconciler.jobs.lookup import get_job, list_jobs
from reconciler.jobs.metrics import job_metrics
from reconciler.jobs.offers import Wanted, ecs_specs
from reconciler.jobs.watch import life_of
from reconciler.jobs.windows import window
from reconciler.kinds.base import Site
from reconciler.render.jobs.boards import board_text, boards_text, specs_text
from reconciler.render.jobs.jobs import job_text, jobs_text
from reconciler.render.jobs.tables import age, span, table
from reconciler.render.jobs.watching import diagnosis_text, metrics_text, sanity_text
from reconciler.secrets.trees import redact

from .conftest import CONTENT

GOLDEN = Path(__file__).with_name("golden")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def emulator(clock: ManualClock) -> Iterator[Emulator]:
    """A workspace with a template, four jobs and two boards; always the same."""
    with Emulator(clock=clock, profile=Profile(job_delay=2.0, board_delay=0.0, deterministic_ids=True)) as running:
        store = running.store
        template = store.create_template("train", dict(CONTENT))
        store.create_job("train-20260227-001", template_id=template, created=clock.now() - 2 * 86400)
        store.create_job("a name with \x1b[31mcolour", body={**CONTENT, "ResourceId": "quota1"}, status="Queuing")
        checked = {**CONTENT, "Settings": {"EnableSanityCheck": True}}
        store.create_job("checked", body=checked, status=None)
        unlucky = {**CONTENT, "Envs": {"EMULATOR_MISHAP": "oom-killed"}}
        store.create_job("unlucky", body=unlucky, status=None)
        store.create_board("curves", body={"MaxRunningTimeMinutes": 6000}, created=clock.now() - 3 * 86400)
        store.create_board("old", status="Stopped", created=clock.now() - 40 * 86400)
        clock.advance(50)
        yield running


def compare(name: str, text: str, config: pytest.Config) -> None:
    """Compare with the file, or write it when told to."""
    file = GOLDEN / f"{name}.txt"
    if config.getoption("--update-cases"):
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def job_id(emulator: Emulator, name: str) -> str:
    (found,) = (job.id for job in emulator.store.jobs() if job.body["DisplayName"] == name)
    return found


def test_jobs(site: Site, pytestconfig: pytest.Config) -> None:
    asked = window("7d", "", site.now())
    rows = list_jobs(site, asked, {})
    document = {**asked.fields, "Jobs": rows, "TotalCount": len(rows)}
    compare("jobs", jobs_text(document, site.now()), pytestconfig)


@pytest.mark.parametrize("name", ["train-20260227-001", "unlucky"])
def test_one_job(site: Site, emulator: Emulator, pytestconfig: pytest.Config, name: str) -> None:
    shown = redact(get_job(site, job_id(emulator, name)))
    compare(f"job-{name}", job_text(shown, site.now()), pytestconfig)


def test_metrics(site: Site, emulator: Emulator, pytestconfig: pytest.Config) -> None:
    job = get_job(site, job_id(emulator, "checked"))
    answer = job_metrics(site, job, "GpuCoreUsage", life_of(job, site.now()), "2s")
    compare("metrics", metrics_text(answer, "GpuCoreUsage"), pytestconfig)


def test_sanity(site: Site, emulator: Emulator, pytestconfig: pytest.Config) -> None:
    answer = sanity_checks(site, job_id(emulator, "checked"))
    compare("sanity", sanity_text(answer["SanityCheckResults"]), pytestconfig)


def test_diagnosis(site: Site, emulator: Emulator, pytestconfig: pytest.Config) -> None:
    document = redact(as_document(diagnose(site, job_id(emulator, "unlucky"), Caps(events=3, lines=3, pods=1))))
    compare("diagnosis", diagnosis_text(document, job_text(document["Job"], site.now())), pytestconfig)


def test_boards(site: Site, pytestconfig: pytest.Config) -> None:
    asked = window("520w", "", site.now())
    rows = list_boards(site, asked, {})
    text = boards_text({**asked.fields, "Tensorboards": rows}, site.now())
    one = board_text(get_board(site, rows[0]["TensorboardId"]), site.now())
    compare("boards", f"{text}\n{one}", pytestconfig)


def test_specs(site: Site, pytestconfig: pytest.Config) -> None:
    found = ecs_specs(site, Wanted(accelerator="GPU"), sort="memory", descending=True)
    compare("specs", specs_text({"EcsSpecs": found.rows, "TotalCount": found.offered}), pytestconfig)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59, "59s"), (60, "1m"), (3725, "1h 2m"), (86400, "1d"), (100000, "1d 3h"), (-5, "0s"), (None, "-")],
)
def test_spans(seconds: float | None, text: str) -> None:
    assert span(seconds) == text


def test_ages() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert [age(text, now) for text in ("2026-02-28T00:00:00Z", "", None, "soon")] == ["1d", "-", "-", "-"]


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_a_table_has_one_line_per_row_whatever_the_cells_hold(rows: list[tuple[str, str]]) -> None:
    assert len(table(("A", "B"), rows).splitlines()) == len(rows) + 1
