"""Looking: jobs in order, runs by filter, what is to come, how the scheduler is, and jobs in a file."""

from __future__ import annotations

import io
import json
import sys
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import BreakableStore, Heard, RaisingTrigger, end_off_the_record, soon, utc
from tickwright import events
from tickwright.errors import (
    ConflictingIdError,
    InvalidTriggerError,
    JobStoreError,
    NewerStoreError,
    UnreadableJobError,
)
from tickwright.executors.debug import DebugExecutor
from tickwright.executors.pool import ThreadPoolExecutor
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.run import RunStatus
from tickwright.testing import ManualScheduler
from tickwright.testing.suites.store.material import made_job

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(params=["memory", "sqlite"])
def scheduler(request, tmp_path) -> ManualScheduler:
    """Return a scheduler at the start of 2026, on each kind of store."""
    store = MemoryJobStore() if request.param == "memory" else SQLiteJobStore(tmp_path / "jobs.sqlite")
    return ManualScheduler("2026-01-01", jobstores={"default": store})


# -- jobs ------------------------------------------------------------------------------------------


def test_jobs_come_by_next_run_time_and_those_without_one_last(scheduler):
    scheduler.add_job(deeds.note, "interval", hours=3, id="third")
    scheduler.add_job(deeds.note, "interval", hours=1, id="first")
    scheduler.add_job(deeds.note, "interval", hours=1, id="paused", next_run_time=None)
    scheduler.add_job(deeds.note, "interval", hours=2, id="second")
    assert [job.id for job in scheduler.get_jobs()] == ["first", "second", "third", "paused"]


def test_a_job_that_is_not_there_is_none(scheduler):
    assert scheduler.get_job("nobody") is None


def test_a_job_that_cannot_be_loaded_is_told_from_one_that_is_not_there(tmp_path, monkeypatch):
    scheduler = ManualScheduler(jobstores={"default": SQLiteJobStore(tmp_path / "db")})
    scheduler.add_job(deeds.note, "interval", hours=1, id="broken")
    scheduler.add_job(deeds.add, "interval", hours=1, id="whole", args=[1])
    monkeypatch.delattr(deeds, "note")
    with pytest.raises(UnreadableJobError, match=r"'broken'.*note"):
        scheduler.get_job("broken")
    assert [job.id for job in scheduler.get_jobs()] == ["whole"]
    (unreadable,) = scheduler.get_unreadable_jobs()
    assert (unreadable.job_id, unreadable.next_run_time) == ("broken", utc(2026, 1, 1, 1))
    assert unreadable.body


def test_jobs_are_printed_under_their_stores(background, capsys):
    scheduler = ManualScheduler("2026-01-01")
    scheduler.add_jobstore("memory", "other")
    scheduler.add_job(deeds.note, "interval", hours=1, id="a")
    scheduler.add_job(deeds.note, "cron", hour=3, id="b", next_run_time=None)
    scheduler.print_jobs()
    assert capsys.readouterr().out == (
        "Jobstore default:\n"
        "    a: note (trigger: interval[1:00:00], next run at: 2026-01-01 01:00:00 UTC)\n"
        "    b: note (trigger: cron[hour='3'], paused)\n"
        "Jobstore other:\n"
        "    No scheduled jobs\n"
    )
    out = io.StringIO()
    scheduler.print_jobs("other", out)
    assert out.getvalue() == "Jobstore other:\n    No scheduled jobs\n"
    pending = background(start=False)
    pending.add_job(deeds.note, "interval", hours=1, id="p").modify(name="Later")
    pending.print_jobs()
    assert capsys.readouterr().out == "Jobstore default:\n    p: Later (trigger: interval[1:00:00], pending)\n"


def test_a_store_that_is_not_there_is_named(scheduler):
    for call in (scheduler.get_jobs, scheduler.print_jobs, scheduler.get_unreadable_jobs):
        with pytest.raises(KeyError, match="no job store 'elsewhere'; there are"):
            call("elsewhere")


# -- runs ------------------------------------------------------------------------------------------


@pytest.fixture
def history(scheduler) -> ManualScheduler:
    """Return a scheduler with three runs of one job and three failures of another."""
    scheduler.add_job(deeds.note, "interval", hours=1, id="good")
    scheduler.add_job(deeds.fail, "cron", minute=30, id="bad")
    scheduler.advance(hours=3)
    return scheduler


