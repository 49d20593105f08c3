"""A job as a row of the tables, which may be damaged, and what it takes to make a job of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from tickwright.due import UnreadableJob
from tickwright.errors import UnreadableJobError
from tickwright.jobstores.body import unpack_job
from tickwright.jobstores.sqlite.instants import instant_of, readable_instant
from tickwright.serializers import Serializer
from tickwright.stored_job import Schedule, StoredJob

__all__ = ["JobRow", "schedule_of"]


class JobRow(NamedTuple):
    """A job as it is stored; nothing says yet that it can be loaded, nor that its columns are whole."""

    key: int
    id: Any
    executor: Any
    next_fire_time: Any
    next_run_time: Any
    paused: Any
    version: Any
    body: Any

    @property
    def job_id(self) -> str:
        """The id, as text even where the row is damaged."""
        return self.id if isinstance(self.id, str) else repr(self.id)

    def load(self, serializer: Serializer) -> StoredJob:
        """Return the job. Raises `UnreadableJobError`; runs the user's code, so never under a lock."""
        _, job_id, executor, next_fire_time, next_run_time, paused, version, body = self
        schedule = schedule_of(self.job_id, next_fire_time, next_run_time, paused, version)
        if not (type(job_id) is type(executor) is str and type(body) is bytes):
            kinds = {"id": str, "executor": str, "body": bytes}
            wrong = next(column for column, kind in kinds.items() if type(getattr(self, column)) is not kind)
            raise _damaged(self.job_id, f"{wrong} is a {type(getattr(self, wrong)).__name__}")
        return unpack_job(body, serializer, job_id=job_id, executor=executor, schedule=schedule)

    def as_unreadable(self, error: UnreadableJobError) -> UnreadableJob:
        """Return what to tell of the job, which could not be loaded for this reason."""
        next_run_time = readable_instant(self.next_run_time)
        body = self.body if isinstance(self.body, bytes) else None
        return UnreadableJob(job_id=self.job_id, reason=str(error), next_run_time=next_run_time, body=body)


def schedule_of(job_id: str, next_fire_time: Any, next_run_time: Any, paused: Any, version: Any) -> Schedule:
    """Return the schedule of these columns. Raises `UnreadableJobError` where they are damaged."""
    try:
        if type(version) is not int or paused not in (0, 1):
            raise TypeError(f"version is {version!r} and paused is {paused!r}")
        return Schedule(instant_of(next_fire_time), instant_of(next_run_time), bool(paused), version)
    except (TypeError, OverflowError) as error:
        raise _damaged(job_id, str(error)) from error


def _damaged(job_id: str, what: str) -> UnreadableJobError:
    return UnreadableJobError(f"job {job_id!r} cannot be loaded here: its row is damaged: {what}")
