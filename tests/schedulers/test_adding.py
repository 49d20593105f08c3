"""Adding jobs: what `add_job` and the decorator take, and what they refuse, before and after the start."""

from __future__ import annotations

import functools
import logging
import re
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any
from uuid import UUID

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import SOON, Heard, SteppedClock, in_time, utc
from tickwright import BackgroundScheduler, CronTrigger, DateTrigger, IntervalTrigger, OnLost, events
from tickwright.errors import (
    ConflictingIdError,
    InvalidJobError,
    InvalidReferenceError,
    InvalidTriggerError,
    JobStoreNotFoundError,
    TickwrightError,
)
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.testing import ManualScheduler

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def scheduler() -> ManualScheduler:
    """Return a scheduler that stands at noon of the first day of 2026."""
    return ManualScheduler("2026-01-01 12:00")


def lone(a: int, b: int = 0, *, c: int = 0) -> int:
    return a + b + c


# -- when ------------------------------------------------------------------------------------------


def test_without_a_trigger_a_job_runs_once_and_now(scheduler):
    scheduler.add_job(deeds.note, args=["x"], id="now")
    scheduler.step()
    (run,) = scheduler.get_runs("now")
    assert (run.status, run.fire_time, run.lateness) == ("succeeded", utc(2026, 1, 1, 12), timedelta(0))
    assert scheduler.get_job("now") is None
    scheduler.advance(days=1)
    assert deeds.called == [(("x",), {})]


def test_now_is_never_too_late_to_run_now(scheduler):
    scheduler.add_job(deeds.note, id="now")
    scheduler.sleep(timedelta(hours=5))
    assert [(run.status, run.lateness) for run in scheduler.get_runs("now")] == [("succeeded", timedelta(hours=5))]


@pytest.mark.parametrize(
    "late", [timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=1), timedelta(days=20_000)]
)
def test_a_date_in_the_past_is_run_late_and_says_how_late(scheduler, late):
    scheduler.add_job(deeds.note, "date", run_date=scheduler.now - late, id="past")
    scheduler.step()
    assert [(run.status, run.lateness) for run in scheduler.get_runs("past")] == [("succeeded", late)]


def test_a_date_in_the_past_is_missed_where_the_job_sets_a_grace_time(scheduler):
    scheduler.add_job(deeds.note, "date", run_date="2026-01-01 11:00", id="past", misfire_grace_time=60)
    scheduler.step()
    (run,) = scheduler.get_runs("past")
    assert run.status == "missed"
    assert re.search("3600 s late, more than its misfire_grace_time of 60 s", run.reason)
    assert (deeds.called, scheduler.get_job("past")) == ([], None)


def test_a_grace_time_includes_its_last_instant(scheduler):
    scheduler.add_job(deeds.note, "date", run_date="2026-01-01 11:59", id="just", misfire_grace_time=60)
    scheduler.step()
    assert [run.status for run in scheduler.get_runs("just")] == ["succeeded"]


def test_next_run_time_none_adds_a_job_paused(scheduler):
    job = scheduler.add_job(deeds.note, "interval", minutes=1, id="p", next_run_time=None)
    assert job.next_run_time is None
    assert "paused" in str(job)
    scheduler.advance(hours=1)
    assert scheduler.get_runs() == []
    job.resume()
    scheduler.advance(seconds=30)
    assert [run.fire_time for run in scheduler.get_runs("p")] == [utc(2026, 1, 1, 13)]


@pytest.mark.parametrize("given", [datetime(2026, 1, 1, 15), "2026-01-01 15:00", utc(2026, 1, 1, 15)])
def test_a_next_run_time_is_run_at_and_the_trigger_goes_on_from_there(scheduler, given):
    job = scheduler.add_job(deeds.note, "interval", hours=2, id="n", next_run_time=given)
    assert job.next_run_time == utc(2026, 1, 1, 15)
    scheduler.advance(hours=6)
    assert [run.fire_time.hour for run in reversed(scheduler.get_runs("n"))] == [15, 16, 18]


