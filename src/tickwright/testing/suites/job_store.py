"""The suite that every job store must pass: subclass it for your own, and say how to make one."""

from __future__ import annotations

from tickwright.testing.suites.store.batches import BatchTests
from tickwright.testing.suites.store.commits import CommitTests
from tickwright.testing.suites.store.due import DueTests
from tickwright.testing.suites.store.jobs import JobTests
from tickwright.testing.suites.store.leases import LeaseTests
from tickwright.testing.suites.store.restarts import RestartTests
from tickwright.testing.suites.store.runs import RunTests
from tickwright.testing.suites.store.unreadable import UnreadableTests
from tickwright.testing.suites.store.values import ValueTests

__all__ = ["JobStoreSuite"]


class JobStoreSuite(
    JobTests, BatchTests, DueTests, CommitTests, RunTests, ValueTests, LeaseTests, UnreadableTests, RestartTests
):
    """Tests every sentence of the port `JobStore`.

    Name the subclass `Test...`, so that pytest finds it::

        class TestMyJobStore(JobStoreSuite):
            @pytest.fixture(autouse=True)
            def a_folder_of_its_own(self, tmp_path):
                self.path = tmp_path / "jobs"

            def make_store(self):
                return MyJobStore(self.path)

            def reopen(self, store):
                return MyJobStore(self.path)

    `make_store` is all that a store needs which keeps its jobs in memory. One that `survives_restart`
    overrides `reopen` too, `is_shared` where only one process may have it open, and `make_store_keeping`
    where retention is not taken from its attributes. No test is left out for what a store does not claim: by
    its flags, the test then checks what the store does instead.
    """
