"""The job store in one SQLite file: durable, shared by the processes of a machine, nothing to install."""

from tickwright.jobstores.sqlite.store import SQLiteJobStore

__all__ = ["SQLiteJobStore"]
