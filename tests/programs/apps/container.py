"""The program of a container: a schedule that ends well when the container is stopped.

python container.py HOW
"""

import signal
import subprocess
import sys

import chores

from tickwright import BackgroundScheduler, BlockingScheduler, ProcessPoolExecutor, SQLiteJobStore, ThreadPoolExecutor


def leave_orphan():
    """Start a process that outlives the one which started it: a grandchild, which PID 1 inherits as a zombie."""
    chores.leave_line()
    subprocess.run(["sh", "-c", "sleep 0.05 &"], check=True)


def add_jobs(scheduler):
    for number, seconds in enumerate((0.0, 0.3)):
        scheduler.add_job(
            chores.leave_line, "interval", seconds=0.5, args=[seconds], id=f"job-{number}", replace_existing=True
        )
    scheduler.add_job("container:leave_orphan", "interval", seconds=0.5, id="orphans", replace_existing=True)
    scheduler.add_job(
        chores.leave_line, "interval", seconds=0.5, args=[0.1], id="far", executor="processes", replace_existing=True
    )


if __name__ == "__main__":
    how = sys.argv[1]
    scheduler = (BlockingScheduler if how == "blocking" else BackgroundScheduler)(
        jobstores={"default": SQLiteJobStore("jobs.sqlite")},
        executors={"default": ThreadPoolExecutor(4), "processes": ProcessPoolExecutor(1)},
        lease=2,
    )
    add_jobs(scheduler)
    if how == "background":
        # PID 1 gets no signal that it has no handler for, and any other program would die of it, unrecorded.
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    print("up", flush=True)
    scheduler.start()
    if how != "blocking":
        while True:
            signal.pause()
