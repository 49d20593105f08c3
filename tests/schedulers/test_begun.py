"""A run is shown as running from the moment at which its function is called, not from when that is on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import BreakableStore, end_off_the_record, soon
from tickwright import BackgroundScheduler, events
from tickwright.change import Change
from tickwright.executors.pool import ThreadPoolExecutor
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.run import Run, RunStatus
from tickwright.testing import ManualScheduler
from tickwright.testing.suites.store.material import made_run

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def scheduler(background) -> BackgroundScheduler:
    """Return a scheduler with one worker."""
    return background(executors={"default": ThreadPoolExecutor(1)})


@pytest.fixture(autouse=True)
def _no_look(monkeypatch) -> None:
    """Have the loop not come by while a test looks: what it would put on record stays with it."""
    monkeypatch.setattr("tickwright.core.desk.Desk._note_begun", lambda self, plan: None)


def test_a_run_that_has_begun_is_running_and_one_that_waits_is_not(scheduler, gate):
    scheduler.add_job(gate, id="first")
    gate.wait_until_entered()
    scheduler.add_job(deeds.note, id="second")
    assert soon(lambda: len(scheduler.get_runs()) == 2)
    second, first = scheduler.get_runs()
    assert (first.job_id, first.status, second.job_id, second.status) == ("first", "running", "second", "scheduled")
    assert first.started_at is not None
    assert second.started_at is None
    assert scheduler.get_job("first").last_run == first
    gate.open()
    assert soon(lambda: {run.status for run in scheduler.get_runs()} == {RunStatus.SUCCEEDED})
    assert scheduler.get_runs("first")[0].started_at == first.started_at


def test_runs_are_found_by_the_status_that_they_are_shown_with(scheduler, gate):
    scheduler.add_job(gate, "interval", hours=1, id="a", max_instances=5)
    taken = [scheduler.run_job("a").id for _ in range(4)]
    gate.wait_until_entered()
    assert [run.id for run in scheduler.get_runs(status="running")] == taken[:1]
    assert [run.id for run in scheduler.get_runs("a", status="scheduled")] == taken[:0:-1]
    assert [run.id for run in scheduler.get_runs(status="scheduled", limit=2)] == taken[:1:-1]
    assert scheduler.get_runs(status="running", limit=0) == []
    assert scheduler.get_runs("b", status="running") == scheduler.get_runs(status="succeeded") == []


def test_a_run_whose_end_cannot_be_put_on_record_is_running_still(background, gate):
    store = BreakableStore()
    scheduler = background(jobstores={"default": store}, jobstore_retry_interval=0.1)
    end_off_the_record(scheduler, store, gate, id="busy")
    (run,) = scheduler.get_runs()
    assert (run.status, run.started_at is None, run.finished_at) == ("running", False, None)


class Overtaken(MemoryJobStore):
    """A memory store whose answer about runs is old when it comes: more has happened `meanwhile`."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: list[Callable[[], Any]] = []

    def get_runs(self, **which: Any) -> list[Run]:
        return self._old(super().get_runs(**which))

    def get_unsettled_runs(self, owner: str | None = None) -> list[Run]:
        return self._old(super().get_unsettled_runs(owner))

    def _old(self, runs: list[Run]) -> list[Run]:
        while self.meanwhile and runs:
            self.meanwhile.pop()()
        return runs


@pytest.mark.parametrize("status", [None, "running", "scheduled"])
def test_a_run_that_ends_while_it_is_asked_for_does_not_wait_again(background, heard, gate, status):
    store = Overtaken()
    scheduler = background(jobstores={"default": store})
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(gate, id="a")
    gate.wait_until_entered()
    assert [run.status for run in scheduler.get_runs()] == ["running"]

    def end() -> None:
        gate.open()
        heard.wait_for(events.EVENT_JOB_EXECUTED)
        assert soon(lambda: scheduler._loop.engine.in_flight == 0)

    store.meanwhile.append(end)
    assert [run.status for run in scheduler.get_runs(status=status)] == (["succeeded"] if status is None else [])
    assert store.meanwhile == []


def test_a_run_that_is_pruned_while_it_is_asked_for_is_gone(background, monkeypatch):
    store = Overtaken()
    scheduler = background(jobstores={"default": store})
    scheduler.pause()
    scheduler.add_job(deeds.note, "interval", hours=1, id="a")
    taken = made_run(1, "a")._replace(owner=scheduler._loop.engine.context.owner.id)
    store.commit([Change("a", started=(taken,))])
    assert scheduler.get_runs() == [taken]
    monkeypatch.setattr(store, "get_run", lambda run_id: None)
    assert scheduler.get_runs() == []


def test_what_waits_and_what_runs_is_found_without_a_walk_through_the_history(scheduler, gate, monkeypatch):
    (store,) = scheduler._parts.jobstores.values()
    scheduler.add_job(gate, id="a")
    gate.wait_until_entered()
    monkeypatch.setattr(store, "get_runs", None)
    assert [run.job_id for run in scheduler.get_runs(status="running")] == ["a"]
    assert scheduler.get_runs(status="scheduled") == scheduler.get_runs(status="running", since="2100-01-01") == []


def test_a_job_that_looks_sees_itself_running():
    seen: list[Any] = []
    scheduler = ManualScheduler("2026-01-01")
    scheduler.add_job(lambda: seen.extend(scheduler.get_runs("looks")), id="looks")
    scheduler.step()
    assert [(run.status, run.started_at) for run in seen] == [("running", scheduler.now)]
