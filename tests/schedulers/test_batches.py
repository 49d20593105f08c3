"""Many jobs in one call: all of them or none, before and after the start, in each kind of job store."""

from __future__ import annotations

import functools
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.jobstores.test_heart_only import HeartOnlyStore
from tests.jobstores.test_serialising_heart import SerialisingStore
from tests.schedulers import deeds
from tests.schedulers.stage import Heard, utc
from tickwright import BackgroundScheduler, events
from tickwright.change import Change
from tickwright.errors import (
    ConflictingIdError,
    InvalidJobError,
    JobLookupError,
    JobStoreError,
    JobStoreNotFoundError,
    JobStoreUnavailableError,
    SchedulerNotRunningError,
    UnreadableJobError,
)
from tickwright.job import Job
from tickwright.jobstores.base import JobStore
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.run import Run
from tickwright.schedulers.transfer import write_jobs
from tickwright.stored_job import StoredJob
from tickwright.testing import Faults, FaultyStore, ManualScheduler
from tickwright.testing.suites.store.material import (
    Fragile,
    Host,
    at,
    idle_job,
    made_job,
    made_run,
    moved,
    passed_over,
    unloadable,
)

pytestmark = pytest.mark.timeout(60)

STORES: dict[str, Callable[[Path], JobStore]] = {
    "memory": lambda folder: MemoryJobStore(),
    "sqlite": lambda folder: SQLiteJobStore(folder / "jobs.sqlite"),
    "heart only": lambda folder: HeartOnlyStore(),
}


@pytest.fixture(params=list(STORES.values()), ids=list(STORES))
def scheduler(request: pytest.FixtureRequest, tmp_path: Path) -> ManualScheduler:
    """Return a scheduler that stands at noon of the first day of 2026."""
    return ManualScheduler("2026-01-01 12:00", jobstores={"default": request.param(tmp_path)})


def some(*ids: str, **arguments: Any) -> list[dict[str, Any]]:
    """Return jobs of these ids."""
    return [{"id": job_id, **arguments} for job_id in ids]


def ids(jobs: list[Job]) -> list[str]:
    return [job.id for job in jobs]


def found(scheduler: ManualScheduler, job_id: str) -> Job:
    job = scheduler.get_job(job_id)
    assert job is not None
    return job


def add(scheduler: ManualScheduler, *job_ids: str, **arguments: Any) -> list[Job]:
    return scheduler.add_jobs(some(*job_ids), **{"func": deeds.note, "trigger": "interval", "seconds": 10} | arguments)


# -- adding --------------------------------------------------------------------------------------------


def test_jobs_are_added_in_order_each_with_its_own_arguments_and_those_of_all(scheduler):
    jobs = scheduler.add_jobs(
        [
            {"id": "c", "args": [1], "trigger": "interval", "minutes": 5},
            {"id": "a", "trigger": "0 3 * * *", "name": "nightly"},
            {"id": "b", "func": deeds.add, "args": [1], "trigger": "interval", "minutes": 5, "next_run_time": None},
        ],
        func=deeds.note,
        max_instances=3,
    )
    assert ids(jobs) == ["c", "a", "b"]
    assert [job.func for job in jobs] == [deeds.note, deeds.note, deeds.add]
    assert [job.max_instances for job in jobs] == [3, 3, 3]
    assert [job.next_run_time for job in jobs] == [utc(2026, 1, 1, 12, 5), utc(2026, 1, 2, 3), None]
    assert jobs[1].name == "nightly"
    assert ids(scheduler.get_jobs()) == ["c", "a", "b"]
    scheduler.advance(minutes=11)
    assert len(scheduler.get_runs("c")) == 2


def test_no_jobs_are_added_without_an_error(scheduler):
    assert scheduler.add_jobs([]) == []
    assert scheduler.add_jobs(iter(()), func=deeds.note) == []


