"""The decision about a due job: which runs to start, which fire times to pass over and why, when it is due next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tickwright.change import Change
from tickwright.core.backlog import Backlog, following, sweep
from tickwright.core.jitter import due_time
from tickwright.core.taker import Taker
from tickwright.run import Run, RunStatus
from tickwright.stored_job import Schedule, StoredJob

__all__ = ["MOST_RUNS_AT_ONCE", "RUN_NOW", "Firing", "as_change", "fire", "fire_now", "give_up_due", "schedule_from"]

MOST_RUNS_AT_ONCE = 100
"""Runs of one job that one decision starts; what is left of a longer backlog is due again in the next round."""

RUN_NOW = "asked for by run_job"
"""The reason on record for a run that no trigger asked for."""


class Firing(NamedTuple):
    """What becomes of a due job."""

    schedule: Schedule
    """The job's schedule after this."""
    start: tuple[Run, ...] = ()
    """Runs to be executed, once they are on record."""
    pass_over: tuple[Run, ...] = ()
    """Records of fire times that are not executed: missed, skipped."""


def fire(
    job: StoredJob,
    unsettled: Sequence[Run],
    now: datetime,
    taker: Taker,
    most: int = MOST_RUNS_AT_ONCE,
    uncertain: Collection[str] = (),
) -> Firing:
    """Return what `job`, which is due at `now` and has these `unsettled` runs, does; it starts at most `most` runs.

    A fire time later than `misfire_grace_time` is missed. One that came while `max_instances` runs were
    executing is skipped. One that came before those runs were taken, a part of a backlog that is worked
    off run by run, waits for them: the job is held until one ends. Everything else is run, however late.

    Runs in `uncertain`, by their ids, belong to schedulers that may be dead. Nobody can say that a fire time found
    them executing, so it waits until that is known.
    """
    first = job.schedule.next_fire_time
    if first is None:
        raise ValueError(f"job {job.id!r} has no fire time to decide about")
    executing = [run for run in unsettled if run.id not in uncertain] if uncertain else unsettled
    if job.coalesce:
        return _fire_once(job, first, unsettled, executing, now, taker)
    return _fire_each(job, first, unsettled, executing, now, taker, most)


def fire_now(job: StoredJob, unsettled: Sequence[Run], now: datetime, taker: Taker) -> Firing:
    """Return what a job does that was asked to run at once: its schedule stays as it is."""
    if len(unsettled) >= job.max_instances:
        record = taker.pass_over(job, now, now, now, RunStatus.SKIPPED, f"{RUN_NOW}; {_too_many(job)}")
        return Firing(job.schedule, pass_over=(record,))
    return Firing(job.schedule, (taker.take(job, now, now, now, reason=RUN_NOW),))


def as_change(firing: Firing, job: StoredJob, unsettled: Sequence[Run]) -> Change:
    """Return the change that puts on record what `job` does; `unsettled` are the runs that it was decided on."""
    schedule, version = firing.schedule, job.schedule.version
    if firing.start or not (schedule.is_held or schedule.is_finished):
        return Change(job.id, version, schedule, False, firing.start, firing.pass_over)
    if schedule.is_finished and not unsettled:
        return Change(job.id, version, remove=True, recorded=firing.pass_over)
    # Nothing is started, and it is left to the end of one of these to make the job due, or to remove it.
    waits_for = tuple([run.id for run in unsettled])
    return Change(job.id, version, schedule, recorded=firing.pass_over, waits_for=waits_for)


def give_up_due(job: StoredJob, now: datetime, taker: Taker, reason: str) -> Firing | None:
    """Return how the fire times that are due go on record where a user's change takes the job away from them.

    None where none is due. Those of a held job are due as well: they wait only for a run to end. And so is one whose
    trigger raised when it was asked what follows, and is to be asked again later.
    """
    first = job.schedule.next_fire_time
    if first is None or job.schedule.paused or first > now:
        return None
    try:
        if _due_at(job, first) > now and not job.schedule.is_held:
            return None
        backlog = sweep(job, first, now)
        due_at = min(_due_at(job, backlog.latest), now)
        schedule = schedule_from(job, following(job.trigger, backlog.latest, now))
    except Exception:  # border: a trigger, perhaps the very one that the change is to replace
        backlog, due_at = Backlog(latest=first, number=1), first
        schedule = job.schedule._replace(version=job.schedule.version + 1)
    record = taker.pass_over(job, backlog.latest, due_at, now, RunStatus.CANCELLED, reason, coalesced=backlog.number)
    return Firing(schedule, pass_over=(record,))


def schedule_from(job: StoredJob, next_fire_time: datetime | None) -> Schedule:
    """Return the job's next schedule, for this fire time or, with None, for nothing left to fire."""
    schedule = job.schedule
    next_run_time = next_fire_time and due_time(job.id, job.trigger, next_fire_time)
    return Schedule(next_fire_time, next_run_time, schedule.paused, schedule.version + 1)


