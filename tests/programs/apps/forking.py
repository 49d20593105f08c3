"""A program that forks from everywhere while its scheduler works, and whose children use schedulers too.

python forking.py SECONDS
"""

import faulthandler
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import chores

from tickwright import BackgroundScheduler, ProcessPoolExecutor, SQLiteJobStore, ThreadPoolExecutor
from tickwright.errors import ForkedSchedulerError
from tickwright.events import EVENT_JOB_EXECUTED

seconds = float(sys.argv[1])


def made():
    return BackgroundScheduler(
        jobstores={"default": SQLiteJobStore("jobs.sqlite")},
        executors={"default": ThreadPoolExecutor(4), "processes": ProcessPoolExecutor(1)},
    )


scheduler = made()
answers: Counter[str] = Counter()


def refused():
    """Use the parent's scheduler: it does not run here, and says so instead of hanging."""
    calls = [scheduler.get_jobs, scheduler.health, lambda: scheduler.add_job(chores.leave_line), scheduler.pause]
    for call in [*calls, lambda: scheduler.add_listener(print), scheduler.shutdown, scheduler.start]:
        try:
            call()
        except ForkedSchedulerError:
            continue
        return 1
    return 0 if not scheduler.running else 1


def own_scheduler():
    """Have a scheduler on the same file, run a job of the child's own, and take part in the parent's."""
    with made() as own:
        own.add_job(chores.leave_line, id=f"child-{os.getpid()}")
        return 0 if chores.has_left_line(f"child-{os.getpid()}") else 1


def fork(what, who):
    pid = os.fork()
    if pid == 0:
        signal.alarm(40)  # and no timer of faulthandler's, whose thread does not survive a fork: it hangs itself
        if what is None:
            # As a child does that ends like any program: with the handlers that its parent registered.
            sys.exit(0)
        try:
            code = what()
        except BaseException:
            faulthandler.dump_traceback()
            code = 2
        os._exit(code)
    _, status = os.waitpid(pid, 0)
    answers[f"{who} {os.waitstatus_to_exitcode(status)}"] += 1


def fork_in_job():
    chores.leave_line()
    fork(refused, "job")


def quick():
    return 0


if __name__ == "__main__":
    chores.fork_in_job = fork_in_job
    scheduler.add_listener(lambda event: fork(quick, "listener"), EVENT_JOB_EXECUTED)
    scheduler.start()
    for number in range(3):
        scheduler.add_job(chores.leave_line, "interval", seconds=1, id=f"job-{number}", replace_existing=True)
    scheduler.add_job("chores:fork_in_job", "interval", seconds=1, id="forks", replace_existing=True)
    scheduler.add_job(chores.leave_line, "interval", seconds=1, id="far", executor="processes", replace_existing=True)
    ended = threading.Event()

    def in_thread():
        while not ended.is_set():
            fork(refused, "thread")
            subprocess.run(["true"], preexec_fn=lambda: None, check=True)

    thread = threading.Thread(target=in_thread)
    thread.start()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        # While the loop and the main thread commit.
        scheduler.add_job(chores.leave_line, "interval", hours=1, id="other", replace_existing=True)
        fork(quick, "main")
        fork(own_scheduler, "own")
    fork(None, "exit")
    ended.set()
    thread.join()
    scheduler.shutdown()
    print("ended well", dict(answers), flush=True)
