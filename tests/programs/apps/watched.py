"""A program that is looked at and disturbed while it works: stack dumps, timers, signals to the loop's own thread."""

import faulthandler
import signal
import threading

import chores

from tickwright import BlockingScheduler, SQLiteJobStore

scheduler = BlockingScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")})
for number in range(4):
    scheduler.add_job(chores.leave_line, "interval", seconds=0.5, id=f"job-{number}", replace_existing=True)

dumps = open("dumps.txt", "w")  # noqa: SIM115 - open until the program has ended
# Of the thread that the signal strikes, which is the loop's. To dump the others while they run crashes Python 3.11
# itself now and then, whatever they do: one dump in a thousand, in a program as busy as this.
faulthandler.register(signal.SIGUSR1, dumps, all_threads=False)
signal.signal(signal.SIGALRM, lambda number, frame: None)
signal.signal(signal.SIGUSR2, lambda number, frame: None)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
loop = threading.get_ident()
ended = threading.Event()


def disturb():
    """Have system calls of the loop and of the workers return early, all the time."""
    while not ended.wait(0.002):
        signal.pthread_kill(loop, signal.SIGUSR2)
        for thread in threading.enumerate():
            if thread.name.startswith("tickwright") and thread.ident and thread.is_alive():
                signal.pthread_kill(thread.ident, signal.SIGUSR2)


thread = threading.Thread(target=disturb)
thread.start()
try:
    scheduler.start()
finally:
    signal.setitimer(signal.ITIMER_REAL, 0)
    ended.set()
    thread.join()
print("ended well", flush=True)
