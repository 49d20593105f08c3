"""The table: rows of the board as lines of a given width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from tickwright import Run, RunStatus

from .board import Row
from .paint import Paint
from .telling import outcome, particulars, took
from .wording import span

LONGEST_BAR = 20
ROOM_FOR_TRIGGER = 70
"""A narrower table goes without the column of triggers, and one below the next width without durations."""
ROOM_FOR_DURATION = 100


def table(title: str, rows: Iterable[Row], footer: str, *, now: datetime, width: int, paint: Paint) -> Iterator[str]:
    """Yield the lines: none is wider than `width`, not counting what colours add."""
    yield paint("-" * width, "dim")
    yield paint(title[:width], "bold")
    yield paint((_schedule("JOB", "TRIGGER", "NEXT", width) + "LAST OR CURRENT RUN")[:width], "dim")
    for row in rows:
        left = _schedule(row.job_id, row.trigger, row.next_run, width)
        yield left[:width] if row.run is None else _with_run(left, row.run, row.part, now, width, paint)
    yield paint(footer[:width], "dim")


def _schedule(job_id: str, trigger: str, next_run: str, width: int) -> str:
    """Return the columns on the left."""
    shown = f"{trigger[:19]:<19}  " if width >= ROOM_FOR_TRIGGER else ""
    return f"{job_id[:10]:<10}  {shown}{next_run[:7]:<7}  "


def _with_run(left: str, run: Run, part: float | None, now: datetime, width: int, paint: Paint) -> str:
    """Return a line with its run, in the colour of its status."""
    if run.is_settled:
        status, length, rest = run.status, took(run), outcome(run) + particulars(run)
    else:
        # That it has begun is put on record with the next thing that is. Progress says it sooner.
        status = RunStatus.SCHEDULED if part is None and run.started_at is None else RunStatus.RUNNING
        length, rest = now - run.started_at if run.started_at else None, ""
    right = f"{'' if length is None else span(length):>7}  " if width >= ROOM_FOR_DURATION else ""
    head = f"{left}{status:<9}"[:width]
    if part is not None:
        rest = _bar(part, width - len(head) - len(right) - 2)
    # Cut first and colour then: what a colour adds must be neither cut nor counted.
    tail = f"  {right}{rest}"[: width - len(head)]
    return head[: len(left)] + paint.status(status, head[len(left) :]) + tail


def _bar(part: float, room: int) -> str:
    """Return a bar of at most so many characters, and the number behind it."""
    length = max(0, min(LONGEST_BAR, room - len("[] 100%")))
    done = round(part * length)
    return f"[{'#' * done}{'.' * (length - done)}] {part:4.0%}"