def test_a_naive_next_run_time_is_in_the_scheduler_s_zone():
    scheduler = ManualScheduler("2026-01-01", timezone="Asia/Tokyo")
    job = scheduler.add_job(deeds.note, "interval", hours=1, next_run_time=datetime(2026, 1, 2))
    assert job.next_run_time == utc(2026, 1, 1, 15)


def test_a_next_run_time_in_the_past_is_run_late(scheduler):
    scheduler.add_job(deeds.note, "interval", hours=1, id="n", next_run_time="2026-01-01 11:30")
    scheduler.step()
    assert [run.lateness for run in scheduler.get_runs("n")] == [timedelta(minutes=30)]


@pytest.mark.parametrize(
    ("trigger", "arguments", "expected"),
    [
        ("cron", {"hour": 3}, utc(2026, 1, 2, 3)),
        ("interval", {"minutes": 5}, utc(2026, 1, 1, 12, 5)),
        ("date", {"run_date": "2026-02-01"}, utc(2026, 2, 1)),
        ("0 3 * * *", {}, utc(2026, 1, 2, 3)),
        (timedelta(minutes=7), {}, utc(2026, 1, 1, 12, 7)),
        (datetime(2026, 3, 1), {}, utc(2026, 3, 1)),
        (date(2026, 3, 1), {}, utc(2026, 3, 1)),
        (CronTrigger(hour=4, timezone="UTC"), {}, utc(2026, 1, 2, 4)),
        (IntervalTrigger(hours=1), {}, utc(2026, 1, 1, 13)),
        (DateTrigger("2026-01-05", timezone="UTC"), {}, utc(2026, 1, 5)),
    ],
)
def test_a_trigger_comes_in_many_forms(scheduler, trigger, arguments, expected):
    assert scheduler.add_job(deeds.note, trigger, **arguments).next_run_time == expected


def test_a_trigger_without_a_zone_takes_the_scheduler_s():
    scheduler = ManualScheduler("2026-07-01", timezone="Europe/Berlin")
    assert scheduler.add_job(deeds.note, "cron", hour=3).next_run_time == utc(2026, 7, 1, 1)
    assert scheduler.add_job(deeds.note, "cron", hour=3, timezone="UTC").next_run_time == utc(2026, 7, 1, 3)


def test_a_job_whose_trigger_has_nothing_left_is_not_added_and_that_is_said(scheduler, caplog):
    heard = Heard()
    scheduler.add_listener(heard)
    job = scheduler.add_job(deeds.note, "interval", hours=1, end_date="2025-01-01", start_date="2024-01-01", id="over")
    assert (scheduler.get_job("over"), job.next_run_time, heard.events) == (None, None, [])
    assert "'over' is finished and not kept" in caplog.text


# -- what ------------------------------------------------------------------------------------------


def test_a_function_may_be_given_by_its_reference(scheduler):
    job = scheduler.add_job("tests.schedulers.deeds:add", args=[1], kwargs={"b": 2}, id="sum")
    assert (job.func, job.func_ref, job.name) == (deeds.add, "tests.schedulers.deeds:add", "add")
    scheduler.step()
    assert scheduler.get_runs("sum")[0].result == 3


@pytest.mark.parametrize(
    ("func", "name", "result"),
    [
        (deeds.add, "add", 5),
        (functools.partial(deeds.add, 10), "add", 15),
        (lambda number: -number, "<lambda>", -5),
        (abs, "abs", 5),
        (deeds.later, "later", 6),
        (deeds.Greeter, "Greeter", None),
        (deeds.Greeter("Ada").greet, "Greeter.greet", "5, Ada"),
        (deeds.Greeter.aloud, "Greeter.aloud", None),
    ],
)
def test_whatever_can_be_called_can_be_a_job(scheduler, func, name, result):
    argument = "x" if func == deeds.Greeter.aloud else 5
    job = scheduler.add_job(func, args=[argument], id="j")
    assert job.name.endswith(name)
    scheduler.step()
    (run,) = scheduler.get_runs("j")
    assert run.status == "succeeded"
    if result is not None:
        assert run.result == result


def test_a_job_that_awaits_is_awaited(scheduler):
    scheduler.add_job(deeds.later, args=[1], id="l")
    scheduler.step()
    assert [(run.status, run.result) for run in scheduler.get_runs("l")] == [("succeeded", 2)]


