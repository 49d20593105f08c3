"""What every test of the job store suite is given: a started store, by hooks that a subclass fills in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

import pytest

from tickwright.jobstores.base import JobStore
from tickwright.testing.suites.store.material import Host

__all__ = ["StoreCase"]


class StoreCase:
    """The hooks, and the fixture `store`."""

    is_shared: ClassVar[bool] = True
    """Whether two store objects may work on the same data at once, where it survives a restart.

    Where it is not so, starting the second must raise a `JobStoreError`."""

    def make_store(self) -> JobStore:
        """Return a new store without jobs, not started. To be overridden."""
        raise NotImplementedError(f"{type(self).__name__} must override make_store()")

    def reopen(self, store: JobStore) -> JobStore:
        """Return another store object on the data of `store`, not started, as another process would make it.

        To be overridden for a store that `survives_restart`.
        """
        raise NotImplementedError(
            f"{type(store).__name__} survives a restart, so {type(self).__name__} must override reopen()"
        )

    def make_store_keeping(self, *, keep_runs: int | None = None, keep_runs_for: timedelta | None = None) -> JobStore:
        """Return what `make_store` returns, with this retention.

        To be overridden where setting the attributes `keep_runs` and `keep_runs_for` is not enough.
        """
        store = self.make_store()
        store.keep_runs = keep_runs
        store.keep_runs_for = keep_runs_for
        return store

    # -- for the tests -------------------------------------------------------------------------------

    @pytest.fixture
    def store(self, _opened_stores: list[JobStore]) -> JobStore:
        """A started store without jobs."""
        return self.started(self.make_store())

    @pytest.fixture(autouse=True)
    def _opened_stores(self) -> Iterator[list[JobStore]]:
        self._opened: list[JobStore] = []
        yield self._opened
        for store in reversed(self._opened):
            store.shutdown()

    def started(self, store: JobStore) -> JobStore:
        """Start a store, which is shut down when the test ends."""
        self._opened.append(store)
        store.start(Host(), "default")
        return store

    def restarted(self, store: JobStore) -> JobStore:
        """Shut the store down and go on with its data: as a new process, where it survives that."""
        store.shutdown()
        return self.started(self.reopen(store) if store.survives_restart else store)

    def has_neighbours(self, store: JobStore) -> bool:
        """Return whether another process could work on the same data at the same time."""
        return store.survives_restart and self.is_shared

    def neighbour(self, store: JobStore) -> JobStore:
        """Return the store as another process has it at the same time, or itself where none can."""
        return self.started(self.reopen(store)) if self.has_neighbours(store) else store
