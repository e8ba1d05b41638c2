"""`python -m tests.faults`: runs the matrix of writes times faults and prints the table of figures."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .matrix import PROOFS, TROUBLES, WRITES, Beginning, Figures, Write, run_case


def main() -> int:
    """Print the table; 1 when anything was lost, doubled or repeated blindly."""
    print("| Write | Cases tried | Done at once | Needed a second apply | Lost | Doubled | Repeated blindly |")
    print("|---|---|---|---|---|---|---|")
    everything: list[Figures] = []
    for write in (*WRITES, *PROOFS):
        rows = list(_figures(write))
        everything += rows
        print(_line(write.name, rows), flush=True)
    print(_line("**all**", everything))
    return 1 if any(each.lost or each.doubled or each.blind for each in everything) else 0


def _figures(write: Write) -> Iterator[Figures]:
    with tempfile.TemporaryDirectory() as folder:
        beginning = Beginning.made(write, Path(folder))
        for index, trouble in enumerate(TROUBLES):
            yield run_case(beginning, trouble, Path(folder) / str(index))


def _line(name: str, rows: list[Figures]) -> str:
    again = sum(each.runs > 0 for each in rows)
    cells = (
        name,
        len(rows),
        len(rows) - again,
        again,
        sum(each.lost for each in rows),
        sum(each.doubled for each in rows),
        sum(each.blind for each in rows),
    )
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    sys.exit(main())
