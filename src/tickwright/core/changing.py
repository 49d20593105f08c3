"""The decisions about what users ask for: add, add again, modify, reschedule, pause, resume."""

from __future__ import annotations

from datetime import datetime

from tickwright.core.backlog import first_fire_time, following
from tickwright.core.jitter import due_time
from tickwright.policies import UNSET, Unset
from tickwright.stored_job import Schedule, StoredJob
from tickwright.triggers.base import Trigger
from tickwright.triggers.date import DateTrigger

__all__ = ["added", "added_again", "added_beside", "kept", "past", "paused", "rescheduled", "resumed", "run_next_at"]


def added(job: StoredJob, now: datetime, next_run_time: datetime | Unset | None = UNSET, version: int = 1) -> StoredJob:
    """Return a new job with its first schedule: the trigger's, the given time, or, for None, paused.

    A trigger that counts from "now" is anchored here, once.
    """
    trigger = job.trigger.anchored(now)
    if isinstance(next_run_time, Unset):
        return job.planned(trigger, _first(job.id, trigger, now, version))
    return job.planned(trigger, _chosen(next_run_time, version))


def added_beside(job: StoredJob, other: StoredJob) -> StoredJob:
    """Return a new job as `added` would make it at the moment of another, which was declared with the same trigger.

    They share what is the same for both, and jobs that are added by the thousand take half the room.
    """
    trigger, schedule = other.trigger, other.schedule
    if trigger.jitter:
        schedule = _at(job.id, trigger, schedule.next_fire_time, schedule.version)
    return job.planned(trigger, schedule)


def added_again(
    stored: StoredJob, declared: StoredJob, now: datetime, next_run_time: datetime | Unset | None = UNSET
) -> StoredJob:
    """Return the stored job after the same id was declared once more.

    It takes all that was declared, and keeps its schedule unless its trigger changed or a time is given: a restart
    changes nothing. A trigger that counts from when it was added keeps its anchor for the same reason.
    """
    version = stored.schedule.version + 1
    if isinstance(next_run_time, Unset) and declared.trigger == stored.trigger:
        same = declared._replace(trigger=stored.trigger)
        return same.with_schedule(stored.schedule._replace(version=version))
    anew = added(declared, now, next_run_time)
    if stored.schedule.paused and isinstance(next_run_time, Unset):
        # The new trigger holds from when the job is resumed; a pause that a person asked for is not undone.
        return anew.with_schedule(Schedule(paused=True, version=version))
    return anew.with_schedule(anew.schedule._replace(version=version))


def kept(job: StoredJob) -> StoredJob:
    """Return a job whose definition was changed, with its schedule as it was."""
    return job.with_schedule(job.schedule._replace(version=job.schedule.version + 1))


def paused(job: StoredJob) -> StoredJob:
    """Return the job paused: it has no fire times until it is resumed."""
    return job.with_schedule(Schedule(paused=True, version=job.schedule.version + 1))


def resumed(job: StoredJob, now: datetime) -> StoredJob:
    """Return the job with its next fire time from `now` on; what lay in the pause is no fire time."""
    fire_time = first_fire_time(job.trigger, now)
    return job.with_schedule(_at(job.id, job.trigger, fire_time, job.schedule.version + 1))


def rescheduled(job: StoredJob, trigger: Trigger, now: datetime) -> StoredJob:
    """Return the job with another trigger, due at its first fire time."""
    trigger = trigger.anchored(now)
    return job.planned(trigger, _first(job.id, trigger, now, job.schedule.version + 1))


def run_next_at(job: StoredJob, next_run_time: datetime | None) -> StoredJob:
    """Return the job due at a given instant, from where its trigger goes on; paused, where that is None."""
    return job.with_schedule(_chosen(next_run_time, job.schedule.version + 1))


def past(job: StoredJob, now: datetime) -> StoredJob:
    """Return the job due at the fire time after its next one, which has been decided about before."""
    schedule = job.schedule
    if schedule.next_fire_time is None:
        return job
    fire_time = following(job.trigger, schedule.next_fire_time, now)
    return job.with_schedule(_at(job.id, job.trigger, fire_time, schedule.version))


def _first(job_id: str, trigger: Trigger, now: datetime, version: int) -> Schedule:
    fire_time = first_fire_time(trigger, now)
    if fire_time is None and isinstance(trigger, DateTrigger):
        # Its one instant has passed: late beats never, and the run's record says how late.
        fire_time = trigger.run_date
    return _at(job_id, trigger, fire_time, version)


def _chosen(next_run_time: datetime | None, version: int) -> Schedule:
    """Return the schedule of a job that somebody wants to run at an instant, or, for None, to stand still."""
    return Schedule(next_run_time, next_run_time, paused=next_run_time is None, version=version)


def _at(job_id: str, trigger: Trigger, fire_time: datetime | None, version: int) -> Schedule:
    due_at = fire_time and due_time(job_id, trigger, fire_time)
    return Schedule(next_fire_time=fire_time, next_run_time=due_at, version=version)
