"""What the jobs of these tests do: note that they were called, where any store can find them by name."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import NamedTuple

from tickwright import current_run


class Note(NamedTuple):
    """A function was called."""

    job_id: str
    fire_time: datetime
    attempt: int
    run_id: str


noted: deque[Note] = deque()
"""Every call of this process, in order; an append is one step, whatever thread makes it."""


def note() -> None:
    """Note the call."""
    run = current_run()
    noted.append(Note(run.job_id, run.fire_time, run.attempt, run.id))


def take(text: str) -> None:
    """Note the call, whatever it was given."""
    note()


def note_and_fail() -> None:
    """Note the call, and fail."""
    note()
    raise ArithmeticError("as planned")