def test_a_name_is_the_function_s_unless_one_is_given(scheduler):
    assert scheduler.add_job(deeds.note).name == "note"
    assert scheduler.add_job(deeds.note, name="report").name == "report"
    assert scheduler.add_job(deeds.Greeter("Ada")).name == "Greeter"


def test_ids_are_unique_and_made_up_where_none_is_given(scheduler):
    ids = [scheduler.add_job(deeds.note, "interval", hours=1).id for _ in range(50)]
    assert len(set(ids)) == 50
    assert all(UUID(hex=one).version == 8 and one == UUID(hex=one).hex for one in ids)


def test_arguments_are_copied_when_a_job_is_added(scheduler):
    args, kwargs = [1], {"b": 2}
    job = scheduler.add_job(deeds.add, "interval", hours=1, args=args, kwargs=kwargs)
    args.append(9)
    kwargs["b"] = 9
    assert (job.args, dict(job.kwargs)) == ((1,), {"b": 2})


def test_defaults_come_from_job_defaults_and_what_is_given_wins():
    scheduler = ManualScheduler(
        job_defaults={"misfire_grace_time": 30, "coalesce": False, "max_instances": 4, "on_lost": "rerun"}
    )
    job = scheduler.add_job(deeds.note, "interval", hours=1)
    assert (job.misfire_grace_time, job.coalesce, job.max_instances, job.on_lost) == (30, False, 4, OnLost.RERUN)
    job = scheduler.add_job(
        deeds.note, "interval", hours=1, misfire_grace_time=None, coalesce=True, max_instances=1, on_lost="record"
    )
    assert (job.misfire_grace_time, job.coalesce, job.max_instances, job.on_lost) == (None, True, 1, OnLost.RECORD)


def test_without_defaults_late_beats_never(scheduler):
    job = scheduler.add_job(deeds.note, "interval", hours=1)
    assert (job.misfire_grace_time, job.coalesce, job.max_instances, job.on_lost) == (None, True, 1, "record")


def test_a_grace_time_may_be_a_timedelta(scheduler):
    assert scheduler.add_job(deeds.note, misfire_grace_time=timedelta(minutes=2)).misfire_grace_time == 120


