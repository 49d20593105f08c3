"""The timetable: which jobs there are, when each runs, and what becomes of a run that is late or lost."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tickwright import BackgroundScheduler

from .jobs.backup import back_up
from .jobs.checksums import write_checksums
from .jobs.inventory import take_inventory
from .jobs.lookalikes import find_lookalikes
from .jobs.packing import compare_packers
from .jobs.report import write_report
from .jobs.watchdog import judge_backups

JOBS = ("inventory", "checksums", "backup", "watchdog", "report", "lookalikes", "packing")
"""Their ids, in the order in which people see them."""

LONG_JOBS = ("lookalikes", "packing")


def declare_jobs(scheduler: BackgroundScheduler, root: Path, data: Path) -> None:
    """Add all jobs, the same at every start: those that are stored keep their next run time and history.

    Every job is told what to look at (`root`) and where its results belong (`data`), and returns in a few words what
    it did. `on_lost="rerun"` stands where doing it twice does no harm; by default a lost run is only recorded.
    """
    add = partial(scheduler.add_job, kwargs={"root": root, "data": data}, replace_existing=True)

    # Without a trigger: once, now. When it has run the job is gone, so each start adds it anew.
    add(take_inventory, id="inventory", on_lost="rerun")

    # Work that keeps Python busy belongs in a process pool, where it delays nothing else.
    add(write_checksums, "interval", seconds=5, id="checksums", executor="processes", on_lost="rerun")
    add(find_lookalikes, "interval", seconds=15, id="lookalikes", executor="processes", on_lost="rerun")

    add(back_up, "cron", second="*/10", id="backup", on_lost="rerun")
    add(compare_packers, "cron", second="*/20", id="packing")
    add(write_report, "5/10 * * * * *", id="report")

    # How old a backup was some minutes ago is no news: what is more than 2 seconds late is recorded as missed, not run.
    add(judge_backups, "interval", seconds=4, id="watchdog", misfire_grace_time=2)