def test_ids_are_made_up_where_none_is_given(scheduler):
    jobs = scheduler.add_jobs([{}, {}, {"id": "mine"}], func=deeds.note, trigger="interval", hours=1)
    assert len({*ids(jobs)}) == 3
    assert jobs[2].id == "mine"


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"id": "bad", "trigger": "cron", "hour": 77}, r"jobs\[1\] \(id 'bad'\): hour: .*none of the jobs was added"),
        ({"id": "bad", "args": "text"}, r"jobs\[1\] \(id 'bad'\): job 'bad': args must be a list"),
        ({"coalesce": 3}, r"jobs\[1\]: the job for <function note.*: coalesce must be True or False"),
        ({"func": None}, r"jobs\[1\]: the job for None: func must be callable"),
        ({"id": 7}, r"jobs\[1\] \(id 7\): job 7: id must be a text"),
        ({"func": deeds.add}, r"jobs\[1\]: job '.*': add\(a: .* cannot be called"),
        ({"jobstore": "other"}, r"jobs\[1\] .* is for job store 'other' and jobs\[0\] for 'default': no transaction"),
        ({"no_such": 1}, r"jobs\[1\]: the interval trigger takes no 'no_such'"),
        ({"replace_existing": "no"}, r"jobs\[1\]: job '.*': replace_existing must be True or False, not 'no'"),
        ({"jobstore": ["default"]}, r"jobs\[1\]: job '.*': jobstore must be the alias of a job store, a text, not"),
        ({"id": "\ud800"}, r"jobs\[1\] .*: id is no Unicode text"),
    ],
)
def test_where_one_cannot_be_taken_none_is_added_and_the_error_says_which(scheduler, bad, message):
    good = {"id": "good"}
    arguments = {"trigger": "interval", "func": deeds.note, "jobstore": "default"}
    if bad.get("trigger") != "cron":
        bad = {"seconds": 1, **bad}
    with pytest.raises(InvalidJobError, match=message):
        scheduler.add_jobs([{"seconds": 5, **good}, bad, {"seconds": 5, "id": "later"}], **arguments)
    assert scheduler.get_jobs() == []


def test_what_is_no_mapping_or_has_no_function_is_refused(scheduler):
    with pytest.raises(TypeError, match=r"jobs\[1\] must be a mapping of the arguments of add_job"):
        scheduler.add_jobs([{"id": "a"}, deeds.note], func=deeds.note)
    with pytest.raises(InvalidJobError, match=r"jobs\[0\] \(id 'a'\): it has no func"):
        scheduler.add_jobs([{"id": "a"}])
    with pytest.raises(JobStoreNotFoundError, match="elsewhere"):
        add(scheduler, "a", jobstore="elsewhere")
    assert scheduler.get_jobs() == []


@pytest.mark.parametrize("jobs", [None, 7, "abc", b"abc", {"func": deeds.note}])
def test_what_is_no_list_of_jobs_is_refused(scheduler, jobs):
    with pytest.raises(TypeError, match="jobs must be a list of mappings of the arguments of add_job, not "):
        scheduler.add_jobs(jobs, func=deeds.note)


@pytest.mark.parametrize("is_started", [True, False])
def test_a_word_for_no_is_not_taken_for_yes(background, is_started):
    scheduler = background(start=is_started)
    with pytest.raises(InvalidJobError, match=r"jobs\[0\]: .*replace_existing must be True or False, not 'no'"):
        scheduler.add_jobs([{}, {}], func=deeds.note, replace_existing="no")
    with pytest.raises(TypeError, match=r"job 'a': replace_existing must be True or False, not 'no'"):
        scheduler.add_job(deeds.note, "interval", hours=1, id="a", replace_existing="no")
    assert scheduler.get_jobs() == []


def test_an_id_that_stands_twice_is_refused_also_where_it_would_replace(scheduler):
    for replaces in (False, True):
        with pytest.raises(ConflictingIdError, match=r"jobs\[0\] and jobs\[2\] have the same id 'a'"):
            add(scheduler, "a", "b", "a", replace_existing=replaces)
    assert scheduler.get_jobs() == []


def test_where_one_id_is_taken_none_is_added(scheduler):
    add(scheduler, "taken", args=[1])
    with pytest.raises(ConflictingIdError, match=r"jobs\[1\] \(id 'taken'\): .*; none of the jobs was added") as raised:
        add(scheduler, "a", "taken", "b")
    assert raised.value.job_id == "taken"
    assert ids(scheduler.get_jobs()) == ["taken"]
    assert found(scheduler, "taken").args == (1,)


def test_adding_again_changes_nothing_but_what_is_declared_otherwise(scheduler):
    add(scheduler, "same", "other", "paused")
    scheduler.pause_job("paused")
    scheduler.advance(seconds=25)
    before = {job.id: job.next_run_time for job in scheduler.get_jobs()}
    jobs = scheduler.add_jobs(
        [
            {"id": "same", "seconds": 10, "args": ["new"]},
            {"id": "other", "seconds": 7},
            {"id": "paused", "seconds": 10},
            {"id": "new", "seconds": 3},
        ],
        func=deeds.note,
        trigger="interval",
        replace_existing=True,
    )
    assert ids(jobs) == ["same", "other", "paused", "new"]
    after = {job.id: job.next_run_time for job in scheduler.get_jobs()}
    assert after["same"] == before["same"]
    assert after["paused"] is None
    assert after["other"] == scheduler.now + timedelta(seconds=7)
    assert after["new"] == scheduler.now + timedelta(seconds=3)
    assert found(scheduler, "same").args == ("new",)
    assert len(scheduler.get_runs("same")) == 2


