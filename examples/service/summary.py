"""The summary: what ran in this life of the service, how late at most, and how the whole history stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from tickwright import Run

from .telling import statuses, took
from .timetable import JOBS
from .wording import clock, number, span


def summary(runs: list[Run], started: datetime) -> Iterator[str]:
    """Yield lines about the runs on record, of which those that ended after `started` are of this life."""
    mine = [run for run in runs if run.finished_at is None or run.finished_at >= started]
    yield f"{'JOB':<10}  {'RUNS':>4}  {'LONGEST':>8}  HOW THEY ENDED"
    for job_id in JOBS:
        its = [run for run in mine if run.job_id == job_id]
        lengths = [length for length in map(took, its) if length is not None]
        longest = span(max(lengths)) if lengths else "-"
        yield f"{job_id:<10}  {len(its):>4}  {longest:>8}  {statuses(Counter(run.status for run in its))}"
    yield ""
    yield from _lateness([run for run in mine if run.taken_at >= started], started)
    if runs:
        yield f"History: {number(len(runs), 'run')} since {clock(runs[-1].taken_at)}, " + statuses(
            Counter(run.status for run in runs)
        )


def _lateness(taken: list[Run], started: datetime) -> Iterator[str]:
    on_duty = [run for run in taken if run.due_at >= started]
    made_up = [run for run in taken if run.due_at < started and run.attempt == 1]
    if on_duty:
        latest = max(on_duty, key=lambda run: run.lateness)
        yield f"Lateness: at most {span(latest.lateness)} ({latest.job_id}, due at {clock(latest.due_at)})"
    if made_up:
        fire_times = number(sum(run.coalesced for run in made_up), "fire time")
        yield f"From before the start: {fire_times}, accounted for by {number(len(made_up), 'run')}"
