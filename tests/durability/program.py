"""The program that is killed: fifty jobs on a SQLite job store, declared anew at each start.

    python -m tests.durability.program FOLDER

After each start it waits until the runs of the one before it are settled, writes what the scheduler then says
about its jobs and runs to a file in FOLDER, says "up" on its standard output, and works until SIGTERM.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.durability.deeds import leave_line
from tests.durability.plan import Planned, fifty_jobs
from tickwright import BackgroundScheduler
from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
from tickwright.jobstores.sqlite import SQLiteJobStore

PATIENCE = 60.0
"""Seconds to wait for the settling of what was lost; it takes a fraction of one."""


def main(folder: Path) -> None:
    """Work in `folder` until SIGTERM."""
    scheduler = BackgroundScheduler(
        timezone="UTC",
        jobstores={"default": SQLiteJobStore(folder / "jobs.sqlite", keep_runs=None)},
        executors={"default": ThreadPoolExecutor(10), "processes": ProcessPoolExecutor(2)},
    )
    plan = fifty_jobs(_began(folder))
    for planned in plan:
        _add(scheduler, planned, str(folder / "lines.txt"))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    scheduler.start(paused=True)
    _wait_for_recovery(scheduler)
    _write(folder, _picture(scheduler))
    left_by_others = _unsettled(scheduler)
    scheduler.resume()
    print("up", flush=True)
    signal.sigwait({signal.SIGTERM})
    _wait(lambda: not left_by_others & _unsettled(scheduler), "runs that are to run again were not settled")
    scheduler.pause()
    _wait(lambda: not _unsettled(scheduler), "runs were not settled")
    _write(folder, _picture(scheduler))
    scheduler.shutdown()


def _began(folder: Path) -> datetime:
    """Return when the program was started for the first time, noted in a file that is there whole or not at all."""
    note = folder / "began.txt"
    if not note.exists():
        draft = folder / "began.draft"
        draft.write_text(datetime.now(UTC).isoformat())
        draft.rename(note)
    return datetime.fromisoformat(note.read_text())


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


def _wait(is_so: Any, complaint: str) -> None:
    for _ in range(int(PATIENCE / 0.02)):
        if is_so():
            return
        time.sleep(0.02)
    raise SystemExit(f"{complaint} within {PATIENCE:.0f} s")


def _unsettled(scheduler: BackgroundScheduler) -> set[tuple[str, str]]:
    """Return (job id, run id) of the runs without an outcome."""
    runs = [*scheduler.get_runs(status="scheduled"), *scheduler.get_runs(status="running")]
    return {(run.job_id, run.id) for run in runs}


def _picture(scheduler: BackgroundScheduler) -> dict[str, Any]:
    """Return what the scheduler says of its jobs and runs, in a moment in which it takes none."""
    now = datetime.now(UTC)
    ahead = {job.id: job.next_run_time for job in scheduler.get_jobs()}
    # A fire time that waited for a running instance is due when that one ended: the preview tells them apart.
    for upcoming in reversed(scheduler.preview(now + timedelta(minutes=1), limit=100_000)):
        ahead[upcoming.job_id] = upcoming.fire_time
    return {
        "now": now.isoformat(),
        "unreadable": [one.job_id for one in scheduler.get_unreadable_jobs()],
        "jobs": {job_id: fire_time and fire_time.isoformat() for job_id, fire_time in ahead.items()},
        "runs": [
            {
                "id": run.id,
                "job": run.job_id,
                "fire_time": run.fire_time.isoformat(),
                "attempt": run.attempt,
                "status": str(run.status),
                "coalesced": run.coalesced,
                "reason": run.reason,
            }
            for run in reversed(scheduler.get_runs())
        ],
    }


def _write(folder: Path, picture: dict[str, Any]) -> None:
    draft = folder / "picture.draft"
    draft.write_text(json.dumps(picture))
    draft.rename(folder / "picture.json")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
