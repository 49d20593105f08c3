"""A program that comes to its end while its scheduler is busy.

python ending.py HOW
"""

import atexit
import os
import sys
import threading
import time

import chores

from tickwright import BackgroundScheduler, ProcessPoolExecutor, SQLiteJobStore, ThreadPoolExecutor
from tickwright.errors import SchedulerNotRunningError


def look_after_the_end(scheduler):
    try:
        runs = scheduler.get_runs()
    except SchedulerNotRunningError as error:
        runs = error
    print("after", scheduler.running, runs, flush=True)


def main(how):
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLiteJobStore("jobs.sqlite")},
        executors={"default": ThreadPoolExecutor(4), "processes": ProcessPoolExecutor(1)},
    )
    if how == "atexit":
        # Called after the scheduler's own end, which was registered later; and before it.
        atexit.register(look_after_the_end, scheduler)
    scheduler.add_listener(lambda event: time.sleep(0.01))
    scheduler.start()
    if how == "atexit":
        atexit.register(lambda: print("before", scheduler.add_job(chores.leave_line, id=f"last-{os.getpid()}").id))
    scheduler.add_job(chores.leave_line, "interval", seconds=1, id="tick", replace_existing=True)
    scheduler.add_job(chores.leave_line, args=[0.3], id=f"near-{os.getpid()}")
    scheduler.add_job(chores.leave_line, args=[0.3], id=f"far-{os.getpid()}", executor="processes")
    assert chores.has_left_line(f"near-{os.getpid()}")
    assert chores.has_left_line(f"far-{os.getpid()}")
    match how:
        case "exit":
            sys.exit(3)
        case "raise":
            raise ValueError("the end")
        case "os._exit":
            os._exit(4)
        case "thread":
            threading.Thread(target=lambda: [time.sleep(0.2), scheduler.add_job(chores.leave_line)]).start()
        case "submitting":
            for number in range(50):
                scheduler.add_job(chores.leave_line, id=f"many-{number}-{os.getpid()}")


if __name__ == "__main__":
    main(sys.argv[1])
