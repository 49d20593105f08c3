"""Events: each of them with its attributes, to whom it is told, in which order, and what no listener can do."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from threading import Event, Thread, current_thread, main_thread
from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import SOON, BreakableStore, Heard, RaisingTrigger, in_time, soon, utc
from tickwright import events
from tickwright.core import tending
from tickwright.errors import ConfigurationError
from tickwright.events import (
    EVENT_ALL,
    ClockJumpEvent,
    JobEvent,
    JobExecutionEvent,
    JobSubmissionEvent,
    JobTroubleEvent,
    SchedulerEvent,
    StoreTroubleEvent,
)
from tickwright.executors.pool import ThreadPoolExecutor
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.testing import ManualScheduler

pytestmark = pytest.mark.timeout(60)


def manual(**options: Any) -> tuple[ManualScheduler, Heard]:
    """Return a scheduler that stands at 2026-01-01 00:00 UTC, and all that it tells."""
    scheduler, heard = ManualScheduler("2026-01-01", **options), Heard()
    scheduler.add_listener(heard)
    return scheduler, heard


# -- each event ------------------------------------------------------------------------------------


def test_the_life_of_a_scheduler_is_told():
    scheduler, heard = manual()
    scheduler.pause()
    scheduler.pause()
    scheduler.resume()
    scheduler.shutdown()
    scheduler.start()
    assert heard.codes() == [
        events.EVENT_SCHEDULER_PAUSED,
        events.EVENT_SCHEDULER_RESUMED,
        events.EVENT_SCHEDULER_SHUTDOWN,
        events.EVENT_SCHEDULER_STARTED,
    ]
    assert {type(event) for event in heard.events} == {SchedulerEvent}
    assert {event.alias for event in heard.events} == {None}


def test_parts_that_come_and_go_are_told_with_their_alias():
    scheduler, heard = manual()
    scheduler.add_jobstore("memory", "store")
    scheduler.add_executor("debug", "hands")
    scheduler.remove_executor("hands")
    scheduler.remove_jobstore("store")
    assert [(event.code, event.alias) for event in heard.events] == [
        (events.EVENT_JOBSTORE_ADDED, "store"),
        (events.EVENT_EXECUTOR_ADDED, "hands"),
        (events.EVENT_EXECUTOR_REMOVED, "hands"),
        (events.EVENT_JOBSTORE_REMOVED, "store"),
    ]


def test_a_job_that_is_added_changed_and_removed_is_told():
    scheduler, heard = manual()
    scheduler.add_jobstore("memory", "other")
    heard.events.clear()
    job = scheduler.add_job(deeds.note, "interval", hours=1, id="a", jobstore="other")
    job.modify(name="b")
    job.reschedule("interval", hours=2)
    job.pause()
    job.resume()
    job.remove()
    assert heard.codes() == [events.EVENT_JOB_ADDED, *[events.EVENT_JOB_MODIFIED] * 4, events.EVENT_JOB_REMOVED]
    assert {type(event) for event in heard.events} == {JobEvent}
    assert {(event.job_id, event.jobstore) for event in heard.events} == {("a", "other")}


def test_removing_all_jobs_is_told_once_with_the_store():
    scheduler, heard = manual()
    for _ in range(3):
        scheduler.add_job(deeds.note, "interval", hours=1)
    heard.events.clear()
    scheduler.remove_all_jobs("default")
    scheduler.remove_all_jobs()
    assert [(one.code, one.alias) for one in heard.events] == [
        (events.EVENT_ALL_JOBS_REMOVED, "default"),
        (events.EVENT_ALL_JOBS_REMOVED, None),
    ]


def test_a_run_that_succeeds_is_told_with_its_result_and_its_record():
    scheduler, heard = manual()
    scheduler.add_job(deeds.add, "date", args=[1], kwargs={"b": 2}, run_date="2026-01-01 01:00", id="sum")
    scheduler.advance(hours=1)
    assert heard.codes("sum") == [
        events.EVENT_JOB_ADDED,
        events.EVENT_JOB_SUBMITTED,
        events.EVENT_JOB_EXECUTED,
        events.EVENT_JOB_REMOVED,
    ]
    submitted, executed = heard.events[1:3]
    assert isinstance(submitted, JobSubmissionEvent)
    assert (submitted.jobstore, submitted.scheduled_run_times) == ("default", [utc(2026, 1, 1, 1)])
    assert isinstance(executed, JobExecutionEvent)
    assert (executed.scheduled_run_time, executed.retval, executed.exception, executed.traceback) == (
        utc(2026, 1, 1, 1),
        3,
        None,
        None,
    )
    assert executed.run == scheduler.get_runs("sum")[0]


def test_a_run_that_fails_is_told_with_its_exception_and_the_text_of_the_traceback():
    scheduler, heard = manual()
    scheduler.add_job(deeds.fail, args=["broken"], id="bad")
    scheduler.step()
    (event,) = heard.of(events.EVENT_JOB_ERROR)
    assert (repr(event.exception), event.retval) == ("ValueError('broken')", None)
    assert isinstance(event.traceback, str)
    assert "in fail" in event.traceback
    assert event.run.status == "failed"


def test_a_missed_fire_time_is_told_once_with_what_it_stands_for():
    scheduler, heard = manual()
    scheduler.add_job(deeds.note, "interval", minutes=1, id="m", misfire_grace_time=1)
    scheduler.sleep(timedelta(minutes=10, seconds=30))
    (event,) = heard.of(events.EVENT_JOB_MISSED)
    assert type(event) is JobExecutionEvent
    assert event.scheduled_run_time == utc(2026, 1, 1, 0, 10)
    assert event.run is not None
    assert (event.run.coalesced, event.run.status) == (10, "missed")
    assert heard.of(events.EVENT_JOB_EXECUTED) == []


def test_a_skipped_fire_time_is_told_under_both_of_its_codes(background, heard, gate):
    scheduler = background()
    scheduler.add_listener(heard)
    scheduler.add_job(gate, "interval", hours=1, id="long")
    first = scheduler.run_job("long")
    gate.wait_until_entered()
    second = scheduler.run_job("long")
    assert (first.status, second.status) == ("scheduled", "skipped")
    skipped = heard.wait_for(events.EVENT_JOB_SKIPPED)
    assert isinstance(skipped, JobExecutionEvent)
    assert skipped.run == second
    too_many = heard.wait_for(events.EVENT_JOB_MAX_INSTANCES)
    assert isinstance(too_many, JobSubmissionEvent)
    assert too_many.scheduled_run_times == [second.fire_time]


def test_a_cancelled_run_is_told_with_its_reason(background, heard, gate):
    scheduler = background(executors={"default": ThreadPoolExecutor(1)})
    scheduler.add_listener(heard, events.EVENT_JOB_CANCELLED)
    scheduler.add_job(gate, id="busy")
    gate.wait_until_entered()
    scheduler.add_job(deeds.note, id="behind")
    assert soon(lambda: len(scheduler.get_runs("behind")) == 1)
    scheduler.shutdown(wait=False)
    event = heard.wait_for(events.EVENT_JOB_CANCELLED)
    assert (event.job_id, event.run.status) == ("behind", "cancelled")
    assert "before it started" in event.run.reason


def test_an_unreadable_job_is_told_when_it_is_found_and_when_it_is_back(tmp_path, monkeypatch):
    store = SQLiteJobStore(tmp_path / "jobs.sqlite")
    with ManualScheduler("2026-01-01", jobstores={"default": store}) as first:
        first.add_job(deeds.note, "interval", minutes=1, id="n")
        first.shutdown()
    scheduler, heard = manual(jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    with monkeypatch.context() as patch:
        patch.delattr(deeds, "note")
        scheduler.advance(minutes=5)
        (lost,) = heard.of(events.EVENT_JOB_UNREADABLE)
        assert isinstance(lost, JobTroubleEvent)
        assert lost.job_id == "n"
        assert "note" in lost.reason
        assert [one.job_id for one in scheduler.get_unreadable_jobs()] == ["n"]
    scheduler.advance(minutes=1)
    (back,) = heard.of(events.EVENT_JOB_READABLE)
    assert (back.job_id, back.jobstore) == ("n", "default")
    scheduler.advance(minutes=1)
    assert heard.of(events.EVENT_JOB_EXECUTED)
    assert scheduler.get_unreadable_jobs() == []
    assert heard.codes("n").count(events.EVENT_JOB_UNREADABLE) == 1


def test_a_job_that_cannot_be_loaded_is_told_soon_after_the_start_and_not_only_when_it_is_due(
    tmp_path, monkeypatch, background, heard
):
    monkeypatch.setattr(tending, "TEND_EVERY", 0.2)
    store = SQLiteJobStore(tmp_path / "jobs.sqlite")
    with ManualScheduler("2026-01-01", jobstores={"default": store}) as first:
        first.add_job(deeds.note, "date", run_date="2999-01-01", id="far")
        first.shutdown()
    monkeypatch.delattr(deeds, "note")
    scheduler = background(jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    scheduler.add_listener(heard)
    assert heard.wait_for(events.EVENT_JOB_UNREADABLE).job_id == "far"
    assert scheduler.health().problems == ("1 job(s) of store 'default' cannot be loaded here",)


def test_a_trigger_that_raises_is_told_with_its_exception():
    scheduler, heard = manual()
    scheduler.add_job(deeds.note, RaisingTrigger(utc(2026, 1, 1, 1)), id="buggy")
    scheduler.advance(hours=1)
    (event,) = heard.of(events.EVENT_TRIGGER_ERROR)
    assert isinstance(event, JobTroubleEvent)
    assert (event.job_id, type(event.exception)) == ("buggy", ZeroDivisionError)
    assert scheduler.health().triggers_failing == 1


def test_an_outage_is_told_once_at_each_end():
    store = BreakableStore()
    scheduler, heard = manual(jobstores={"default": store}, jobstore_retry_interval=1)
    store.is_out = True
    scheduler.advance(minutes=1)
    store.is_out = False
    scheduler.advance(minutes=1)
    began, ended = heard.events
    assert isinstance(began, StoreTroubleEvent)
    assert (began.code, began.alias, str(began.exception), began.duration) == (
        events.EVENT_JOBSTORE_OUTAGE,
        "default",
        "the store is out",
        timedelta(0),
    )
    assert (ended.code, ended.alias, ended.exception) == (events.EVENT_JOBSTORE_RECOVERED, "default", None)
    assert timedelta(seconds=59) < ended.duration < timedelta(seconds=62)


def test_a_clock_that_was_set_is_told_with_how_far():
    scheduler, heard = manual()
    scheduler.jump(timedelta(hours=-1))
    (event,) = heard.events
    assert isinstance(event, ClockJumpEvent)
    assert (event.code, event.offset) == (events.EVENT_CLOCK_JUMPED, timedelta(hours=-1))


def test_a_lost_run_is_told(background, gate, heard):
    scheduler = background()
    scheduler.add_job(gate, id="endless")
    gate.wait_until_entered()
    scheduler.shutdown(wait=False)
    scheduler.add_listener(heard, JobExecutionEvent)
    scheduler.start()
    event = heard.wait_for(events.EVENT_JOB_LOST)
    assert event.run.status == "lost"
    assert type(event.exception).__name__ == "RunLostError"


# -- who hears what --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event_class", "told"),
    [
        (SchedulerEvent, {events.EVENT_JOBSTORE_ADDED, events.EVENT_CLOCK_JUMPED}),
        (ClockJumpEvent, {events.EVENT_CLOCK_JUMPED}),
        (JobEvent, {events.EVENT_JOB_ADDED, events.EVENT_JOB_SUBMITTED, events.EVENT_JOB_EXECUTED, 1024}),
        (JobSubmissionEvent, {events.EVENT_JOB_SUBMITTED}),
        (JobExecutionEvent, {events.EVENT_JOB_EXECUTED}),
        (StoreTroubleEvent, set()),
    ],
)
def test_a_listener_by_class_hears_that_class_and_those_derived_from_it(event_class, told):
    scheduler, heard = ManualScheduler(), Heard()
    scheduler.add_listener(heard, event_class)
    scheduler.add_jobstore("memory", "other")
    scheduler.add_job(deeds.note)
    scheduler.jump(timedelta(hours=2))
    assert set(heard.codes()) == told
    assert all(isinstance(event, event_class) for event in heard.events)


def test_a_listener_by_mask_hears_those_codes_only():
    scheduler, heard = ManualScheduler(), Heard()
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED | events.EVENT_JOB_ERROR)
    scheduler.add_job(deeds.note, id="a")
    scheduler.add_job(deeds.fail, id="b")
    scheduler.step()
    assert heard.codes() == [events.EVENT_JOB_EXECUTED, events.EVENT_JOB_ERROR]


def test_the_mask_for_all_events_of_the_field_is_taken_too():
    scheduler, heard = ManualScheduler(), Heard()
    scheduler.add_listener(heard, 131071)
    scheduler.add_job(deeds.note)
    scheduler.jump(timedelta(hours=2))
    assert events.EVENT_JOB_EXECUTED in heard.codes()
    assert events.EVENT_CLOCK_JUMPED not in heard.codes()


class OwnEvent(events.Event):
    """An event that nothing tells."""


@pytest.mark.parametrize("mask", [0, -1, EVENT_ALL + 1, True, "all", 1.0, None, str, OwnEvent])
def test_what_is_no_mask_is_refused(mask):
    with pytest.raises(ConfigurationError, match="mask"):
        ManualScheduler().add_listener(print, mask)


def test_what_cannot_be_called_is_no_listener():
    with pytest.raises(TypeError, match="callable"):
        ManualScheduler().add_listener("print")  # type: ignore[arg-type]


def test_a_removed_listener_hears_nothing_more():
    scheduler, heard = manual()
    scheduler.remove_listener(heard)
    scheduler.remove_listener(heard)
    scheduler.add_job(deeds.note)
    scheduler.step()
    assert heard.events == []


def test_a_listener_that_another_removes_does_not_hear_the_same_event():
    scheduler, heard = ManualScheduler(), Heard()
    scheduler.add_listener(lambda event: scheduler.remove_listener(heard))
    scheduler.add_listener(heard)
    scheduler.add_job(deeds.note)
    assert heard.events == []


def test_a_listener_may_remove_itself_and_the_others_still_hear():
    scheduler, heard = ManualScheduler(), Heard()
    told = []

    def once(event: events.Event) -> None:
        told.append(event)
        scheduler.remove_listener(once)

    scheduler.add_listener(once)
    scheduler.add_listener(heard)
    scheduler.add_job(deeds.note, "interval", hours=1)
    scheduler.remove_all_jobs()
    assert (len(told), len(heard.events)) == (1, 2)


def test_a_listener_that_is_added_by_a_listener_hears_what_comes_next(background, heard, gate):
    scheduler = background()

    def follow(event: events.Event) -> None:
        scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
        gate.open()

    scheduler.add_listener(follow, events.EVENT_JOB_ADDED)
    scheduler.add_job(gate)
    heard.wait_for(events.EVENT_JOB_EXECUTED)


# -- in which order --------------------------------------------------------------------------------


def test_the_events_of_a_job_come_in_the_order_in_which_they_happened(background, heard):
    scheduler = background()
    scheduler.add_listener(heard)
    for number in range(200):
        scheduler.add_job(deeds.note, id=f"job-{number}")
    heard.wait_for(events.EVENT_JOB_REMOVED, 200)
    expected = [
        events.EVENT_JOB_ADDED,
        events.EVENT_JOB_SUBMITTED,
        events.EVENT_JOB_EXECUTED,
        events.EVENT_JOB_REMOVED,
    ]
    assert {tuple(heard.codes(f"job-{number}")) for number in range(200)} == {tuple(expected)}


class SlowToAnswer(MemoryJobStore):
    """A store that has added a job long before it says so, as one at the other end of a network."""

    def __init__(self) -> None:
        super().__init__()
        self.was_run = Event()

    def add_job(self, job: Any) -> None:
        super().add_job(job)
        self.scheduler_wakes()
        assert self.was_run.wait(SOON)

    def start(self, scheduler: Any, alias: str) -> None:
        super().start(scheduler, alias)
        self.scheduler_wakes = scheduler.wakeup


def test_a_job_is_told_as_added_before_its_first_run_however_fast_that_is(background, heard):
    store = SlowToAnswer()
    scheduler = background(jobstores={"default": store})
    scheduler.add_listener(heard)
    in_time(lambda: scheduler.add_job(store.was_run.set, id="fast"))
    heard.wait_for(events.EVENT_JOB_REMOVED)
    assert heard.codes("fast")[:3] == [
        events.EVENT_JOB_ADDED,
        events.EVENT_JOB_SUBMITTED,
        events.EVENT_JOB_EXECUTED,
    ]


class RefusesOnce(MemoryJobStore):
    def add_job(self, job: Any) -> None:
        if job.id == "refused":
            raise ConnectionError("not now")
        super().add_job(job)


def test_events_go_on_after_an_add_that_the_store_refused(background, heard):
    scheduler = background(jobstores={"default": RefusesOnce()})
    scheduler.add_listener(heard)
    with pytest.raises(ConnectionError):
        scheduler.add_job(deeds.note, id="refused")
    assert "refused" not in [getattr(event, "job_id", None) for event in heard.events]
    scheduler.add_job(deeds.note, id="taken")
    heard.wait_for(events.EVENT_JOB_REMOVED)
    assert len(heard.codes("taken")) == 4


# -- what no listener can do -----------------------------------------------------------------------


def test_a_listener_that_raises_harms_nobody_and_is_counted(background, heard, caplog):
    scheduler = background()

    def broken(event: events.Event) -> None:
        raise RuntimeError("a listener with a bug")

    def leaving(event: events.Event) -> None:
        raise SystemExit(1)

    for callback in (broken, leaving, heard):
        scheduler.add_listener(callback, events.EVENT_JOB_EXECUTED)
    for number in range(3):
        scheduler.add_job(deeds.note, id=f"{number}")
    heard.wait_for(events.EVENT_JOB_EXECUTED, 3)
    assert scheduler.health().listener_errors == 6
    assert scheduler.health().ok
    assert "a listener with a bug" in caplog.text


def test_a_listener_is_not_called_in_the_loop_nor_in_the_thread_that_adds(background):
    scheduler, threads = background(), []
    done = Event()

    def look(event: events.Event) -> None:
        threads.append(current_thread())
        if event.code == events.EVENT_JOB_REMOVED:
            done.set()

    scheduler.add_listener(look)
    scheduler.add_job(deeds.note)
    assert done.wait(SOON)
    assert len(set(threads)) == 1
    assert threads[0] not in (main_thread(), scheduler._loop.thread)


def test_a_slow_listener_delays_no_job_and_loses_no_event(background, gate, heard):
    scheduler = background()
    scheduler.add_listener(gate, events.EVENT_JOB_ADDED)
    scheduler.add_listener(heard)
    for number in range(5):
        scheduler.add_job(deeds.note, id=f"{number}")
    gate.wait_until_entered()
    assert soon(lambda: [run.status for run in scheduler.get_runs()] == ["succeeded"] * 5)
    assert all(run.lateness < timedelta(seconds=1) for run in scheduler.get_runs())
    assert scheduler.health().events_waiting > 0
    assert heard.events == []
    gate.open()
    heard.wait_for(events.EVENT_JOB_REMOVED, 5)
    assert len(heard.events) == 20


def test_a_listener_may_add_look_at_and_run_jobs(background, heard):
    scheduler = background()

    def follow(event: JobEvent) -> None:
        if event.job_id == "first":
            scheduler.add_job(deeds.note, "interval", hours=1, id="second")
            scheduler.run_job("second")
            assert scheduler.get_job("second") is not None

    scheduler.add_listener(follow, events.EVENT_JOB_EXECUTED)
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(deeds.note, id="first")
    assert heard.wait_for(events.EVENT_JOB_EXECUTED, 2).job_id == "second"
    assert scheduler.health().listener_errors == 0


def test_an_event_tells_of_what_is_already_in_the_store(background):
    scheduler = background()
    seen: list[Any] = []
    done = Event()

    def look(event: Any) -> None:
        seen.append((scheduler.get_job("j") is not None, [run.status for run in scheduler.get_runs("j")]))
        done.set()

    scheduler.add_listener(look, events.EVENT_JOB_REMOVED)
    scheduler.add_job(deeds.note, id="j")
    assert done.wait(SOON)
    assert seen == [(False, ["succeeded"])]


def test_a_listener_may_restart_the_scheduler_that_has_just_shut_down(background, heard):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)

    def revive(event: events.Event) -> None:
        scheduler.remove_listener(revive)
        scheduler.start()
        scheduler.add_job(deeds.note)

    scheduler.add_listener(revive, events.EVENT_SCHEDULER_SHUTDOWN)
    in_time(scheduler.shutdown)
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    assert scheduler.running


def test_a_listener_that_hangs_over_a_restart_still_hears_everything_in_order(background, heard, gate):
    scheduler = background()
    scheduler.add_listener(gate, events.EVENT_SCHEDULER_SHUTDOWN)
    scheduler.add_listener(heard)
    scheduler.shutdown(wait=False)
    gate.wait_until_entered()
    scheduler.start()
    gate.open()
    heard.wait_for(events.EVENT_SCHEDULER_STARTED)
    assert heard.codes() == [events.EVENT_SCHEDULER_SHUTDOWN, events.EVENT_SCHEDULER_STARTED]


def test_listeners_hear_where_no_thread_can_be_started_any_more(background, heard, monkeypatch):
    scheduler = background()
    real_start = Thread.start

    def start(thread: Thread) -> None:
        if thread.name == "tickwright-listeners":
            raise RuntimeError("can't create new thread at interpreter shutdown")
        real_start(thread)

    monkeypatch.setattr(Thread, "start", start)
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(deeds.note)
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    assert scheduler.health().ok


def test_a_time_in_an_event_is_aware_and_in_utc():
    scheduler, heard = manual(timezone="Europe/Berlin")
    scheduler.add_job(deeds.note, "cron", hour=3)
    scheduler.advance(days=1)
    (event,) = heard.of(events.EVENT_JOB_EXECUTED)
    assert event.scheduled_run_time == datetime(2026, 1, 1, 2, tzinfo=UTC)
    assert event.scheduled_run_time.utcoffset() == timedelta(0)


def listening_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "tickwright-listeners"}


def test_no_thread_is_kept_for_listeners_before_the_start_or_after_the_end(background, heard):
    before = listening_threads()  # of other tests, on their way out
    scheduler = background(start=False)
    scheduler.add_listener(heard)
    scheduler.add_jobstore("memory", "extra")
    heard.wait_for(events.EVENT_JOBSTORE_ADDED)
    assert soon(lambda: listening_threads() <= before)
    scheduler.start()
    heard.wait_for(events.EVENT_SCHEDULER_STARTED)
    assert len(listening_threads() - before) == 1
    scheduler.shutdown()
    scheduler.remove_jobstore("extra")
    heard.wait_for(events.EVENT_JOBSTORE_REMOVED)
    assert soon(lambda: listening_threads() <= before)


def test_a_slow_listener_of_the_shutdown_leaves_no_thread(background, heard):
    before = listening_threads()
    let_go = Event()
    for number in range(3):
        scheduler = background()
        scheduler.add_listener(heard, events.EVENT_SCHEDULER_SHUTDOWN)
        scheduler.add_listener(lambda event: let_go.wait(SOON), events.EVENT_SCHEDULER_SHUTDOWN)
        stopping = Thread(target=scheduler.shutdown, daemon=True)
        stopping.start()
        heard.wait_for(events.EVENT_SCHEDULER_SHUTDOWN, number + 1)
    assert listening_threads() - before
    let_go.set()
    assert soon(lambda: listening_threads() <= before)