def test_runs_come_newest_first(history):
    assert [run.fire_time for run in history.get_runs()] == [
        utc(2026, 1, 1, 3),
        utc(2026, 1, 1, 2, 30),
        utc(2026, 1, 1, 2),
        utc(2026, 1, 1, 1, 30),
        utc(2026, 1, 1, 1),
        utc(2026, 1, 1, 0, 30),
    ]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"job_id": "good"}, 3),
        ({"job_id": "nobody"}, 0),
        ({"status": "failed"}, 3),
        ({"status": RunStatus.SUCCEEDED}, 3),
        ({"status": "lost"}, 0),
        ({"job_id": "good", "status": "failed"}, 0),
        ({"since": utc(2026, 1, 1, 2)}, 3),
        ({"since": datetime(2026, 1, 1, 2)}, 3),
        ({"since": "2026-01-01 02:00"}, 3),
        ({"since": "2026-01-01T03:30+01:00"}, 2),
        ({"since": date(2026, 1, 2)}, 0),
        ({"limit": 2}, 2),
        ({"limit": 0}, 0),
        ({"limit": 100}, 6),
        ({"job_id": "bad", "status": "failed", "since": "2026-01-01 01:00", "limit": 1}, 1),
        ({"jobstore": "default"}, 6),
    ],
)
def test_runs_can_be_asked_for_by_job_status_time_and_number(history, filters, count):
    found = [run.id for run in history.get_runs(**filters)]
    assert len(found) == count
    assert found == [run.id for run in history.get_runs() if run.id in found]


