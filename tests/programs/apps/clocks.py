"""A program whose clock is set while it works; `clock.txt` says by how many days, unless the machine's clock lies."""

import os
import select
import signal
import sys
from datetime import timedelta

import chores

from tickwright import BackgroundScheduler, SQLiteJobStore
from tickwright.clock import SystemClock
from tickwright.events import EVENT_CLOCK_JUMPED


class SetClock(SystemClock):
    """The machine's clock, wrong by so many days."""

    def now(self):
        with open("clock.txt") as days:
            return super().now() + timedelta(days=float(days.read()))


def watch():
    """Do what the test asks for by leaving a file."""
    while True:
        for name in ("add", "again", "health"):
            if os.path.exists(name):
                os.unlink(name)
                if name == "add":
                    scheduler.add_job(chores.leave_line, "interval", seconds=0.25, id="meanwhile")
                    scheduler.add_job(chores.leave_line, id="once")
                elif name == "again":
                    scheduler.reschedule_job("tick", trigger="interval", seconds=0.25)
                health = scheduler.health()
                print(name, "done", health.ok, health.last_step < 5, flush=True)
        select.select([], [], [], 0.02)  # the sleep that libfaketime lets work


scheduler = BackgroundScheduler(
    jobstores={"default": SQLiteJobStore("jobs.sqlite")},
    lease=2,
    clock=SetClock() if sys.argv[1] == "injected" else SystemClock(),
)
scheduler.add_listener(
    lambda event: print("days:", round(event.offset.total_seconds() / 86400), flush=True), EVENT_CLOCK_JUMPED
)
scheduler.add_job(chores.leave_line, "interval", seconds=0.25, id="tick")
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
scheduler.start()
watch()
