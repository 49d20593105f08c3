"""A crew: threads that take runs from one queue, each with a worker that performs them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Protocol, TypeAlias

from tickwright.active_run import ActiveRun
from tickwright.errors import RunCancelledError, SchedulerNotRunningError
from tickwright.executors.base import ExecutorHost
from tickwright.executors.call import forget_frames
from tickwright.report import Report
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob

__all__ = ["CANCELLED", "LOST_LEASE", "SHUT_DOWN", "Crew", "Item", "PlainCrew", "Worker"]

Item: TypeAlias = tuple[ActiveRun, StoredJob]

CANCELLED = "it was cancelled before it started"
LOST_LEASE = "another scheduler took this one for dead, and settled it before it started"
SHUT_DOWN = "the executor was shut down before it started"


class Crew(ABC):
    """The threads of one pool from its start to its shutdown. They are made on demand, and daemons.

    A run that was taken is in `_taken` until its report is delivered, and in `_waiting` until somebody claims
    it: a worker to run it, or a caller to cancel it. Popping it from there is one atomic step and decides who
    has it, so that nothing is locked when a run is picked up or completed. The lock guards taking runs
    against closing only.
    """

    def __init__(self, size: int, host: ExecutorHost, name: str) -> None:
        self._size = size
        self._host = host
        self._name = name
        self._queue: SimpleQueue[Item | None] = SimpleQueue()
        self._taken: dict[str, ActiveRun] = {}
        self._waiting: dict[str, ActiveRun] = {}
        self._threads: list[Thread] = []
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
            if len(self._threads) < self._size and len(self._threads) <= len(self._taken):
                self._grow()
            self._taken[run.id] = self._waiting[run.id] = active
            self._queue.put((active, job))

    def _grow(self) -> None:
        # With this run there are more than threads: nobody is free for it. A count of idle threads would say the same,
        # but every completion would have to keep it, under a lock.
        thread = Thread(target=self._work, name=f"tickwright-{self._name}-{len(self._threads) + 1}", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system has no more threads for this process
            if not self._threads:
                raise
        else:
            self._threads.append(thread)

    @abstractmethod
    def _work(self) -> None:
        """Perform runs; return when the crew is closed, and there is nothing left to do. A thread is this call."""

    def _settle(self, report: Report) -> None:
        """Hand in the report of a run that was begun."""
        # Serialising the result is a part of the work: only after it is there room for another run. And before the
        # report is out, so that whoever acts on it finds that room.
        report = self._host.pack(report)
        self._taken.pop(report.run_id, None)
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
        if active is None:
            return
        self._taken.pop(run_id)
        error = RunCancelledError(f"run {run_id!r} of job {active.job_id!r}: {reason}")
        self._host.deliver(
            Report(
                run_id=run_id,
                status=RunStatus.CANCELLED,
                finished_at=self._host.clock.now(),
                exception=error,
                reason=reason,
            )
        )

    def _reclaim(self, run_id: str) -> ActiveRun | None:
        """Take a run away from whoever would begin it; None where somebody has."""
        return self._waiting.pop(run_id, None)

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

    def _dismiss(self) -> None:
        """See to it that the threads end when there is nothing left to do."""
        for _ in self._threads:
            self._queue.put(None)

    def join(self) -> None:
        """Return when all threads have ended."""
        for thread in self._threads:
            thread.join()


class Worker(Protocol):
    """What performs the runs of one thread of a plain crew."""

    def perform(self, active: ActiveRun, job: StoredJob) -> Report:
        """Run it, tell the host that it has started, and return how it ended."""

    def close(self) -> None:
        """Let go of what it holds. The thread calls this as the last thing."""


class PlainCrew(Crew):
    """A crew each of whose workers has one run, and gets the next when it has ended that."""

    def __init__(self, size: int, hire: Callable[[ExecutorHost], Worker], host: ExecutorHost, name: str) -> None:
        super().__init__(size, host, name)
        self._hire = hire

    def _work(self) -> None:
        worker = self._hire(self._host)
        while (item := self._queue.get()) is not None:
            active, job = item
            run_id = active.record.id
            if self._waiting.pop(run_id, None) is not None:
                try:
                    report = worker.perform(active, job)
                except BaseException as error:  # border: no thread may die of a worker
                    report = self._broken(active, error)
                self._settle(report)
                del report
            # While it waits for the next one, the thread must not keep the last job's arguments and result.
            del item, active, job
        worker.close()