@pytest.mark.parametrize(
    ("filters", "error", "message"),
    [
        ({"status": "done"}, ValueError, "status must be one of scheduled, running, succeeded.*, not 'done'"),
        ({"limit": -1}, ValueError, "limit must be a whole number, at least 0, not -1"),
        ({"limit": 1.5}, ValueError, "limit must be a whole number"),
        ({"since": "yesterday"}, InvalidTriggerError, "since: .*ISO 8601"),
        ({"since": 5}, TypeError, "since must be a datetime, a date or"),
        ({"jobstore": "elsewhere"}, KeyError, "no job store 'elsewhere'"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_and_not_answered(history, filters, error, message):
    with pytest.raises(error, match=message):
        history.get_runs(**filters)


def test_a_naive_since_is_in_the_scheduler_s_zone():
    scheduler = ManualScheduler("2026-01-01", timezone="Asia/Tokyo")
    scheduler.add_job(deeds.note, "interval", hours=1)
    scheduler.advance(hours=5)
    assert len(scheduler.get_runs(since="2026-01-01 04:00")) == 2


def test_runs_of_several_stores_are_merged_newest_first(scheduler):
    scheduler.add_jobstore("memory", "other")
    scheduler.add_job(deeds.note, "cron", minute=0, id="a")
    scheduler.add_job(deeds.note, "cron", minute=30, id="b", jobstore="other")
    scheduler.advance(hours=2)
    assert [run.fire_time.minute for run in scheduler.get_runs()] == [0, 30, 0, 30, 0]
    assert [run.job_id for run in scheduler.get_runs(limit=2)] == ["a", "b"]
    assert len(scheduler.get_runs(jobstore="other")) == 2


def test_a_run_has_all_that_people_ask_about_it(scheduler):
    scheduler.add_job(deeds.fail, "interval", hours=1, id="bad", args=["broken pipe"])
    scheduler.sleep(timedelta(hours=1, seconds=3))
    (run,) = scheduler.get_runs()
    assert (run.job_id, run.attempt, run.status, run.coalesced, run.executor) == ("bad", 1, "failed", 1, "default")
    assert (run.fire_time, run.due_at, run.lateness) == (utc(2026, 1, 1, 1), utc(2026, 1, 1, 1), timedelta(seconds=3))
    assert run.started_at == run.finished_at == utc(2026, 1, 1, 1) + timedelta(seconds=3)
    assert repr(run.exception) == "ValueError('broken pipe')"
    assert "broken pipe" in (run.traceback or "")
    assert run.host


# -- what is to come -------------------------------------------------------------------------------


def test_a_preview_merges_all_jobs_by_time_and_changes_nothing(scheduler):
    scheduler.add_job(deeds.note, "cron", hour="1,3", minute=0, id="b")
    scheduler.add_job(deeds.note, "interval", hours=1, id="a", name="Hourly")
    scheduler.add_job(deeds.note, "interval", minutes=1, id="paused", next_run_time=None)
    before = [(job.id, job.next_run_time) for job in scheduler.get_jobs()]
    coming = scheduler.preview(datetime(2026, 1, 1, 3))
    assert [(one.job_id, one.fire_time.hour) for one in coming] == [("a", 1), ("b", 1), ("a", 2), ("a", 3), ("b", 3)]
    assert (coming[0].name, coming[0].jobstore, coming[0].due_at) == ("Hourly", "default", utc(2026, 1, 1, 1))
    assert [(job.id, job.next_run_time) for job in scheduler.get_jobs()] == before
    assert scheduler.get_runs() == []


def test_a_preview_tells_exactly_what_then_runs(scheduler):
    scheduler.add_job(deeds.note, "cron", minute="*/7", id="cron", jitter=200)
    scheduler.add_job(deeds.note, "interval", minutes=11, id="interval")
    coming = scheduler.preview(utc(2026, 1, 1, 5))
    scheduler.advance(hours=5)
    ran = [(run.job_id, run.fire_time, run.due_at) for run in reversed(scheduler.get_runs())]
    assert ran == [(one.job_id, one.fire_time, one.due_at) for one in coming]
    assert any(one.due_at > one.fire_time for one in coming)


def test_a_preview_is_cut_at_its_limit_however_far_it_looks(scheduler):
    scheduler.add_job(deeds.note, "interval", seconds=1, id="a")
    assert len(scheduler.preview("9999-01-01")) == 1_000
    assert len(scheduler.preview("9999-01-01", limit=3)) == 3
    assert scheduler.preview("9999-01-01", limit=0) == []
    assert scheduler.preview("2020-01-01") == []
    with pytest.raises(ValueError, match="limit must be"):
        scheduler.preview("9999-01-01", limit=-1)
    with pytest.raises(TypeError, match="until must be a datetime"):
        scheduler.preview(5)


def test_a_naive_until_is_in_the_scheduler_s_zone():
    scheduler = ManualScheduler("2026-01-01", timezone="Asia/Tokyo")
    scheduler.add_job(deeds.note, "interval", hours=1)
    assert len(scheduler.preview(datetime(2026, 1, 1, 2))) == 2


# -- health ----------------------------------------------------------------------------------------


def test_a_scheduler_that_is_well_says_so(background):
    scheduler = background(executors={"default": ThreadPoolExecutor(3, max_queued=7)})
    assert soon(lambda: scheduler.health().jobstores)
    health = scheduler.health()
    assert (health.ok, health.state, health.loop_alive, health.problems) == (True, "running", True, ())
    assert health.executors == {"default": 10}
    assert health.last_step < 5
    scheduler.pause()
    assert scheduler.health().state == "paused"
    scheduler.shutdown()
    assert (scheduler.health().state, scheduler.health().loop_alive, scheduler.health().ok) == ("stopped", False, True)


def test_a_store_that_is_out_is_no_secret_and_is_forgiven_when_it_answers(background, gate):
    store = BreakableStore()
    scheduler = background(jobstores={"default": store, "fine": MemoryJobStore()}, jobstore_retry_interval=0.1)
    end_off_the_record(scheduler, store, gate, id="busy")
    assert soon(lambda: not scheduler.health().ok)
    health = scheduler.health()
    out = health.jobstores["default"]
    assert (out.ok, out.in_flight, out.error) == (False, 1, "OutOrder('the store is out')")
    assert out.out_for > 0
    assert health.jobstores["fine"].ok
    assert health.problems == ("job store 'default' is out: OutOrder('the store is out')",)
    store.is_out = False
    assert soon(lambda: scheduler.health().ok)
    assert (scheduler.health().jobstores["default"].in_flight, scheduler.health().jobstores["default"].error) == (
        0,
        None,
    )


@pytest.mark.parametrize("first_step", [True, False])
def test_a_loop_that_is_held_up_is_no_secret(background, gate, monkeypatch, first_step):
    monkeypatch.setattr("tickwright.schedulers.checkup.STUCK_AFTER", 0.2)
    scheduler = background(start=False, executors={"default": DebugExecutor()})
    if not first_step:
        scheduler.start()
        assert soon(lambda: scheduler.health().jobstores)
    scheduler.add_job(gate)
    if first_step:
        scheduler.start()
    gate.wait_until_entered()
    assert soon(lambda: not scheduler.health().ok)
    assert "the loop has not gone round" in scheduler.health().problems[0]
    gate.open()
    assert soon(lambda: scheduler.health().ok)


def test_an_executor_whose_room_cannot_be_told_is_a_problem_and_harms_no_other(background, heard):
    class Broken(DebugExecutor):
        def room(self) -> int | None:
            raise RuntimeError("no idea")

    scheduler = background(start=False)
    scheduler.add_executor(Broken(), "broken")
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(deeds.note, executor="broken")
    scheduler.add_job(deeds.note)
    scheduler.start()
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    health = scheduler.health()
    assert not health.ok
    assert any("'broken'" in problem and "no idea" in problem for problem in health.problems)


def test_a_trigger_that_raises_and_a_listener_that_raises_are_counted():
    scheduler = ManualScheduler("2026-01-01")
    scheduler.add_listener(lambda event: 1 / 0, events.EVENT_TRIGGER_ERROR)
    scheduler.add_job(deeds.note, RaisingTrigger(utc(2026, 1, 1, 1)))
    scheduler.add_job(deeds.note, "interval", hours=1, id="other")
    scheduler.advance(hours=2)
    health = scheduler.health()
    assert not health.ok
    assert health.problems == ("the triggers of 1 job(s) raise",)
    assert health.listener_errors > 0
    assert len(scheduler.get_runs("other")) == 2


# -- jobs in a file --------------------------------------------------------------------------------


def test_exported_jobs_are_imported_with_their_schedule_and_pause(scheduler, tmp_path):
    scheduler.add_job(deeds.add, "interval", hours=3, id="a", args=[1], kwargs={"b": 2}, name="Sum", coalesce=False)
    scheduler.add_job(deeds.note, "cron", hour=3, id="b", max_instances=4, on_lost="rerun").pause()
    scheduler.advance(minutes=10)
    file = tmp_path / "jobs.json"
    assert scheduler.export_jobs(file) == scheduler.export_jobs(str(file)) == 2
    target, heard = ManualScheduler("2026-01-01 00:30"), Heard()
    target.add_listener(heard)
    assert target.import_jobs(str(file)) == 2
    a: Any = target.get_job("a")
    b: Any = target.get_job("b")
    assert (a.next_run_time, a.args, a.kwargs, a.name, a.coalesce) == (utc(2026, 1, 1, 3), (1,), {"b": 2}, "Sum", False)
    assert (b.next_run_time, b.max_instances, b.on_lost) == (None, 4, "rerun")
    assert heard.codes() == [events.EVENT_JOB_ADDED] * 2
    target.advance(hours=6)
    assert [run.fire_time.hour for run in reversed(target.get_runs("a"))] == [3, 6]


def test_jobs_travel_through_an_open_file_between_kinds_of_stores(tmp_path):
    source = ManualScheduler(jobstores={"default": SQLiteJobStore(tmp_path / "db")})
    source.add_job(deeds.Greeter("Ada").greet, "interval", hours=1, id="g")
    out = io.StringIO()
    assert source.export_jobs(out) == 1
    target = ManualScheduler()
    assert target.import_jobs(io.StringIO(out.getvalue())) == 1
    target.run_job("g")
    target.step()
    assert target.get_runs("g")[0].result == "Hello, Ada"


def test_jobs_can_be_imported_before_the_start(scheduler, background, tmp_path):
    scheduler.add_job(deeds.note, "date", run_date="2100-01-01", id="a", next_run_time=utc(2099, 1, 1))
    scheduler.add_job(deeds.note, "interval", hours=1, id="b", next_run_time=None)
    scheduler.export_jobs(tmp_path / "jobs.json")
    target = background(start=False)
    assert target.import_jobs(tmp_path / "jobs.json") == 2
    assert target.get_job("a").pending
    with pytest.raises(ConflictingIdError):
        target.import_jobs(tmp_path / "jobs.json")
    assert len(target.get_jobs()) == 2
    target.start()
    assert target.get_job("a").next_run_time == utc(2099, 1, 1)
    assert target.get_job("b").next_run_time is None


def test_an_import_takes_all_jobs_or_none(scheduler, tmp_path):
    for job_id in "abc":
        scheduler.add_job(deeds.note, "interval", hours=1, id=job_id)
    scheduler.export_jobs(tmp_path / "jobs.json")
    target = ManualScheduler()
    target.add_job(deeds.fail, "interval", hours=1, id="c")
    with pytest.raises(ConflictingIdError, match="'c'"):
        target.import_jobs(tmp_path / "jobs.json")
    assert [(job.id, job.func) for job in target.get_jobs()] == [("c", deeds.fail)]


@pytest.mark.parametrize("when", ["running", "at the start", "both wait"])
def test_an_import_is_not_told_of_an_argument_that_it_has_not(background, tmp_path, when):
    source = ManualScheduler()
    source.add_job(deeds.note, "interval", hours=1, id="taken")
    source.export_jobs(tmp_path / "jobs.json")
    store = MemoryJobStore()
    target = background(start=when == "running", jobstores={"default": store})
    if when == "at the start":
        store.add_job(made_job("taken"))
    else:
        target.add_job(deeds.note, "interval", hours=1, id="taken")

    def bring_in() -> None:
        target.import_jobs(tmp_path / "jobs.json")
        target.start()

    with pytest.raises(ConflictingIdError, match=r"'taken'.* remove that one") as caught:
        bring_in()
    # That is an argument of another call, which is named with it.
    assert "replace_existing" not in str(caught.value).replace("add_job(..., replace_existing=True)", "")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", JobStoreError),
        ("[]", JobStoreError),
        ("{}", JobStoreError),
        ('{"tickwright_jobs": 99, "jobs": []}', NewerStoreError),
        ('{"tickwright_jobs": "x", "jobs": []}', JobStoreError),
        ('{"tickwright_jobs": 1, "jobs": 5}', JobStoreError),
        ('{"tickwright_jobs": 1, "jobs": [{}]}', JobStoreError),
        ('{"tickwright_jobs": 1, "jobs": [7]}', JobStoreError),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_with_its_name(scheduler, tmp_path, text, error):
    (tmp_path / "jobs.json").write_text(text)
    with pytest.raises(error, match=r"jobs\.json"):
        scheduler.import_jobs(tmp_path / "jobs.json")
    assert scheduler.get_jobs() == []


def test_a_job_in_a_file_that_cannot_be_loaded_here_is_named_and_nothing_is_added(scheduler, tmp_path, monkeypatch):
    scheduler.add_job(deeds.note, "interval", hours=1, id="a")
    scheduler.add_job(deeds.add, "interval", hours=1, id="b", args=[1])
    scheduler.export_jobs(tmp_path / "jobs.json")
    monkeypatch.delattr(deeds, "add")
    target = ManualScheduler()
    with pytest.raises(UnreadableJobError, match="'b'"):
        target.import_jobs(tmp_path / "jobs.json")
    assert target.get_jobs() == []


def test_what_is_exported_can_be_read_by_people(scheduler, tmp_path):
    scheduler.add_job(deeds.note, "interval", hours=1, id="a", name="A job")
    scheduler.export_jobs(tmp_path / "jobs.json")
    (entry,) = json.loads((tmp_path / "jobs.json").read_text())["jobs"]
    assert (entry["id"], entry["name"], entry["trigger"]) == ("a", "A job", "interval[1:00:00]")
    assert entry["next_run_time"] == "2026-01-01T01:00:00+00:00"


def test_a_job_that_cannot_be_written_down_leaves_no_half_file(tmp_path):
    scheduler = ManualScheduler()
    scheduler.add_job(lambda: None, "interval", hours=1, id="nameless")
    with pytest.raises(Exception, match="nameless"):
        scheduler.export_jobs(tmp_path / "jobs.json")
    assert not (tmp_path / "jobs.json").exists()


def test_printing_goes_where_standard_output_goes_now(monkeypatch):
    scheduler, out = ManualScheduler(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    scheduler.print_jobs()
    assert "No scheduled jobs" in out.getvalue()


def test_a_file_that_is_no_text_was_not_written_by_an_export(scheduler, tmp_path):
    (tmp_path / "jobs.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(JobStoreError, match="not written by export_jobs"):
        scheduler.import_jobs(tmp_path / "jobs.json")


@pytest.mark.parametrize("wrong", [None, 5])
def test_what_is_no_file_is_told_so(scheduler, wrong):
    with pytest.raises(TypeError, match="give the path of a file or an open text file, not "):
        scheduler.import_jobs(wrong)
    with pytest.raises(TypeError, match="give the path of a file or an open text file, not "):
        scheduler.export_jobs(wrong)
