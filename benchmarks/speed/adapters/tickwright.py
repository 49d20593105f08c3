"""The adapter of Tickwright."""

from collections import Counter
from pathlib import Path
from time import sleep

from benchmarks.speed.adapters.asking import fires_of
from benchmarks.speed.adapters.field_scheduler import FieldScheduler
from benchmarks.speed.books import DroppedWorkError, note
from tickwright import (
    AsyncIOScheduler,
    BackgroundScheduler,
    CronTrigger,
    MemoryJobStore,
    ProcessPoolExecutor,
    SQLiteJobStore,
    ThreadPoolExecutor,
)

IMPORT = "from tickwright import BackgroundScheduler"
LAST_RUNS = 500
"""More than can be in flight: only the runs taken last may be unsettled when all functions have been called."""

fires = fires_of("tickwright")


def read(expr, zone):
    """Read a text."""
    return CronTrigger.from_crontab(expr, zone)


class Scheduler(FieldScheduler):
    """A background scheduler with all of its books."""

    def __init__(self, executor, store):
        self.store = store
        self.scheduler = BackgroundScheduler(
            executors={"default": executor},
            jobstores={"default": store},
            job_defaults={"misfire_grace_time": None, "coalesce": True},
            timezone="UTC",
        )

    def add_many(self, func, numbers, when):
        """Add jobs for an instant in one call."""
        self.scheduler.add_jobs([{"args": [number]} for number in numbers], func=func, trigger="date", run_date=when)

    def wait_for_record(self, count):
        """Return when all runs are on record."""
        while any(run.finished_at is None for run in self.scheduler.get_runs(limit=min(count, LAST_RUNS))):
            sleep(0.0005)

    def check_record(self, count):
        """Raise `DroppedWorkError` unless the history has one run that succeeded for each job."""
        runs = self.scheduler.get_runs()
        statuses, jobs = Counter(str(run.status) for run in runs), Counter(run.job_id for run in runs)
        if statuses != {"succeeded": count} or len(jobs) != count:
            raise DroppedWorkError(f"the history of {count:,} jobs has {len(jobs):,} jobs and {dict(statuses)}")

    def stood_for(self):
        """Return for how many fire times the first run stands."""
        return self.scheduler.get_runs()[-1].coalesced

    def due(self, now):
        """Ask the store what is due."""
        return self.store.get_due_jobs(now)


def in_memory(threads, runs):
    """Return a scheduler with the default store, which keeps all runs here."""
    return Scheduler(ThreadPoolExecutor(threads), MemoryJobStore(keep_runs=max(runs, 10_000)))


def in_processes(workers, runs):
    """Return a scheduler with worker processes."""
    executor = ProcessPoolExecutor(workers, start_method="spawn")
    return Scheduler(executor, MemoryJobStore(keep_runs=max(runs, 10_000)))


def in_sqlite(path, mode, runs):
    """Return a scheduler on a file; its default is FULL."""
    options = {} if mode == "default" else {"synchronous": mode}
    return Scheduler(ThreadPoolExecutor(10), SQLiteJobStore(path, keep_runs=max(runs, 100_000), **options))


def fill(path, count, first, due):
    """Fill a file through a file of exported jobs, which is one transaction."""
    jobs = Scheduler(ThreadPoolExecutor(1), MemoryJobStore())
    jobs.open()
    jobs.add_once(note, 0, due)
    for number in range(1, count):
        jobs.add_hourly(note, number, first)
    exported = Path(f"{path}.json")
    jobs.scheduler.export_jobs(str(exported))
    jobs.close()
    scheduler = in_sqlite(path, "NORMAL", 0)
    scheduler.open()
    scheduler.scheduler.import_jobs(str(exported))
    scheduler.close()
    exported.unlink()


class SchedulerInEventLoop(Scheduler):
    """A scheduler for the event loop that opens it, with all of its books."""

    def __init__(self, runs):
        self.store = MemoryJobStore(keep_runs=max(runs, 10_000))
        self.scheduler = AsyncIOScheduler(
            jobstores={"default": self.store},
            job_defaults={"misfire_grace_time": None, "coalesce": True},
            timezone="UTC",
        )

    async def open(self):
        """Start it paused."""
        await self.scheduler.aio.start(paused=True)

    async def add_once(self, func, number, when):
        """Add a job for an instant."""
        super().add_once(func, number, when)

    async def go(self):
        """Let it take what is due."""
        super().go()

    async def close(self):
        """Stop."""
        await self.scheduler.aio.shutdown()


def in_event_loop(runs=10_000):
    """Return a scheduler for an event loop, with the default store."""
    return SchedulerInEventLoop(runs)


def in_threads_with_loops(threads, runs):
    """Coroutine functions are run all the same, each in a worker thread with an event loop of its own."""
    return in_memory(threads, runs)
