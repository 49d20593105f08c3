"""A crew of threads that take runs from one queue, each with a worker that performs them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

from tickwright.active_run import ActiveRun
from tickwright.executors.base import ExecutorHost
from tickwright.executors.crew import Crew, Item
from tickwright.report import Report
from tickwright.stored_job import StoredJob

__all__ = ["PlainCrew", "ThreadCrew", "Worker"]


class ThreadCrew(Crew):
    """The threads of one pool. They are made on demand, and daemons."""

    def __init__(self, size: int, host: ExecutorHost, name: str) -> None:
        super().__init__(host, name)
        self._size = size
        self._queue: SimpleQueue[Item | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def _engage(self, active: ActiveRun, job: StoredJob) -> None:
        if len(self._threads) < self._size and len(self._threads) <= len(self._taken):
            self._grow()
        run_id = active.record.id
        self._taken[run_id] = self._waiting[run_id] = active
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

    def _dismiss(self) -> None:
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


class PlainCrew(ThreadCrew):
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
