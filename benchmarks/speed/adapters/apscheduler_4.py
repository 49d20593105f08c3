"""The adapter of APScheduler 4, of which there are pre-releases."""

from datetime import timedelta

from apscheduler import AsyncScheduler, Scheduler, TaskDefaults
from apscheduler.executors.async_ import AsyncJobExecutor
from apscheduler.executors.thread import ThreadPoolJobExecutor
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from benchmarks.speed.adapters.asking import fires_of
from benchmarks.speed.books import LacksError

IMPORT = "from apscheduler import Scheduler"

MOST_DURABLE = 100
"""A file has several transactions for each job here, so that a hundred say what thousands would."""

KEYWORDS = {
    "0 0 L * *": {"minute": 0, "hour": 0, "day": "last"},
    "*/10 * * * * *": {"second": "*/10"},
}
"""What its crontab texts cannot say, and its keywords can."""

asked = fires_of("apscheduler_4")


def fires(expr, zone, start):
    """Ask for one after the other, as `triggers_right` does where a crontab text can say it."""
    return by_keywords(expr, zone, start) if expr in KEYWORDS else asked(expr, zone, start)


def by_keywords(expr, zone, start):
    """Ask for one after the other."""
    trigger = CronTrigger(**KEYWORDS[expr], start_time=start, timezone=zone)
    while (fire := trigger.next()) is not None:
        yield fire


def read(expr, zone):
    """Read a text."""
    return CronTrigger.from_crontab(expr, timezone=zone)


def unbounded():
    """Return the defaults with which jobs of one function may run at the same time, however late."""
    return TaskDefaults(max_running_jobs=None, misfire_grace_time=None)


class Synchronous:
    """Its synchronous face: an event loop in a thread."""

    def __init__(self, threads, **options):
        self.scheduler = Scheduler(
            task_defaults=unbounded(),
            job_executors={"threadpool": ThreadPoolJobExecutor(max_workers=threads)},
            **options,
        )

    def open(self):
        """Make it take jobs, and not run any."""
        self.scheduler.__enter__()

    def go(self):
        """Start it."""
        self.scheduler.start_in_background()

    def close(self):
        """Stop."""
        self.scheduler.__exit__(None, None, None)

    def add_once(self, func, number, when):
        """Add a job for an instant."""
        self.scheduler.add_schedule(func, DateTrigger(when), args=[number])

    def add_hourly(self, func, number, first):
        """Add a job for every hour."""
        self.scheduler.add_schedule(func, IntervalTrigger(hours=1, start_time=first), args=[number])

    def add_each_second(self, func, number, first):
        """Add a job for every second."""
        self.scheduler.add_schedule(func, IntervalTrigger(seconds=1, start_time=first), args=[number])


def in_memory(threads, runs):
    """Return a scheduler with the default store."""
    return Synchronous(threads)


def in_sqlite(path, mode, runs):
    """Return a scheduler on a file."""
    if mode != "default":
        raise LacksError("")
    from apscheduler.datastores.sqlalchemy import SQLAlchemyDataStore

    return Synchronous(10, data_store=SQLAlchemyDataStore(f"sqlite:///{path}"), cleanup_interval=timedelta(hours=1))


class InEventLoop:
    """Its asynchronous face."""

    async def open(self):
        """Make it take jobs, and not run any."""
        self.scheduler = AsyncScheduler(task_defaults=unbounded(), job_executors={"async": AsyncJobExecutor()})
        await self.scheduler.__aenter__()

    async def go(self):
        """Start it."""
        await self.scheduler.start_in_background()

    async def close(self):
        """Stop."""
        await self.scheduler.__aexit__(None, None, None)

    async def add_once(self, func, number, when):
        """Add a job for an instant."""
        await self.scheduler.add_schedule(func, DateTrigger(when), args=[number])


def in_event_loop():
    """Return a scheduler for coroutines."""
    return InEventLoop()
