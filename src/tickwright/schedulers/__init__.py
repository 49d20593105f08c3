"""Schedulers: the shells around the engine, and the only thing that an application talks to."""

from tickwright.errors import SchedulerAlreadyRunningError, SchedulerNotRunningError

__all__ = ["SchedulerAlreadyRunningError", "SchedulerNotRunningError"]
