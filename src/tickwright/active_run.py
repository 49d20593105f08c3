"""The run that the calling code is part of, as `tickwright.current_run()` gives it inside a job."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tickwright.errors import NoCurrentRunError, RunCancelledError
from tickwright.run import Run, RunStatus

if TYPE_CHECKING:
    from datetime import timedelta

__all__ = ["ActiveRun", "NoCurrentRunError", "current_run", "enter_run", "is_inside_a_run"]


class ActiveRun:
    """A run while it is in the hands of an executor: its record, read only, and what it is told meanwhile.

    Any thread may read it and ask it to stop. What it is told reaches the job at its next look, so a job that
    wants to be stoppable looks now and then: `current_run().raise_if_cancelled()`.
    """

    __slots__ = ("_cancel_requested", "_lost_lease", "_relay", "is_over", "record", "started_at")

    if TYPE_CHECKING:  # `__getattr__` gives these; declared so that types and editors know them
        id: str
        job_id: str
        fire_time: datetime
        due_at: datetime
        attempt: int
        reason: str | None
        lateness: timedelta
        finished_at: datetime | None
        result: Any
        exception: BaseException | None
        traceback: str | None
        executor: str
        host: str
        owner: str
        coalesced: int
        taken_at: datetime
        is_settled: bool

    def __init__(self, run: Run) -> None:
        self.record = run
        """The run as it was when it was taken."""
        self._cancel_requested = False
        self._lost_lease = False
        self._relay: Callable[[], object] | None = None
        self.is_over = False
        """Whether its function has ended. What that left behind, such as a task, may go on in the run's context."""
        self.started_at: datetime | None = None
        """When the worker began; None while the run waits for one."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "record":  # asked by copy and pickle before there is a run to look at
            raise AttributeError(name)
        return getattr(self.record, name)

    @property
    def status(self) -> RunStatus:
        """`running` once it has begun, `scheduled` before."""
        return self.record.status if self.started_at is None else RunStatus.RUNNING

    @property
    def cancel_requested(self) -> bool:
        """Whether somebody asked this run to stop. It stays so."""
        return self._cancel_requested

    @property
    def lost_lease(self) -> bool:
        """Whether another scheduler took this one for dead, and has this run on record as lost. It stays so.

        So it is where the process was stopped for longer than its lease (a laptop that slept, a debugger, SIGSTOP).
        How the run ends is not recorded any more, and with `on_lost="rerun"` its fire time is being run again
        elsewhere. The scheduler finds out when it goes on itself, so a job may be a moment faster than the news.
        """
        return self._lost_lease

    @property
    def is_to_stop(self) -> bool:
        """Whether there is a reason to stop: it was asked to, or its end is not wanted any more."""
        return self._cancel_requested or self._lost_lease

    def raise_if_cancelled(self) -> None:
        """Raise `RunCancelledError` where the run is to stop: left to pass, it ends as `cancelled`."""
        if self._cancel_requested:
            raise RunCancelledError(f"run {self.id!r} of job {self.job_id!r} was asked to stop, and stopped")
        if self._lost_lease:
            raise RunCancelledError(
                f"run {self.id!r} of job {self.job_id!r} stopped: another scheduler took this one for dead, and has "
                f"the run on record as lost"
            )

    # -- for executors -------------------------------------------------------------------------------

    def request_cancel(self) -> None:
        """Ask the run to stop, here and wherever it is relayed to."""
        if not self._cancel_requested:
            self._cancel_requested = True
            self._relay_news()

    def lose_lease(self) -> None:
        """Tell the run that it is lost, here and wherever it is relayed to."""
        if not self._lost_lease:
            self._lost_lease = True
            self._relay_news()

    def _relay_news(self) -> None:
        # The flag first, then the relay; `relay_to` does it the other way round. So whichever thread is
        # faster, news that come while the run is handed over are seen by at least one side.
        relay = self._relay
        if relay is not None:
            relay()

    def relay_to(self, relay: Callable[[], object]) -> None:
        """Have `relay()` called for all news from now on; look at `is_to_stop` afterwards."""
        self._relay = relay

    def __repr__(self) -> str:
        return f"<ActiveRun {self.id!r} of job {self.job_id!r}, attempt {self.attempt}>"


_current: ContextVar[ActiveRun] = ContextVar("tickwright.current_run")


def current_run() -> ActiveRun:
    """Return the run that the calling code is part of.

    It is known in the function of the job, in what that calls or awaits, and wherever its context goes along:
    in tasks, and in `asyncio.to_thread`. A bare `threading.Thread` takes no context along; hand it the
    object.

    Raises `NoCurrentRunError` outside a job.
    """
    try:
        return _current.get()
    except LookupError:
        raise NoCurrentRunError(
            "there is no current run: this code was not called by a scheduler. For a thread that a job "
            "starts itself, call current_run() before, and pass the object on"
        ) from None


def enter_run(active: ActiveRun) -> None:
    """Make `active` the current run of the calling context, for as long as that context lives."""
    _current.set(active)


def is_inside_a_run() -> bool:
    """Whether the calling code is part of a run that has not ended."""
    active = _current.get(None)
    return active is not None and not active.is_over
