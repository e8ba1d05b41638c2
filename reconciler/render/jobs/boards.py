"""TensorBoards and instance types as text."""

from __future__ import annotations

from datetime import datetime

from reconciler.languages import say
from reconciler.model import JsonObject, JsonValue
from reconciler.render.jobs.tables import age, pairs, span, table
from reconciler.render.style import PLAIN, Palette, visible


def boards_text(document: JsonObject, now: datetime, palette: Palette = PLAIN) -> str:
    """Return the window and the table of ListTensorboards' rows."""
    window = say(f"TensorBoards created from {document['StartTime']} to {document['EndTime']}")
    rows = document["Tensorboards"]
    if not rows:
        return say(f"{window}: none.\n")
    cells = [
        (
            _text(row.get("TensorboardId")),
            _text(row.get("DisplayName")),
            _text(row.get("Status")),
            age(row.get("GmtCreateTime"), now),
            _duration(row),
            _text(row.get("Accessibility")),
            _text(row.get("Username") or row.get("UserId")),
            _text(row.get("JobId") or row.get("DataSourceId")),
        )
        for row in rows
    ]
    heads = ("TENSORBOARD ID", "NAME", "STATUS", "AGE", "DURATION", "ACCESS", "USER", "SOURCE")
    return f"{window}:\n\n{table(heads, cells, palette)}"


def board_text(board: JsonObject, now: datetime, palette: Palette = PLAIN) -> str:
    """Return one TensorBoard."""
    name = palette.paint(palette.bold, visible(_text(board.get("DisplayName"))))
    reason = ": ".join(str(board[key]) for key in ("ReasonCode", "ReasonMessage") if board.get(key))
    minutes = board.get("MaxRunningTimeMinutes")
    facts = [
        ("Status", _text(board.get("Status"))),
        ("Reason", reason),
        ("Address", _text(board.get("TensorboardUrl"), "")),
        ("Access", _text(board.get("Accessibility"), "")),
        ("Job", _text(board.get("JobId"), "")),
        ("Data source", _text(board.get("DataSourceId"), "")),
        ("Summary path", _text(board.get("SummaryPath"), "")),
        ("Stops after", say(f"{minutes} minutes") if minutes else ""),
        ("Priority", _text(board.get("Priority"), "")),
        ("User", _text(board.get("Username") or board.get("UserId"), "")),
        ("Created", say(f"{board.get('GmtCreateTime')} ({age(board.get('GmtCreateTime'), now)} ago)")),
        ("Duration", _duration(board)),
    ]
    return f"{visible(_text(board.get('TensorboardId')))} {name}\n{pairs(facts, palette)}"


def specs_text(document: JsonObject, palette: Palette = PLAIN) -> str:
    """Return the table of ListEcsSpecs' rows."""
    rows = [
        (
            _text(row.get("InstanceType")),
            _text(row.get("Gpu") or None),
            _text(row.get("GpuType")),
            _text(row.get("GpuMemory") or None),
            _text(row.get("Cpu")),
            _text(row.get("Memory")),
            {True: "yes", False: "no"}.get(row.get("IsAvailable"), "-"),
            ", ".join(row.get("PaymentTypes") or ()) or "-",
        )
        for row in document["EcsSpecs"]
    ]
    heads = ("INSTANCE TYPE", "GPUS", "GPU TYPE", "GPU MEM", "CPUS", "MEMORY", "AVAILABLE", "PAYMENT")
    count = f"{len(rows)} of {document['TotalCount']} instance types"
    return f"{table(heads, rows, palette)}\n{say(f'{count}.')}\n" if rows else say(f"{count} fit.\n")


def _duration(row: JsonObject) -> str:
    """Return seconds as text, as the service gives them."""
    seconds = str(row.get("Duration") or "")
    return span(int(seconds)) if seconds.isascii() and seconds.isdigit() else "-"


def _text(value: JsonValue, absent: str = "-") -> str:
    return absent if value is None or value == "" else str(value)
