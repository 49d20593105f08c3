"""Changing jobs: modify, reschedule, pause, resume, remove, and run now, by id or by handle, across stores."""

from __future__ import annotations

import pickle
import weakref
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import SOON, BreakableStore, Gate, soon, utc
from tickwright import CronTrigger, IntervalTrigger, Job, OnLost, current_run, events
from tickwright.errors import (
    InvalidJobError,
    InvalidTriggerError,
    JobLookupError,
    JobStoreNotFoundError,
    SchedulerNotRunningError,
)
from tickwright.executors.debug import DebugExecutor
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.testing import ManualScheduler

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(params=["memory", "sqlite"])
def scheduler(request, tmp_path) -> ManualScheduler:
    """Return a scheduler at noon of the first day of 2026, on each kind of store."""
    store = MemoryJobStore() if request.param == "memory" else SQLiteJobStore(tmp_path / "jobs.sqlite")
    return ManualScheduler("2026-01-01 12:00", jobstores={"default": store, "other": MemoryJobStore()})


@pytest.fixture
def job(scheduler) -> Job:
    """Return a job that runs every hour."""
    return scheduler.add_job(deeds.note, "interval", hours=1, id="j")


# -- modify ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "attribute", "expected"),
    [
        ({"name": "new"}, "name", "new"),
        ({"func": deeds.fail}, "func", deeds.fail),
        ({"func": "tests.schedulers.deeds:fail"}, "func_ref", "tests.schedulers.deeds:fail"),
        ({"args": [1, 2]}, "args", (1, 2)),
        ({"kwargs": {"a": 1}}, "kwargs", {"a": 1}),
        ({"func": deeds.add, "args": [1]}, "args", (1,)),
        ({"misfire_grace_time": 5}, "misfire_grace_time", 5),
        ({"misfire_grace_time": None}, "misfire_grace_time", None),
        ({"coalesce": False}, "coalesce", False),
        ({"max_instances": 3}, "max_instances", 3),
        ({"on_lost": "rerun"}, "on_lost", OnLost.RERUN),
        ({"executor": "elsewhere"}, "executor", "elsewhere"),
        ({"id": "j"}, "id", "j"),
    ],
)
def test_a_parameter_that_is_changed_is_stored_and_the_schedule_stays(scheduler, job, changes, attribute, expected):
    before = job.next_run_time
    assert job.modify(**changes) is job
    for found in (job, scheduler.get_job("j"), scheduler.get_jobs()[0]):
        assert getattr(found, attribute) == expected
        assert found.next_run_time == before


def test_a_new_trigger_holds_from_the_fire_time_after_the_next_one(scheduler, job):
    job.modify(trigger=CronTrigger(minute=30, timezone="UTC"))
    assert job.next_run_time == utc(2026, 1, 1, 13)
    scheduler.advance(hours=2)
    assert [run.fire_time for run in scheduler.get_runs("j")] == [utc(2026, 1, 1, 13, 30), utc(2026, 1, 1, 13)]


def test_a_new_trigger_may_be_said_in_any_form(scheduler, job):
    job.modify(trigger=timedelta(minutes=5), next_run_time=utc(2026, 1, 1, 12, 1))
    scheduler.advance(minutes=11)
    assert len(scheduler.get_runs("j")) == 3


def test_a_next_run_time_can_be_set_and_none_pauses(scheduler, job):
    assert job.modify(next_run_time="2026-01-01 12:20").next_run_time == utc(2026, 1, 1, 12, 20)
    assert job.modify(next_run_time=None).next_run_time is None
    scheduler.advance(days=1)
    assert scheduler.get_runs() == []


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"id": "k"}, InvalidJobError, "'j': an id cannot be changed; what can be modified: args, coalesce"),
        ({"jobs": 1}, InvalidJobError, "'j': there is no parameter 'jobs'; what can be modified:.*trigger"),
        ({"max_instances": 0}, InvalidJobError, "'j': max_instances"),
        ({"coalesce": None}, TypeError, "'j': coalesce"),
        ({"name": None}, TypeError, "'j': name must be a text"),
        ({"func": deeds.add}, InvalidJobError, "'j'.*missing"),
        ({"func": 5}, TypeError, "'j': func"),
        ({"trigger": "weekly"}, InvalidTriggerError, "alias"),
        ({"next_run_time": "soon"}, InvalidJobError, "'j': next_run_time"),
        ({"on_lost": "x"}, InvalidJobError, "'j': on_lost"),
    ],
)
def test_a_change_that_cannot_be_made_takes_all_of_them_back(scheduler, job, changes, error, message):
    before = (job.name, job.max_instances, job.next_run_time)
    with pytest.raises(error, match=message):
        job.modify(**{"name": "new", "max_instances": 7, "next_run_time": utc(2026, 2, 1), **changes})
    found = scheduler.get_job("j")
    assert (found.name, found.max_instances, found.next_run_time) == before
    assert (job.name, job.max_instances, job.next_run_time) == before


