"""A run is shown as running from the moment at which its function is called, not from when that is on record."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import BreakableStore, soon
from tickwright import BackgroundScheduler
from tickwright.executors.pool import ThreadPoolExecutor
from tickwright.run import RunStatus
from tickwright.testing import ManualScheduler

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
    scheduler.add_job(gate, id="busy")
    gate.wait_until_entered()
    store.is_out = True
    gate.open()
    assert soon(lambda: scheduler.health().jobstores["default"].unrecorded == 1)
    (run,) = scheduler.get_runs()
    assert (run.status, run.started_at is None, run.finished_at) == ("running", False, None)


def test_a_job_that_looks_sees_itself_running():
    seen: list[Any] = []
    scheduler = ManualScheduler("2026-01-01")
    scheduler.add_job(lambda: seen.extend(scheduler.get_runs("looks")), id="looks")
    scheduler.step()
    assert [(run.status, run.started_at) for run in seen] == [("running", scheduler.now)]
