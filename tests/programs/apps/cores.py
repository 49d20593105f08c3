"""A program with more to do than its one core can: threads that compute, a pool of processes, and many jobs."""

import sys

import chores

from tickwright import BlockingScheduler, ProcessPoolExecutor, SQLiteJobStore, ThreadPoolExecutor


def compute():
    chores.leave_line()
    return sum(number * number for number in range(200_000))


if __name__ == "__main__":
    scheduler = BlockingScheduler(
        jobstores={"default": SQLiteJobStore("jobs.sqlite")},
        executors={"default": ThreadPoolExecutor(8), "processes": ProcessPoolExecutor()},
    )
    for number in range(int(sys.argv[1])):
        executor = "processes" if number % 4 == 0 else "default"
        scheduler.add_job("cores:compute", "cron", second="*", id=f"job-{number:02}", executor=executor)
    scheduler.start()
