"""What a job store answers to the loop: jobs that are due, how others stand, and those it could not read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tickwright.run import Run
from tickwright.stored_job import Schedule, StoredJob

__all__ = ["Due", "DueJobs", "Standing", "UnreadableJob"]


class Due(NamedTuple):
    """A job whose `next_run_time` has come, with its runs that have not ended."""

    job: StoredJob
    unsettled: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableJob:
    """A stored job that cannot be loaded here. Nothing of it is deleted, and it comes back when it can be."""

    job_id: str
    reason: str
    next_run_time: datetime | None = None
    body: bytes | None = None
    """The job as it is stored, for whoever mends it."""


class DueJobs(NamedTuple):
    """One batch of due jobs, those due first in front."""

    due: tuple[Due, ...] = ()
    set_aside: tuple[UnreadableJob, ...] = ()
    """Jobs that this read found unreadable, each told once; from now on the store passes over them."""


class Standing(NamedTuple):
    """How a job stands, read without its body."""

    schedule: Schedule
    unsettled: tuple[Run, ...] = ()
