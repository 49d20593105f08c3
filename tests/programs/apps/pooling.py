"""A program with a scheduler that also uses multiprocessing, in each of its ways.

python pooling.py METHOD
"""

import concurrent.futures
import faulthandler
import multiprocessing
import os
import sys
import warnings

import chores

from tickwright import BackgroundScheduler, SQLiteJobStore

# From Python 3.12 on it warns that a fork of a process with threads may hang: which is what this is about.
warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)


def work(number):
    return number * number


def made():
    return BackgroundScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")})


def with_scheduler():
    """Run a job of a scheduler of its own, and return while another one of its jobs is still busy."""
    own = made()
    own.start()
    own.add_job(chores.leave_line, id=f"child-{os.getpid()}")
    assert chores.has_left_line(f"child-{os.getpid()}")
    own.add_job(chores.leave_line, args=[1.0], id=f"at-the-end-{os.getpid()}")
    assert chores.has_left_line(f"at-the-end-{os.getpid()}")


def main(method):
    context = multiprocessing.get_context(method)
    with made() as scheduler:
        for number in range(3):
            scheduler.add_job(chores.leave_line, "interval", seconds=1, id=f"job-{number}")
        # At work, and with threads: a fork copies what these were just holding.
        assert all(chores.has_left_line(f"job-{number}") for number in range(3))
        with context.Pool(2) as pool:
            assert pool.map(work, range(50)) == [number * number for number in range(50)]
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
            assert list(executor.map(work, range(50))) == [number * number for number in range(50)]
        children = [context.Process(target=with_scheduler, daemon=daemon) for daemon in (False, True)]
        for child in children:
            child.start()
        for child in children:
            child.join()
            assert child.exitcode == 0, child.exitcode
        scheduler.add_job(chores.leave_line, id="afterwards")
        assert chores.has_left_line("afterwards"), "it is not at work any more"
    print("ended well", flush=True)


if __name__ == "__main__":
    faulthandler.dump_traceback_later(60, exit=True)
    main(sys.argv[1])
