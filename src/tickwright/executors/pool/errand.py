"""An errand: a run on its way through a worker process, from the pool's side."""

from __future__ import annotations

from datetime import datetime, timedelta

from tickwright.active_run import ActiveRun
from tickwright.clock import Clock, SystemClock
from tickwright.executors.pool.wire import Answer, pack_task
from tickwright.stored_job import StoredJob

__all__ = ["Errand"]


MACHINE = SystemClock()
"""Its monotonic clock is the same for all processes (CLOCK_MONOTONIC and its like)."""


class Errand:
    """A run, its task as bytes, and what has become of it so far."""

    __slots__ = ("active", "began", "deaths", "failure", "is_first", "job", "packet", "sent", "started_at", "task")

    def __init__(self, active: ActiveRun, job: StoredJob) -> None:
        self.active = active
        self.job = job
        self.task = b""
        self.failure: Exception | None = None
        """Why it cannot be sent at all."""
        self.packet: bytes | None = None
        """What the process finds of it in its pipe. None while it was not sent."""
        self.is_first = False
        """Whether its process was started for it."""
        self.deaths: list[Exception] = []
        """The ends of processes that were started for it and did not begin it."""
        self.sent: tuple[datetime, float] = active.due_at, 0.0
        """When it was sent: by the host's clock, and by that of the machine, which the process sees too."""
        self.started_at: datetime = active.due_at
        self.began: float | None = None
        """When it got the process to itself, by both clocks; the wall clock's says nothing where the other is None."""
        try:
            self.task = pack_task(active.record, job)
        except Exception as error:  # border: the user's objects
            self.failure = error

    @property
    def was_sent(self) -> bool:
        """Whether it is in the pipe, or was."""
        return self.packet is not None

    @property
    def can_be_fetched(self) -> bool:
        """Whether it is in the pipe in such a way that it can be taken out again."""
        return self.packet is self.task

    def send(self, clock: Clock) -> None:
        """Note that it is about to be sent."""
        self.sent = clock.now(), MACHINE.monotonic()

    def start(self, clock: Clock) -> None:
        """Note that it gets the process to itself now."""
        self.started_at, self.began = clock.moment()

    def lost_at(self, clock: Clock) -> tuple[datetime, datetime]:
        """Return when it started and ended, where its process has just died."""
        if self.began is None:  # the answer to the one before it could not be read, and the process went on
            now = clock.now()
            return now, now
        return self.started_at, self.started_at + timedelta(seconds=clock.monotonic() - self.began)

    def span_by(self, answer: Answer) -> tuple[datetime, datetime]:
        """Return when it started and ended, now that there is an answer to it.

        It started when that was told, unless the thread that told it was late and its process says so.
        """
        sent_at, sent = self.sent
        latest = MACHINE.monotonic() - answer.elapsed
        began = sent_at + timedelta(seconds=max(0.0, min(answer.began, latest) - sent))
        return min(self.started_at, began), began + timedelta(seconds=answer.elapsed)
