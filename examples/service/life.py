"""The life of the service: what the main thread does, from start to end, while the scheduler does its work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from time import sleep

from tickwright import Run

from .board import runs_in_flight
from .ending import Ending
from .greeting import greeting
from .scheduler import keep_jobs_in, scheduler
from .screen import Screen
from .summary import summary
from .timetable import LONG_JOBS, declare_jobs
from .view import View

TICK = 0.2
"""Seconds between two looks."""

INVITATION = f"Ctrl-C ends it, kill -9 {os.getpid()} kills it. Started again, it goes on where it was."


def live(screen: Screen, *, root: Path, data: Path, seconds: float | None) -> None:
    """Run the service until it is asked to end, or for so many seconds."""
    ending = Ending(seconds)
    ending.listen()
    keep_jobs_in(data)
    declare_jobs(scheduler, root, data)
    view = View(screen, scheduler, data)
    started = scheduler.clock.now()
    # Paused: first it is told what the last life left. Runs that were lost with it are looked after even so.
    scheduler.start(paused=True)
    try:
        _welcome(screen, started, root, data)
        scheduler.resume()
        _work(screen, view, ending)
        in_flight = _finish(view, ending)
        runs = scheduler.get_runs()
    finally:
        scheduler.shutdown(wait=not ending.is_urgent)
    view.say_news()
    screen.show([])
    screen.say(*_farewell(runs, in_flight, started, data, ending))


def _welcome(screen: Screen, started: datetime, root: Path, data: Path) -> None:
    is_first = not scheduler.get_runs(limit=1)
    screen.say(*greeting(scheduler, started, root, data), "")
    if is_first:
        for job_id in LONG_JOBS:
            scheduler.run_job(job_id)


def _work(screen: Screen, view: View, ending: Ending) -> None:
    while ending.reason is None:
        view.refresh(INVITATION)
        sleep(TICK)
        ending.look_at_clock()
        if screen.is_gone:
            ending.ask("nobody reads the output")


def _finish(view: View, ending: Ending) -> list[Run]:
    """Let the runs in flight end, unless it is urgent; return those that have not."""
    scheduler.pause()
    while (in_flight := runs_in_flight(scheduler)) and not ending.is_urgent:
        jobs = ", ".join(sorted(run.job_id for run in in_flight))
        view.refresh(f"Ending ({ending.reason}): waiting for {jobs}. Ctrl-C again ends at once.")
        sleep(TICK)
    return in_flight


def _farewell(runs: list[Run], in_flight: list[Run], started: datetime, data: Path, ending: Ending) -> Iterator[str]:
    yield ""
    if in_flight:
        jobs = ", ".join(sorted(run.job_id for run in in_flight))
        yield f"Ended at once ({ending.reason}): {jobs} did not end; the next start finds that it was lost."
    else:
        yield f"Ended ({ending.reason}): every run has ended and is on record."
    yield ""
    yield from summary(runs, started)
    yield f"Data: {data}"
    yield "Start it again, and it goes on where it was."
