"""What watching shows: log lines, events, metrics as lines of blocks, sanity checks, a diagnosis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from reconciler.languages import say
from reconciler.model import JsonObject
from reconciler.render.jobs.tables import table
from reconciler.render.style import PLAIN, Palette, visible

_BLOCKS = "▁▂▃▄▅▆▇█"
_WIDTH = 48
_SANITY_FIELDS = ("CheckNumber", "Phase", "Status", "StartedAt", "FinishedAt")


def lines_text(groups: Sequence[JsonObject], key: str, palette: Palette = PLAIN) -> str:
    """Return the lines under `key` of several pods; with more than one pod each line names its pod."""
    named = len(groups) > 1
    return "".join(
        f"{palette.paint(palette.dim, visible(str(group.get('PodId'))) + '  ') if named else ''}{shown_line(line)}\n"
        for group in groups
        for line in group[key]
    )


def shown_line(line: object) -> str:
    """Return one line of a log with control characters written out, because programs colour and overwrite; tabs
    stay."""
    return visible(str(line).rstrip("\r\n"), keep="\t")


def sparkline(values: Sequence[float], width: int = _WIDTH) -> str:
    """Return the values as blocks from the lowest to the highest; neighbours are averaged when there are too many."""
    if not values:
        return ""
    count = min(width, len(values))
    bounds = [round(index * len(values) / count) for index in range(count + 1)]
    means = [sum(values[low:high]) / (high - low) for low, high in pairwise(bounds)]
    least, most = min(means), max(means)
    if most == least:
        return _BLOCKS[3] * count
    return "".join(_BLOCKS[min(7, int((mean - least) / (most - least) * 8))] for mean in means)


def metrics_text(document: JsonObject, kind: str, palette: Palette = PLAIN) -> str:
    """Return a line of blocks for each pod, with its lowest, mean, highest and last value."""
    rows = []
    for pod in document["PodMetrics"]:
        values = [float(point["Value"]) for point in pod["Metrics"]]
        numbers = (min(values), sum(values) / len(values), max(values), values[-1])
        rows.append((str(pod.get("PodId")), sparkline(values), *(amount(number) for number in numbers)))
    times = [point["Time"] for pod in document["PodMetrics"] for point in pod["Metrics"]]
    head = say(f"{kind} of {document.get('JobId')} from {_moment(min(times))} to {_moment(max(times))}\n\n")
    return visible(head, keep="\n") + table(("POD", "COURSE", "MIN", "MEAN", "MAX", "LAST"), rows, palette)


def amount(number: float) -> str:
    """Return a number with three digits and k, M, G, T."""
    for factor, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= factor:
            return f"{number / factor:.3g}{unit}"
    return f"{number:.3g}"


def _moment(milliseconds: float) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sanity_text(checks: Sequence[Sequence[JsonObject]], palette: Palette = PLAIN) -> str:
    """Return every phase of every check."""
    rows = [
        (*(str(item.get(key) or "-") for key in _SANITY_FIELDS), str(item.get("Message") or ""))
        for check in checks
        for item in check
    ]
    return table(("CHECK", "PHASE", "STATUS", "STARTED", "FINISHED", "MESSAGE"), rows, palette)


def diagnosis_text(document: JsonObject, head: str, palette: Palette = PLAIN) -> str:
    """Return `head` (the job as text), events, logs, events of pods, and at the end, where people look first, the
    likely causes."""
    parts = [head, _section("Events", document["Events"], palette)]
    parts += [_section(f"Log of {pod['PodId']}", pod["Logs"], palette) for pod in document["Pods"]]
    parts += [_section(f"Events of {pod['PodId']}", pod["Events"], palette) for pod in document["Pods"]]
    if document["PodsLeftOut"]:
        count = document["PodsLeftOut"]
        left_out = "1 more pod was" if count == 1 else f"{count} more pods were"
        parts.append(say(f"{left_out} not looked at; `--pods N` looks at more.\n"))
    parts.append(_causes(document["Causes"], palette))
    return "\n".join(parts)


def _section(heading: str, lines: Sequence[str], palette: Palette) -> str:
    body = "".join(f"  {shown_line(line)}\n" for line in lines) or f"  {say('(none)')}\n"
    return f"{palette.paint(palette.bold, visible(say(heading)) + ':')}\n{body}"


def _causes(causes: Sequence[JsonObject], palette: Palette) -> str:
    if not causes:
        return palette.paint(palette.bold, say("Likely cause: none of the known ones.")) + "\n"
    first, *others = causes
    lines = [palette.paint(palette.bad, say(f"Likely cause: {visible(first['Cause'])}"))]
    lines.append(f"  {say('because of')} {visible(say(first['Where']))}: {shown_line(first['Line'])}")
    if first["Advice"]:
        lines.append(f"  {say(first['Advice'])}")
    lines += [say(f"Also seen: {visible(each['Cause'])} ({visible(each['Where'])})") for each in others]
    return "\n".join(lines) + "\n"
