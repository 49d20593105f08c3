"""A shutdown under way: whether it waits for runs, and for how long."""

from __future__ import annotations

from tickwright.clock import Clock

__all__ = ["Stopping"]


class Stopping:
    """How patient a shutdown is. Whoever asks once more may shorten its patience, and not lengthen it."""

    def __init__(self, clock: Clock, wait: bool, timeout: float | None) -> None:
        self._clock = clock
        self._deadline = None if timeout is None else clock.monotonic() + max(0.0, timeout)
        self.wait = wait
        """Whether runs in flight are waited for."""

    def hurry(self, wait: bool, timeout: float | None) -> None:
        """Be as patient as this one, too, allows; never more patient than before."""
        self.wait = self.wait and wait
        if timeout is not None:
            deadline = self._clock.monotonic() + max(0.0, timeout)
            self._deadline = deadline if self._deadline is None else min(self._deadline, deadline)

    def may_wait(self) -> bool:
        """Return whether there is time left to wait for runs."""
        return self.wait and self.seconds_left() > 0

    def seconds_left(self) -> float:
        """Return the seconds until the deadline; infinite where there is none."""
        if self._deadline is None:
            return float("inf")
        return max(0.0, self._deadline - self._clock.monotonic())

    def longest_wait(self, grace: float) -> float | None:
        """Return for how long whoever asked for the shutdown should await it; None for as long as it takes."""
        if not self.wait:
            return grace
        return None if self._deadline is None else self.seconds_left() + grace
