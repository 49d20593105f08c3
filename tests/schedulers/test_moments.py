"""Moments in which a call of a user and the loop, or another process, cross: each was a defect once."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import Gate, soon, utc
from tickwright import events
from tickwright.change import Change
from tickwright.errors import JobStoreUnavailableError
from tickwright.executors.base import Executor
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.report import Report
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob
from tickwright.testing import ManualScheduler
from tickwright.testing.suites.store.material import made_run

pytestmark = pytest.mark.timeout(60)


# -- a job that is removed and added again -------------------------------------------------------------------------


class Overtaken(MemoryJobStore):
    """Lets something happen between what the loop reads and what it commits."""

    between: Any = None

    def commit(self, changes: Any) -> list[bool]:
        if self.between is not None and any(change.started for change in changes):
            between, self.between = self.between, None
            between()
        return super().commit(changes)


def test_what_was_decided_about_a_removed_job_does_not_fit_the_one_that_took_its_place():
    store = Overtaken()
    scheduler = ManualScheduler("2026-01-01", jobstores={"default": store})
    scheduler.add_job(deeds.note, "date", run_date="2026-01-01 01:00", args=["old"], id="x")

    def replace_it() -> None:
        scheduler.remove_job("x")
        scheduler.add_job(deeds.note, "date", run_date="2026-01-02", args=["new"], id="x")

    store.between = replace_it
    scheduler.advance(hours=2)
    assert deeds.called == []
    job = scheduler.get_job("x")
    assert job is not None
    assert job.next_run_time == utc(2026, 1, 2)
    scheduler.advance(days=1)
    assert deeds.called == [(("new",), {})]


# -- the same job declared by several at once ----------------------------------------------------------------------


class RunByOthers(MemoryJobStore):
    """Has the job added, run and finished by another process just before it is added here."""

    def add_job_unless_run(self, job: StoredJob) -> bool:
        fire_time = job.schedule.next_fire_time
        assert fire_time is not None
        run = made_run(1, job.id, fire_time=fire_time)
        if self.get_run(run.id) is None:
            super().commit([Change(job_id=job.id, started=(run,))])
            super().commit([Change(job_id=job.id, settled=(run.ended(RunStatus.SUCCEEDED, fire_time),))])
        return super().add_job_unless_run(job)


def test_what_another_process_added_ran_and_finished_meanwhile_is_not_run_again():
    scheduler = ManualScheduler("2026-01-01", jobstores={"default": RunByOthers()})
    scheduler.add_job(deeds.note, "date", run_date="2026-01-01", id="once", replace_existing=True)
    scheduler.advance(hours=1)
    assert deeds.called == []
    assert [run.status for run in scheduler.get_runs("once")] == ["succeeded"]


# -- a run that is asked for at once -------------------------------------------------------------------------------


class SlowLease(MemoryJobStore):
    """Notes in which order its scheduler announces itself and takes a run."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[str] = []

    def open_lease(self, *args: Any) -> None:
        self.order.append("lease")
        super().open_lease(*args)

    def commit(self, changes: Any) -> list[bool]:
        self.order += ["run" for change in changes if change.started]
        return super().commit(changes)


@pytest.mark.parametrize("added_later", [True, False])
def test_a_scheduler_has_its_lease_before_anybody_can_have_a_job_run(background, added_later):
    store = SlowLease()
    scheduler = background(jobstores={} if added_later else {"default": store})
    if added_later:
        scheduler.add_jobstore(store, "later")
    scheduler.add_job(deeds.note, "interval", hours=1, id="x", jobstore="later" if added_later else "default")
    scheduler.run_job("x")
    assert store.order[0] == "lease"


class Interrupted(SQLiteJobStore):
    """Ctrl-C comes when a run has just been written."""

    armed = False

    def commit(self, changes: Any) -> list[bool]:
        taken = super().commit(changes)
        if self.armed:
            self.armed = False
            raise KeyboardInterrupt
        return taken


def test_ctrl_c_after_a_run_was_written_leaves_none_behind(background, heard, tmp_path):
    store = Interrupted(tmp_path / "jobs.sqlite")
    scheduler = background(jobstores={"default": store})
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    store.armed = True
    with pytest.raises(KeyboardInterrupt):
        scheduler.run_job("x")
    assert heard.wait_for(events.EVENT_JOB_EXECUTED).job_id == "x"
    assert scheduler.get_runs("x", status="scheduled") == []


# -- a store that fails when it is removed -------------------------------------------------------------------------


class FailsToPart(MemoryJobStore):
    fails = False

    def get_unsettled_runs(self, owner: str | None = None) -> Any:
        if self.fails:
            self.fails = False
            raise JobStoreUnavailableError("a hiccup")
        return super().get_unsettled_runs(owner)


def test_a_store_that_failed_when_it_was_removed_and_is_back_runs_nothing_twice(background, heard):
    scheduler, store, gate = background(), FailsToPart(), Gate()
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_jobstore(store, "extra")
    scheduler.add_job(gate, id="x", jobstore="extra")
    gate.wait_until_entered()
    store.fails = True
    scheduler.remove_jobstore("extra")
    scheduler.add_jobstore(store, "extra")
    gate.open()
    assert heard.wait_for(events.EVENT_JOB_EXECUTED).run.job_id == "x"
    assert gate.calls == 1
    assert [run.status for run in store.get_runs()] == ["succeeded"]


# -- rows that were deleted by hand --------------------------------------------------------------------------------


def test_a_body_whose_job_was_deleted_by_hand_is_not_in_the_way_of_new_jobs(background, tmp_path):
    store = SQLiteJobStore(tmp_path / "jobs.sqlite")
    scheduler = background(jobstores={"default": store})
    scheduler.add_job(deeds.note, "interval", hours=1, id="old")
    store._file.write(lambda sql: sql.execute("DELETE FROM jobs").fetchall())
    scheduler.add_job(deeds.note, "interval", hours=1, args=["new"], id="new")
    assert [job.args for job in scheduler.get_jobs()] == [("new",)]


# -- losses while no jobs are taken --------------------------------------------------------------------------------


class Losing(Executor):
    """Reports what the test says, when it says so."""

    attempts = 0

    def __init__(self) -> None:
        self.took = Event()

    def submit(self, run: Run, job: StoredJob) -> None:
        self.attempts += 1
        self.run = run
        self.took.set()

    def end(self, status: RunStatus) -> None:
        now = self.host.clock.now()
        self.host.deliver(Report(run_id=self.run.id, status=status, started_at=now, finished_at=now))


def test_a_loss_that_is_to_be_run_again_waits_while_the_scheduler_is_paused(background, heard):
    executor = Losing()
    scheduler = background(executors={"default": executor})
    scheduler.add_job(deeds.note, id="x", on_lost="rerun")
    assert executor.took.wait(10)
    scheduler.pause()
    executor.end(RunStatus.LOST)
    assert soon(lambda: scheduler._loop.engine.waiting == 1)
    assert executor.attempts == 1
    executor.took.clear()
    scheduler.resume()
    assert executor.took.wait(10)
    executor.end(RunStatus.SUCCEEDED)
    assert soon(lambda: [run.status for run in scheduler.get_runs("x")] == ["succeeded", "lost"])
