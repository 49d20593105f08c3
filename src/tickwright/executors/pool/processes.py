"""A process pool: runs jobs in worker processes, which may die without harm to anything else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

from tickwright.errors import ConfigurationError, InvalidJobError, SchedulerNotRunningError, shortened
from tickwright.executors.base import ExecutorHost
from tickwright.executors.pool.pool_executor import PoolExecutor
from tickwright.run import Run
from tickwright.stored_job import StoredJob

if TYPE_CHECKING:
    from tickwright.executors.pool.ahead_crew import AheadCrew

__all__ = ["ProcessPoolExecutor"]


class ProcessPoolExecutor(PoolExecutor):
    """Runs up to `max_workers` jobs at a time (by default one for each CPU), each in a process of its own.

    Processes are started when first needed, and again when one dies: then the run that it had begun, and no other, is
    reported as `lost`, with the signal or exit code. While runs wait and are quick, each process has the next one
    ahead in its pipe. That one is given to another process when this one dies, or when it would have to wait behind a
    long run while another one is free; and it can be cancelled like any run that waits. The processes
    import the main module of the program, so what that one does when it is run, such as starting a scheduler,
    belongs under `if __name__ == "__main__":`.

    The function travels by its name; arguments, results and exceptions are pickled, and what cannot be is
    reported as such. A run that is asked to stop sees it in `current_run().cancel_requested`, as in a thread.
    Ctrl-C does not reach the workers, and they end when this process does, even when it is
    killed. An interpreter that exits does not wait for jobs, it kills them: shut down to have them finished.
    """

    def __init__(
        self,
        max_workers: int | None = None,
        pool_kwargs: Any = None,
        *,
        start_method: Literal["spawn", "forkserver"] = "spawn",
        max_queued: int = 100,
    ) -> None:
        super().__init__(_cpus() if max_workers is None else max_workers, max_queued, pool_kwargs)
        self.start_method = _checked(start_method)

    def start(self, scheduler: ExecutorHost, alias: str) -> None:
        _refuse_in_worker_that_starts()
        # Imported with the first pool that starts: multiprocessing is a large family. Not later, because what it does
        # when the program ends must be registered before the scheduler registers its own shutdown.
        import tickwright.executors.pool.process_worker  # noqa: F401 - for its effect

        super().start(scheduler, alias)

    def submit(self, run: Run, job: StoredJob) -> None:
        if job.reference is None:
            raise InvalidJobError(
                f"job {job.id!r} cannot be sent to a worker process: {shortened(job.func)} has no name by "
                f"which to find it there; make it a function of a module, or run the job in a thread pool"
            )
        super().submit(run, job)

    def make_crew(self, host: ExecutorHost, name: str) -> AheadCrew:
        from tickwright.executors.pool.ahead_crew import AheadCrew
        from tickwright.executors.pool.process_worker import ProcessWorker

        def hire(host: ExecutorHost) -> ProcessWorker:
            return ProcessWorker(host, self.start_method, f"tickwright-{name}")

        return AheadCrew(self.max_workers, hire, host, name)


def _cpus() -> int:
    if hasattr(os, "sched_getaffinity"):  # fewer than the machine has, in a container that was given some
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _checked(start_method: str) -> str:
    from multiprocessing import get_all_start_methods

    if start_method == "fork":
        raise ConfigurationError(
            "start_method='fork' copies a process of many threads as if it had one: a lock that another "
            "thread holds stays locked in the copy for ever; use 'spawn' or 'forkserver'"
        )
    offered = [method for method in get_all_start_methods() if method != "fork"]
    if start_method not in offered:
        raise ConfigurationError(f"start_method must be one of {offered}; got {shortened(start_method)}")
    return start_method


def _refuse_in_worker_that_starts() -> None:
    from multiprocessing.process import current_process

    # The mark that multiprocessing itself goes by when it refuses to start a process there.
    if getattr(current_process(), "_inheriting", False):
        raise SchedulerNotRunningError(
            "a worker process is starting and imports the main module of the program, which starts a "
            "scheduler with a process pool again; put that part of it under `if __name__ == '__main__':`"
        )