def _fire_once(
    job: StoredJob,
    first: datetime,
    unsettled: Sequence[Run],
    executing: Sequence[Run],
    now: datetime,
    taker: Taker,
) -> Firing:
    """Fold all that is due into one run."""
    backlog, next_fire_time = Backlog(first, 1), following(job.trigger, first, now)
    if next_fire_time is not None and next_fire_time <= now:  # else that one question has answered both
        backlog = sweep(job, first, now)
        next_fire_time = following(job.trigger, backlog.latest, now)
    due_at = _due_at(job, backlog.latest)
    after = schedule_from(job, next_fire_time)
    if _is_too_late(job, due_at, now):
        return Firing(after, pass_over=(_missed(job, backlog, due_at, now, taker),))
    if unsettled:  # nearly always there is none
        if _found_running(executing, due_at) >= job.max_instances:
            return Firing(after, pass_over=(_skipped(job, backlog, due_at, now, taker),))
        if len(unsettled) >= job.max_instances:
            return Firing(_held(job, first))
    return Firing(after, (taker.take(job, backlog.latest, due_at, now, coalesced=backlog.number),))


def _fire_each(
    job: StoredJob,
    first: datetime,
    unsettled: Sequence[Run],
    executing: Sequence[Run],
    now: datetime,
    taker: Taker,
    most: int,
) -> Firing:
    """Give each fire time a run of its own; those that are not executed share a record."""
    started: list[Run] = []
    passed: list[Run] = []
    fire_time: datetime | None = first
    # One record takes all that is missed, and one all that is skipped. A second of a kind means that a walk was cut
    # short, and the next is for another round: the loop has other jobs.
    while fire_time is not None and len(started) < most and len(passed) < 2:
        due_at = _due_at(job, fire_time)
        if due_at > now:
            break
        if _is_too_late(job, due_at, now):
            backlog = sweep(job, fire_time, _last_too_late(job, now))
            fire_time = backlog.latest
            passed.append(_missed(job, backlog, _due_at(job, fire_time), now, taker))
        elif _found_running(executing, due_at) >= job.max_instances:
            backlog = sweep(job, fire_time, now)
            fire_time = backlog.latest
            passed.append(_skipped(job, backlog, _due_at(job, fire_time), now, taker))
        elif len(unsettled) + len(started) >= job.max_instances:
            return Firing(_held(job, fire_time), tuple(started), tuple(passed))
        else:
            started.append(taker.take(job, fire_time, due_at, now))
        fire_time = following(job.trigger, fire_time, now)
    return Firing(schedule_from(job, fire_time), tuple(started), tuple(passed))


def _due_at(job: StoredJob, fire_time: datetime) -> datetime:
    """Return when a fire time is, or was, due."""
    due_at = due_time(job.id, job.trigger, fire_time)
    schedule = job.schedule
    planned = schedule.next_run_time
    if planned is not None and planned < due_at and fire_time == schedule.next_fire_time:
        # A time that the user chose knows no jitter: it is due at itself, or, where it had to wait since, now.
        return planned
    return due_at


def _is_too_late(job: StoredJob, due_at: datetime, now: datetime) -> bool:
    return job.misfire_grace_time is not None and now - due_at > timedelta(seconds=job.misfire_grace_time)


def _last_too_late(job: StoredJob, now: datetime) -> datetime:
    """Return the latest instant of which everything that was due by then is too late now."""
    return now - timedelta(seconds=job.misfire_grace_time or 0, microseconds=1)


def _found_running(executing: Sequence[Run], due_at: datetime) -> int:
    """Return how many of the job's runs were already taken when this one fell due."""
    return sum([run.taken_at <= due_at for run in executing])


def _missed(job: StoredJob, backlog: Backlog, due_at: datetime, now: datetime, taker: Taker) -> Run:
    late = (now - due_at).total_seconds()
    reason = f"{late:.6g} s late, more than its misfire_grace_time of {job.misfire_grace_time:g} s"
    return taker.pass_over(job, backlog.latest, due_at, now, RunStatus.MISSED, reason, coalesced=backlog.number)


def _skipped(job: StoredJob, backlog: Backlog, due_at: datetime, now: datetime, taker: Taker) -> Run:
    return taker.pass_over(
        job, backlog.latest, due_at, now, RunStatus.SKIPPED, _too_many(job), coalesced=backlog.number
    )


def _too_many(job: StoredJob) -> str:
    if job.max_instances == 1:
        return "its previous run had not ended (max_instances=1)"
    return f"its {job.max_instances} previous runs had not ended (max_instances={job.max_instances})"


def _held(job: StoredJob, fire_time: datetime) -> Schedule:
    """Return the schedule of a job whose next fire time waits for a run to end."""
    return job.schedule._replace(next_fire_time=fire_time, next_run_time=None, version=job.schedule.version + 1)
