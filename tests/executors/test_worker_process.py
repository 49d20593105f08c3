"""Tests of what a pool does with a worker process when the program ends."""

from multiprocessing import get_context

from tickwright.executors.pool import worker_process
from tickwright.executors.pool.worker_process import WorkerProcess


def test_while_the_program_ends_no_process_is_closed(monkeypatch):
    """Multiprocessing joins those that it knows then, and raises for one that is closed."""
    worker = WorkerProcess(get_context("spawn"), "worker")
    monkeypatch.setattr(worker_process, "_exiting", True)
    worker.stop()
    assert worker._process.exitcode == 0  # a closed one would not say
    worker._process.close()