# -- what is refused, and how ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"func": 7}, TypeError, r"job 'j': func must be callable or 'package.module:name', not 7"),
        ({"func": "no reference"}, InvalidReferenceError, r"job 'j': 'no reference' is not a reference; write it as"),
        ({"func": "tests.schedulers.deeds:gone"}, InvalidReferenceError, r"has no 'gone'; if it was renamed"),
        ({"func": "tests.nowhere:f"}, InvalidReferenceError, r"job 'j': .*no module 'tests.nowhere'"),
        ({"func": "tests.schedulers.deeds:not_callable"}, InvalidJobError, r"is 7, which cannot be called"),
        ({"args": "text"}, TypeError, r"job 'j': args must be a list or tuple of arguments, not 'text'"),
        ({"args": 5}, TypeError, r"job 'j': args must be"),
        ({"args": {"a": 1}}, TypeError, r"job 'j': args must be"),
        ({"kwargs": [1]}, TypeError, r"job 'j': kwargs must be a mapping"),
        ({"kwargs": {1: 2}}, TypeError, r"job 'j': kwargs must be a mapping with texts"),
        ({"args": []}, InvalidJobError, r"'j': lone\(.*\).* cannot be called with args=\(\).*missing.*'a'"),
        ({"args": [1, 2, 3]}, InvalidJobError, r"job 'j'.*too many positional"),
        ({"kwargs": {"z": 1}}, InvalidJobError, r"job 'j'.*unexpected keyword argument 'z'"),
        ({"kwargs": {"a": 1}}, InvalidJobError, r"job 'j'.*multiple values for argument 'a'"),
        ({"name": 5}, TypeError, r"job 'j': name must be a text"),
        ({"executor": None}, TypeError, r"job 'j': executor must be a text"),
        ({"misfire_grace_time": 0}, InvalidJobError, r"job 'j': misfire_grace_time must be more than 0 seconds"),
        ({"misfire_grace_time": -1}, InvalidJobError, r"job 'j': misfire_grace_time"),
        ({"misfire_grace_time": float("nan")}, InvalidJobError, r"job 'j': misfire_grace_time"),
        ({"misfire_grace_time": float("inf")}, InvalidJobError, r"or None for no limit"),
        ({"misfire_grace_time": "1"}, TypeError, r"job 'j': misfire_grace_time must be seconds, a timedelta"),
        ({"misfire_grace_time": True}, TypeError, r"job 'j': misfire_grace_time"),
        ({"coalesce": 1}, TypeError, r"job 'j': coalesce must be True or False, not 1"),
        ({"max_instances": 0}, InvalidJobError, r"job 'j': max_instances must be 1 or more, not 0"),
        ({"max_instances": 1.5}, TypeError, r"job 'j': max_instances must be a whole number"),
        ({"max_instances": True}, TypeError, r"job 'j': max_instances must be a whole number"),
        ({"on_lost": "forget"}, InvalidJobError, r"job 'j': on_lost must be 'record' or 'rerun', not 'forget'"),
        ({"next_run_time": 5}, TypeError, r"job 'j': next_run_time must be a datetime"),
        ({"next_run_time": "tomorrow"}, InvalidJobError, r"job 'j': next_run_time: .*ISO"),
        ({"trigger": "weekly"}, InvalidTriggerError, r"neither an alias \(.*'?cron.*\) nor a crontab text"),
        ({"trigger": 5}, TypeError, r"trigger must be a Trigger, an alias"),
        ({"trigger": "interval", "hour": 1}, TypeError, r"interval trigger takes no 'hour' here; it takes weeks"),
        ({"trigger": IntervalTrigger(hours=1), "hours": 1}, TypeError, r"is complete: the arguments 'hours'"),
        ({"id": 5}, TypeError, r"id must be a text, not 5"),
        ({"id": ""}, InvalidJobError, r"id must not be empty; leave it out"),
        ({"id": "\ud800"}, InvalidJobError, r"job '\\ud800': id is no Unicode text, as the name of a file may be; giv"),
        ({"executor": "\udfff"}, InvalidJobError, r"job 'j': executor is no Unicode text"),
        ({"jobstore": 5}, TypeError, r"job 'j': jobstore must be the alias of a job store, a text, not 5"),
        ({"replace_existing": 1}, TypeError, r"job 'j': replace_existing must be True or False, not 1"),
        (
            {"jobstore": "elsewhere"},
            JobStoreNotFoundError,
            r"no job store 'elsewhere'; there are \['default'\]; add it",
        ),
    ],
)
def test_what_cannot_be_a_job_is_refused_with_the_job_the_parameter_and_what_is_possible(
    scheduler, arguments, error, message
):
    arguments = {"func": lone, "trigger": "interval", "args": [1], "id": "j", **arguments}
    if arguments["trigger"] == "interval":
        arguments.setdefault("hours", 1)
    with pytest.raises(error, match=message):
        scheduler.add_job(**arguments)
    assert scheduler.get_jobs() == []


def test_what_could_not_be_stored_later_is_refused_before_the_start_too(background):
    scheduler = background(start=False)
    refused: list[dict[str, Any]] = [{"id": "\ud800"}, {"executor": "\ud800"}, {"jobstore": []}]
    for arguments in refused:
        with pytest.raises((InvalidJobError, TypeError), match=r": (id is no|executor is no|jobstore must)"):
            scheduler.add_job(deeds.note, **arguments)
    scheduler.add_job(deeds.note, id="é", executor="ü")
    scheduler.start()
    assert [job.id for job in scheduler.get_jobs()] == ["é"]


def test_a_called_coroutine_is_refused_with_a_hint_and_leaves_no_warning(scheduler):
    with pytest.raises(TypeError, match=r"pass the function itself, without \(\)"):
        scheduler.add_job(deeds.later(1))


def test_a_long_value_does_not_flood_a_message(scheduler):
    with pytest.raises(TypeError) as caught:
        scheduler.add_job(deeds.note, args="x" * 10_000)
    assert len(str(caught.value)) < 250


