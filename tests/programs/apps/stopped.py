"""A program with work in every state, which SIGTERM ends in one of the ways that programs have.

python stopped.py HOW
"""

import faulthandler
import signal
import sys
import threading

import chores

from tickwright import BackgroundScheduler, BlockingScheduler, ProcessPoolExecutor, SQLiteJobStore, ThreadPoolExecutor
from tickwright.errors import JobStoreError
from tickwright.events import EVENT_SCHEDULER_STARTED


def options():
    return {
        "jobstores": {"default": SQLiteJobStore("jobs.sqlite")},
        "executors": {"default": ThreadPoolExecutor(4), "processes": ProcessPoolExecutor(1)},
    }


def add_listeners(scheduler):
    scheduler.add_listener(lambda event: print("up", flush=True), EVENT_SCHEDULER_STARTED)
    scheduler.add_listener(lambda event: threading.Event().wait(0.002))  # a slow one


def add_jobs(scheduler):
    for number, seconds in enumerate((0.0, 0.3, 0.05)):
        scheduler.add_job(
            chores.leave_line, "interval", seconds=1, args=[seconds], id=f"job-{number}", replace_existing=True
        )
    scheduler.add_job(
        chores.leave_line, "interval", seconds=1, args=[0.2], id="far", executor="processes", replace_existing=True
    )


def blocking():
    scheduler = BlockingScheduler(**options())
    add_listeners(scheduler)
    add_jobs(scheduler)
    scheduler.start()  # returns after SIGTERM


def shutting_down():
    scheduler = BackgroundScheduler(daemon=False, **options())
    add_listeners(scheduler)
    signal.signal(signal.SIGTERM, lambda number, frame: scheduler.shutdown())
    scheduler.start()
    while scheduler.running:
        try:
            add_jobs(scheduler)
        except JobStoreError:
            break  # the shutdown has closed it meanwhile
        threading.Event().wait(0.02)


def exiting():
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit())
    scheduler = BackgroundScheduler(**options())
    add_listeners(scheduler)
    scheduler.start()
    while True:
        add_jobs(scheduler)
        threading.Event().wait(0.02)


if __name__ == "__main__":
    faulthandler.dump_traceback_later(40, exit=True)
    {"blocking": blocking, "shutting_down": shutting_down, "exiting": exiting}[sys.argv[1]]()
    print("ended well", flush=True)
