"""The greeting: what this start found of the lives before it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tickwright import BackgroundScheduler, DateTrigger, Run, RunStatus, __version__

from .telling import statuses
from .wording import clock, number, span

MOST_COUNTED = 1_000
"""Fire times that passed while it was off are counted up to here: after a month off it would take a while."""


def greeting(scheduler: BackgroundScheduler, started: datetime, root: Path, data: Path) -> Iterator[str]:
    """Yield lines for the screen. The scheduler is paused: nothing that fell due before `started` was taken yet."""
    yield f"Tickwright {__version__}, example service, process {os.getpid()}"
    yield f"Sources: {root}"
    yield f"Data:    {data}"
    runs = [run for run in scheduler.get_runs() if run.taken_at < started]
    if runs:
        yield from _what_was(runs, started)
        yield from _what_waits(scheduler, started)
    else:
        yield f"A first start: {number(len(scheduler.get_jobs()), 'job')} stored. The long ones begin at once."


def _what_was(runs: list[Run], started: datetime) -> Iterator[str]:
    away = span(started - max(run.taken_at for run in runs))
    ended = [run for run in runs if not _was_cut_off(run, started)]
    counted = statuses(Counter(run.status for run in ended))
    yield f"Welcome back, after {away}. {number(len(ended), 'run')} ended since {clock(runs[-1].taken_at)}: {counted}."
    if cut_off := sorted(run.job_id for run in runs if _was_cut_off(run, started)):
        yield f"Found in mid-run: {', '.join(cut_off)}. What was lost, and what is done about it, stands below."


def _was_cut_off(run: Run, started: datetime) -> bool:
    """Return whether the death of the last life left this run behind; it may be settled as lost at any moment."""
    return not run.is_settled or (
        run.status is RunStatus.LOST and run.finished_at is not None and run.finished_at >= started
    )


def _what_waits(scheduler: BackgroundScheduler, started: datetime) -> Iterator[str]:
    kept = [(job.id, job.next_run_time) for job in scheduler.get_jobs() if not isinstance(job.trigger, DateTrigger)]
    times = ", ".join(f"{job_id} {clock(time)}" for job_id, time in kept if time is not None)
    yield f"Next run times were kept: {times}."
    passed = len(scheduler.preview(started, limit=MOST_COUNTED))
    if not passed:
        yield "No fire time passed meanwhile."
        return
    more = " or more" if passed == MOST_COUNTED else ""
    yield f"{number(passed, 'fire time')}{more} passed meanwhile: each job runs once, late, and its run counts them."