# -- reschedule, pause, resume ---------------------------------------------------------------------


def test_a_rescheduled_job_is_due_at_the_first_fire_time_of_its_new_trigger(scheduler, job):
    assert job.reschedule("cron", hour=15).next_run_time == utc(2026, 1, 1, 15)
    assert scheduler.reschedule_job("j", None, IntervalTrigger(minutes=10)).next_run_time == utc(2026, 1, 1, 12, 10)
    assert scheduler.reschedule_job("j", trigger="*/20 * * * *").next_run_time == utc(2026, 1, 1, 12)


def test_rescheduling_lets_a_paused_job_go_on(job):
    job.pause()
    assert job.reschedule("interval", minutes=3).next_run_time == utc(2026, 1, 1, 12, 3)


def test_a_job_that_is_rescheduled_to_run_now_does(scheduler, job):
    scheduler.advance(minutes=10)
    job.reschedule()
    scheduler.step()
    assert [(run.fire_time, run.status) for run in scheduler.get_runs("j")] == [(utc(2026, 1, 1, 12, 10), "succeeded")]


def test_a_paused_job_has_no_fire_times_and_none_are_made_up_for(scheduler, job):
    assert job.pause() is job
    assert (job.next_run_time, "paused" in str(job)) == (None, True)
    scheduler.advance(hours=5, minutes=30)
    assert job.resume() is job
    assert job.next_run_time == utc(2026, 1, 1, 18)
    scheduler.advance(hours=1)
    assert [(run.fire_time, run.coalesced) for run in scheduler.get_runs("j")] == [(utc(2026, 1, 1, 18), 1)]


def test_pausing_twice_and_resuming_what_is_not_paused_is_fine(job):
    job.pause().pause()
    assert job.resume().resume().next_run_time == utc(2026, 1, 1, 13)


def test_a_job_that_is_resumed_after_its_last_fire_time_is_removed(scheduler):
    job = scheduler.add_job(deeds.note, "date", run_date="2026-01-01 13:00", id="once")
    job.pause()
    scheduler.advance(hours=2)
    assert scheduler.resume_job("once") is None
    assert scheduler.get_job("once") is None
    assert str(job) == "note (trigger: date[2026-01-01 13:00:00 UTC], finished)"


def test_a_paused_job_stays_paused_over_a_restart(tmp_path):
    for hour in (12, 15):
        store = SQLiteJobStore(tmp_path / "jobs.sqlite")
        scheduler = ManualScheduler(utc(2026, 1, 1, hour), jobstores={"default": store})
        if hour == 12:
            scheduler.add_job(deeds.note, "interval", minutes=1, id="p").pause()
        scheduler.advance(hours=1)
        assert [job.next_run_time for job in scheduler.get_jobs()] == [None]
        assert scheduler.get_runs() == []
        scheduler.shutdown()


# -- remove ----------------------------------------------------------------------------------------


def test_a_removed_job_is_gone_and_its_history_stays(scheduler, job):
    scheduler.advance(hours=1)
    job.remove()
    assert scheduler.get_job("j") is None
    assert job.next_run_time is None
    assert len(scheduler.get_runs("j")) == 1
    scheduler.advance(hours=5)
    assert len(scheduler.get_runs("j")) == 1


def test_a_job_may_remove_itself(scheduler):
    scheduler.add_job(lambda: scheduler.remove_job("self"), "interval", hours=1, id="self", jobstore="other")
    scheduler.advance(hours=5)
    assert [run.status for run in scheduler.get_runs("self")] == ["succeeded"]
    assert scheduler.get_job("self") is None


