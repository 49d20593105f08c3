"""A storm: a fifth of all calls of the job store fails, at any moment of a call, while threads work; then the books.

    python -m tests.faults.storm SECONDS [SEED]

For each kind of store, one after the other. Prints the books of each, and ends with 1 where they are not whole.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Flag

from tests.faults import deeds
from tests.faults.books import Books, audit, plan_of
from tests.faults.stage import STORES, MakeStore, noting, take_no_more
from tests.schedulers.stage import soon
from tickwright import BackgroundScheduler, events
from tickwright.errors import JobStoreUnavailableError
from tickwright.events import Event
from tickwright.executors.pool import ThreadPoolExecutor
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.testing import Faults, FaultyStore

SHARE = 0.2
PATIENCE = 60.0
"""Seconds in which what is in flight has come to an end after the storm; it takes a fraction of one."""


@dataclass
class Storm:
    """What one storm was, and left."""

    books: Books
    calls: int
    struck: int
    outages: int
    public_errors: int
    lateness_elsewhere: float
    complaints: list[str] = field(default_factory=list)

    def table(self) -> str:
        """Return it as text."""
        head = (
            f"{self.calls} calls of the store, {self.struck} failed ({self.struck / max(1, self.calls):.0%}), "
            f"{self.outages} outages told, {self.public_errors} public calls raised; "
            f"the other store was late by {self.lateness_elsewhere:.3f} s at most"
        )
        return f"{head}\n{self.books.table()}"


def rage(make: MakeStore, folder: Path, seconds: float, seed: int) -> Storm:
    """Let a storm pass over a scheduler with threads, and return what it left."""
    deeds.noted.clear()
    faults, told = Faults(), list[Event]()
    scheduler = BackgroundScheduler(
        timezone="UTC",
        jobstores={"default": FaultyStore(make(folder), faults), "other": MemoryJobStore(keep_runs=None)},
        executors={"default": ThreadPoolExecutor(10)},
        jobstore_retry_interval=1,
        lease=3,
        logger=noting([]),
    )
    scheduler.add_listener(told.append, events.EVENT_JOBSTORE_OUTAGE | events.EVENT_JOBSTORE_RECOVERED)
    scheduler.start(paused=True)
    for number in range(20):
        scheduler.add_job(
            deeds.note,
            "interval",
            seconds=0.1 + number * 0.005,
            id=f"tick{number}",
            coalesce=number % 2 == 0,
            max_instances=1 + number % 3,
        )
    scheduler.add_job(deeds.note_and_fail, "interval", seconds=0.15, id="fails")
    scheduler.add_job(deeds.note, "interval", seconds=0.1, id="elsewhere", jobstore="other")
    plan = plan_of(scheduler)
    before = {thread.ident for thread in threading.enumerate()}
    loop = scheduler._loop
    assert loop is not None
    faults.at_random(SHARE, seed=seed)
    scheduler.resume()
    until, public_errors, complaints = time.monotonic() + seconds, 0, []
    while time.monotonic() < until:
        Flag().wait(0.05)
        try:
            scheduler.get_job("tick0")
            scheduler.run_job("tick1")
        except JobStoreUnavailableError:
            public_errors += 1
        if not (scheduler.running and loop.thread is not None and loop.thread.is_alive()):
            complaints.append("the loop is dead")
            break
    faults.clear()
    if not soon(lambda: all(_is_up_to_date(job.next_run_time) for job in scheduler.get_jobs()), PATIENCE):
        complaints.append("what fell due in the storm was not made up for")
    take_no_more(scheduler)
    unsettled = "scheduled", "running"
    if not soon(lambda: not [run for status in unsettled for run in scheduler.get_runs(status=status)], PATIENCE):
        complaints.append("runs have no outcome")
    if not scheduler.health().ok:
        complaints.append(f"it is not well afterwards: {scheduler.health().problems}")
    if before - {thread.ident for thread in threading.enumerate()}:
        complaints.append("a thread has died")
    books = audit(scheduler, plan, deeds.noted)
    elsewhere = scheduler.get_runs("elsewhere")
    scheduler.shutdown()
    codes = [event.code for event in told]
    pairs = [events.EVENT_JOBSTORE_OUTAGE, events.EVENT_JOBSTORE_RECOVERED] * (len(codes) // 2)
    if codes != pairs:
        complaints.append("outages and recoveries were not told in turn")
    if len(elsewhere) < seconds * 10 * 0.5:
        complaints.append(f"the other store ran only {len(elsewhere)} times")
    return Storm(
        books=books,
        calls=faults.seen.total(),
        struck=len(faults.struck),
        outages=len(codes) // 2,
        public_errors=public_errors,
        lateness_elsewhere=max(run.lateness for run in elsewhere).total_seconds(),
        complaints=complaints + books.complaints,
    )


def _is_up_to_date(next_run_time: datetime | None) -> bool:
    # One that waits for its run to end has no next run time.
    return next_run_time is None or next_run_time > datetime.now(UTC) - timedelta(seconds=1)


def main(seconds: float, seed: int) -> int:
    """Let a storm pass over each kind of store; return 1 where a promise was broken."""
    status = 0
    for name, make in STORES.items():
        with tempfile.TemporaryDirectory() as folder:
            storm = rage(make, Path(folder), seconds, seed)
        print(f"{name}, {seconds:g} s, seed {seed}: {storm.table()}", flush=True)
        for complaint in storm.complaints:
            print(f"  {complaint}", flush=True)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())))