def test_a_callable_that_does_not_tell_its_signature_is_taken_on_trust(scheduler):
    scheduler.add_job(min, args=[[3, 1]], id="m")
    scheduler.step()
    assert scheduler.get_runs("m")[0].result == 1


def test_an_id_that_is_taken_is_refused_with_what_to_do(scheduler):
    scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    with pytest.raises(ConflictingIdError, match=r"already has a job 'x'.*replace_existing=True"):
        scheduler.add_job(deeds.note, "interval", hours=1, id="x")


def test_the_refusals_can_be_caught_as_the_field_catches_them(scheduler):
    scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    with pytest.raises(KeyError) as conflict:
        scheduler.add_job(deeds.note, id="x")
    with pytest.raises(ValueError, match=r"cannot be called") as refusal:
        scheduler.add_job(deeds.add)
    assert isinstance(conflict.value, TickwrightError)
    assert isinstance(refusal.value, TickwrightError)


def test_a_lambda_is_refused_by_a_store_that_writes_it_down(tmp_path):
    scheduler = ManualScheduler(jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    with pytest.raises(TickwrightError, match=r"'j'.*lambda"):
        scheduler.add_job(lambda: None, id="j")
    assert scheduler.get_jobs() == []


def test_a_job_for_an_executor_that_is_not_there_stays_due_until_it_is(scheduler, caplog):
    scheduler.add_job(deeds.note, id="e", executor="gpu")
    assert "'gpu'" in caplog.text
    scheduler.advance(hours=1)
    assert scheduler.get_runs() == []
    scheduler.add_executor("debug", "gpu")
    scheduler.step()
    assert [(run.status, run.lateness) for run in scheduler.get_runs("e")] == [("succeeded", timedelta(hours=1))]


# -- before the start ------------------------------------------------------------------------------


def test_a_job_that_is_added_before_the_start_waits_and_is_stored_on_start(background, heard):
    scheduler = background(start=False)
    scheduler.add_listener(heard)
    job = scheduler.add_job(deeds.note, "interval", hours=1, id="early")
    assert (job.pending, job.next_run_time, job.last_run) == (True, None, None)
    assert "pending" in str(job)
    assert scheduler.get_job("early") == job
    assert [one.id for one in scheduler.get_jobs()] == ["early"]
    scheduler.start()
    assert not job.pending
    assert job.next_run_time is not None
    heard.wait_for(events.EVENT_SCHEDULER_STARTED)
    assert heard.codes() == [events.EVENT_JOB_ADDED, events.EVENT_SCHEDULER_STARTED]


def test_run_now_means_when_it_is_started(background, heard):
    scheduler = background(start=False)
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(deeds.note)
    scheduler.start()
    assert heard.wait_for(events.EVENT_JOB_EXECUTED).run.lateness < timedelta(seconds=1)


def test_a_pending_id_is_unique_in_its_store(background):
    scheduler = background(start=False)
    scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    with pytest.raises(ConflictingIdError, match=r"waits for the scheduler to start.*replace_existing=True"):
        scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    scheduler.add_job(deeds.note, "interval", hours=2, id="x", replace_existing=True)
    assert [str(job.trigger) for job in scheduler.get_jobs()] == ["interval[2:00:00]"]


@pytest.mark.parametrize("replace_existing", [False, True])
def test_two_stores_may_have_pending_jobs_of_one_id(background, replace_existing):
    scheduler = background(start=False, jobstores={"a": {"type": "memory"}, "b": {"type": "memory"}})
    for alias, hours in (("a", 1), ("b", 2)):
        scheduler.add_job(
            deeds.note, "interval", hours=hours, id="x", jobstore=alias, replace_existing=replace_existing
        )
    assert [str(scheduler.get_job("x", alias).trigger) for alias in "ab"] == ["interval[1:00:00]", "interval[2:00:00]"]
    scheduler.modify_job("x", "b", name="second")
    assert [scheduler.get_job("x", alias).name for alias in "ab"] == ["note", "second"]
    scheduler.remove_job("x", "b")
    assert [(job.id, job.jobstore) for job in scheduler.get_jobs()] == [("x", "a")]
    scheduler.start()
    assert [(job.id, job.jobstore) for job in scheduler.get_jobs()] == [("x", "a")]


def test_a_pending_job_can_be_changed_paused_and_removed(background):
    scheduler = background(start=False)
    job = scheduler.add_job(deeds.note, "interval", hours=1, id="a")
    job.modify(name="changed", max_instances=3)
    job.reschedule("interval", hours=5)
    scheduler.add_job(deeds.note, "interval", hours=1, id="b").pause()
    scheduler.add_job(deeds.note, "interval", hours=1, id="c").remove()
    paused = scheduler.add_job(deeds.note, "interval", hours=1, id="d", next_run_time=None)
    paused.resume()
    later = scheduler.add_job(deeds.note, "interval", hours=1, id="e")
    later.modify(next_run_time=utc(2100, 1, 1))
    scheduler.start()
    a, b, d, e = (scheduler.get_job(job_id) for job_id in "abde")
    assert (a.name, a.max_instances, str(a.trigger)) == ("changed", 3, "interval[5:00:00]")
    assert b.next_run_time is None
    assert scheduler.get_job("c") is None
    assert d.next_run_time is not None
    assert e.next_run_time == utc(2100, 1, 1)


def test_changing_a_pending_job_s_name_does_not_undo_its_pause_or_its_time(background):
    scheduler = background(start=False)
    scheduler.add_job(deeds.note, "interval", hours=1, id="paused", next_run_time=None).modify(name="x")
    scheduler.add_job(deeds.note, "interval", hours=1, id="timed", next_run_time=utc(2100, 1, 1)).modify(name="x")
    scheduler.start()
    assert scheduler.get_job("paused").next_run_time is None
    assert scheduler.get_job("timed").next_run_time == utc(2100, 1, 1)


def test_an_interval_that_is_rescheduled_while_pending_counts_from_the_start(background):
    scheduler = background(start=False, clock=(clock := SteppedClock()))
    job = scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    job.reschedule("interval", hours=2)
    clock.offset = timedelta(days=1)
    scheduler.start()
    assert job.next_run_time > datetime.now(UTC) + timedelta(days=1, hours=1, minutes=59)


def test_a_pending_job_of_another_store_is_not_touched(background):
    scheduler = background(start=False)
    scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    for call in (scheduler.remove_job, scheduler.pause_job):
        with pytest.raises(TickwrightError, match="'x'"):
            call("x", "elsewhere")
    assert scheduler.get_job("x", "elsewhere") is None
    assert scheduler.get_job("x") is not None


def test_remove_all_jobs_forgets_the_pending_ones_of_that_store(background):
    scheduler = background(start=False, jobstores={"a": {"type": "memory"}, "b": {"type": "memory"}})
    for alias in "ab":
        scheduler.add_job(deeds.note, "interval", hours=1, id=alias, jobstore=alias)
    scheduler.remove_all_jobs("a")
    assert [job.id for job in scheduler.get_jobs()] == ["b"]


def test_a_job_that_is_added_while_the_loop_is_awake_is_run_at_once(background, heard):
    scheduler = background(jobstores={"default": (store := AddsWhileTheLoopIsAwake())})
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    store.scheduler = scheduler
    scheduler.wakeup()
    run = heard.wait_for(events.EVENT_JOB_EXECUTED).run
    # It would wake by itself after a second.
    assert run.lateness < timedelta(seconds=0.5)


class AddsWhileTheLoopIsAwake(MemoryJobStore):
    """After the loop has looked when the next job is due, another thread adds one that is due now."""

    scheduler: BackgroundScheduler | None = None

    def next_due_time(self, *args: Any) -> datetime | None:
        answer = super().next_due_time(*args)
        if (scheduler := self.scheduler) is not None:
            self.scheduler = None
            thread = Thread(target=lambda: scheduler.add_job(deeds.note))
            thread.start()
            thread.join(SOON)
        return answer


# -- the decorator ---------------------------------------------------------------------------------


def test_the_decorator_adds_the_function_and_leaves_it_as_it_is(scheduler):
    @scheduler.scheduled_job("interval", minutes=1, id="tick", name="Tick", args=[1], max_instances=2)
    def tick(number: int) -> int:
        return number

    assert tick(5) == 5
    job = scheduler.get_job("tick")
    assert (job.func, job.name, job.args, job.max_instances) == (tick, "Tick", (1,), 2)
    scheduler.advance(minutes=1)
    assert scheduler.get_runs("tick")[0].result == 1


def test_the_decorator_can_be_used_twice_on_one_function_and_again_for_the_same_id(scheduler):
    for _ in range(2):
        decorate = scheduler.scheduled_job("interval", hours=1, id="again")
        assert decorate(deeds.note) is deeds.note
    scheduler.scheduled_job("cron", hour=3, id="other")(deeds.note)
    assert {job.id for job in scheduler.get_jobs()} == {"again", "other"}


def test_the_decorator_takes_a_crontab_text(scheduler):
    @scheduler.scheduled_job("30 3 * * *")
    def nightly() -> None: ...

    assert [job.next_run_time for job in scheduler.get_jobs()] == [utc(2026, 1, 2, 3, 30)]


# -- adding the same job again ---------------------------------------------------------------------


def open_at(path: Any, start: Any = "2026-01-01 12:00") -> ManualScheduler:
    """Return a scheduler on the store at `path`, as a program that is started again makes it."""
    return ManualScheduler(start, jobstores={"default": SQLiteJobStore(path)})


def test_a_restart_that_adds_its_jobs_again_changes_nothing(tmp_path):
    with open_at(tmp_path / "db") as first:
        added = first.add_job(deeds.note, "interval", hours=1, id="hourly", replace_existing=True)
        first.add_job(deeds.note, "interval", hours=1, id="paused", replace_existing=True).pause()
        first.advance(minutes=90)
        planned, history = added.next_run_time, first.get_runs()
        assert planned == utc(2026, 1, 1, 14)
        first.shutdown()
    with open_at(tmp_path / "db", "2026-01-01 13:45") as second:
        again: Any = second.add_job(deeds.note, "interval", hours=1, id="hourly", replace_existing=True)
        paused = second.add_job(deeds.note, "interval", hours=1, id="paused", replace_existing=True)
        assert (again.next_run_time, paused.next_run_time) == (planned, None)
        assert second.get_runs() == history
        second.advance(hours=1)
        assert again.next_run_time == utc(2026, 1, 1, 15)
        assert second.get_runs("paused") == []


def test_adding_again_takes_what_is_declared_anew(scheduler):
    before = scheduler.add_job(deeds.note, "interval", hours=1, id="x").next_run_time
    scheduler.advance(minutes=10)
    job = scheduler.add_job(
        deeds.add, "interval", hours=1, args=[1], id="x", name="sum", max_instances=5, replace_existing=True
    )
    assert (job.func, job.args, job.name, job.max_instances) == (deeds.add, (1,), "sum", 5)
    assert job.next_run_time == before


def test_adding_again_with_another_trigger_starts_the_schedule_anew(scheduler):
    scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    scheduler.advance(minutes=10)
    job = scheduler.add_job(deeds.note, "interval", hours=2, id="x", replace_existing=True)
    assert job.next_run_time == utc(2026, 1, 1, 14, 10)


def test_adding_again_with_another_trigger_does_not_undo_a_pause(scheduler):
    scheduler.add_job(deeds.note, "interval", hours=1, id="x").pause()
    job = scheduler.add_job(deeds.note, "interval", hours=2, id="x", replace_existing=True)
    assert job.next_run_time is None
    assert job.resume().next_run_time == utc(2026, 1, 1, 14)


def test_adding_again_with_a_next_run_time_takes_that_and_ends_a_pause(scheduler):
    scheduler.add_job(deeds.note, "interval", hours=1, id="x").pause()
    again = functools.partial(scheduler.add_job, deeds.note, "interval", hours=1, id="x", replace_existing=True)
    assert again(next_run_time=utc(2026, 1, 2)).next_run_time == utc(2026, 1, 2)
    assert again(next_run_time=None).next_run_time is None


def test_a_one_shot_that_ran_is_not_run_again_by_a_restart_that_adds_it_again(tmp_path):
    for start in ("2026-01-01 12:00", "2026-01-01 14:00", "2026-01-02 12:00"):
        with open_at(tmp_path / "db", start) as scheduler:
            scheduler.add_job(deeds.note, "date", run_date="2026-01-01 13:00", id="once", replace_existing=True)
            scheduler.advance(hours=2)
            assert [run.status for run in scheduler.get_runs("once")] == ["succeeded"]
            assert scheduler.get_job("once") is None
            scheduler.shutdown()
    assert len(deeds.called) == 1


def test_a_one_shot_that_fell_due_while_nothing_ran_is_run_late_by_the_restart(tmp_path):
    with open_at(tmp_path / "db") as scheduler:
        scheduler.add_job(deeds.note, "date", run_date="2026-01-01 13:00", id="once", replace_existing=True)
        scheduler.shutdown()
    with open_at(tmp_path / "db", "2026-01-01 15:00") as scheduler:
        scheduler.add_job(deeds.note, "date", run_date="2026-01-01 13:00", id="once", replace_existing=True)
        scheduler.step()
        assert [run.lateness for run in scheduler.get_runs("once")] == [timedelta(hours=2)]


def test_adding_again_mends_a_job_whose_function_is_gone_and_keeps_its_schedule(tmp_path, monkeypatch):
    monkeypatch.setattr(deeds, "old_name", deeds.note, raising=False)
    monkeypatch.setattr(deeds.note, "__name__", "old_name")
    monkeypatch.setattr(deeds.note, "__qualname__", "old_name")
    with open_at(tmp_path / "db") as scheduler:
        planned = scheduler.add_job(deeds.old_name, "interval", hours=1, id="x").next_run_time  # type: ignore[attr-defined]
        scheduler.shutdown()
    monkeypatch.undo()
    with open_at(tmp_path / "db", "2026-01-01 12:30") as scheduler:
        assert [one.job_id for one in scheduler.get_unreadable_jobs()] == ["x"]
        job = scheduler.add_job(deeds.note, "interval", hours=1, id="x", replace_existing=True)
        assert job.next_run_time == planned
        assert scheduler.get_unreadable_jobs() == []
        scheduler.advance(minutes=30)
        assert [run.status for run in scheduler.get_runs("x")] == ["succeeded"]


def test_many_threads_may_add_the_same_job_at_once(background):
    scheduler = background()
    answers: list[object] = []

    def add(replace_existing: bool) -> None:
        try:
            job = scheduler.add_job(deeds.note, "interval", hours=1, id="same", replace_existing=replace_existing)
            answers.append(job.id)
        except ConflictingIdError:
            answers.append("conflict")

    for replace_existing in (False, True):
        answers.clear()
        threads = [Thread(target=add, args=(replace_existing,)) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SOON)
        assert len(answers) == 16
        assert answers.count("conflict") == (0 if replace_existing else 15)
        assert len(scheduler.get_jobs()) == 1


def test_adding_while_another_thread_starts_the_scheduler_loses_nothing():
    for _ in range(20):
        scheduler = BackgroundScheduler(timezone="UTC")
        thread = Thread(target=scheduler.start)
        thread.start()
        ids = {scheduler.add_job(deeds.note, "interval", hours=1).id for _ in range(20)}
        in_time(thread.join)
        jobs = scheduler.get_jobs()
        assert {job.id for job in jobs} == ids
        assert not any(job.pending for job in jobs)
        scheduler.shutdown(wait=False)


def test_what_a_store_cannot_promise_is_said_at_the_start(caplog):
    class Plain(MemoryJobStore):
        checks_versions = False

    with caplog.at_level(logging.WARNING):
        ManualScheduler(jobstores={"default": Plain()}).shutdown()
    assert "cannot check versions" in caplog.text
    assert "Plain" in caplog.text


def test_an_aware_time_in_another_zone_is_the_same_instant(scheduler):
    run_date = datetime(2026, 1, 1, 20, tzinfo=UTC).astimezone()
    assert scheduler.add_job(deeds.note, "date", run_date=run_date).next_run_time == utc(2026, 1, 1, 20)