def test_a_job_that_is_removed_while_it_runs_ends_on_record(background, gate, heard):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(gate, "interval", hours=1, id="slow")
    scheduler.run_job("slow")
    gate.wait_until_entered()
    scheduler.remove_job("slow")
    gate.open()
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    assert [run.status for run in scheduler.get_runs("slow")] == ["succeeded"]
    assert scheduler.get_job("slow") is None


def test_all_jobs_of_one_store_or_of_all_can_be_removed(scheduler, job):
    scheduler.add_job(deeds.note, "interval", hours=1, id="k", jobstore="other")
    scheduler.remove_all_jobs("other")
    assert [one.id for one in scheduler.get_jobs()] == ["j"]
    scheduler.remove_all_jobs()
    assert scheduler.get_jobs() == []


def test_an_unreadable_job_can_be_removed(tmp_path, monkeypatch):
    store = SQLiteJobStore(tmp_path / "jobs.sqlite")
    scheduler = ManualScheduler(jobstores={"default": store})
    scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    monkeypatch.delattr(deeds, "note")
    assert len(scheduler.get_unreadable_jobs()) == 1
    scheduler.remove_job("x")
    assert scheduler.get_unreadable_jobs() == []


# -- several stores --------------------------------------------------------------------------------


def test_a_job_is_found_in_whichever_store_keeps_it(scheduler):
    scheduler.add_job(deeds.note, "interval", hours=1, id="o", jobstore="other")
    assert scheduler.get_job("o").jobstore == "other"
    assert scheduler.get_job("o", "default") is None
    assert scheduler.modify_job("o", name="x").name == "x"
    assert scheduler.pause_job("o", "other").next_run_time is None
    assert scheduler.resume_job("o") is not None
    scheduler.run_job("o")
    scheduler.step()
    assert [run.status for run in scheduler.get_runs("o")] == ["succeeded"]
    scheduler.remove_job("o")
    assert scheduler.get_jobs() == []


@pytest.mark.parametrize("call", ["modify_job", "reschedule_job", "pause_job", "resume_job", "remove_job", "run_job"])
def test_an_unknown_job_is_named_with_the_store_and_what_may_have_happened(scheduler, job, call):
    with pytest.raises(JobLookupError, match=r"no job 'nobody' in any job store; it was removed, or it has finished"):
        getattr(scheduler, call)("nobody")
    with pytest.raises(JobLookupError, match=r"no job 'j' in job store 'other'"):
        getattr(scheduler, call)("j", "other")
    with pytest.raises(
        JobStoreNotFoundError, match=r"no job store 'elsewhere'; there are .'default', 'other'.; add it"
    ):
        getattr(scheduler, call)("j", "elsewhere")


def test_a_handle_looks_at_the_runs_of_its_own_store_only(scheduler, job):
    twin = scheduler.add_job(deeds.add, "interval", hours=1, id="j", args=[1], jobstore="other")
    scheduler.run_job("j", "other")
    scheduler.step()
    assert twin.last_run.result == 1
    assert job.last_run is None


# -- handles ---------------------------------------------------------------------------------------


def test_a_handle_tells_what_time_changes_as_it_is_now(scheduler, job):
    assert (job.next_run_time, job.last_run, job.pending) == (utc(2026, 1, 1, 13), None, False)
    scheduler.advance(hours=3)
    assert job.next_run_time == utc(2026, 1, 1, 16)
    assert (job.last_run.fire_time, job.last_run.result) == (utc(2026, 1, 1, 15), "noted")


def test_handles_of_one_id_are_equal_and_the_same_key(scheduler, job):
    other = scheduler.add_job(deeds.note, "interval", hours=1, id="k")
    assert scheduler.get_job("j") == job != other
    assert {job, scheduler.get_job("j"), other} == {job, other}
    assert job != "j"
    assert weakref.ref(job)() is job


def test_a_handle_shows_what_people_look_for(job):
    assert repr(job) == "<Job (id=j name=note)>"
    assert str(job) == "note (trigger: interval[1:00:00], next run at: 2026-01-01 13:00:00 UTC)"
    job.pause()
    assert str(job) == "note (trigger: interval[1:00:00], paused)"
    job.remove()
    assert str(job) == "note (trigger: interval[1:00:00], finished)"


