"""The decision about a run that ended: its outcome on record, and what that means for its job."""

from __future__ import annotations

from datetime import datetime

from tickwright.change import Change
from tickwright.core.taker import Taker
from tickwright.due import Standing
from tickwright.errors import RunLostError
from tickwright.policies import OnLost
from tickwright.report import Report
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob

__all__ = ["MOST_ATTEMPTS", "lost_report", "settle"]

MOST_ATTEMPTS = 10
"""Attempts at one fire time, so that a job which kills its process can't do so for ever."""


def settle(
    run: Run, report: Report, standing: Standing | None, job: StoredJob | None, now: datetime, taker: Taker
) -> Change:
    """Return the change that puts the outcome of `run` on record.

    `standing` is how the job stands (None: it is gone), `job` the job itself where the run is lost and may have to be
    run again. With the last run of a finished job the job goes; a held job becomes due.
    """
    _, status, finished_at, started_at, result, exception, traceback, reason, packed = report
    settled = run.ended(status, finished_at, started_at, reason, result, exception, traceback)
    if status is RunStatus.LOST and job is not None and job.on_lost is OnLost.RERUN:
        if run.attempt < MOST_ATTEMPTS:
            again = _again(run, job, now, taker)
            settled = _with_reason(settled, f"the fire time is run again as attempt {again.attempt}")
            # The job counts as changed, as where run_job starts a run: whoever decided without this one is refused.
            if standing is None:
                return Change(job_id=run.job_id, settled=(settled,), started=(again,))
            version = standing.schedule.version
            schedule = standing.schedule._replace(version=version + 1)
            return Change(
                job_id=run.job_id, expected_version=version, schedule=schedule, settled=(settled,), started=(again,)
            )
        settled = _with_reason(settled, f"not run again after {MOST_ATTEMPTS} attempts")
    return _ending(settled, () if packed is None else (packed,), standing, now)


def lost_report(run: Run, now: datetime, how: str) -> Report:
    """Return the report on a run that nobody is left to report on."""
    reason = f"its scheduler on {run.host or 'this host'} {how} before the run was reported"
    return Report(run_id=run.id, status=RunStatus.LOST, finished_at=now, reason=reason, exception=RunLostError(reason))


def _with_reason(run: Run, more: str) -> Run:
    return run._replace(reason=f"{run.reason}; {more}" if run.reason else more)


def _again(run: Run, job: StoredJob, now: datetime, taker: Taker) -> Run:
    return taker.take(
        job,
        run.fire_time,
        run.due_at,
        now,
        attempt=run.attempt + 1,
        coalesced=run.coalesced,
        reason=f"run again (on_lost='rerun'): attempt {run.attempt} was lost",
    )


def _ending(settled: Run, packed: tuple[object, ...], standing: Standing | None, now: datetime) -> Change:
    """Return the change for a run that has ended, with what that does to its job."""
    if standing is None:
        return Change(settled.job_id, settled=(settled,), packed=packed)
    schedule = standing.schedule
    # The version also where nothing is to be done for the job: another scheduler may be about to hold it for this very
    # run, and one of the two must see the other.
    job_id, version = settled.job_id, schedule.version
    if schedule.is_held:
        due_again = schedule._replace(next_run_time=now, version=version + 1)
        return Change(job_id, version, due_again, settled=(settled,), packed=packed)
    if schedule.is_finished:
        others = tuple([other.id for other in standing.unsettled if other.id != settled.id])
        return Change(job_id, version, None, not others, (), (), (settled,), packed, others)
    return Change(job_id, version, None, False, (), (), (settled,), packed)
