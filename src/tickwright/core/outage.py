"""An outage: how long a job store has been failing, and when to try it again."""

from __future__ import annotations

from datetime import timedelta
from random import Random

__all__ = ["Outage"]

FIRST_PAUSE = 0.1
"""Seconds after a first failure: most troubles are a lock or a dropped connection, gone at once."""


class Outage:
    """The back-off of one store: doubling pauses with jitter, up to a longest one."""

    def __init__(self, longest_pause: float, random: Random) -> None:
        self._longest_pause = longest_pause
        self._random = random
        self._since: float | None = None
        self._pause = 0.0
        self._retry_at = 0.0
        self.error: BaseException | None = None

    @property
    def is_on(self) -> bool:
        """Whether the store fails, wholly or in part."""
        return self._since is not None

    def failed(self, error: BaseException, monotonic: float) -> bool:
        """Note a failure; return whether an outage begins with it."""
        begins = self._begin(error, monotonic)
        self._pause = min(max(self._pause * 2, FIRST_PAUSE), self._longest_pause)
        # Jitter over half of the pause keeps schedulers that lost the same server from coming back together.
        self._retry_at = monotonic + self._pause * (0.5 + self._random.random() / 2)
        return begins

    def ails(self, error: BaseException, monotonic: float) -> bool:
        """Note the failure of what the rest need not wait for; return whether an outage begins with it."""
        self._pause, self._retry_at = 0.0, monotonic
        return self._begin(error, monotonic)

    def _begin(self, error: BaseException, monotonic: float) -> bool:
        self.error = error
        if self._since is not None:
            return False
        self._since, self._pause = monotonic, 0.0
        return True

    def worked(self, monotonic: float) -> timedelta | None:
        """Note a success; return how long the outage was that ends with it, if there was one."""
        if self._since is None:
            return None
        duration = timedelta(seconds=monotonic - self._since)
        self._since, self.error = None, None
        return duration

    def seconds_to_wait(self, monotonic: float) -> float:
        """Return the seconds until the store should be tried again; 0 where it may be tried now."""
        return 0.0 if self._since is None else max(0.0, self._retry_at - monotonic)

    def seconds_so_far(self, monotonic: float) -> float:
        """Return how long the outage has lasted; 0 where there is none."""
        return 0.0 if self._since is None else monotonic - self._since
