"""The host: what stores and executors see of the scheduler that started them."""

from __future__ import annotations

from collections.abc import Callable

from tickwright.clock import Clock
from tickwright.core.mailbox import Mailbox
from tickwright.report import Report, Started

__all__ = ["Host"]


class Host:
    """One start of a scheduler. Its mailbox is read until that scheduler shuts down."""

    def __init__(self, clock: Clock, mailbox: Mailbox, wakeup: Callable[[], None]) -> None:
        self._clock = clock
        self._mailbox = mailbox
        self._wakeup = wakeup

    @property
    def clock(self) -> Clock:
        """The scheduler's clock."""
        return self._clock

    def deliver(self, letter: Report | Started) -> None:
        """Leave a letter for the loop."""
        self._mailbox.post(letter)

    def wakeup(self) -> None:
        """Make the loop look again."""
        self._wakeup()
