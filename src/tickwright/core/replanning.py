"""The decision about a job whose zone has got other rules since its next fire time was worked out."""

from __future__ import annotations

from datetime import datetime, timedelta

from tickwright.core.backlog import following
from tickwright.core.firing import schedule_from
from tickwright.stored_job import Schedule, StoredJob

__all__ = ["replanned"]

LARGEST_SHIFT = timedelta(hours=3)
"""By more no zone has been moved at once, but across the date line, which moves days and not times of day."""

STEP_OF_SHIFTS = timedelta(minutes=15)
"""Zones are a multiple of this from UTC, and so are the changes."""

MOST_LOOKED_AT = 1_000
"""Fire times near the planned one; a trigger that has more of them has one wherever a zone is moved to."""


def replanned(job: StoredJob) -> Schedule | None:
    """Return the job's schedule by today's rules, None where it stands.

    A cron of 09:00 whose zone has been moved by an hour since was planned for what is 10:00 now. It would run then, and
    be planned for 09:00 of the next day: at a wrong time once, or twice in a day. A fire time is taken for such a
    one if the trigger follows a zone, does not have it, and has one that a shift of the zone makes of it. Any other was
    chosen by a person, and stays.
    """
    planned = job.schedule.next_fire_time
    if planned is None or job.schedule.next_run_time is None or not job.trigger.follows_zone:
        return None
    near = _nearest_shifted(job, planned)
    return None if near is None else schedule_from(job, near)


def _nearest_shifted(job: StoredJob, planned: datetime) -> datetime | None:
    """Return the fire time from which a shift leads to the planned instant; None where that is itself one."""
    just_before = planned - datetime.resolution
    if following(job.trigger, just_before, just_before) == planned:
        return None
    found: datetime | None = None
    at = planned - LARGEST_SHIFT - datetime.resolution
    for _ in range(MOST_LOOKED_AT):
        next_time = following(job.trigger, at, at)
        if next_time is None or next_time > planned + LARGEST_SHIFT:
            break
        at = next_time
        shift = abs(at - planned)
        if not shift % STEP_OF_SHIFTS and (found is None or shift < abs(found - planned)):
            found = at
    return found
