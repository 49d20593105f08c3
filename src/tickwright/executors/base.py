"""The port of executors: they take runs, call the function somewhere, and report how each ended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

from tickwright.clock import Clock
from tickwright.report import Report, Started
from tickwright.run import Run
from tickwright.stored_job import StoredJob

__all__ = ["Executor", "ExecutorHost"]


class ExecutorHost(Protocol):
    """What an executor sees of the scheduler that starts it."""

    @property
    def clock(self) -> Clock:
        """The clock that stamps `started_at` and `finished_at`."""

    def deliver(self, letter: Report | Started) -> None:
        """Leave a letter for the scheduler, from any thread. Never raises.

        The outcome in a report that is not packed is packed here, in the thread that delivers it.
        """

    def pack(self, report: Report) -> Report:
        """Return the report with its outcome in the form in which its job store writes it. Never raises.

        For an executor that counts its workers: this may take a while, and is a part of the worker's work.
        """


class Executor(ABC):
    """Runs jobs. To write one, subclass it and implement `submit`, and the others where there is more to do.

    The promise: for each run that `submit` took without raising, exactly one `Report` is delivered, whatever
    happens to the worker. Where `submit` raises, the run was not taken, and the scheduler reports it as
    failed. `tickwright.testing.suites.ExecutorSuite` is the test that every executor must pass.
    """

    alias: str = "default"

    def start(self, scheduler: ExecutorHost, alias: str) -> None:
        """Make ready for use. Called again after `shutdown` where the scheduler starts again."""
        self.host = scheduler
        self.alias = alias

    def shutdown(self, wait: bool = True) -> None:
        """Take no more runs: `submit` raises `SchedulerNotRunningError` from now on.

        With `wait`, return when all that were taken are reported; without, report those that have not started
        as cancelled, and return at once. Those that have started are finished, or cancelled where that can be done to
        them, and reported either way. Twice, or before `start`, is fine. Called from inside a job it does not wait,
        since it would wait for itself.
        """
        return

    @abstractmethod
    def submit(self, run: Run, job: StoredJob) -> None:
        """Take a run that is on record; return quickly. The scheduler's thread calls this."""

    def room(self) -> int | None:
        """Return how many more runs it would take now, or None where there is no bound.

        Jobs for an executor without room stay due, for this process when a run ends, or for another.
        """
        return None

    def idle(self) -> int | None:
        """Return how many more runs it would begin at once, or None where there is no bound.

        Asked in place of `room` where other schedulers share the job store: what would only wait here stays due, for
        whoever has a worker free. The default knows of no queue.
        """
        return self.room()

    def trouble(self) -> str | None:
        """Return what keeps it from running anything, in words for `health()`; None where nothing does."""
        return None

    def is_held_up(self) -> bool:
        """Return whether runs cannot go on before the calling code returns, as in the event loop that they run in.

        A shutdown that is called there does not wait for them.
        """
        return False

    def is_ending(self) -> bool:
        """Return whether runs are about to end because of a shutdown that did not wait, as tasks that it cancelled.

        The scheduler then has a moment for their reports. Those that begun elsewhere end whenever they do.
        """
        return False

    def give_up(self) -> None:
        """Report as cancelled what cannot go on any more, as where the event loop that it ran in has stopped.

        Asked again and again while a shutdown waits for runs, which would otherwise wait for ever. The default knows of
        no such runs.
        """
        return

    def lose(self, run_id: str) -> None:
        """Tell a run that it is lost: another scheduler took this one for dead, and has settled it.

        One that has not started is not started, and reported as `cancelled`; one that has sees it in
        `current_run().lost_lease`. Its report is still expected, and dropped. The default tells nobody.
        """
        return

    def cancel(self, run_id: str) -> bool:
        """Ask for a run to be taken back; return whether this executor can still do something about it.

        One that has not started is reported as `cancelled`, and its function is not called. One that has is
        told through `current_run().cancel_requested`, where the executor can reach it; it ends when its
        function does, as `cancelled` if that raises `RunCancelledError`, and otherwise as it would have ended.
        So there is one report either way. False for a run that is over or unheard of. Any thread may call this.
        """
        return False
