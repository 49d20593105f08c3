"""Runs told to people: how one ended, in a line, and how many ended how."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from tickwright import Run, RunStatus

from .paint import Paint
from .wording import clock, number, span


def line_of(run: Run, what: str, paint: Paint) -> str:
    """Return one line about a run that ended: when, which job, how, after how long, and what is to be said of it."""
    at, length = clock(run.finished_at or run.taken_at), took(run)
    shown = "" if length is None else span(length)
    return f"{at}  {run.job_id:<10}  {paint.status(run.status, f'{run.status:<9}')}  {shown:>7}  {what}"


def outcome(run: Run) -> str:
    """Return what a run brought: what its function returned, or else the reason why not."""
    if run.status is RunStatus.SUCCEEDED:
        return one_line(run.result)
    if run.status is RunStatus.FAILED and run.exception is not None:
        return one_line(f"{type(run.exception).__name__}: {run.exception}")
    return one_line(run.reason)


def particulars(run: Run) -> str:
    """Return what was not as usual about a run, in parentheses: its attempt, how late, for how many fire times."""
    said: list[str] = []
    if run.attempt > 1:
        said.append(f"attempt {run.attempt}")
    if run.lateness > timedelta(seconds=1):
        said.append(f"{span(run.lateness)} late")
    if run.coalesced > 1:
        said.append(f"stands for {number(run.coalesced, 'fire time')}")
    return f" ({', '.join(said)})" if said else ""


def took(run: Run) -> timedelta | None:
    """Return how long a run took; None where that is not known, as with a lost one, whose end nobody saw."""
    if run.started_at is None or run.finished_at is None or run.status is RunStatus.LOST:
        return None
    return run.finished_at - run.started_at


def statuses(runs: Counter[RunStatus]) -> str:
    """Return how many runs ended how: 12 succeeded, 1 failed."""
    return ", ".join(f"{runs[status]:,} {status}" for status in RunStatus if runs[status]) or "none"


def one_line(text: object) -> str:
    """Return a text without line breaks and control characters, so that it can do nothing to a terminal."""
    return "".join(letter for letter in " ".join(str(text).split()) if letter.isprintable())
