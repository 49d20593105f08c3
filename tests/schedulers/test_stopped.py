"""What a scheduler answers that is not running: what it knows, or that it cannot know and what to do; never nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.schedulers import deeds
from tickwright import BackgroundScheduler, events
from tickwright.errors import JobLookupError, JobStoreNotFoundError, SchedulerNotRunningError
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.testing import FaultyStore, ManualScheduler
from tickwright.testing.faults import Faults

pytestmark = pytest.mark.timeout(60)

QUESTIONS: dict[str, Callable[[BackgroundScheduler | ManualScheduler], Any]] = {
    "get_job": lambda scheduler: scheduler.get_job("hourly"),
    "get_unreadable_jobs": lambda scheduler: scheduler.get_unreadable_jobs(),
    "get_runs": lambda scheduler: scheduler.get_runs(),
    "get_runs of a job": lambda scheduler: scheduler.get_runs("hourly", jobstore="default"),
    "preview": lambda scheduler: scheduler.preview("2026-01-02"),
    "export_jobs": lambda scheduler: scheduler.export_jobs(io.StringIO()),
}

LISTS: dict[str, Callable[[BackgroundScheduler | ManualScheduler], Any]] = {
    "get_jobs": lambda scheduler: scheduler.get_jobs(),
    "print_jobs": lambda scheduler: printed(scheduler),
}


def printed(scheduler: BackgroundScheduler | ManualScheduler) -> str:
    out = io.StringIO()
    scheduler.print_jobs(out=out)
    return out.getvalue()


def worked(**options: Any) -> ManualScheduler:
    """Return a scheduler that has run a job twice."""
    scheduler = ManualScheduler("2026-01-01 12:00", **options)
    scheduler.add_job(deeds.note, "interval", hours=1, id="hourly")
    scheduler.advance(hours=2)
    return scheduler


# -- after the shutdown ----------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [*QUESTIONS.values(), *LISTS.values()], ids=[*QUESTIONS, *LISTS])
@pytest.mark.parametrize("make_store", [MemoryJobStore, lambda: FaultyStore(MemoryJobStore(), Faults())])
def test_what_is_in_memory_can_be_asked_for_after_the_shutdown(ask, make_store):
    scheduler = worked(jobstores={"default": make_store()})
    before = ask(scheduler)
    scheduler.shutdown()
    assert ask(scheduler) == before


def test_a_handle_knows_what_is_in_memory_after_the_shutdown():
    scheduler = worked()
    job: Any = scheduler.get_job("hourly")
    before = (str(job), job.next_run_time, job.last_run)
    scheduler.shutdown()
    assert (str(job), job.next_run_time, job.last_run) == before


@pytest.mark.parametrize("ask", [*QUESTIONS.values(), *LISTS.values()], ids=[*QUESTIONS, *LISTS])
def test_a_file_that_is_closed_is_not_taken_for_an_empty_one(tmp_path, ask):
    scheduler = worked(jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    before = ask(scheduler)
    scheduler.shutdown()
    scheduler.add_job(deeds.note, "interval", hours=1, id="waits")
    with pytest.raises(SchedulerNotRunningError, match=r"was shut down.* job store 'default' .*start\(paused=True"):
        ask(scheduler)
    scheduler.remove_job("waits")
    scheduler.start(paused=True)
    assert ask(scheduler) == before


def test_a_handle_whose_file_is_closed_says_so(tmp_path):
    scheduler = worked(jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    job: Any = scheduler.get_job("hourly")
    scheduler.shutdown()
    for ask in (lambda: job.next_run_time, lambda: job.last_run):
        with pytest.raises(SchedulerNotRunningError, match="shut down"):
            ask()
    assert str(job) == "note (trigger: interval[1:00:00], its scheduler is not running)"


def test_each_store_is_asked_by_itself(tmp_path):
    scheduler = worked(jobstores={"file": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    scheduler.shutdown()
    assert len(scheduler.get_runs(jobstore="default")) == 2
    with pytest.raises(SchedulerNotRunningError, match="'file'"):
        scheduler.get_runs()
    with pytest.raises(JobStoreNotFoundError, match="'elsewhere'"):
        scheduler.get_runs(jobstore="elsewhere")


def test_jobs_that_wait_for_the_next_start_stand_beside_those_in_memory():
    scheduler = worked()
    scheduler.shutdown()
    scheduler.add_job(deeds.note, "interval", hours=1, id="waits")
    assert [(job.id, job.pending) for job in scheduler.get_jobs()] == [("hourly", False), ("waits", True)]


@pytest.mark.parametrize("jobstore", [None, "default"])
@pytest.mark.parametrize("is_in_memory", [True, False], ids=["memory", "sqlite"])
def test_jobs_are_not_removed_after_the_shutdown(tmp_path, is_in_memory, jobstore):
    store = MemoryJobStore() if is_in_memory else SQLiteJobStore(tmp_path / "jobs.sqlite")
    scheduler = worked(jobstores={"default": store})
    scheduler.shutdown()
    scheduler.add_job(deeds.note, id="waits")
    with pytest.raises(SchedulerNotRunningError, match=r"was shut down.*start\(paused=True\)"):
        scheduler.remove_all_jobs(jobstore)
    for call in (
        scheduler.remove_job,
        scheduler.pause_job,
        lambda job_id, it: scheduler.remove_jobs([job_id], jobstore=it),
    ):
        with pytest.raises(SchedulerNotRunningError, match=r"'hourly'.* only while it runs; .*start\(paused=True\)"):
            call("hourly", jobstore)
    assert scheduler.get_job("waits") is not None
    scheduler.start(paused=True)
    assert scheduler.get_job("hourly") is not None
    scheduler.remove_all_jobs(jobstore)
    assert scheduler.get_jobs() == []


@pytest.mark.parametrize("call", ["remove_jobs", "pause_jobs", "resume_jobs"])
def test_nobody_chooses_among_jobs_that_are_not_there_after_the_shutdown(call):
    scheduler = worked()
    scheduler.shutdown()
    with pytest.raises(SchedulerNotRunningError, match="shut down"):
        getattr(scheduler, call)(where=lambda job: True)
    scheduler.add_job(deeds.note, "interval", hours=1, id="waits")
    assert len(getattr(scheduler, call)(["waits"])) == 1


# -- before the start ------------------------------------------------------------------------------


def test_before_the_start_the_jobs_that_wait_are_listed_whatever_the_store(background, tmp_path):
    for options in ({}, {"jobstores": {"default": SQLiteJobStore(tmp_path / "jobs.sqlite")}}):
        scheduler = background(start=False, **options)
        assert scheduler.get_jobs() == []
        assert printed(scheduler) == ""
        job = scheduler.add_job(deeds.note, "interval", hours=1, id="hourly")
        assert scheduler.get_jobs() == scheduler.get_jobs("default") == [job]
        assert scheduler.get_job("hourly") == job
        assert job.next_run_time is None
        assert "pending" in printed(scheduler)
        scheduler.remove_all_jobs()
        assert scheduler.get_jobs() == []


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=list(QUESTIONS))
def test_a_file_that_is_not_open_yet_is_not_taken_for_an_empty_one(background, tmp_path, ask):
    worked(jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")}).shutdown()
    scheduler = background(start=False, jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    scheduler.add_job(deeds.note, "interval", hours=1, id="waits")
    with pytest.raises(SchedulerNotRunningError, match=r"scheduler has not been started.* job store 'default' "):
        ask(scheduler)


def test_where_nothing_is_stored_before_the_start_that_is_the_answer(background):
    scheduler = background(start=False)
    assert scheduler.get_runs() == scheduler.get_runs("hourly", jobstore="default") == []
    assert scheduler.get_unreadable_jobs() == scheduler.preview("2026-01-02") == []
    assert scheduler.get_job("hourly") is None
    assert scheduler.export_jobs(io.StringIO()) == 0
    assert scheduler.get_runs(jobstore="not there yet") == []


def test_what_an_earlier_scheduler_left_in_memory_can_be_asked_for_before_the_start(background):
    store = MemoryJobStore()
    worked(jobstores={"default": store}).shutdown()
    scheduler = background(start=False, jobstores={"default": store})
    assert len(scheduler.get_runs("hourly")) == 2
    assert scheduler.get_job("hourly").next_run_time is not None
    with pytest.raises(SchedulerNotRunningError, match="'hourly'"):
        scheduler.remove_job("hourly")


def test_when_jobs_run_that_wait_for_the_start_is_not_known_before_it(background):
    scheduler = background(start=False)
    scheduler.add_job(deeds.note, "interval", hours=1, id="a")
    with pytest.raises(SchedulerNotRunningError, match=r"'a' waits for the start, .*start\(paused=True\)"):
        scheduler.preview("2026-01-02")


def test_a_listener_of_the_shutdown_may_look_at_what_is_in_memory():
    scheduler = worked()
    seen: list[int] = []
    scheduler.add_listener(lambda event: seen.append(len(scheduler.get_runs())), events.EVENT_SCHEDULER_SHUTDOWN)
    scheduler.shutdown()
    assert seen == [2]


def test_a_job_that_was_removed_is_told_from_one_that_cannot_be_looked_for():
    scheduler = worked()
    with pytest.raises(JobLookupError):
        scheduler.pause_job("nobody")
    scheduler.shutdown()
    assert scheduler.get_job("nobody") is None
    with pytest.raises(SchedulerNotRunningError):
        scheduler.pause_job("nobody")