def test_a_fire_time_that_is_due_is_on_record_when_another_trigger_takes_it_away(scheduler):
    add(scheduler, "a", "b")
    scheduler.pause()
    scheduler.advance(seconds=25)
    scheduler.add_jobs(some("a"), func=deeds.note, trigger="interval", hours=1, replace_existing=True)
    scheduler.pause_jobs(["b"])
    for job_id in "ab":
        (run,) = scheduler.get_runs(job_id)
        assert (run.status, run.coalesced) == ("cancelled", 2)
        assert "before it was taken" in run.reason


def test_what_has_run_is_not_run_again_where_all_is_declared_anew(scheduler):
    once = {"func": deeds.note, "trigger": "date", "run_date": "2026-01-01 12:00:05", "replace_existing": True}
    scheduler.add_jobs(some("once"), **once)
    scheduler.advance(seconds=10)
    assert scheduler.get_jobs() == []
    (job,) = scheduler.add_jobs(some("once"), **once)
    scheduler.advance(seconds=10)
    assert len(scheduler.get_runs("once")) == 1
    assert job.next_run_time is None


def test_a_job_of_which_nothing_is_left_is_not_kept_and_takes_the_one_before_along(scheduler):
    add(scheduler, "ends", "stays")
    past = {"trigger": "interval", "seconds": 1, "end_date": "2025-01-01"}
    jobs = scheduler.add_jobs(some("ends", "never"), func=deeds.note, replace_existing=True, **past)
    assert ids(jobs) == ["ends", "never"]
    assert ids(scheduler.get_jobs()) == ["stays"]


