"""Tickwright: an in-process job scheduler that accounts for every fire time."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tickwright.active_run import ActiveRun, current_run
    from tickwright.errors import TickwrightError
    from tickwright.executors.asyncio import AsyncIOExecutor
    from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
    from tickwright.job import Job
    from tickwright.jobstores.memory import MemoryJobStore
    from tickwright.jobstores.sqlite import SQLiteJobStore
    from tickwright.names import moved, named
    from tickwright.policies import OnLost
    from tickwright.run import Run, RunStatus
    from tickwright.schedulers.asyncio import AsyncIOScheduler
    from tickwright.schedulers.background import BackgroundScheduler
    from tickwright.schedulers.blocking import BlockingScheduler
    from tickwright.serializers import JSONSerializer, MovingSerializer, PickleSerializer, Serializer
    from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
    from tickwright.triggers.combining import AndTrigger, OrTrigger
    from tickwright.triggers.cron import CronTrigger
    from tickwright.triggers.date import DateTrigger
    from tickwright.triggers.exclude import ExcludeTrigger
    from tickwright.triggers.interval import IntervalTrigger
    from tickwright.triggers.rrule import RRuleTrigger

    __version__: str

__all__ = [
    "ActiveRun",
    "AndTrigger",
    "AsyncIOExecutor",
    "AsyncIOScheduler",
    "BackgroundScheduler",
    "BlockingScheduler",
    "CalendarIntervalTrigger",
    "CronTrigger",
    "DateTrigger",
    "ExcludeTrigger",
    "IntervalTrigger",
    "JSONSerializer",
    "Job",
    "MemoryJobStore",
    "MovingSerializer",
    "OnLost",
    "OrTrigger",
    "PickleSerializer",
    "ProcessPoolExecutor",
    "RRuleTrigger",
    "Run",
    "RunStatus",
    "SQLiteJobStore",
    "Serializer",
    "ThreadPoolExecutor",
    "TickwrightError",
    "__version__",
    "current_run",
    "moved",
    "named",
]

_NAMES = {
    "ActiveRun": "tickwright.active_run",
    "AndTrigger": "tickwright.triggers.combining",
    "AsyncIOExecutor": "tickwright.executors.asyncio",
    "AsyncIOScheduler": "tickwright.schedulers.asyncio",
    "BackgroundScheduler": "tickwright.schedulers.background",
    "BlockingScheduler": "tickwright.schedulers.blocking",
    "CalendarIntervalTrigger": "tickwright.triggers.calendarinterval",
    "CronTrigger": "tickwright.triggers.cron",
    "DateTrigger": "tickwright.triggers.date",
    "ExcludeTrigger": "tickwright.triggers.exclude",
    "IntervalTrigger": "tickwright.triggers.interval",
    "JSONSerializer": "tickwright.serializers",
    "Job": "tickwright.job",
    "MemoryJobStore": "tickwright.jobstores.memory",
    "MovingSerializer": "tickwright.serializers",
    "OnLost": "tickwright.policies",
    "OrTrigger": "tickwright.triggers.combining",
    "PickleSerializer": "tickwright.serializers",
    "ProcessPoolExecutor": "tickwright.executors.pool",
    "RRuleTrigger": "tickwright.triggers.rrule",
    "Run": "tickwright.run",
    "RunStatus": "tickwright.run",
    "SQLiteJobStore": "tickwright.jobstores.sqlite",
    "Serializer": "tickwright.serializers",
    "ThreadPoolExecutor": "tickwright.executors.pool",
    "TickwrightError": "tickwright.errors",
    "current_run": "tickwright.active_run",
    "moved": "tickwright.names",
    "named": "tickwright.names",
}


def __getattr__(name: str) -> Any:
    # Names are found when they are first asked for: an application that uses one scheduler and one store should
    # not pay, at each start, for the import of all others.
    if name == "__version__":
        from importlib.metadata import version

        return version("tickwright")
    if name in _NAMES:
        from importlib import import_module

        return getattr(import_module(_NAMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
