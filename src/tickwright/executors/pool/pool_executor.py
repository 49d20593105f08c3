"""What the pools have in common: a number of workers, and a queue before them."""

from __future__ import annotations

from typing import Any

from tickwright.errors import ConfigurationError, shortened
from tickwright.executors.crewed import CrewedExecutor, whole_number

__all__ = ["PoolExecutor"]


class PoolExecutor(CrewedExecutor):
    """An executor with up to `max_workers` workers, and a queue before them.

    `max_queued` is how many runs may wait for a worker before `room()` says that there is none: the scheduler
    then leaves jobs due in the store, where a restart finds them. Where other schedulers share the store, no run is
    taken to wait here at all. `submit` itself takes any number.
    """

    def __init__(self, max_workers: int, max_queued: int, pool_kwargs: Any) -> None:
        if pool_kwargs:
            raise ConfigurationError(
                f"pool_kwargs={shortened(pool_kwargs)}: {type(self).__name__} has workers of its own, "
                f"and passes nothing on to concurrent.futures; leave it out"
            )
        self.max_workers = whole_number("max_workers", max_workers, at_least=1)
        self.max_queued = whole_number("max_queued", max_queued, at_least=0)

    def room(self) -> int | None:
        return self._left_of(self.max_workers + self.max_queued)

    def idle(self) -> int | None:
        return self._left_of(self.max_workers)
