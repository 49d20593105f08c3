"""What performs the runs of one thread of a process pool: it keeps a process, and replaces a dead one."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import TYPE_CHECKING

from tickwright.active_run import ActiveRun
from tickwright.errors import RunCancelledError, RunLostError, WorkerStartError
from tickwright.executors.base import ExecutorHost
from tickwright.executors.call import forget_frames
from tickwright.executors.pool.wire import News, make_report, pack_task
from tickwright.executors.pool.worker_process import TaskUnreadError, WorkerDiedError, WorkerProcess
from tickwright.report import Report, Started
from tickwright.run import RunStatus
from tickwright.stored_job import StoredJob

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

__all__ = ["ProcessWorker"]

NEW_PROCESSES = 3
"""How many new processes a run is offered, when each is killed before it has taken the run."""


class ProcessWorker:
    """Performs runs in a process, and replaces it when it dies.

    That each process has a thread to itself is why it is known which run a dead one had.
    """

    def __init__(self, host: ExecutorHost, start_method: str, name: str) -> None:
        self._host = host
        self._name = name
        self._context: SpawnContext | ForkServerContext = get_context(start_method)  # type: ignore[assignment] # known for a constant only
        self._process: WorkerProcess | None = None

    def perform(self, active: ActiveRun, job: StoredJob) -> Report:
        """Have the job's function called in the process, and return how that ended."""
        run_id = active.id
        active.relay_to(lambda: self._pass_on(active))
        try:
            return self._exchange(pack_task(active.record, job), active)
        except RunCancelledError as error:
            return self._not_started(run_id, RunStatus.CANCELLED, error)
        except Exception as error:  # border: the user's objects, and all that can go wrong with processes
            return self._not_started(run_id, RunStatus.FAILED, error)

    def _exchange(self, task: bytes, active: ActiveRun) -> Report:
        """Return the report of a task, given to the process there is, or to a new one."""
        if self._process is not None:
            with suppress(TaskUnreadError):  # it died while it was idle, and no run with it
                return self._give(task, active, self._process)
        deaths: list[TaskUnreadError] = []
        while len(deaths) < NEW_PROCESSES:
            try:
                self._process = WorkerProcess(self._context, self._name)
                return self._give(task, active, self._process)
            except TaskUnreadError as death:
                deaths.append(death)
        raise WorkerStartError(
            f"{deaths[-1]}, and so it went with each of {len(deaths)} new processes; nothing of the run was done, and "
            f"the next run will ask for a process again"
        ) from deaths[-1]

    def _give(self, task: bytes, active: ActiveRun, process: WorkerProcess) -> Report:
        active.raise_if_cancelled()
        clock = self._host.clock
        started_at, began = clock.moment()
        try:
            process.give(task)
            if active.is_to_stop:  # since we looked, and maybe while there was no process to tell
                self._pass_on(active)
            if active.started_at is None:
                active.started_at = started_at
                self._host.deliver(Started(run_id=active.id, started_at=started_at))
            answer, payload = process.answer()
        except TaskUnreadError:
            self._process = None  # whether it was new or not: it is buried, and takes nothing any more
            raise
        except WorkerDiedError as death:
            self._process = None
            elapsed = timedelta(seconds=clock.monotonic() - began)
            return _lost(active, started_at, started_at + elapsed, death)
        return make_report(answer, payload, active.id, started_at)

    def _pass_on(self, active: ActiveRun) -> None:
        """Tell the process what the run has been told."""
        process = self._process
        if process is not None:
            news = News(active.id, cancelled=active.cancel_requested, lost_lease=active.lost_lease)
            process.pass_on(news)

    def _not_started(self, run_id: str, status: RunStatus, error: Exception) -> Report:
        forget_frames(error)
        return Report(
            run_id=run_id,
            status=status,
            finished_at=self._host.clock.now(),
            exception=error,
            reason=str(error),
        )

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.stop()
            self._process = None


def _lost(active: ActiveRun, started_at: datetime, finished_at: datetime, death: Exception) -> Report:
    error = RunLostError(f"run {active.id!r} of job {active.job_id!r} is lost: its worker process {death}")
    return Report(
        run_id=active.id,
        status=RunStatus.LOST,
        started_at=started_at,
        finished_at=finished_at,
        exception=error,
        reason=str(error),
    )
