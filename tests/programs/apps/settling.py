"""Puts on record what killed programs have left, runs nothing, and ends."""

import time

from tickwright import BackgroundScheduler, SQLiteJobStore

with BackgroundScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")}, lease=2) as scheduler:
    scheduler.pause()
    until = time.monotonic() + 30
    while scheduler.get_runs(status="scheduled") or scheduler.get_runs(status="running"):
        assert time.monotonic() < until, scheduler.get_runs(status="scheduled")
        time.sleep(0.02)
