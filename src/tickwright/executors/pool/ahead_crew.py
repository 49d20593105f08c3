"""A crew whose workers are given a run ahead of the one that they perform, so that they need not wait for the next."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty
from typing import Protocol

from tickwright.active_run import ActiveRun
from tickwright.executors.base import ExecutorHost
from tickwright.executors.crew import CANCELLED, LOST_LEASE, SHUT_DOWN, Item
from tickwright.executors.pool.thread_crew import ThreadCrew
from tickwright.report import Report
from tickwright.stored_job import StoredJob

__all__ = ["AheadCrew", "AheadWorker"]

OVERDUE = 0.01
"""Seconds. What has been ahead of a worker for longer is taken from there before anything out of the queue is."""


class AheadWorker(Protocol):
    """What performs the runs of one thread, and may have a second one ahead."""

    @property
    def current(self) -> str | None:
        """The id of the run that it performs; None where it has none."""

    @property
    def wants_one_ahead(self) -> bool:
        """Whether it is to be given a run before it has ended the one that it has."""

    def take(self, active: ActiveRun, job: StoredJob) -> None:
        """Take a run: the first, or one ahead."""

    def begin(self) -> Report | None:
        """Begin the run that it has, if it has not; return how it ended, where it already has."""

    def wait(self) -> list[Report]:
        """Wait for the end of the run; return how it ended, and others with it. Nothing where it is to begin anew."""

    def take_back(self, run_id: str) -> tuple[ActiveRun, StoredJob] | None:
        """Return the run that is ahead, or the one before it: one that is not begun, and will not be. Any thread asks.

        None where both are begun.
        """

    def abandon(self) -> list[ActiveRun]:
        """Give up what it has, which is returned."""

    def close(self) -> None:
        """Let go of what it holds. The thread calls this as the last thing."""


class AheadCrew(ThreadCrew):
    """A crew whose workers have one run ahead while more of them wait.

    No run waits behind a long one while somebody else could begin it. So nothing is put ahead while a thread has
    nothing to do; a thread that is free takes what is ahead of another, before anything out of the queue; and what has
    been ahead for long is taken by the next who has room for it. One thread puts a run ahead and then looks who has
    nothing to do; the other says that it has nothing to do and then looks what is ahead: so one of them sees the other.
    """

    def __init__(self, size: int, hire: Callable[[ExecutorHost], AheadWorker], host: ExecutorHost, name: str) -> None:
        super().__init__(size, host, name)
        self._hire = hire
        self._workers: list[AheadWorker] = []
        self._ahead: dict[str, tuple[AheadWorker, float]] = {}
        """Ahead of whom a run is, or is just being put, and since when by the monotonic clock; the oldest first."""
        self._idle: list[None] = []
        """One for each thread that has nothing to do. To add to a list and to take from it is one step each."""
        self._is_dropping = False

    def _work(self) -> None:
        worker = self._hire(self._host)
        self._workers.append(worker)
        while True:
            if worker.current is None:
                if (item := self._next()) is None:
                    break
                self._give(worker, *item)
                del item  # as in a plain crew, nothing is kept while the thread waits
            if worker.current is not None:
                self._perform(worker)
            if self._closed:
                self._dismiss()
        worker.close()

    def _give(self, worker: AheadWorker, active: ActiveRun, job: StoredJob) -> None:
        try:
            worker.take(active, job)
        except BaseException as error:  # border: no thread may die of a worker
            self._ahead.pop(active.id, None)
            self._settle(self._broken(active, error))

    def _perform(self, worker: AheadWorker) -> None:
        try:
            report = worker.begin()
            if report is not None:
                reports = [report]
            else:
                if worker.wants_one_ahead:
                    self._look_ahead(worker)
                reports = worker.wait()
        except BaseException as error:  # border: no thread may die of a worker
            reports = [self._broken(active, error) for active in worker.abandon()]
        if worker.current is not None:
            self._ahead.pop(worker.current, None)
        for report in reports:
            self._ahead.pop(report.run_id, None)
            self._settle(report)

    # -- what to do next ---------------------------------------------------------------------------

    def _next(self) -> Item | None:
        """Wait for a run to begin. None where there will be no more."""
        while True:
            # What is ahead of others has waited longer than all in the queue.
            if (item := self._ahead_of_others() or self._at_hand()) is not None:
                return item
            self._idle.append(None)
            try:
                if (item := self._ahead_of_others()) is not None:
                    return item
                item = self._queue.get()
            finally:
                self._idle.pop()
            if item is None:
                self._queue.put(None)  # for the others
                if not self._waiting:
                    return None
            elif self._waiting.pop(item[0].id, None) is not None:
                return item

    def _look_ahead(self, worker: AheadWorker) -> None:
        """Put a run ahead of the one that a worker has, if there is any and nobody could begin it now."""
        if self._idle or self._is_dropping or (item := self._at_hand()) is None:
            return
        active, job = item
        self._ahead[active.id] = worker, self._host.clock.monotonic()
        self._give(worker, active, job)
        # Whoever had nothing to do, took it back or closed the crew meanwhile may not have found it yet.
        if self._idle or self._is_dropping or active.is_to_stop:
            self._put_back(active.id, worker)

    def _put_back(self, run_id: str, worker: AheadWorker) -> None:
        item = self._fetch(run_id, worker)
        if item is None:
            return
        self._queue_again(item)
        active, _ = item
        if active.cancel_requested:
            self._take_back(active.id, CANCELLED)
        elif active.lost_lease:
            self._take_back(active.id, LOST_LEASE)
        elif self._is_dropping:
            self._take_back(active.id, SHUT_DOWN)

    def _queue_again(self, item: Item) -> None:
        self._waiting[item[0].id] = item[0]
        self._queue.put(item)

    def _at_hand(self) -> Item | None:
        """Return the run that has waited longest, or nearly so. None where none waits."""
        for run_id, (worker, since) in self._ahead.copy().items():
            if self._host.clock.monotonic() - since <= OVERDUE:
                break
            if (item := self._fetch(run_id, worker)) is not None:
                return item
        while not self._queue.empty():
            try:
                item = self._queue.get_nowait()
            except Empty:
                break
            if item is None:
                self._queue.put(None)
                break
            if self._waiting.pop(item[0].id, None) is not None:
                return item
        return None

    def _ahead_of_others(self) -> Item | None:
        for run_id, (worker, _) in self._ahead.copy().items():
            if (item := self._fetch(run_id, worker)) is not None:
                return item
        return None

    def _fetch(self, run_id: str, worker: AheadWorker) -> Item | None:
        item = worker.take_back(run_id)
        if item is not None:
            self._ahead.pop(run_id, None)  # either it was taken back, or it is begun
        return item

    # -- taking runs back, and closing -------------------------------------------------------------

    def _reclaim(self, run_id: str) -> ActiveRun | None:
        active = super()._reclaim(run_id)
        if active is None and (entry := self._ahead.get(run_id)) is not None:
            item = self._fetch(run_id, entry[0])
            if item is not None and item[0].id == run_id:
                return item[0]
            if item is not None:
                self._queue_again(item)
        return active

    def _take_back(self, run_id: str, reason: str) -> None:
        super()._take_back(run_id, reason)
        if self._closed:
            self._dismiss()

    def close(self, *, finish: bool) -> None:
        """Take no more runs. Those that wait, or are ahead, are finished, or else reported as cancelled."""
        if not finish:
            self._is_dropping = True
        super().close(finish=finish)

    def _not_begun(self) -> list[str]:
        return [*self._ahead.copy(), *super()._not_begun()]

    def _dismiss(self) -> None:
        # Not before all runs have begun: until then, a thread that has nothing to do may get what is ahead of others.
        if len(self._taken) <= len(self._workers):
            begun = {worker.current for worker in self._workers.copy()}
            if begun.issuperset(self._taken.copy()):
                self._queue.put(None)