def test_a_handle_cannot_be_pickled_and_says_what_to_pass_instead(job):
    with pytest.raises(InvalidJobError, match=r"'j' cannot be pickled.*pass the id"):
        pickle.dumps(job)


def test_a_handle_cannot_be_changed_by_setting_its_attributes(job):
    with pytest.raises(AttributeError):
        job.name = "x"


# -- run now ---------------------------------------------------------------------------------------


def test_a_job_that_is_run_now_runs_through_the_same_machinery_and_its_schedule_stays(scheduler, job):
    before = job.next_run_time
    scheduler.advance(minutes=20)
    run = scheduler.run_job("j")
    assert (run.status, run.fire_time, run.reason) == ("scheduled", utc(2026, 1, 1, 12, 20), "asked for by run_job")
    assert scheduler.get_runs("j") == [run]
    scheduler.step()
    (ended,) = scheduler.get_runs("j")
    assert (ended.id, ended.status, ended.result) == (run.id, "succeeded", "noted")
    assert job.next_run_time == before


def test_a_paused_job_can_be_run_now(scheduler, job):
    job.pause()
    job.run()
    scheduler.step()
    assert job.last_run.status == "succeeded"
    assert job.next_run_time is None


def test_a_paused_scheduler_runs_what_it_is_asked_to(scheduler, job):
    scheduler.pause()
    scheduler.run_job("j")
    scheduler.step()
    assert job.last_run.status == "succeeded"


def test_a_job_that_runs_as_often_as_it_may_is_not_run_now_and_that_is_on_record(background, gate):
    scheduler = background()
    scheduler.add_job(gate, "interval", hours=1, id="g", max_instances=2)
    assert [scheduler.run_job("g").status for _ in range(3)] == ["scheduled", "scheduled", "skipped"]
    skipped = [run for run in scheduler.get_runs("g") if run.status == "skipped"]
    assert len(skipped) == 1
    assert skipped[0].reason.startswith("asked for by run_job; ")
    assert "max_instances=2" in skipped[0].reason


@pytest.mark.parametrize("executor", ["threadpool", "debug"])
def test_a_job_may_run_another_and_not_itself(background, heard, executor):
    scheduler = background(executors={"default": {"type": executor}})
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    answers: list[Any] = []

    def first() -> None:
        answers.append(scheduler.run_job("second").status)
        answers.append(scheduler.run_job("first").status)

    scheduler.add_job(deeds.note, "interval", hours=1, id="second")
    scheduler.add_job(first, "interval", hours=1, id="first")
    scheduler.run_job("first")
    heard.wait_for(events.EVENT_JOB_EXECUTED, 2)
    assert answers == ["scheduled", "skipped"]
    assert [run.status for run in scheduler.get_runs("second")] == ["succeeded"]


def test_a_job_may_be_run_now_before_its_first_fire_time_ever_comes(scheduler):
    scheduler.add_job(deeds.note, "date", run_date="2030-01-01", id="once")
    scheduler.run_job("once")
    scheduler.step()
    assert scheduler.get_job("once").next_run_time == utc(2030, 1, 1)


def test_running_a_job_needs_a_scheduler_that_runs(background):
    scheduler = background(start=False)
    job = scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    for call in (job.run, lambda: scheduler.run_job("x")):
        with pytest.raises(SchedulerNotRunningError, match=r"'x' cannot be run"):
            call()


def test_a_run_that_was_asked_for_while_the_store_could_not_say_so_is_run_once(background, heard):
    store = BreakableStore()
    scheduler = background(jobstores={"default": store}, jobstore_retry_interval=0.1)
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    store.after_commit = True
    with pytest.raises(ConnectionError):
        scheduler.run_job("x")
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    assert [run.status for run in scheduler.get_runs("x")] == ["succeeded"]
    assert len(deeds.called) == 1


def test_every_run_knows_itself(background, heard):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    asked: list[str] = []

    def job() -> str:
        asked.append(current_run().id)
        return current_run().job_id

    scheduler.add_job(job, "interval", hours=1, id="me")
    run = scheduler.run_job("me")
    assert heard.wait_for(events.EVENT_JOB_EXECUTED).retval == "me"
    assert asked == [run.id]


