"""A job store that is removed in the very moment in which the loop is busy with it."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import SOON, Gate, in_time, soon
from tickwright import events
from tickwright.executors.debug import DebugExecutor
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.testing import ManualScheduler

pytestmark = pytest.mark.timeout(60)


class SlowToCommit(MemoryJobStore):
    """Holds the loop up in the middle of a commit that starts something."""

    def __init__(self) -> None:
        super().__init__()
        self.committing, self.let_go = Event(), Event()
        self.was_used_after_shutdown = False
        self._is_shut = False

    def commit(self, changes: Any) -> list[bool]:
        if any(change.started for change in changes):
            self.committing.set()
            assert self.let_go.wait(SOON)
        self.was_used_after_shutdown |= self._is_shut
        return super().commit(changes)

    def shutdown(self) -> None:
        self._is_shut = True
        super().shutdown()


def test_what_the_loop_commits_while_its_store_is_removed_is_settled_all_the_same(background, heard):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_JOB_LOST)
    store = SlowToCommit()
    scheduler.add_jobstore(store, "extra")
    gate = Gate()
    scheduler.add_job(gate, id="x", jobstore="extra")
    assert store.committing.wait(SOON)
    removing = Thread(target=scheduler.remove_jobstore, args=("extra",), daemon=True)
    removing.start()
    store.let_go.set()
    removing.join(SOON)
    assert not removing.is_alive()
    assert (store.get_unsettled_runs(), store.get_leases()) == ([], [])
    assert not store.was_used_after_shutdown
    assert heard.wait_for(events.EVENT_JOB_LOST).run.job_id == "x"
    gate.open()


def test_a_job_may_remove_its_own_store_also_while_the_scheduler_shuts_down(background, heard):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_JOBSTORE_REMOVED)
    scheduler.add_jobstore("memory", "extra")
    begun, asked = Event(), Event()

    def remove_when_asked() -> None:
        begun.set()
        assert asked.wait(SOON)
        scheduler.remove_jobstore("extra")

    scheduler.add_job(remove_when_asked, jobstore="extra")
    assert begun.wait(SOON)
    stopping = Thread(target=scheduler.shutdown, daemon=True)
    stopping.start()
    assert soon(lambda: scheduler.health().state == "stopping")
    asked.set()
    in_time(stopping.join)
    assert heard.wait_for(events.EVENT_JOBSTORE_REMOVED).alias == "extra"
    assert not scheduler.running


def test_a_listener_may_remove_a_store(background, heard):
    scheduler = background()
    store = MemoryJobStore()
    scheduler.add_jobstore(store, "extra")
    scheduler.add_listener(lambda event: scheduler.remove_jobstore("extra"), events.EVENT_JOB_EXECUTED)
    scheduler.add_listener(heard, events.EVENT_JOBSTORE_REMOVED)
    scheduler.add_job(deeds.note, jobstore="extra")
    heard.wait_for(events.EVENT_JOBSTORE_REMOVED)
    assert store.get_leases() == []


@pytest.mark.parametrize("make", ["background", "manual"])
def test_a_job_in_the_loops_own_thread_may_remove_its_store_and_put_another_in_its_place(background, heard, make):
    store, other = SlowToCommit(), MemoryJobStore()
    store.let_go.set()
    scheduler: Any
    scheduler = ManualScheduler() if make == "manual" else background(executors={"default": DebugExecutor()})
    scheduler.add_listener(heard, events.EVENT_JOB_LOST | events.EVENT_JOB_EXECUTED)
    scheduler.add_jobstore(store, "extra")

    def exchange() -> None:
        scheduler.remove_jobstore("extra")
        scheduler.add_jobstore(other, "extra")

    scheduler.add_job(exchange, jobstore="extra", id="exchange")
    scheduler.wakeup()
    if make == "manual":
        scheduler.step()
    assert "let go" in heard.wait_for(events.EVENT_JOB_LOST).run.reason
    assert (store.get_unsettled_runs(), store.get_leases()) == ([], [])
    assert not store.was_used_after_shutdown
    scheduler.add_job(deeds.note, jobstore="extra", id="new")
    if make == "manual":
        scheduler.step()
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    assert [run.job_id for run in other.get_runs()] == ["new"]


def test_a_store_may_be_removed_after_the_loop_has_ended(background):
    scheduler = background()
    store = MemoryJobStore()
    scheduler.add_jobstore(store, "extra")
    scheduler.shutdown()
    scheduler.remove_jobstore("extra")
    assert store.get_leases() == []
