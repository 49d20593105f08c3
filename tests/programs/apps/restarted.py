"""A program that forks while threads use a scheduler that is not running, and starts it in the forks.

python restarted.py FORKS
"""

import os
import signal
import sys
import threading
import time

import chores

from tickwright import BackgroundScheduler
from tickwright.events import EVENT_JOB_EXECUTED

heard = threading.Event()
scheduler = BackgroundScheduler()
scheduler.add_listener(lambda event: time.sleep(0.001))  # so that there is always something left to tell
scheduler.add_listener(lambda event: heard.set(), EVENT_JOB_EXECUTED)


def started_in_child():
    heard.clear()
    signal.alarm(40)
    scheduler.add_job(chores.leave_line, id="child", replace_existing=True)
    scheduler.start()
    code = 0 if heard.wait(30) else 1
    scheduler.shutdown()
    return code


def use():
    while not ended.is_set():
        scheduler.add_job(print, "interval", hours=1, id="other", replace_existing=True)
        scheduler.add_listener(print, 1)
        scheduler.remove_listener(print)


if __name__ == "__main__":
    scheduler.start()
    for number in range(100):
        scheduler.add_job(print, "interval", hours=1, id=f"job-{number}")
    scheduler.shutdown(wait=False)
    ended = threading.Event()
    thread = threading.Thread(target=use)
    thread.start()
    codes = []
    for _ in range(int(sys.argv[1])):
        pid = os.fork()
        if pid == 0:
            os._exit(started_in_child())
        codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    ended.set()
    thread.join()
    print("codes", set(codes), flush=True)
