"""The host: what stores and executors see of the scheduler that started them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tickwright.clock import Clock
from tickwright.core.mailbox import Mailbox
from tickwright.report import Report, Started

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__all__ = ["Host"]


class Host:
    """One start of a scheduler. Its mailbox is read until that scheduler shuts down."""

    def __init__(self, clock: Clock, mailbox: Mailbox, wakeup: Callable[[], None]) -> None:
        self._clock = clock
        self._mailbox = mailbox
        self._wakeup = wakeup
        self.packer: Callable[[Report], Report] = lambda report: report
        """Packs reports for the job stores; there is one before the first run is in flight."""
        self.event_loop: AbstractEventLoop | None = None
        """The event loop that the scheduler is for, if it is for one."""

    @property
    def clock(self) -> Clock:
        """The scheduler's clock."""
        return self._clock

    def deliver(self, letter: Report | Started) -> None:
        """Leave a letter for the loop; a report is packed, if it is not."""
        if isinstance(letter, Report) and letter.packed is None:
            letter = self.pack(letter)
        self._mailbox.post(letter)

    def pack(self, report: Report) -> Report:
        """Return the report as its job store wants it."""
        if report.result is None and report.exception is None:
            return report  # nothing to pack
        try:
            return self.packer(report)
        except BaseException:  # border: a user's job store, in a worker that may not die of it; the loop tries again
            return report

    def wakeup(self) -> None:
        """Make the loop look again."""
        self._wakeup()
