"""Metrics as a picture: PNG, SVG, or an HTML page that holds its SVG and loads nothing. No other module uses
matplotlib."""

from __future__ import annotations

import html
import io
from datetime import UTC, datetime

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from reconciler.model import JsonObject

_MOST_NAMES = 16
"""With more pods than this no legend is drawn, because nobody could distinguish the colours."""


def plot(document: JsonObject, kind: str, suffix: str) -> bytes:
    """Return the series of GetJobMetrics' answer; `suffix` is ".png", ".svg" or ".html"."""
    title = f"{kind} of {document.get('JobId')}"
    figure = _drawn(document, kind, title)
    if suffix == ".png":
        return _saved(figure, "png")
    svg = _saved(figure, "svg")
    return _page(title, svg).encode() if suffix == ".html" else svg


def _drawn(document: JsonObject, kind: str, title: str) -> Figure:
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    axes = figure.subplots()
    series = document["PodMetrics"]
    prefix = f"{document.get('JobId')}-"
    for pod in series:
        moments = [datetime.fromtimestamp(point["Time"] / 1000, UTC) for point in pod["Metrics"]]
        values = [float(point["Value"]) for point in pod["Metrics"]]
        name = _plain(str(pod.get("PodId")).removeprefix(prefix))
        axes.plot(moments, values, label=name, linewidth=1.4, marker="." if len(values) < 30 else "")  # type: ignore[arg-type]
    locator = AutoDateLocator(tz=UTC)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=UTC))  # type: ignore[no-untyped-call]
    axes.set_title(_plain(title))
    axes.set_ylabel(kind)
    axes.set_xlabel("UTC")
    axes.set_ylim(bottom=0)
    axes.grid(visible=True, alpha=0.3)
    if len(series) <= _MOST_NAMES:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return figure


def _saved(figure: Figure, form: str) -> bytes:
    stream = io.BytesIO()
    metadata = {"Date": None} if form == "svg" else {"Software": None}
    figure.savefig(stream, format=form, dpi=120, metadata=metadata)
    return stream.getvalue()


def _plain(text: str) -> str:
    """Return a name without dollar signs, which would begin a formula, and without the underscore that would hide
    it."""
    return text.replace("$", "\\$").lstrip("_") or "pod"


def _page(title: str, svg: bytes) -> str:
    picture = svg.decode()
    picture = picture[picture.index("<svg") :]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{html.escape(title)}</title>\n"
        "<style>body{margin:2rem;font-family:sans-serif}svg{max-width:100%;height:auto}</style>\n"
        f"</head>\n<body>\n{picture}\n</body>\n</html>\n"
    )
