"""The defects that users of APScheduler 3 know: for each, a test that shows that it is not ours."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import SOON, CountingTrigger, Heard, in_time, soon, utc
from tickwright import CronTrigger, IntervalTrigger, events
from tickwright.executors.base import Executor
from tickwright.executors.debug import DebugExecutor
from tickwright.executors.pool import ThreadPoolExecutor
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.testing import ManualScheduler

pytestmark = pytest.mark.timeout(60)


# Defect: a job that could not be loaded was deleted from the database.
def test_a_job_that_cannot_be_loaded_is_kept_and_comes_back(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        for hour in (0, 6):
            store = SQLiteJobStore(tmp_path / "db")
            scheduler = ManualScheduler(utc(2026, 1, 1, hour), jobstores={"default": store})
            if hour == 0:
                scheduler.add_job(deeds.note, "interval", hours=1, id="x")
                patch.delattr(deeds, "note")
            scheduler.advance(hours=5)
            assert [one.job_id for one in scheduler.get_unreadable_jobs()] == ["x"]
            scheduler.shutdown()
    scheduler = ManualScheduler(utc(2026, 1, 1, 12), jobstores={"default": SQLiteJobStore(tmp_path / "db")})
    scheduler.advance(minutes=10)
    assert [(run.status, run.coalesced) for run in scheduler.get_runs("x")] == [("succeeded", 12)]


class RaisesAtEachCall(MemoryJobStore):
    """Raises from whatever the loop asks it, be it `Exception` or not, until it is told to stop."""

    error: type[BaseException] | None = None

    def read_due(self, *args: Any, **options: Any) -> Any:
        if self.error is not None:
            raise self.error("a store with a bug")
        return super().read_due(*args, **options)


# Defect: an exception in the scheduler's thread ended it for good, while `running` stayed True.
@pytest.mark.parametrize("error", [ValueError, MemoryError, SystemExit, GeneratorExit])
def test_the_loop_survives_whatever_its_store_raises(background, heard, error):
    store = RaisesAtEachCall()
    scheduler = background(jobstores={"default": store, "fine": MemoryJobStore()}, jobstore_retry_interval=0.1)
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    thread = scheduler._loop.thread
    store.error = error
    scheduler.add_job(deeds.note, id="x")
    assert soon(lambda: scheduler.health().last_step is not None)
    store.error = None
    assert heard.wait_for(events.EVENT_JOB_EXECUTED).job_id == "x"
    assert scheduler.running
    assert thread.is_alive()


# Defect: the same for a trigger; every other job stood still with it.
def test_a_trigger_that_raises_stops_its_own_job_only():
    class Raising(IntervalTrigger):
        def get_next_fire_time(self, previous_fire_time: Any, now: Any) -> Any:
            if previous_fire_time is not None:
                raise KeyError("a trigger with a bug")
            return super().get_next_fire_time(previous_fire_time, now)

    scheduler, heard = ManualScheduler("2026-01-01"), Heard()
    scheduler.add_listener(heard, events.EVENT_TRIGGER_ERROR)
    scheduler.add_job(deeds.note, Raising(hours=1), id="bad")
    scheduler.add_job(deeds.note, "interval", hours=1, id="good")
    scheduler.advance(hours=5)
    assert len(scheduler.get_runs("good")) == 5
    assert scheduler.get_runs("bad") == []
    assert heard.events
    assert scheduler.get_job("bad") is not None


# Defect: an `async def` in a thread pool was never awaited, and its coroutine was called a success.
@pytest.mark.parametrize("executor", ["threadpool", "debug"])
def test_a_coroutine_function_is_awaited_by_every_executor(background, heard, executor):
    scheduler = background(executors={"default": {"type": executor}})
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED | events.EVENT_JOB_ERROR)
    scheduler.add_job(deeds.later, args=[41], id="x")
    assert heard.wait_for(events.EVENT_JOB_EXECUTED).retval == 42


# Defect: jitter moved the fire time itself, so an interval with jitter drifted further away each time.
def test_jitter_delays_runs_and_never_the_schedule():
    scheduler = ManualScheduler("2026-01-01")
    scheduler.add_job(deeds.note, "interval", hours=1, jitter=600, id="x")
    scheduler.advance(days=10, minutes=30)
    runs = list(reversed(scheduler.get_runs("x")))
    assert [run.fire_time for run in runs] == [utc(2026, 1, 1) + timedelta(hours=number) for number in range(1, 241)]
    delays = [run.due_at - run.fire_time for run in runs]
    assert timedelta(0) <= min(delays) < max(delays) <= timedelta(seconds=600)
    assert len(set(delays)) > 200


# Defect: a daily job was left out, run twice or run at the wrong time when the clocks changed.
@pytest.mark.parametrize(
    ("start", "expected"),
    [
        # Berlin leaves out 02:00-03:00 on 2026-03-29: the run comes at the first instant after the gap.
        ("2026-03-28", ["28 01:30", "29 01:00", "30 00:30"]),
        # Berlin shows 02:00-03:00 twice on 2026-10-25: the run comes once, in the first pass.
        ("2026-10-24", ["24 00:30", "25 00:30", "26 01:30"]),
    ],
)
def test_a_daily_job_runs_once_on_the_days_when_the_clocks_change(start, expected):
    scheduler = ManualScheduler(start, timezone="Europe/Berlin")
    scheduler.add_job(deeds.note, "cron", hour=2, minute=30, id="x")
    scheduler.advance(days=3)
    assert [f"{run.fire_time:%d %H:%M}" for run in reversed(scheduler.get_runs("x"))] == expected


# Defect: a run that was a second late was dropped, and the wait for a free worker counted as lateness.
def test_a_run_that_waits_long_for_a_worker_is_run_and_not_late(background, heard):
    release = Event()
    scheduler = background(executors={"default": ThreadPoolExecutor(1)}, job_defaults={"misfire_grace_time": 1})
    scheduler.add_listener(heard)
    scheduler.add_job(release.wait, args=[SOON], id="first")
    heard.wait_for(events.EVENT_JOB_SUBMITTED)
    scheduler.add_job(deeds.note, id="second")
    heard.wait_for(events.EVENT_JOB_SUBMITTED, 2)
    # Longer than the grace time of the run that waits.
    assert not release.wait(1.3)
    release.set()
    heard.wait_for(events.EVENT_JOB_EXECUTED, 2)
    assert heard.of(events.EVENT_JOB_MISSED) == []
    assert scheduler.get_runs("second")[0].lateness < timedelta(seconds=1)


# Defect: the same with the default grace time of one second, on a machine that was just busy.
def test_a_run_that_is_late_is_run_however_late():
    scheduler = ManualScheduler("2026-01-01")
    scheduler.add_job(deeds.note, "date", run_date="2026-01-01 00:10", id="x")
    scheduler.sleep(timedelta(hours=3))
    assert [run.status for run in scheduler.get_runs("x")] == ["succeeded"]


class Refusing(Executor):
    def submit(self, run: Any, job: Any) -> None:
        raise OSError("no worker to be had")


# Defect: a run that its executor did not take vanished: no event, no trace but a line in the log.
def test_a_run_that_its_executor_does_not_take_is_told_and_on_record(background, heard):
    scheduler = background(executors={"default": Refusing()})
    scheduler.add_listener(heard, events.EVENT_JOB_ERROR)
    scheduler.add_job(deeds.note, id="x")
    event = heard.wait_for(events.EVENT_JOB_ERROR)
    assert (event.job_id, str(event.exception), event.run.status) == ("x", "no worker to be had", "failed")
    assert "its executor did not take it" in scheduler.get_runs("x")[0].reason


# Defect: `shutdown()` called by a job, or beside another one, waited for itself for ever.
def test_shutdown_from_inside_and_outside_at_once_comes_back(background):
    scheduler = background()
    both = Barrier(2)

    def job() -> None:
        both.wait(SOON)
        scheduler.shutdown()

    scheduler.add_job(job)
    both.wait(SOON)
    in_time(scheduler.shutdown)
    assert not scheduler.running


# Defect: a shutdown that was to wait for coroutine jobs returned while they were still running.
def test_a_shutdown_that_waits_waits_for_coroutines_too(background):
    import asyncio

    store, entered = MemoryJobStore(), Event()

    async def job() -> str:
        entered.set()
        await asyncio.sleep(0.2)
        return "to the end"

    scheduler = background(jobstores={"default": store})
    scheduler.add_job(job)
    assert entered.wait(SOON)
    in_time(scheduler.shutdown)
    assert [run.result for run in store.get_runs()] == ["to the end"]


# Defect: a job that was imported from a file did not know its scheduler, and could not be changed.
def test_an_imported_job_can_be_changed_like_any_other(tmp_path):
    source, target = ManualScheduler(), ManualScheduler()
    source.add_job(deeds.note, "interval", hours=1, id="x")
    source.export_jobs(str(tmp_path / "jobs.json"))
    target.import_jobs(str(tmp_path / "jobs.json"))
    job: Any = target.get_job("x")
    job.modify(name="new")
    job.pause()
    job.resume()
    job.run()
    target.step()
    assert (job.name, job.last_run.status) == ("new", "succeeded")
    job.remove()
    assert target.get_jobs() == []


# Defect: catching up made one datetime for each fire time that was missed: hours of work after a long sleep.
def test_a_catch_up_asks_the_trigger_a_handful_of_times_however_much_was_missed():
    scheduler = ManualScheduler("2026-01-01")
    trigger = CountingTrigger(CronTrigger(second="*", timezone="UTC"))
    scheduler.add_job(deeds.note, trigger, id="x")
    before = trigger.questions
    scheduler.sleep(timedelta(days=3650))
    assert scheduler.get_runs("x")[0].coalesced == 3650 * 86_400 + 1
    assert trigger.questions - before <= 5


# Defect: adding a job again at each start, with `replace_existing`, began its interval anew each time.
def test_adding_a_job_again_at_each_start_does_not_begin_its_schedule_anew(tmp_path):
    fired: list[Any] = []
    for start in range(0, 24, 2):
        store = SQLiteJobStore(tmp_path / "db")
        scheduler = ManualScheduler(utc(2026, 1, 1, start), jobstores={"default": store})
        scheduler.add_job(deeds.note, "interval", hours=3, id="x", replace_existing=True)
        scheduler.advance(hours=1, minutes=59)
        fired = [run.fire_time.hour for run in reversed(scheduler.get_runs("x"))]
        scheduler.shutdown()
    assert fired == [3, 6, 9, 12, 15, 18, 21]


# Defect: the same brought a paused job back to life.
def test_adding_a_paused_job_again_does_not_resume_it(tmp_path):
    for start in (0, 6):
        store = SQLiteJobStore(tmp_path / "db")
        scheduler = ManualScheduler(utc(2026, 1, 1, start), jobstores={"default": store})
        job = scheduler.add_job(deeds.note, "interval", hours=1, id="x", replace_existing=True)
        job.pause()
        scheduler.advance(hours=3)
        assert scheduler.get_runs() == []
        scheduler.shutdown()


# Defect: 0 and 7 of a crontab text did not mean Sunday.
@pytest.mark.parametrize("text", ["0 12 * * 0", "0 12 * * 7", "0 12 * * sun"])
def test_the_weekdays_of_a_crontab_text_are_those_of_cron(text):
    scheduler = ManualScheduler("2026-01-01", executors={"default": DebugExecutor()})
    assert scheduler.add_job(deeds.note, text).next_run_time == utc(2026, 1, 4, 12)