def test_where_one_cannot_be_stored_none_is_added_and_the_error_says_which(tmp_path):
    scheduler = ManualScheduler(jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    for func in (lambda: None, functools.partial(deeds.note, lambda: None)):
        with pytest.raises(InvalidJobError, match=r"jobs\[1\] \(id 'b'\): .*cannot be stored.*; none of the"):
            scheduler.add_jobs([{"id": "a", "func": deeds.note}, {"id": "b", "func": func}])
    assert scheduler.get_jobs() == []


def test_a_store_of_ones_own_need_not_say_which_job_is_in_the_way(monkeypatch):
    def refuse(*given: Any) -> bool:
        raise ConflictingIdError("somebody has that id")

    store = MemoryJobStore()
    scheduler = ManualScheduler(jobstores={"default": store})
    monkeypatch.setattr(store, "add_jobs", refuse)
    with pytest.raises(ConflictingIdError, match=r"^somebody has that id; none of the jobs was added$"):
        add(scheduler, "a", "b")


def test_a_job_of_which_nothing_is_left_needs_an_id_of_its_own_all_the_same(scheduler, tmp_path):
    add(scheduler, "taken")
    over = {"func": deeds.note, "trigger": "interval", "seconds": 1, "end_date": "2025-01-01"}
    with pytest.raises(ConflictingIdError, match=r"already has a job 'taken'.*replace_existing=True"):
        scheduler.add_job(id="taken", **over)
    with pytest.raises(ConflictingIdError, match="already has a job 'taken'"):
        scheduler.add_jobs([{"id": "new", **over, "end_date": None}, {"id": "taken", **over}])
    assert ids(scheduler.get_jobs()) == ["taken"]


def test_a_finished_job_of_a_file_needs_an_id_of_its_own_when_it_is_added_at_the_start(background, tmp_path):
    write_jobs(tmp_path / "jobs.json", [idle_job("taken")], None)
    store = MemoryJobStore()
    store.add_job(made_job("taken"))
    target = background(start=False, jobstores={"default": store})
    target.import_jobs(tmp_path / "jobs.json")
    with pytest.raises(ConflictingIdError, match="already has a job 'taken'"):
        target.start()


def test_jobs_that_cannot_be_loaded_are_mended_by_being_declared_anew(tmp_path):
    scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    add(scheduler, "fine")
    scheduler.add_job(deeds.note, "interval", hours=1, args=[Fragile("broken")], id="broken")
    due = found(scheduler, "broken").next_run_time
    with unloadable("broken"):
        scheduler.add_jobs(some("fine", "broken"), func=deeds.note, trigger="interval", hours=1, replace_existing=True)
        assert found(scheduler, "broken").next_run_time == due
        with pytest.raises(ConflictingIdError, match="fine"):
            scheduler.add_jobs(some("new", "fine"), func=deeds.note)


def leave_illegible(path: Path) -> None:
    """Leave a job "b" in the file of which not even the schedule can be read."""
    scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": SQLiteJobStore(path)})
    add(scheduler, "b")
    scheduler.shutdown()
    with sqlite3.connect(path) as sql:
        sql.execute("PRAGMA ignore_check_constraints = ON")
        sql.execute("UPDATE jobs SET version = 'none' WHERE id = 'b'")
    sql.close()


@pytest.mark.parametrize("is_started", [True, False], ids=["running", "before the start"])
def test_a_job_of_which_nothing_can_be_read_is_mended_among_others(background, tmp_path, is_started):
    leave_illegible(tmp_path / "jobs.sqlite")
    scheduler = background(start=False, jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    if is_started:
        scheduler.start(paused=True)
    hourly = {"func": deeds.note, "trigger": "interval", "hours": 1, "replace_existing": True}
    assert ids(scheduler.add_jobs(some("a", "b"), **hourly)) == ["a", "b"]
    if not is_started:
        scheduler.start(paused=True)
    assert {job.id: job.next_run_time is None for job in scheduler.get_jobs()} == {"a": False, "b": False}
    assert scheduler.get_unreadable_jobs() == []


def test_a_job_of_which_nothing_can_be_read_stays_where_the_batch_is_refused(tmp_path):
    leave_illegible(tmp_path / "jobs.sqlite")
    scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    add(scheduler, "taken")
    jobs = [*some("a", "b", replace_existing=True), *some("taken")]
    with pytest.raises(ConflictingIdError, match=r"'taken'.*none of the jobs was added"):
        scheduler.add_jobs(jobs, func=deeds.note)
    assert ids(scheduler.get_jobs()) == ["taken"]
    assert [one.job_id for one in scheduler.get_unreadable_jobs()] == ["b"]


def test_a_job_of_which_nothing_can_be_read_is_replaced_only_where_that_is_asked_for(tmp_path):
    leave_illegible(tmp_path / "jobs.sqlite")
    scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    with pytest.raises(ConflictingIdError, match="'b'"):
        add(scheduler, "a", "b")
    assert scheduler.get_jobs() == []


@pytest.mark.parametrize("meddle", ["remove_job", "update_job"])
def test_a_job_of_which_nothing_can_be_read_may_be_gone_or_mended_meanwhile(tmp_path, monkeypatch, meddle):
    leave_illegible(tmp_path / "jobs.sqlite")
    store = SQLiteJobStore(tmp_path / "jobs.sqlite")
    scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": store})
    add_jobs, calls = store.add_jobs, []

    def late(jobs: Sequence[StoredJob], instead_of: Mapping[str, int | None], *given: Any) -> bool:
        calls.append(dict(instead_of))
        if None in instead_of.values():
            getattr(store, meddle)("b" if meddle == "remove_job" else idle_job("b", paused=True))
        return add_jobs(jobs, instead_of, *given)

    monkeypatch.setattr(store, "add_jobs", late)
    add(scheduler, "a", "b", replace_existing=True)
    last = {} if meddle == "remove_job" else {"b": idle_job("b", paused=True).schedule.version}
    assert calls == [{}, {"b": None}, last]
    assert (found(scheduler, "b").next_run_time is None) == (meddle == "update_job")


def test_a_store_that_writes_one_by_one_names_what_it_mended_and_cannot_put_back(monkeypatch):
    store = SerialisingStore()
    scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": store})
    scheduler.add_job(deeds.note, "interval", hours=1, args=[Fragile("b")], id="b")
    update_job = store.update_job

    def half_heard(job: StoredJob) -> None:
        update_job(job)
        raise OSError("no answer")

    monkeypatch.setattr(store, "update_job", half_heard)
    with unloadable("b"), pytest.raises(OSError, match="no answer") as caught:
        add(scheduler, "b", "a", replace_existing=True)
    assert "job(s) 'b' in job store 'default'" in caught.value.__notes__[0]
    assert ids(scheduler.get_jobs()) == ["b"]


# -- removing, pausing, resuming ----------------------------------------------------------------------


def test_jobs_are_removed_by_their_ids_or_by_a_filter(scheduler):
    add(scheduler, *"abcdef")
    assert scheduler.remove_jobs(["b", "a", "b"]) == ["b", "a"]
    assert sorted(ids(scheduler.get_jobs())) == ["c", "d", "e", "f"]
    assert scheduler.remove_jobs(where=lambda job: job.id in "de") == ["d", "e"]
    assert scheduler.remove_jobs(where=lambda job: False) == []
    assert scheduler.remove_jobs([]) == []
    assert sorted(ids(scheduler.get_jobs())) == ["c", "f"]


def test_jobs_are_paused_and_resumed_together(scheduler):
    add(scheduler, *"abc")
    assert ids(scheduler.pause_jobs(["c", "a"])) == ["c", "a"]
    scheduler.advance(seconds=35)
    assert {job.id: job.next_run_time for job in scheduler.get_jobs() if job.id != "b"} == {"a": None, "c": None}
    assert scheduler.get_runs("a") == []
    resumed = scheduler.resume_jobs(where=lambda job: job.next_run_time is None)
    assert sorted(ids(resumed)) == ["a", "c"]
    assert {job.next_run_time for job in scheduler.get_jobs()} == {utc(2026, 1, 1, 12, 0, 40)}


def test_a_job_that_has_nothing_left_is_removed_when_it_is_resumed(scheduler):
    add(scheduler, "goes on")
    add(scheduler, "ends", end_date="2026-01-01 12:01")
    scheduler.pause_jobs(["ends", "goes on"])
    scheduler.advance(minutes=5)
    assert ids(scheduler.resume_jobs(["ends", "goes on"])) == ["goes on"]
    assert ids(scheduler.get_jobs()) == ["goes on"]


@pytest.mark.parametrize("call", ["remove_jobs", "pause_jobs", "resume_jobs"])
def test_where_one_is_not_there_nothing_is_done(scheduler, call):
    add(scheduler, "a", "b")
    scheduler.pause_job("b")
    before = {job.id: job.next_run_time for job in scheduler.get_jobs()}
    with pytest.raises(JobLookupError, match=r"'nobody'.*; nothing was done to the other jobs"):
        getattr(scheduler, call)(["a", "nobody", "b"])
    assert {job.id: job.next_run_time for job in scheduler.get_jobs()} == before


@pytest.mark.parametrize("call", ["remove_jobs", "pause_jobs", "resume_jobs"])
def test_either_ids_or_a_filter_is_given(scheduler, call):
    ask = getattr(scheduler, call)
    for given, named in (((), {}), ((["a"],), {"where": bool})):
        with pytest.raises(TypeError, match="either ids or where"):
            ask(*given, **named)
    with pytest.raises(TypeError, match="ids must be a list of ids, not 'abc'"):
        ask("abc")
    with pytest.raises(TypeError, match="ids must be texts, not 7"):
        ask(["a", 7])


def test_what_a_filter_raises_is_raised_and_nothing_is_done(scheduler):
    add(scheduler, "a", "b")
    with pytest.raises(ZeroDivisionError):
        scheduler.remove_jobs(where=lambda job: 1 / 0)
    assert len(scheduler.get_jobs()) == 2


def test_a_filter_may_call_the_scheduler(scheduler):
    add(scheduler, "a", "b")
    assert ids(scheduler.pause_jobs(where=lambda job: scheduler.get_job("a") == job)) == ["a"]


def test_jobs_that_cannot_be_loaded_can_be_removed_and_not_paused(tmp_path):
    scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    add(scheduler, "fine")
    scheduler.add_job(deeds.note, "interval", hours=1, args=[Fragile("broken")], id="broken")
    with unloadable("broken"):
        with pytest.raises(UnreadableJobError, match="broken"):
            scheduler.pause_jobs(["fine", "broken"])
        assert found(scheduler, "fine").next_run_time is not None
        assert scheduler.remove_jobs(["fine", "broken"]) == ["fine", "broken"]
        assert scheduler.get_unreadable_jobs() == []


# -- several job stores -------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["remove_jobs", "pause_jobs", "resume_jobs"])
def test_no_call_spans_two_job_stores(scheduler, call):
    scheduler.add_jobstore("memory", "second")
    add(scheduler, "a", "b")
    add(scheduler, "c", jobstore="second")
    ask = getattr(scheduler, call)
    for given, named in (((["a", "c"],), {}), ((), {"where": lambda job: True})):
        with pytest.raises(InvalidJobError, match=r"job 'a' is in job store 'default' and job 'c' in 'second': no tr"):
            ask(*given, **named)
    assert len(scheduler.get_jobs()) == 3
    assert len(ask(["c"])) == 1
    assert len(ask(["a", "b"])) == 2
    if call != "remove_jobs":
        assert len(ask(where=lambda job: True, jobstore="second")) == 1
    with pytest.raises(JobLookupError, match="in job store 'second'"):
        scheduler.pause_jobs(["a"], jobstore="second")


# -- before the start ---------------------------------------------------------------------------------


def test_jobs_wait_for_the_start_together():
    scheduler = BackgroundScheduler(timezone="UTC")
    jobs = scheduler.add_jobs(some(*"abcd"), func=deeds.note, trigger="interval", hours=1)
    assert all(job.pending for job in jobs)
    with pytest.raises(ConflictingIdError, match=r"jobs\[1\] \(id 'b'\): .*waits.*; none of the jobs was added"):
        scheduler.add_jobs(some("new", "b"), func=deeds.note)
    with pytest.raises(SchedulerNotRunningError, match=r"'nobody'.*nothing was done"):
        scheduler.remove_jobs(["a", "nobody"])
    with pytest.raises(SchedulerNotRunningError, match="'nobody'"):
        scheduler.pause_jobs(["a", "nobody"])
    assert ids(scheduler.get_jobs()) == ["a", "b", "c", "d"]
    assert scheduler.remove_jobs(["a"]) == ["a"]
    assert ids(scheduler.pause_jobs(["b", "c"])) == ["b", "c"]
    assert ids(scheduler.resume_jobs(where=lambda job: job.id == "c")) == ["c"]
    scheduler.start(paused=True)
    try:
        assert {job.id: job.next_run_time is None for job in scheduler.get_jobs()} == {
            "b": True,
            "c": False,
            "d": False,
        }
    finally:
        scheduler.shutdown(wait=False)


@pytest.mark.parametrize("make_store", list(STORES.values()), ids=list(STORES))
def test_what_was_added_together_is_stored_together_at_the_start_or_not_at_all(background, make_store, tmp_path):
    earlier = background(jobstores={"default": make_store(tmp_path)})
    earlier.add_job(deeds.note, "interval", hours=1, id="taken")
    earlier.shutdown()
    (store,) = earlier._parts.jobstores.values()
    scheduler = background(start=False, jobstores={"default": store})
    hourly = {"func": deeds.note, "trigger": "interval", "hours": 1}
    scheduler.add_job(id="alone", **hourly)
    scheduler.add_jobs(some(*"abc", "taken", "d"), **hourly)
    scheduler.add_jobs(some("e", "f"), **hourly)
    scheduler.add_job(id="b", args=["by itself"], replace_existing=True, **hourly)
    with pytest.raises(ConflictingIdError, match=r"'taken'.*\n.*none of the 4 jobs that were added together was"):
        scheduler.start()
    assert ids(scheduler.get_jobs()) == ["a", "b", "c", "taken", "d", "e", "f"]
    store.start(Host(), "default")
    assert sorted(job.id for job in store.get_all_jobs()) == ["alone", "taken"]
    store.shutdown()
    scheduler.remove_jobs(["taken"])
    scheduler.start(paused=True)
    assert sorted(ids(scheduler.get_jobs())) == ["a", "alone", "b", "c", "d", "e", "f", "taken"]
    assert found(scheduler, "b").args == ("by itself",)


def test_a_file_that_was_read_before_the_start_is_stored_at_once(background, tmp_path):
    write_jobs(tmp_path / "jobs.json", [made_job("a"), idle_job("b", paused=True), made_job("taken")], None)
    store = MemoryJobStore()
    store.add_job(made_job("taken"))
    scheduler = background(start=False, jobstores={"default": store})
    assert scheduler.import_jobs(tmp_path / "jobs.json") == 3
    with pytest.raises(ConflictingIdError, match="'taken'"):
        scheduler.start(paused=True)
    assert [job.id for job in store.get_all_jobs()] == ["taken"]
    scheduler.remove_jobs(["taken"])
    scheduler.start(paused=True)
    assert found(scheduler, "a").next_run_time == made_job("a").schedule.next_run_time
    assert found(scheduler, "b").next_run_time is None


def test_the_start_makes_one_call_of_the_store_for_each_call_that_added_jobs(background):
    class Counting(MemoryJobStore):
        calls: ClassVar[list[int]] = []

        def add_job(self, job: StoredJob) -> None:
            self.calls.append(1)
            super().add_job(job)

        def add_jobs(self, jobs: Sequence[StoredJob], *given: Any) -> bool:
            self.calls.append(len(jobs))
            return super().add_jobs(jobs, *given)

    scheduler = background(start=False, jobstores={"default": Counting()})
    scheduler.add_jobs(some(*"abc"), func=deeds.note, trigger="interval", hours=1)
    scheduler.add_job(deeds.note, "interval", hours=1)
    scheduler.add_jobs(some(*"de"), func=deeds.note, trigger="interval", hours=1)
    scheduler.pause_jobs(["b", "d"])
    scheduler.modify_job("c", name="another")
    scheduler.start(paused=True)
    assert Counting.calls == [3, 1, 2]
    assert {job.id: job.next_run_time is None for job in scheduler.get_jobs() if job.id in "abcde"} == {
        "a": False,
        "b": True,
        "c": False,
        "d": True,
        "e": False,
    }
    assert found(scheduler, "c").name == "another"


# -- what it tells, and what it costs -----------------------------------------------------------------


def test_each_job_is_told_of_and_first_that_it_was_added(background, heard: Heard):
    scheduler = background()
    scheduler.add_listener(heard)
    scheduler.add_jobs(some("a", "b"), func=deeds.note)  # at once
    heard.wait_for(events.EVENT_JOB_EXECUTED, 2)
    for job_id in "ab":
        codes = heard.codes(job_id)
        assert codes[0] == events.EVENT_JOB_ADDED
        assert codes.count(events.EVENT_JOB_ADDED) == 1
    scheduler.add_jobs(some("c", "d"), func=deeds.note, trigger="interval", hours=1)
    scheduler.pause_jobs(["c", "d"])
    scheduler.remove_jobs(["c", "d"])
    heard.wait_for(events.EVENT_JOB_REMOVED, 4)
    assert heard.codes("d") == [events.EVENT_JOB_ADDED, events.EVENT_JOB_MODIFIED, events.EVENT_JOB_REMOVED]


def test_a_batch_that_is_refused_is_not_told_of(background, heard: Heard):
    scheduler = background()
    scheduler.add_listener(heard)
    scheduler.add_job(deeds.note, "interval", hours=1, id="taken")
    with pytest.raises(ConflictingIdError):
        scheduler.add_jobs(some("a", "taken"), func=deeds.note, trigger="interval", hours=1)
    scheduler.remove_job("taken")
    heard.wait_for(events.EVENT_JOB_REMOVED)
    assert heard.codes("a") == []


def test_each_call_is_one_transaction_however_many_jobs_there_are(tmp_path, monkeypatch):
    def statements(count: int) -> Counter[str]:
        store = SQLiteJobStore(tmp_path / f"{count}.sqlite")
        scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": store})
        said: Counter[str] = Counter()
        line = store._file._short.sql
        line.set_trace_callback(lambda text: said.update([text.split()[0]]))
        job_ids = [f"job {n}" for n in range(count)]
        add(scheduler, *job_ids)
        added = Counter(said)
        scheduler.pause_jobs(job_ids)
        scheduler.remove_jobs(job_ids)
        line.set_trace_callback(None)
        assert added["BEGIN"] == added["COMMIT"] == 1
        assert said["COMMIT"] == 4  # the look for those to pause is one, too
        assert "ROLLBACK" not in said
        return added

    few, many = statements(10), statements(100)
    assert many - few == Counter({"INSERT": 180})


def test_the_loop_is_woken_once_for_a_batch(background, monkeypatch):
    scheduler = background()
    woken: list[object] = []
    monkeypatch.setattr(scheduler._loop, "wake_for", woken.append)
    scheduler.add_jobs(some(*"abcd"), func=deeds.note, trigger="interval", hours=1)
    assert len(woken) == 1


# -- trouble ------------------------------------------------------------------------------------------


CALLS: dict[str, Callable[[ManualScheduler], Any]] = {
    "add_job": lambda it: add(it, *"efg"),
    "commit": lambda it: it.pause_jobs([*"abc"]),
    "remove_job": lambda it: it.remove_jobs([*"abc"]),
}
"""What a call is made of in a store that knows no transactions."""


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_store_that_writes_one_by_one_takes_back_what_it_wrote(call, when):
    faults = Faults()
    scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": OneByOne(HeartOnlyStore(), faults)})
    add(scheduler, *"abcd")
    before = {job.id: job.next_run_time for job in scheduler.get_jobs()}
    faults.fail(call, spare=1, when=when, error=JobStoreUnavailableError("planned"))
    with pytest.raises(JobStoreUnavailableError, match="planned"):
        CALLS[call](scheduler)
    assert {job.id: job.next_run_time for job in scheduler.get_jobs()} == before


@pytest.mark.parametrize(
    ("call", "undo", "left"),
    [
        ("add_job", "commit", "'g', 'f', 'e'"),
        ("commit", "update_job_if", "'c', 'b', 'a'"),
        ("remove_job", "add_job", "'a'"),
    ],
)
def test_what_cannot_be_taken_back_is_named(call, undo, left):
    faults = Faults()
    scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": OneByOne(HeartOnlyStore(), faults)})
    add(scheduler, *"abcd")
    faults.fail(call, spare=2, error=ConnectionResetError("gone"))
    faults.fail(undo, times=None)
    with pytest.raises(ConnectionResetError, match="gone") as raised:
        CALLS[call](scheduler)
    (note,) = raised.value.__notes__
    assert left in note
    assert "could not be made what they were before" in note


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("add_job", ConflictingIdError("'e' was added just now")),
        ("add_job", InvalidJobError("'e' cannot be written down")),
        ("remove_job", JobLookupError("'a' is gone")),
    ],
)
def test_nobody_is_told_that_nothing_was_done_where_something_could_not_be_taken_back(call, error):
    faults = Faults()
    scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": OneByOne(HeartOnlyStore(), faults)})
    add(scheduler, *"abcd")
    faults.fail(call, spare=2, error=error)
    faults.fail("add_job" if call == "remove_job" else "commit", times=None)
    with pytest.raises(type(error)) as raised:
        CALLS[call](scheduler)
    assert ";" not in str(raised.value)
    assert "could not be made what they were before" in raised.value.__notes__[0]


