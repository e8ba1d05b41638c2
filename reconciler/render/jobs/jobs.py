"""Jobs as text: the table, one job, what a launch would become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from reconciler.languages import say
from reconciler.model import VERIFY_TAG, JsonObject, JsonValue
from reconciler.render.jobs.tables import age, pairs, span, table
from reconciler.render.style import PLAIN, Palette, visible

_HEADS = ("JOB ID", "NAME", "STATUS", "AGE", "DURATION", "GPUS", "USER", "TEMPLATE")


def jobs_text(document: JsonObject, now: datetime, palette: Palette = PLAIN) -> str:
    """Return the window, the table of ListJobs' rows, and how many there are."""
    window = say(f"Jobs created from {document['StartTime']} to {document['EndTime']}")
    rows = document["Jobs"]
    if not rows:
        return say(f"{window}: none.\n")
    cells = [_row(row, now) for row in rows]
    left_out = document["TotalCount"] - len(rows)
    more = f", {left_out} older ones not shown" if left_out else ""
    counts = say(f"{_count(len(rows), 'job')}{more}.")
    return f"{window}:\n\n{table(_HEADS, cells, palette)}\n{counts}\n"


def _row(row: JsonObject, now: datetime) -> Sequence[str]:
    return (
        _text(row.get("JobId")),
        _text(row.get("DisplayName")),
        _text(row.get("Status")),
        age(row.get("GmtCreateTime"), now),
        span(row["Duration"]) if isinstance(row.get("Duration"), int) and row["Duration"] else "-",
        _number(row.get("RequestGPU")),
        _text(row.get("Username") or row.get("UserId")),
        _text(row.get("TemplateName") or row.get("TemplateId") or ("(verification)" if _is_verification(row) else "")),
    )


def _is_verification(row: JsonObject) -> bool:
    """Return whether the job proves a version of a template, from which it was not launched."""
    settings = row.get("Settings")
    tags = settings.get("Tags") if isinstance(settings, Mapping) else None
    return isinstance(tags, Mapping) and bool(tags.get(VERIFY_TAG))


def job_text(job: JsonObject, now: datetime, palette: Palette = PLAIN) -> str:
    """Return one job: what it is, its state and the reason for it, its history, its pods."""
    head = f"{job.get('JobId')} {palette.paint(palette.bold, visible(_text(job.get('DisplayName'))))}\n"
    facts = pairs(
        [
            ("Status", _status(job)),
            ("Reason", _reason(job)),
            ("Type", _text(job.get("JobType"), "")),
            ("Resources", _resources(job)),
            ("Quota", _text(job.get("ResourceId"), "")),
            ("Priority", _text(job.get("Priority"), "")),
            ("Access", _text(job.get("Accessibility"), "")),
            ("User", _text(job.get("UserId"), "")),
            ("Created", say(f"{job.get('GmtCreateTime')} ({age(job.get('GmtCreateTime'), now)} ago)")),
            ("Duration", span(job["Duration"]) if isinstance(job.get("Duration"), int) else ""),
            ("Restarts", _text(job.get("RestartTimes"), "")),
            ("Command", _one_line(_text(job.get("UserCommand"), ""))),
        ],
        palette,
    )
    return "\n".join(part for part in (head + facts, _history(job, palette), _pods(job, palette)) if part)


def _status(job: JsonObject) -> str:
    sub = job.get("SubStatus")
    return f"{job.get('Status')} ({sub})" if sub else _text(job.get("Status"))


def _reason(job: JsonObject) -> str:
    code, message = job.get("ReasonCode"), job.get("ReasonMessage")
    return ": ".join(str(part) for part in (code, message) if part)


def _resources(job: JsonObject) -> str:
    amounts = [
        (job.get("RequestGPU"), "GPU"),
        (job.get("RequestCPU"), "CPU"),
        (job.get("RequestMemory"), say("GiB of memory")),
    ]
    return ", ".join(f"{_number(amount)} {unit}" for amount, unit in amounts if _number(amount) not in ("0", "-"))


def _one_line(command: str) -> str:
    """Return a shell command of several lines as one."""
    lines = command.replace("\\\n", " ").splitlines()
    return "; ".join(" ".join(line.split()) for line in lines if line.strip())


def _history(job: JsonObject, palette: Palette) -> str:
    steps = job.get("StatusHistory") or []
    rows = [(_text(step.get("Status")), _text(step.get("StartTime")), _text(step.get("EndTime"))) for step in steps]
    return table(("STATUS", "FROM", "TO"), rows, palette) if rows else ""


def _pods(job: JsonObject, palette: Palette) -> str:
    pods = job.get("Pods") or []
    if not pods:
        return say("No pods.\n")
    rows = [
        (
            _text(pod.get("PodId")),
            _text(pod.get("Status"))
            + (f" ({pod['SubStatus']})" if pod.get("SubStatus") not in (None, "Normal") else ""),
            span(pod["Duration"]) if isinstance(pod.get("Duration"), int | float) else "-",
            _text(pod.get("NodeName")),
            _text(pod.get("Ip")),
            str(len(pod.get("HistoryPods") or ())),
        )
        for pod in pods
    ]
    return table(("POD", "STATUS", "DURATION", "NODE", "IP", "RESTARTS"), rows, palette)


def preview_text(document: JsonObject, body: str, job: str, palette: Palette = PLAIN) -> str:
    """Return what a launch would become, as YAML: the CreateJob body that is sent, and the job that the service
    makes of it."""
    lines = [palette.paint(palette.bold, visible(str(document["Source"])))]
    if document["Ignored"]:
        lines += ["", palette.paint(palette.bad, say("Ignored, because the template locks it:"))]
        lines += [f"  {_ignored(each)}" for each in document["Ignored"]]
    if document["Missing"]:
        lines += ["", palette.paint(palette.bad, say("Missing, though required of every launch:"))]
        lines += [f"  {visible(path)}" for path in document["Missing"]]
    if document["Problems"]:
        lines += [
            "",
            palette.paint(palette.bad, say("Wrong:")),
            *(f"  {visible(say(each))}" for each in document["Problems"]),
        ]
    for title, text in (("What is sent:", body), ("The job it makes, merged with the template:", job)):
        lines += ["", palette.paint(palette.bold, say(title))]
        lines += [f"  {visible(line)}" for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def _ignored(each: Mapping[str, JsonValue]) -> str:
    asked = f"asked for {each['Asked']!r}" if "Asked" in each else "left out"
    kept = f"stays {each['Kept']!r}" if "Kept" in each else "stays absent"
    return visible(f"{each['Path']}: {say(asked)}{say(', ')}{say(kept)}")


def _text(value: JsonValue, absent: str = "-") -> str:
    return absent if value is None or value == "" else str(value)


def _number(value: JsonValue) -> str:
    try:
        return f"{float(value):g}"
    except (TypeError, ValueError):
        return "-"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
