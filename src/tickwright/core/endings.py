"""What a desk does about runs that have ended: its own, by their reports, and those that the dead have left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from tickwright.core.context import Context
from tickwright.core.flights import Flights
from tickwright.core.lease_keeper import Abandoned, LeaseKeeper
from tickwright.core.round import Round
from tickwright.core.settling import lost_report, settle
from tickwright.core.tending import Tending
from tickwright.due import UnreadableJob
from tickwright.errors import UnreadableJobError
from tickwright.jobstores.base import JobStore
from tickwright.owner import Silence
from tickwright.policies import OnLost
from tickwright.report import Report
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob

__all__ = ["Endings"]

MOST_SETTLED_AT_ONCE = 5_000
"""Reports that one round writes, so that one transaction stays a matter of milliseconds."""

NONE_SEEN: Mapping[str, Silence] = MappingProxyType({})


Ended: TypeAlias = tuple[Run, Report, StoredJob | None]
"""A run that has ended, how, and its job where the run was lost and the job is still there."""


class Endings:
    """Decides, for one job store, what is written about runs that have ended."""

    def __init__(
        self, store: JobStore, context: Context, flights: Flights, lease: LeaseKeeper, tending: Tending
    ) -> None:
        self._store = store
        self._context = context
        self._flights = flights
        self._lease = lease
        self._tending = tending
        self._waits_for_resume = False
        self.waiting = 0
        """How many reported losses wait until their jobs can be read, or until what those ask for can be done."""

    def settle_reports(self, plan: Round, now: datetime, taking: bool) -> bool:
        """Add the outcomes that were reported; return whether there may be more of them than one round takes."""
        ended: list[Ended] = []
        self.waiting = 0
        reported = self._flights.reported(MOST_SETTLED_AT_ONCE)
        for run, report in reported:
            # What is to be done about a loss, only the job says. Other outcomes need not be told to it.
            one = self._lost(run, report, taking) if report.status is RunStatus.LOST else (run, report, None)
            if one is not None:
                ended.append(one)
            else:
                self.waiting += 1
                self._flights.put_off(run.id)
        self._settle(plan, ended, now)
        return len(reported) == MOST_SETTLED_AT_ONCE and bool(ended)

    def rounds_for_all(self) -> int:
        """Return how many rounds it takes until each report that is here has been looked at."""
        return -(-(len(self._flights) - self._flights.unreported) // MOST_SETTLED_AT_ONCE)

    def settle_abandoned(self, plan: Round, now: datetime, taking: bool) -> Abandoned:
        """Add what is to be done about the runs of dead schedulers, and return what those have left."""
        if taking and self._waits_for_resume:
            # What was to run again and could not, because no jobs were taken, should not wait until it is time.
            self._waits_for_resume = False
            self._lease.look_now()
        abandoned = self._lease.find_abandoned()
        ended: list[Ended] = []
        for run in abandoned.runs:
            one = self._lost(run, lost_report(run, now, "ended or stopped answering"), taking)
            if one is not None:
                ended.append(one)
            else:
                self._lease.search_again()
                self._waits_for_resume = not taking
        self._settle(plan, ended, now, abandoned.silences)
        return abandoned

    def _lost(self, run: Run, report: Report, taking: bool) -> Ended | None:
        """Return a lost run with its job; None where it waits until that can be read, or obeyed."""
        try:
            job = self._load_job(run)
        except UnreadableJobError:
            return None
        return (run, report, job) if self._can_do_what_it_asks(job, taking) else None

    def _load_job(self, run: Run) -> StoredJob | None:
        """Return the job of a lost run, None where it is gone.

        Raises `UnreadableJobError` where it cannot be loaded. What it asks for is not known then, and its last run
        must not take it along: both wait until it can be read.
        """
        try:
            return self._store.lookup_job(run.job_id)
        except UnreadableJobError as error:
            if run.job_id not in self._tending.unreadable:
                self._tending.note_unreadable([UnreadableJob(job_id=run.job_id, reason=str(error))])
            raise

    def _can_do_what_it_asks(self, job: StoredJob | None, taking: bool) -> bool:
        """Return whether this scheduler can, at this moment, do about a lost run what its job wants."""
        if job is None or job.on_lost is not OnLost.RERUN:
            return True
        return taking and job.executor in self._context.executors

    def _settle(
        self, plan: Round, ended: list[Ended], now: datetime, silences: Mapping[str, Silence] = NONE_SEEN
    ) -> None:
        if not ended:
            return
        plan.know(self._store.read_standings({run.job_id for run, _, _ in ended}))
        taker = self._context.taker
        for run, report, job in ended:
            change = settle(run, report, plan.standing(run.job_id), job, now, taker)
            # If the owner stirs between our look and this commit, it lives: then nothing of it is written.
            plan.add(change._replace(silence=silences.get(run.owner)) if silences else change, job)