class OneByOne(FaultyStore):
    """A store that leaves calls about many jobs to the defaults, on a way on which faults strike."""

    lookup_jobs = JobStore.lookup_jobs
    add_jobs = JobStore.add_jobs
    remove_jobs = JobStore.remove_jobs
    commit_all = JobStore.commit_all


def test_a_job_that_somebody_has_gone_on_with_is_not_taken_back():
    """It would be due again for a fire time that has been run."""
    store = HeartOnlyStore()
    store.start(Host(), "default")
    jobs = [made_job(name) for name in "ab"]
    for job in jobs:
        store.add_job(job)
    run = made_run(1, "a")
    commit = store.commit

    def fail_after_somebody_else(changes: Any) -> Any:
        if changes[0].job_id == "a":
            return commit(changes)
        store.commit = commit  # type: ignore[method-assign] # the second call of it fails, and no other
        goes_on = moved(jobs[0], at(120), by=2)
        assert commit([Change("a", 2, goes_on, started=(run,))]) == [True]
        raise JobStoreUnavailableError("planned")

    store.commit = fail_after_somebody_else  # type: ignore[method-assign] # as above
    with pytest.raises(JobStoreUnavailableError, match="planned") as raised:
        store.commit_all([Change(job.id, 1, moved(job, at(60))) for job in jobs])
    (note,) = raised.value.__notes__
    assert "'a'" in note
    assert "somebody else has changed it since" in note
    assert store.lookup_job("a") == jobs[0].with_schedule(moved(jobs[0], at(120), by=2))
    assert store.lookup_job("b") == jobs[1]


