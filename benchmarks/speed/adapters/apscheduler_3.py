"""The adapter of APScheduler 3."""

from multiprocessing import get_context

from apscheduler.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from benchmarks.speed.adapters.asking import fires_of
from benchmarks.speed.adapters.field_scheduler import FieldScheduler
from benchmarks.speed.books import LacksError

IMPORT = "from apscheduler.schedulers.background import BackgroundScheduler"
DEFAULTS = {"misfire_grace_time": None, "coalesce": True}

MOST_DURABLE = 300
"""A file has a transaction for each job here, so that a few hundred say what thousands would."""

KEYWORDS = {
    "0 0 L * *": {"minute": 0, "hour": 0, "day": "last"},
    "*/10 * * * * *": {"second": "*/10"},
}
"""What its crontab texts cannot say, and its keywords can."""

asked = fires_of("apscheduler_3")


def fires(expr, zone, start):
    """Ask for one after the other, as `triggers_right` does where a crontab text can say it."""
    return by_keywords(expr, zone, start) if expr in KEYWORDS else asked(expr, zone, start)


def by_keywords(expr, zone, start):
    """Ask for one after the other."""
    trigger = CronTrigger(**KEYWORDS[expr], timezone=zone)
    fire = trigger.get_next_fire_time(None, start)
    while fire is not None:
        yield fire
        fire = trigger.get_next_fire_time(fire, fire)


def read(expr, zone):
    """Read a text."""
    return CronTrigger.from_crontab(expr, zone)


class Scheduler(FieldScheduler):
    """A background scheduler."""

    def __init__(self, executor, **options):
        self.scheduler = BackgroundScheduler(
            executors={"default": executor}, job_defaults=DEFAULTS, timezone="UTC", **options
        )


def in_memory(threads, runs):
    """Return a scheduler with the default store."""
    return Scheduler(ThreadPoolExecutor(threads))


def in_processes(workers, runs):
    """Return a scheduler with worker processes."""
    return Scheduler(ProcessPoolExecutor(workers, pool_kwargs={"mp_context": get_context("spawn")}))


def in_sqlite(path, mode, runs):
    """Return a scheduler on a file; how safe that is, is SQLAlchemy's and SQLite's default."""
    if mode != "default":
        raise LacksError("")
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore

    store = SQLAlchemyJobStore(f"sqlite:///{path}")
    scheduler = Scheduler(ThreadPoolExecutor(10), jobstores={"default": store})
    scheduler.due = store.get_due_jobs
    return scheduler


def fill(path, count, first, due):
    """Fill a file: two jobs as the library stores them, and copies of the later one, for it would take half an hour."""
    import sqlite3

    from benchmarks.speed.books import note

    scheduler = in_sqlite(path, "default", 0)
    scheduler.open()
    scheduler.add_once(note, 0, due)
    scheduler.scheduler.add_job(note, "interval", hours=1, start_date=first, args=[1], id="0" * 32)
    scheduler.close()
    with sqlite3.connect(path) as file:
        time, state = file.execute(
            "SELECT next_run_time, job_state FROM apscheduler_jobs WHERE id = ?", ["0" * 32]
        ).fetchone()
        rows = [(f"{number:032x}", time + number, state) for number in range(1, count - 1)]
        file.executemany("INSERT INTO apscheduler_jobs VALUES (?, ?, ?)", rows)
    file.close()


class InEventLoop:
    """An asyncio scheduler."""

    async def open(self):
        """Start it paused."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self.scheduler = AsyncIOScheduler(job_defaults=DEFAULTS, timezone="UTC")
        self.scheduler.start(paused=True)

    async def go(self):
        """Let it take what is due."""
        self.scheduler.resume()

    async def close(self):
        """Stop."""
        self.scheduler.shutdown()

    async def add_once(self, func, number, when):
        """Add a job for an instant."""
        self.scheduler.add_job(func, "date", run_date=when, args=[number])


def in_event_loop():
    """Return a scheduler for coroutines."""
    return InEventLoop()
