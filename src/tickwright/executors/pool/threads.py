"""A thread pool: runs jobs in threads of this process."""

from __future__ import annotations

from typing import Any

from tickwright.active_run import ActiveRun
from tickwright.executors.base import ExecutorHost
from tickwright.executors.call import call
from tickwright.executors.pool.pool_executor import PoolExecutor
from tickwright.executors.pool.thread_crew import PlainCrew
from tickwright.report import Report
from tickwright.stored_job import StoredJob

__all__ = ["ThreadPoolExecutor"]


class ThreadPoolExecutor(PoolExecutor):
    """Runs up to `max_workers` jobs at a time, each in a daemon thread that is started when first needed.

    An `async def` function is awaited in an event loop of its own, in that thread. A run that is asked to
    stop sees it in `current_run().cancel_requested`. An interpreter that exits does not wait for jobs: shut
    down to have them finished.
    """

    def __init__(self, max_workers: int = 10, pool_kwargs: Any = None, *, max_queued: int = 100) -> None:
        super().__init__(max_workers, max_queued, pool_kwargs)

    def make_crew(self, host: ExecutorHost, name: str) -> PlainCrew:
        return PlainCrew(self.max_workers, ThreadWorker, host, name)


class ThreadWorker:
    """Performs runs in the thread that asks for it."""

    def __init__(self, host: ExecutorHost) -> None:
        self._host = host

    def perform(self, active: ActiveRun, job: StoredJob) -> Report:
        """Call the job's function here."""
        return call(active, job.func, job.args, job.kwargs, self._host)

    def close(self) -> None:
        """Nothing is held."""