def test_the_defaults_write_records_by_the_way_that_the_store_writes_them():
    class Recording(HeartOnlyStore):
        """A store that keeps runs itself."""

        def __init__(self) -> None:
            super().__init__()
            self.recorded: list[Run] = []

        def commit(self, changes: Sequence[Change]) -> list[bool]:
            self.recorded += [run for change in changes for run in change.recorded]
            return super().commit([change._replace(recorded=()) for change in changes])

    store = Recording()
    store.start(Host(), "default")
    job, run, another = made_job("a"), passed_over(1, "a"), passed_over(2, "b")
    store.add_job(job)
    assert store.commit_all([Change("a", 1, moved(job, at(60)), recorded=(run,))])
    assert store.add_jobs([made_job("b")], {}, (), [another])
    assert store.recorded == [run, another]


def test_a_function_that_changes_the_jobs_it_is_to_choose_is_told_so(scheduler):
    add(scheduler, "a", "b")
    with pytest.raises(JobStoreError, match="where= must not change the jobs"):
        scheduler.pause_jobs(where=lambda job: job.modify(name=f"{job.name}."))
    assert [job.next_run_time is None for job in scheduler.get_jobs()] == [False, False]


@pytest.mark.parametrize("call", ["pause_jobs", "resume_jobs", "remove_jobs"])
@pytest.mark.parametrize("is_started", [True, False])
def test_a_choice_that_has_to_be_awaited_is_none(call, is_started):
    async def old(job: Job) -> bool:
        return False

    scheduler = BackgroundScheduler(timezone="UTC")
    if is_started:
        scheduler.start(paused=True)
    scheduler.add_job(deeds.note, "interval", hours=1, id="a")
    with pytest.raises(TypeError, match=r"'a'.*awaited.*nothing was changed"):
        getattr(scheduler, call)(where=old)
    with pytest.raises(TypeError, match=r"where= must be a function.*not 3"):
        getattr(scheduler, call)(where=3)
    assert scheduler.get_job("a") is not None
    if is_started:
        scheduler.shutdown()


