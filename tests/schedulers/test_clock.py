"""Clocks that are set and machines that sleep: what runs, how often, who is told, and at what price."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import CountingTrigger, Heard, SteppedClock, utc
from tickwright import CronTrigger, IntervalTrigger, events
from tickwright.events import ClockJumpEvent
from tickwright.testing import ManualScheduler, VirtualClock

pytestmark = pytest.mark.timeout(60)

HOUR = timedelta(hours=1)


def at_noon(**options: Any) -> tuple[ManualScheduler, Heard]:
    """Return a scheduler at noon of 2026-01-01, and what it tells of its clock."""
    scheduler, heard = ManualScheduler("2026-01-01 12:00", **options), Heard()
    scheduler.add_listener(heard, ClockJumpEvent)
    return scheduler, heard


def fire_times(scheduler: ManualScheduler, job_id: str) -> list[str]:
    return [f"{run.fire_time:%d %H:%M}" for run in reversed(scheduler.get_runs(job_id))]


# -- the clock is set ------------------------------------------------------------------------------


def test_an_hour_forward_is_one_late_run_for_a_coalescing_job():
    scheduler, heard = at_noon()
    scheduler.add_job(deeds.note, "cron", minute="*/10", id="ten")
    scheduler.advance(minutes=15)
    scheduler.jump(HOUR)
    scheduler.advance(minutes=10)
    assert fire_times(scheduler, "ten") == ["01 12:00", "01 12:10", "01 13:10", "01 13:20"]
    late = scheduler.get_runs("ten")[1]
    assert (late.coalesced, late.lateness) == (6, timedelta(minutes=5))
    assert [event.offset for event in heard.events] == [HOUR]


def test_an_hour_forward_is_a_run_for_each_fire_time_of_a_job_that_does_not_coalesce():
    scheduler, _ = at_noon()
    scheduler.add_job(deeds.note, "cron", minute="*/10", id="ten", coalesce=False, max_instances=100)
    scheduler.advance(minutes=15)
    scheduler.jump(HOUR)
    assert fire_times(scheduler, "ten") == [f"01 {time}" for time in ("12:00", "12:10", *MISSED_HOUR)]
    assert {run.coalesced for run in scheduler.get_runs("ten")} == {1}


MISSED_HOUR = ("12:20", "12:30", "12:40", "12:50", "13:00", "13:10")


def test_an_hour_forward_is_missed_where_a_job_does_not_want_to_be_late():
    scheduler, _ = at_noon()
    scheduler.add_job(deeds.note, "cron", minute="*/10", id="ten", misfire_grace_time=60)
    scheduler.advance(minutes=15)
    scheduler.jump(HOUR)
    scheduler.advance(minutes=10)
    ended = [(run.status, run.coalesced) for run in reversed(scheduler.get_runs("ten"))]
    assert ended == [("succeeded", 1), ("succeeded", 1), ("missed", 6), ("succeeded", 1)]


def test_an_hour_back_repeats_nothing_and_loses_nothing():
    scheduler, heard = at_noon()
    scheduler.add_job(deeds.note, "cron", minute="*/10", id="ten")
    scheduler.advance(minutes=15)
    scheduler.jump(-HOUR)
    scheduler.advance(hours=1, minutes=30)
    assert fire_times(scheduler, "ten") == ["01 12:00", "01 12:10", "01 12:20", "01 12:30", "01 12:40"]
    assert all(run.lateness == timedelta(0) for run in scheduler.get_runs("ten"))
    assert [event.offset for event in heard.events] == [-HOUR]


def test_a_clock_that_goes_there_and_back_again_repeats_nothing():
    scheduler, heard = at_noon()
    scheduler.add_job(deeds.note, "cron", minute="*/10", id="ten")
    for offset in (HOUR, -HOUR, HOUR, -HOUR):
        scheduler.jump(offset)
    scheduler.advance(hours=2)
    fired = fire_times(scheduler, "ten")
    assert len(fired) == len(set(fired)) == 7
    assert sum(run.coalesced for run in scheduler.get_runs("ten")) == 13
    assert [event.offset for event in heard.events] == [HOUR, -HOUR, HOUR, -HOUR]


def test_a_small_correction_is_nobody_s_news():
    scheduler, heard = at_noon()
    scheduler.jump(timedelta(milliseconds=400))
    scheduler.advance(seconds=10)
    assert heard.events == []


def test_time_that_passes_is_no_jump_however_long_it_is():
    scheduler, heard = at_noon()
    scheduler.advance(days=400)
    assert heard.events == []


def test_durations_do_not_come_out_negative_where_the_clock_is_set_back_under_a_job():
    scheduler, _ = at_noon()
    clock: Any = scheduler.clock

    def job() -> None:
        clock.advance(5)
        clock.jump(-HOUR)

    scheduler.add_job(job, id="j")
    scheduler.step()
    (run,) = scheduler.get_runs("j")
    assert run.started_at is not None
    assert run.finished_at == run.started_at + timedelta(seconds=5)


# -- the machine sleeps ----------------------------------------------------------------------------


def test_after_a_month_asleep_each_coalescing_job_runs_once_and_no_storm_comes():
    scheduler, heard = at_noon()
    triggers = {
        "second": CountingTrigger(CronTrigger(second="*", timezone="UTC")),
        "minute": CountingTrigger(IntervalTrigger(minutes=1, start_date="2026-01-01", timezone="UTC")),
        "day": CountingTrigger(CronTrigger(hour=3, timezone="UTC")),
        "month": CountingTrigger(CronTrigger(day=1, timezone="UTC")),
    }
    for job_id, trigger in triggers.items():
        scheduler.add_job(deeds.note, trigger, id=job_id)
    scheduler.add_job(deeds.note, "date", run_date="2026-01-10", id="once")
    asked_before = {job_id: trigger.questions for job_id, trigger in triggers.items()}
    scheduler.sleep(timedelta(days=30))
    runs = {run.job_id: run for run in scheduler.get_runs()}
    assert len(scheduler.get_runs()) == len(runs) == 4
    assert {job_id: run.coalesced for job_id, run in runs.items()} == {
        "second": 30 * 86_400 + 1,
        "minute": 30 * 1_440 + 1,
        "day": 30,
        "once": 1,
    }
    assert runs["once"].lateness == timedelta(days=20, hours=36)
    assert [event.offset for event in heard.events] == [timedelta(days=30)]
    # The price: a handful of questions to each trigger, however many fire times it had meanwhile.
    asked = {job_id: trigger.questions - asked_before[job_id] for job_id, trigger in triggers.items()}
    assert max(asked.values()) <= 5, asked


def test_a_job_that_does_not_coalesce_works_its_backlog_off_in_order():
    scheduler, _ = at_noon()
    scheduler.add_job(deeds.note, "cron", hour=3, id="daily", coalesce=False)
    scheduler.sleep(timedelta(days=30))
    runs = list(reversed(scheduler.get_runs("daily")))
    assert [run.fire_time.day for run in runs] == list(range(2, 32))
    assert runs[0].lateness == timedelta(days=29, hours=9)


def test_a_backlog_longer_than_a_batch_is_worked_off_whole():
    scheduler, _ = at_noon()
    scheduler.add_job(deeds.note, "interval", minutes=1, id="m", coalesce=False, max_instances=1000)
    scheduler.sleep(timedelta(hours=10))
    fired = [run.fire_time for run in scheduler.get_runs("m")]
    assert len(fired) == len(set(fired)) == 600


def test_the_price_of_a_catch_up_does_not_grow_with_the_sleep():
    questions = []
    for days in (1, 100, 10_000):
        scheduler, _ = at_noon()
        trigger = CountingTrigger(CronTrigger(second="*/2", timezone="UTC"))
        scheduler.add_job(deeds.note, trigger, id="x")
        before = trigger.questions
        scheduler.sleep(timedelta(days=days))
        questions.append(trigger.questions - before)
        assert scheduler.get_runs("x")[0].coalesced == days * 43_200 + 1
    assert len(set(questions)) == 1, questions


def test_a_month_asleep_is_missed_in_one_record_where_a_job_does_not_want_to_be_late():
    scheduler, _ = at_noon()
    trigger = CountingTrigger(CronTrigger(second="*", timezone="UTC"))
    scheduler.add_job(deeds.note, trigger, id="x", misfire_grace_time=5, coalesce=False, max_instances=10)
    before = trigger.questions
    scheduler.sleep(timedelta(days=30, milliseconds=500))
    runs = scheduler.get_runs("x")
    assert sorted(run.status for run in runs) == ["missed", *["succeeded"] * 5]
    assert sum(run.coalesced for run in runs) == 30 * 86_400 + 1
    assert trigger.questions - before < 30


# -- a real loop -----------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [HOUR, -HOUR, timedelta(days=30)])
def test_a_real_loop_notices_within_a_second_that_its_clock_was_set(background, heard, offset):
    clock = SteppedClock()
    scheduler = background(clock=clock)
    scheduler.add_listener(heard, ClockJumpEvent)
    scheduler.add_job(deeds.note, "interval", days=365)
    # It sleeps by now, for as long as it ever does. Nobody wakes it.
    began = clock.monotonic()
    clock.offset = offset
    event = heard.wait_for(events.EVENT_CLOCK_JUMPED)
    assert abs(event.offset - offset) < timedelta(seconds=1)
    assert clock.monotonic() - began < 1.5


def test_a_real_loop_runs_what_a_jump_made_due_once_and_says_how_late(background, heard):
    clock = SteppedClock()
    scheduler = background(clock=clock)
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(deeds.note, "interval", minutes=10, id="ten")
    clock.offset = timedelta(minutes=65)
    run = heard.wait_for(events.EVENT_JOB_EXECUTED).run
    assert (run.coalesced, len(scheduler.get_runs())) == (6, 1)
    assert timedelta(minutes=4) < run.lateness < timedelta(minutes=6)


def test_a_real_loop_goes_on_after_its_clock_was_set_back(background, heard):
    clock = SteppedClock()
    scheduler = background(clock=clock)
    scheduler.add_listener(heard)
    clock.offset = -HOUR
    heard.wait_for(events.EVENT_CLOCK_JUMPED)
    scheduler.add_job(deeds.note)
    assert heard.wait_for(events.EVENT_JOB_EXECUTED).run.lateness < timedelta(seconds=1)
    assert scheduler.health().ok


def test_a_scheduler_whose_clock_was_set_is_not_taken_for_dead(background, heard, gate):
    clock = SteppedClock()
    scheduler = background(clock=clock)
    scheduler.add_listener(heard)
    scheduler.add_job(gate, id="slow")
    gate.wait_until_entered()
    clock.offset = timedelta(days=30)
    heard.wait_for(events.EVENT_CLOCK_JUMPED)
    gate.open()
    assert heard.wait_for(events.EVENT_JOB_EXECUTED).run.status == "succeeded"
    assert heard.of(events.EVENT_JOB_LOST) == []


def test_a_manual_scheduler_takes_only_a_clock_that_it_can_move():
    with pytest.raises(ValueError, match="VirtualClock"):
        ManualScheduler(clock=SteppedClock())
    clock = VirtualClock("2030-01-01")
    assert ManualScheduler(clock=clock).now == utc(2030, 1, 1)
