"""Hands committed runs to their executors, each once, also those whose commit was heard of late or never."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from tickwright.core.context import Context
from tickwright.core.flights import Flights
from tickwright.core.lease_keeper import LeaseKeeper
from tickwright.errors import ExecutorNotFoundError, RunCancelledError, UnreadableJobError, described
from tickwright.executors.base import Executor
from tickwright.executors.crew import CANCELLED
from tickwright.jobstores.base import JobStore
from tickwright.report import Report
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob

__all__ = ["Submitting"]


class Submitting:
    """What one desk submits. A run comes here only when the store has it on record."""

    def __init__(self, store: JobStore, context: Context, flights: Flights, lease: LeaseKeeper) -> None:
        self._store = store
        self._context = context
        self._flights = flights
        self._lease = lease
        self._asked_for: deque[Run] = deque()
        self.handing_over: str | None = None
        """The id of the run that its executor is just being given."""
        self.is_doubtful = False
        """Whether there may be runs on record in this engine's name that no executor has heard of."""

    def ask_for(self, run: Run) -> None:
        """Note a run that a caller of `run_job` has put on record."""
        self._asked_for.append(run)

    def catch_up(self) -> None:
        """Submit what was asked for. Where there is doubt, compare what is on record with what is in flight.

        What a commit wrote although its answer never came is submitted. A run that another scheduler has settled,
        because it took this one for dead, is told so.
        """
        if self.is_doubtful:
            self.is_doubtful = False
            held = self._store.get_unsettled_runs(self._context.owner.id)
            self._tell_lost({run.id for run in held})
            for run in held:
                if run.id not in self._flights:
                    self._submit_stored(run)
        while self._asked_for:
            run = self._asked_for[0]
            # A doubtful round may have found it in the store and submitted it before its letter was opened.
            stored = None if run.id in self._flights else self._store.get_run(run.id)
            if stored is not None and not stored.is_settled:
                self._submit_stored(stored)
            self._asked_for.popleft()

    def _tell_lost(self, held: Collection[str]) -> None:
        for run in self._flights.take_lost(held):
            self._context.logger.warning(
                "Run %s of job %r (fire time %s) was settled by another scheduler, which took this one for dead; "
                "the run is told, and how it ends is not recorded",
                run.id,
                run.job_id,
                run.fire_time,
            )
            executor = self._context.executors.get(run.executor)
            if executor is None:
                continue
            try:
                executor.lose(run.id)
            except self._context.border as error:  # border: an executor that cannot pass it on
                self._context.logger.error("Executor %r did not tell run %s: %r", run.executor, run.id, error)

    def submit(self, run: Run, job: StoredJob) -> None:
        """Hand a run to its executor; where that does not take it, the run is reported as failed."""
        if self._lease.is_in_doubt():
            # This engine was stopped for so long between commit and here that others may have settled the run as
            # lost. The next round renews the lease first, and then submits what is still its own.
            self.is_doubtful = True
            return
        recalled = self._context.recalled
        self.handing_over = run.id
        self._flights.depart(run)
        if run.id in recalled:
            error = RunCancelledError(f"run {run.id!r} of job {run.job_id!r}: {CANCELLED}")
            self._report(run, RunStatus.CANCELLED, CANCELLED, error)
        else:
            self._hand_over(run, job)
        # Whoever recalls it says so, and then looks whether it is being handed over.
        self.handing_over = None
        if run.id in recalled:
            recalled.discard(run.id)
            self._cancel(run)

    def _hand_over(self, run: Run, job: StoredJob) -> None:
        try:
            self._executor_of(run, job).submit(run, job)
        except self._context.border as error:  # border: an executor that does not take a run
            reason = described(error)
            self._context.logger.error("Executor %r did not take run %s: %s", run.executor, run.id, reason)
            self._report(run, RunStatus.FAILED, f"its executor did not take it: {reason}", error)

    def _cancel(self, run: Run) -> None:
        executor = self._context.executors.get(run.executor)
        try:
            if executor is not None:
                executor.cancel(run.id)
        except self._context.border as error:  # border: an executor that cannot pass it on
            self._context.logger.error("Executor %r did not cancel run %s: %r", run.executor, run.id, error)

    def _submit_stored(self, run: Run) -> None:
        """Submit a run that is on record, reading its job again."""
        try:
            job = self._store.lookup_job(run.job_id)
        except UnreadableJobError:
            job = None
        if job is not None:
            self.submit(run, job)
            return
        self._flights.depart(run)
        self._report(run, RunStatus.CANCELLED, "its job was removed or could not be loaded before it started")

    def _executor_of(self, run: Run, job: StoredJob) -> Executor:
        executor = self._context.executors.get(run.executor)
        if executor is None:
            raise ExecutorNotFoundError(
                f"job {job.id!r} asks for executor {run.executor!r}, but this scheduler has "
                f"{sorted(self._context.executors)}; add it with scheduler.add_executor(..., "
                f"alias={run.executor!r}) or change the job"
            )
        return executor

    def _report(self, run: Run, status: RunStatus, reason: str, error: BaseException | None = None) -> None:
        now = self._context.clock.now()
        self._context.post(Report(run_id=run.id, status=status, finished_at=now, reason=reason, exception=error))