def test_another_one_that_is_faster_is_read_again(monkeypatch):
    store = MemoryJobStore()
    scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": store})
    add(scheduler, "a", "b")
    commit_all, add_jobs = store.commit_all, store.add_jobs
    meddled: list[str] = []

    def meddle(call: Callable[..., Any]) -> Callable[..., Any]:
        def first(*given: Any) -> Any:
            if not meddled:
                meddled.append("once")
                scheduler.modify_job("b", name="somebody else's")
            return call(*given)

        return first

    monkeypatch.setattr(store, "commit_all", meddle(commit_all))
    scheduler.pause_jobs(["a", "b"])
    assert found(scheduler, "b").name == "somebody else's"
    assert found(scheduler, "b").next_run_time is None
    meddled.clear()
    monkeypatch.setattr(store, "add_jobs", meddle(add_jobs))
    add(scheduler, "a", "b", "c", replace_existing=True)
    assert found(scheduler, "b").name == "note"
    assert meddled == ["once"]


def test_an_id_that_somebody_adds_meanwhile_is_replaced_if_that_is_wanted(monkeypatch):
    store = MemoryJobStore()
    scheduler = ManualScheduler("2026-01-01 12:00", jobstores={"default": store})
    add_jobs = store.add_jobs

    def late(*given: Any) -> bool:
        if store.lookup_job("a") is None:
            scheduler.add_job(deeds.note, "interval", seconds=10, id="a")
        return add_jobs(*given)

    monkeypatch.setattr(store, "add_jobs", late)
    add(scheduler, "a", "b", args=["mine"], replace_existing=True)
    assert {job.args for job in scheduler.get_jobs()} == {("mine",)}
    store.remove_job("a")
    with pytest.raises(ConflictingIdError):
        add(scheduler, "a", "c")
