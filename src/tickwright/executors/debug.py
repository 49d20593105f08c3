"""An executor that calls the function at once, in the thread of the scheduler: for debuggers and tests."""

from __future__ import annotations

from threading import Condition

from tickwright.active_run import ActiveRun, is_inside_a_run
from tickwright.errors import SchedulerNotRunningError
from tickwright.executors.base import Executor, ExecutorHost
from tickwright.executors.call import call
from tickwright.run import Run
from tickwright.stored_job import StoredJob

__all__ = ["DebugExecutor"]


class DebugExecutor(Executor):
    """Runs each job inside `submit`. While it runs, the scheduler does nothing else."""

    def __init__(self) -> None:
        self._running = False
        self._active: dict[str, ActiveRun] = {}
        self._under_way = 0
        self._ended = Condition()

    def start(self, scheduler: ExecutorHost, alias: str) -> None:
        super().start(scheduler, alias)
        self._running = True

    def shutdown(self, wait: bool = True) -> None:
        with self._ended:
            self._running = False
            # Another thread than the scheduler's may call this. A job that does would wait for itself.
            if wait and not is_inside_a_run():
                self._ended.wait_for(lambda: self._under_way == 0)

    def submit(self, run: Run, job: StoredJob) -> None:
        with self._ended:
            if not self._running:
                raise SchedulerNotRunningError(
                    f"executor {self.alias!r} is shut down, and takes no run of job {job.id!r}"
                )
            self._under_way += 1
        try:
            self._perform(run, job)
        finally:
            with self._ended:
                self._under_way -= 1
                self._ended.notify_all()

    def _perform(self, run: Run, job: StoredJob) -> None:
        host = self.host
        self._active[run.id] = active = ActiveRun(run)
        report = call(active, job.func, job.args, job.kwargs, host)
        del self._active[run.id]
        host.deliver(report)

    def cancel(self, run_id: str) -> bool:
        active = self._active.get(run_id)
        if active is None:
            return False
        active.request_cancel()
        return True

    def lose(self, run_id: str) -> None:
        active = self._active.get(run_id)
        if active is not None:
            active.lose_lease()
