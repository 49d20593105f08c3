"""A program whose main thread is interrupted all the time, by handlers that call its scheduler or raise.

python signalled.py STORE WHAT SECONDS
"""

import faulthandler
import itertools
import random
import signal
import sys
import threading
import time
from collections import Counter

import chores

from tickwright import BackgroundScheduler, MemoryJobStore, SQLiteJobStore
from tickwright.errors import ReentrantCallError
from tickwright.events import EVENT_JOB_EXECUTED

store, what, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
faulthandler.dump_traceback_later(seconds + 60, exit=True)
scheduler = BackgroundScheduler(
    jobstores={
        "default": SQLiteJobStore("jobs.sqlite", synchronous="NORMAL") if store == "sqlite" else MemoryJobStore()
    }
)
under_fire = False
answers: Counter[str] = Counter()
numbers = itertools.count()
kept = []  # an interpreter at a prompt keeps the last traceback too, with all that hangs on it


def call():
    number = next(numbers)
    match what:
        case "add":
            scheduler.add_job(
                chores.leave_line, "interval", hours=1, id=f"handler-{number % 20}", replace_existing=True
            )
        case "list":
            scheduler.get_jobs()
            scheduler.get_runs(limit=3)
            scheduler.health()
        case "pause":
            scheduler.pause()
            scheduler.resume()
        case "listen":
            scheduler.add_listener(print, 1)
            scheduler.remove_listener(print)
        case "raise" if under_fire:
            raise KeyboardInterrupt


def handle(number, frame):
    try:
        call()
    except ReentrantCallError:
        answers["refused"] += 1
    else:
        answers["done"] += 1


def work(number):
    scheduler.add_job(chores.leave_line, "interval", hours=1, id=f"main-{number % 20}", replace_existing=True)
    scheduler.get_jobs()
    scheduler.pause_job(f"main-{number % 20}")
    scheduler.get_runs(limit=3)
    scheduler.remove_job(f"main-{number % 20}")


def worked(number):
    """Do some work under fire; what the last round left half done is done again by the next."""
    global under_fire
    try:
        under_fire = True
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, 0.004))
        work(number)
        under_fire = False
    except KeyboardInterrupt as error:
        under_fire = False
        kept.append(error)
        answers["raised"] += 1


scheduler.add_listener(lambda event: None)
scheduler.start()
scheduler.add_job(chores.leave_line, "interval", seconds=0.1, id="tick")
signal.signal(signal.SIGALRM, handle)
until = time.monotonic() + seconds
while time.monotonic() < until:
    worked(next(numbers))
signal.signal(signal.SIGALRM, signal.SIG_IGN)
# The loop goes on, and so does a thread of the program.
went_on = threading.Event()
scheduler.add_listener(lambda event: event.job_id == "tick" and went_on.set(), EVENT_JOB_EXECUTED)
thread = threading.Thread(target=scheduler.get_jobs)
thread.start()
thread.join()
print("goes on", went_on.wait(30), dict(answers), flush=True)
scheduler.shutdown()
