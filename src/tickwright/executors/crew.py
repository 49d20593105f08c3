"""A crew: the runs that an executor has in hand, from a start of it to the shutdown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from threading import Lock
from typing import TypeAlias

from tickwright.active_run import ActiveRun
from tickwright.errors import RunCancelledError, SchedulerNotRunningError
from tickwright.executors.base import ExecutorHost
from tickwright.executors.call import forget_frames
from tickwright.report import Report
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob

__all__ = ["CANCELLED", "LOST_LEASE", "SHUT_DOWN", "Crew", "Item"]

Item: TypeAlias = tuple[ActiveRun, StoredJob]

CANCELLED = "it was cancelled before it started"
LOST_LEASE = "another scheduler took this one for dead, and settled it before it started"
SHUT_DOWN = "the executor was shut down before it started"


class Crew(ABC):
    """Who performs the runs. A subclass says who that is.

    A run that was taken is in `_taken` until its report is delivered, and in `_waiting` until somebody claims
    it: a worker to run it, or a caller to cancel it. Popping it from there is one atomic step and decides who
    has it, so that nothing is locked when a run is picked up or completed. The lock guards taking runs
    against closing only.
    """

    def __init__(self, host: ExecutorHost, name: str) -> None:
        self._host = host
        self._name = name
        self._taken: dict[str, ActiveRun] = {}
        self._waiting: dict[str, ActiveRun] = {}
        self._lock = Lock()
        self._closed = False

    @property
    def is_closed(self) -> bool:
        """Whether it takes no more runs."""
        return self._closed

    @property
    def taken(self) -> int:
        """How many runs it has that are not reported."""
        return len(self._taken)

    def take(self, run: Run, job: StoredJob) -> None:
        """Take a run. Raises `SchedulerNotRunningError` where the crew is closed."""
        active = ActiveRun(run)
        with self._lock:
            if self._closed:
                raise SchedulerNotRunningError(
                    f"executor {self._name!r} is shut down, and takes no run of job {job.id!r}"
                )
            self._engage(active, job)

    @abstractmethod
    def _engage(self, active: ActiveRun, job: StoredJob) -> None:
        """Note a run as taken and waiting, and see to it that somebody claims it. The lock is held."""

    # -- reports -------------------------------------------------------------------------------------

    def _settle(self, report: Report) -> None:
        """Hand in the report of a run, unless there has been one."""
        # Serialising the result is a part of the work: only after it is there room for another run. And before the
        # report is out, so that whoever acts on it finds that room.
        report = self._host.pack(report)
        if self._taken.pop(report.run_id, None) is not None:
            self._host.deliver(report)

    def _broken(self, active: ActiveRun, error: BaseException) -> Report:
        reason = f"its worker broke: {error!r}"
        forget_frames(error)
        return Report(
            run_id=active.id,
            status=RunStatus.FAILED,
            started_at=active.started_at,
            finished_at=self._host.clock.now(),
            exception=error,
            reason=reason,
        )

    # -- what is asked of runs -------------------------------------------------------------------------

    def cancel(self, run_id: str) -> bool:
        """Take a run back if it waits, ask it to stop if not; return whether there was anything to do."""
        active = self._taken.get(run_id)
        if active is None:
            return False
        active.request_cancel()
        self._take_back(run_id, CANCELLED)
        return True

    def lose(self, run_id: str) -> None:
        """Tell a run that another scheduler has settled it; one that waits is not started any more."""
        active = self._taken.get(run_id)
        if active is not None:
            active.lose_lease()
            self._take_back(run_id, LOST_LEASE)

    def _take_back(self, run_id: str, reason: str) -> None:
        active = self._reclaim(run_id)
        if active is not None:
            self._settle(self._cancelled(active, reason))

    def _cancelled(self, active: ActiveRun, reason: str) -> Report:
        return Report(
            run_id=active.id,
            status=RunStatus.CANCELLED,
            started_at=active.started_at,
            finished_at=self._host.clock.now(),
            exception=RunCancelledError(f"run {active.id!r} of job {active.job_id!r}: {reason}"),
            reason=reason,
        )

    def _reclaim(self, run_id: str) -> ActiveRun | None:
        """Take a run away from whoever would begin it; None where somebody has."""
        return self._waiting.pop(run_id, None)

    # -- the end -------------------------------------------------------------------------------------

    def close(self, *, finish: bool) -> None:
        """Take no more runs. Those that wait are finished, or else reported as cancelled."""
        with self._lock:
            first = not self._closed
            self._closed = True
        if not finish:
            for run_id in self._not_begun():
                self._take_back(run_id, SHUT_DOWN)
        if first:
            self._dismiss()

    def _not_begun(self) -> list[str]:
        return list(self._waiting)

    @abstractmethod
    def _dismiss(self) -> None:
        """See to it that those who perform the runs end when there is nothing left to do."""

    @abstractmethod
    def join(self) -> None:
        """Return when all runs are reported, and nothing of the crew is left."""