def test_a_job_may_change_the_scheduler_from_inside_with_the_debug_executor(background):
    scheduler = background(executors={"default": DebugExecutor()})
    done = Gate()

    def job() -> None:
        scheduler.add_job(deeds.note, "interval", hours=1, id="child")
        scheduler.modify_job("child", name="grown up")
        scheduler.pause_job("child")
        scheduler.resume_job("child")
        scheduler.run_job("child")
        assert scheduler.get_job("child").name == "grown up"
        done.entered.set()

    scheduler.add_job(job, id="parent")
    done.wait_until_entered()
    assert soon(lambda: [run.status for run in scheduler.get_runs("child")] == ["succeeded"])
    assert [run.status for run in scheduler.get_runs("parent")] == ["succeeded"]


def test_changes_from_many_threads_are_all_made(background):
    scheduler = background()
    scheduler.add_job(deeds.add, "interval", hours=1, id="n", args=[0])

    def change(number: int) -> None:
        scheduler.modify_job("n", **({"name": str(number)} if number % 2 else {"max_instances": number + 1}))

    threads = [Thread(target=change, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    job = scheduler.get_job("n")
    assert int(job.name) % 2 == 1
    assert job.max_instances > 0


# -- parts while it runs ---------------------------------------------------------------------------


def test_stores_and_executors_can_be_added_and_removed_while_it_runs(background, heard):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_jobstore("memory", "extra", keep_runs=5)
    scheduler.add_executor("threadpool", "more", max_workers=1)
    scheduler.add_job(deeds.note, jobstore="extra", executor="more", id="x")
    assert heard.wait_for(events.EVENT_JOB_EXECUTED).jobstore == "extra"
    scheduler.remove_executor("more")
    scheduler.remove_jobstore("extra")
    assert scheduler.get_runs("x") == []
    with pytest.raises(KeyError, match=r"no executor 'more'"):
        scheduler.remove_executor("more")
    with pytest.raises(KeyError, match=r"no job store 'extra'"):
        scheduler.remove_jobstore("extra")


def test_a_store_that_cannot_start_is_not_added_to_a_scheduler_that_runs(background, tmp_path):
    scheduler = background()
    with pytest.raises(Exception, match=r"folder"):
        scheduler.add_jobstore("sqlite", "bad", path=tmp_path / "missing" / "db")
    assert scheduler.health().ok
    scheduler.add_jobstore("memory", "bad")


def test_a_store_that_is_removed_and_comes_back_has_no_run_that_looks_alive(background, gate, heard):
    scheduler = background()
    scheduler.add_listener(heard)
    store = MemoryJobStore()
    scheduler.add_jobstore(store, "extra")
    scheduler.add_job(gate, "interval", hours=1, id="g", jobstore="extra")
    scheduler.run_job("g")
    gate.wait_until_entered()
    scheduler.remove_jobstore("extra", shutdown=False)
    assert "let go of this job store" in heard.wait_for(events.EVENT_JOB_LOST).run.reason
    assert (store.get_unsettled_runs(), store.get_leases()) == ([], [])
    scheduler.add_jobstore(store, "extra")
    gate.open()
    assert scheduler.run_job("g").status == "scheduled"
    assert heard.wait_for(events.EVENT_JOB_EXECUTED).run.id == scheduler.get_runs("g")[0].id
    assert [run.status for run in scheduler.get_runs("g")] == ["succeeded", "lost"]


def test_a_broken_store_can_be_removed(background):
    scheduler = background()
    store = BreakableStore()
    scheduler.add_jobstore(store, "extra")
    scheduler.add_job(deeds.note, "interval", hours=1, id="x", jobstore="extra")
    scheduler.run_job("x")
    store.is_out = True
    scheduler.remove_jobstore("extra")
    assert scheduler.health().ok


def test_a_trigger_in_the_place_of_the_job_store_is_named(scheduler):
    scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    with pytest.raises(TypeError, match=r"job 'x': 'interval' stands where .* write trigger='interval'"):
        scheduler.reschedule_job("x", "interval", hours=2)
    assert scheduler.get_job("x").trigger == IntervalTrigger(hours=1)
