"""Metrics as pictures and as lines of blocks."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from reconciler.emulator import Emulator, ManualClock
from reconciler.render.jobs.watching import amount, sparkline

from .conftest import Jobs, new_job


@pytest.fixture
def job(emulator: Emulator, clock: ManualClock) -> str:
    job = new_job(emulator)
    clock.advance(50)
    return job


@pytest.mark.parametrize(
    ("suffix", "start"), [(".png", b"\x89PNG\r\n"), (".svg", b"<?xml"), (".html", b"<!DOCTYPE html>")]
)
def test_plots(run: Jobs, job: str, tmp_path: Path, suffix: str, start: bytes) -> None:
    file = tmp_path / f"gpu{suffix}"
    ended = run("jobs", "metrics", job, "--plot", file)
    assert (ended.code, ended.err) == (0, "")
    content = file.read_bytes()
    assert content.startswith(start)
    assert len(content) > 5000


def test_the_page_loads_nothing_and_draws_each_pod(run: Jobs, job: str, tmp_path: Path) -> None:
    file = tmp_path / "gpu.html"
    run("jobs", "metrics", job, "--plot", file)
    page = file.read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "<script" not in page
    picture = ET.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])  # noqa: S314 - our own
    assert sum(group.get("id", "").startswith("line2d_") for group in picture.iter()) > 4
    assert not [each for each in picture.iter() if each.tag.endswith("image")]


def test_a_file_of_another_kind_is_refused_before_anything_is_asked(run: Jobs, emulator: Emulator, job: str) -> None:
    emulator.clear_log()
    assert run("jobs", "metrics", job, "--plot", "x.gif").code == 64
    assert emulator.calls() == []


def test_a_file_that_cannot_be_written(run: Jobs, job: str, tmp_path: Path) -> None:
    ended = run("jobs", "metrics", job, "--plot", tmp_path / "no" / "x.svg")
    assert (ended.code, "cannot be written: there is no folder" in ended.err) == (1, True)


def test_nothing_to_plot_writes_nothing(run: Jobs, emulator: Emulator, tmp_path: Path) -> None:
    queuing = new_job(emulator, status="Queuing")
    assert run("jobs", "metrics", queuing, "--plot", tmp_path / "x.svg").code == 1
    assert not (tmp_path / "x.svg").exists()


def test_lines_of_blocks() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([5, 5, 5]) == "▄▄▄"
    assert sparkline([]) == ""
    assert len(sparkline(list(range(1000)))) == 48
    assert [amount(number) for number in (0, 12.345, 2.4e6, -3e9)] == ["0", "12.3", "2.4M", "-3G"]
