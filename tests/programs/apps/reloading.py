"""A program that is its schedule, and whose handler changes that, wherever in the loop it breaks in.

python reloading.py SECONDS
"""

import faulthandler
import itertools
import signal
import sys
import threading
from collections import Counter

import chores

from tickwright import BlockingScheduler, SQLiteJobStore
from tickwright.errors import ReentrantCallError

seconds = float(sys.argv[1])
faulthandler.dump_traceback_later(seconds + 60, exit=True)
scheduler = BlockingScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite", synchronous="NORMAL")})
answers: Counter[str] = Counter()
numbers = itertools.count()


def handle(number, frame):
    job_id = f"handler-{next(numbers) % 20}"
    try:
        scheduler.add_job(chores.leave_line, "interval", hours=1, id=job_id, replace_existing=True)
        scheduler.run_job(job_id)
        scheduler.get_jobs()
    except ReentrantCallError:
        answers["refused"] += 1
    else:
        answers["done"] += 1


def stop():
    signal.setitimer(signal.ITIMER_REAL, 0)
    print("healthy", scheduler.health().ok, flush=True)
    scheduler.shutdown()


signal.signal(signal.SIGALRM, handle)
scheduler.add_job(chores.leave_line, "interval", seconds=0.05, id="tick")
threading.Timer(seconds, stop).start()
signal.setitimer(signal.ITIMER_REAL, 0.1, 0.004)
scheduler.start()
print("ended well", dict(answers), flush=True)
