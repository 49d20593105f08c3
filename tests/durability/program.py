"""The program that is killed: the jobs of a world on a SQLite job store, declared anew at each start.

    python -m tests.durability.program FOLDER [alone|shared|waiting]

Alone, it waits after each start until the runs of the one before it are settled, and takes a picture. It says "up"
on its standard output, and works until SIGTERM, which ends it, or SIGUSR1: then it settles everything, works off
what is due, takes no more and takes a last picture. Where it shares its store with others there is nothing to wait
for. One that is "waiting" says "ready" and starts when its standard input is closed.
"""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tests.durability.deeds import leave_line
from tests.durability.noting_store import NotingStore
from tests.durability.picture import take_picture
from tests.durability.plan import Planned
from tests.durability.world import World
from tickwright import BackgroundScheduler
from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
from tickwright.schedulers.process import is_dead

PATIENCE = 120.0
"""Seconds to wait for the settling of what was lost, which takes a fraction of one, and for the backlog of jobs that
work it off run by run, which may be a minute long after many deaths."""


def main(folder: Path, role: str) -> None:
    """Work in `folder` until a signal ends it."""
    world = World.read(folder)
    if world.is_blind:
        _go_blind()
    scheduler = BackgroundScheduler(
        timezone="UTC",
        lease=world.lease,
        jobstores={"default": NotingStore(world)},
        executors={
            "default": ThreadPoolExecutor(world.threads),
            "processes": ProcessPoolExecutor(world.processes),
        },
    )
    for planned in world.plan:
        # What retention has forgotten would be run again: no record says any more that it was.
        if planned.period is not None or world.keep_runs is None or not world.declared.exists():
            _add(scheduler, planned, str(world.lines))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGUSR1})
    if role == "waiting":
        print("ready", flush=True)
        sys.stdin.read()
    scheduler.start(paused=True)
    world.declared.touch()
    if role == "alone":
        _wait_for_recovery(scheduler)
        take_picture(scheduler, world)
    left_by_others = _unsettled(scheduler)
    scheduler.resume()
    print("up", flush=True)
    if signal.sigwait({signal.SIGTERM, signal.SIGUSR1}) == signal.SIGUSR1:
        _wait(lambda: not left_by_others & _unsettled(scheduler), "runs that are to run again were not settled")
        _wait_until_none_is_forgotten(scheduler)
        _pause(scheduler)
        _wait(lambda: not _unsettled(scheduler), "runs were not settled")
        take_picture(scheduler, world)
    scheduler.shutdown()


def _behind(scheduler: BackgroundScheduler) -> dict[str, datetime]:
    """Return the jobs that have still to do what was due before the last few seconds, and when it was due."""
    earliest = datetime.now(UTC) - timedelta(seconds=5)
    return {
        job.id: job.next_run_time
        for job in scheduler.get_jobs()
        if job.next_run_time is not None and job.next_run_time < earliest
    }


def _wait_until_none_is_forgotten(scheduler: BackgroundScheduler) -> None:
    """Wait until each job that is behind has moved on: on a busy machine some job may always be a little late."""
    left = _behind(scheduler)
    _wait(
        lambda: not left.items() & _behind(scheduler).items(),
        f"what had been due for long was not worked off, some of {left}",
    )


def _pause(scheduler: BackgroundScheduler) -> None:
    """Take no more jobs, and wait until that is so: a step that is under way may still take some."""
    scheduler.pause()
    for _ in range(2):
        since = time.monotonic()
        scheduler.wakeup()
        _wait(partial(_has_stepped, scheduler, since), "the loop did not go round")


def _has_stepped(scheduler: BackgroundScheduler, since: float) -> bool:
    """Return whether the loop has gone round since then."""
    passed = time.monotonic() - since
    last_step = scheduler.health().last_step
    return last_step is not None and last_step < passed


def _go_blind() -> None:
    """Have this program know of others' deaths by their leases only."""
    import tickwright.schedulers.outfit as where

    assert where.__dict__["is_dead"] is is_dead, "the scheduler asks another probe now, and would go on seeing"
    where.__dict__["is_dead"] = lambda owner: False


def _add(scheduler: BackgroundScheduler, planned: Planned, log: str) -> None:
    scheduler.add_job(
        leave_line,
        args=(log, planned.seconds),
        id=planned.id,
        executor=planned.executor,
        on_lost=planned.on_lost,
        coalesce=planned.coalesce,
        max_instances=planned.max_instances,
        misfire_grace_time=planned.misfire_grace_time,
        replace_existing=True,
        **planned.trigger_args,
    )


def _wait_for_recovery(scheduler: BackgroundScheduler) -> None:
    """Wait until the lost runs are on record; those that are to run again stay as they are while it takes no jobs."""
    recorded = {job.id for job in scheduler.get_jobs() if job.on_lost == "record"}
    _wait(lambda: not recorded & {job_id for job_id, _ in _unsettled(scheduler)}, "lost runs were not settled")


def _wait(is_so: Callable[[], bool], complaint: str) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > until:
            raise SystemExit(f"{complaint} within {PATIENCE:.0f} s")
        time.sleep(0.02)


def _unsettled(scheduler: BackgroundScheduler) -> set[tuple[str, str]]:
    """Return (job id, run id) of the runs without an outcome."""
    runs = [*scheduler.get_runs(status="scheduled"), *scheduler.get_runs(status="running")]
    return {(run.job_id, run.id) for run in runs}


if __name__ == "__main__":
    logging.basicConfig(format="%(asctime)s %(process)d %(levelname)s %(message)s")
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "alone")
