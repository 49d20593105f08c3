"""What is to run until an instant, merged from all jobs as it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from tickwright.core.jitter import due_time
from tickwright.stored_job import StoredJob

__all__ = ["Upcoming", "upcoming"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """A fire time that lies ahead, as things stand now."""

    due_at: datetime
    """When it is to be taken: `fire_time` and the jitter."""
    fire_time: datetime
    job_id: str
    name: str
    jobstore: str


def upcoming(jobs: Iterable[tuple[str, StoredJob]], now: datetime, until: datetime, limit: int) -> list[Upcoming]:
    """Return the fire times of these (alias, job) pairs that are due until an instant, soonest first."""
    each = [_of_one(alias, job, now, until) for alias, job in jobs]
    return list(islice(merge(*each, key=lambda one: (one.due_at, one.job_id)), limit))


def _of_one(alias: str, job: StoredJob, now: datetime, until: datetime) -> Iterator[Upcoming]:
    fire_time = job.schedule.next_fire_time
    due_at = job.schedule.next_run_time
    while fire_time is not None and due_at is not None and due_at <= until:
        yield Upcoming(due_at=due_at, fire_time=fire_time, job_id=job.id, name=job.name, jobstore=alias)
        fire_time = job.trigger.get_next_fire_time(fire_time, now)
        due_at = fire_time and due_time(job.id, job.trigger, fire_time)
