"""Fire times that a user's change takes away from a job before they were taken: they go on record all the same."""

import io
from datetime import timedelta
from typing import Any

import pytest

from tests.schedulers import deeds
from tickwright.events import EVENT_JOB_CANCELLED
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.run import RunStatus
from tickwright.testing import ManualScheduler

HOURLY = timedelta(hours=1)


def overdue(**options):
    """Return a paused scheduler in which job "x" has three fire times that are due."""
    scheduler = ManualScheduler("2026-01-05 00:00")
    scheduler.add_job(deeds.note, HOURLY, id="x", **options)
    scheduler.pause()
    scheduler.advance(hours=3)
    return scheduler


CHANGES = {
    "pause": lambda scheduler: scheduler.pause_job("x"),
    "reschedule": lambda scheduler: scheduler.reschedule_job("x", trigger="interval", hours=5),
    "next_run_time": lambda scheduler: scheduler.modify_job("x", next_run_time=scheduler.now + timedelta(days=1)),
    "declare anew": lambda scheduler: scheduler.add_job(deeds.note, "interval", hours=5, id="x", replace_existing=True),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("coalesce", [True, False])
def test_they_are_recorded_as_cancelled_with_the_reason(change, coalesce):
    scheduler = overdue(coalesce=coalesce)
    heard: list[Any] = []
    scheduler.add_listener(heard.append, EVENT_JOB_CANCELLED)
    change(scheduler)
    (record,) = scheduler.get_runs("x")
    assert (record.status, record.coalesced) == (RunStatus.CANCELLED, 3)
    assert str(record.reason).startswith("not run: it was ")
    assert [event.run for event in heard] == [record]
    scheduler.resume()
    scheduler.step()
    assert scheduler.get_runs("x") == [record]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_where_none_is_due_nothing_is_recorded(change):
    scheduler = ManualScheduler("2026-01-05 00:00")
    scheduler.add_job(deeds.note, HOURLY, id="x")
    change(scheduler)
    assert scheduler.get_runs("x") == []


def test_a_change_that_keeps_the_schedule_takes_nothing_away():
    scheduler = overdue()
    scheduler.modify_job("x", name="another")
    scheduler.add_job(deeds.note, HOURLY, id="x", replace_existing=True)
    assert scheduler.get_runs("x") == []
    scheduler.resume()
    scheduler.step()
    (run,) = scheduler.get_runs("x")
    assert (run.status, run.coalesced) == (RunStatus.SUCCEEDED, 3)


def test_a_job_that_is_left_with_nothing_to_fire_is_removed():
    for finish in (
        lambda scheduler: scheduler.reschedule_job("x", trigger="interval", hours=1, end_date="2025-01-01"),
        lambda scheduler: scheduler.add_job(
            deeds.note, "interval", hours=1, end_date="2025-01-01", id="x", replace_existing=True
        ),
    ):
        scheduler = ManualScheduler("2026-01-05 00:00")
        scheduler.add_job(deeds.note, HOURLY, id="x")
        finish(scheduler)
        assert scheduler.get_job("x") is None


def test_a_job_that_was_held_when_it_was_exported_runs_where_it_is_imported():
    store = MemoryJobStore()
    scheduler = ManualScheduler("2026-01-05 00:00", jobstores={"default": store})
    scheduler.add_job(deeds.note, HOURLY, id="x", coalesce=False)
    (job,) = store.get_all_jobs()
    held = job.with_schedule(type(job.schedule)(next_fire_time=job.schedule.next_fire_time, version=2))
    store.update_job(held)
    text = io.StringIO()
    assert scheduler.export_jobs(text) == 1
    elsewhere = ManualScheduler("2026-01-05 12:00")
    elsewhere.import_jobs(io.StringIO(text.getvalue()))
    elsewhere.step()
    assert elsewhere.get_runs("x")


def test_a_run_now_cannot_be_overlooked_by_whoever_removes_the_finished_job():
    store = MemoryJobStore()
    scheduler = ManualScheduler("2026-01-05 00:00", jobstores={"default": store})
    scheduler.add_job(deeds.note, HOURLY, id="x")
    before = store.read_standings(["x"])["x"].schedule
    scheduler.run_job("x")
    after = store.read_standings(["x"])["x"].schedule
    assert after.version > before.version
    assert (after.next_fire_time, after.next_run_time) == (before.next_fire_time, before.next_run_time)
