"""The standard library's process pool, started by spawn, and a thread that submits what is due to it."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.speed.adapters.bare_scheduler import BareScheduler


class BareProcesses(BareScheduler):
    """The bare scheduler with a pool in place of its queue."""

    def __init__(self, workers):
        super().__init__(0)
        self.queue = self
        self.pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))

    def put(self, job):
        """Submit it."""
        self.pool.submit(job.func, job.number)

    def close(self):
        """Stop."""
        super().close()
        self.pool.shutdown()
