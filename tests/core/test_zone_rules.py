"""Tests of what becomes of a job whose zone has got other rules since it was planned."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.stage import NOW, Answering, Stage, at, every, fail, make_job, statuses
from tickwright import events
from tickwright.core import changing
from tickwright.core.replanning import replanned
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.stored_job import Schedule, StoredJob
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.combining import OrTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.exclude import ExcludeTrigger
from tickwright.triggers.rrule import RRuleTrigger


class Moved(tzinfo):
    """A zone that has rules, by which it is so many hours from UTC today."""

    def __init__(self, hours: float) -> None:
        self.offset = timedelta(hours=hours)

    def utcoffset(self, moment: datetime | None) -> timedelta:
        return self.offset

    def dst(self, moment: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, moment: datetime | None) -> str:
        return "Test/City"


def cron(offset: float, **fields: Any) -> CronTrigger:
    """Return a cron in a zone so many hours from UTC: the same zone by other rules, as far as anybody can see."""
    return CronTrigger(**fields, timezone=Moved(offset))


def fire_time(schedule: Schedule | None) -> datetime:
    assert schedule is not None
    assert schedule.next_fire_time is not None
    return schedule.next_fire_time


def planned_by(old: CronTrigger, new: CronTrigger, **fields: Any) -> StoredJob:
    """Return a job that was planned by old rules, and is read by new ones."""
    job = changing.added(make_job(old, schedule=Schedule(), **fields), NOW)
    return make_job(new, schedule=job.schedule, **fields)


@pytest.mark.parametrize("shift", [1, -1, 0.5, -0.75, 2.25, 3, -3])
def test_a_fire_time_that_its_zone_has_moved_away_from_is_moved_after_it(shift):
    job = planned_by(cron(0, hour=9), cron(shift, hour=9))
    schedule = replanned(job)
    assert schedule is not None
    expected = fire_time(job.schedule) - timedelta(hours=shift)
    assert (schedule.next_fire_time, schedule.next_run_time) == (expected, expected)
    assert schedule.version == job.schedule.version + 1
    assert replanned(job.with_schedule(schedule)) is None


@pytest.mark.parametrize(
    "trigger",
    [cron(1, minute="*/15"), cron(1, hour="*"), cron(1, second="*"), every(7), DateTrigger(at(100)), cron(0, hour=9)],
)
def test_a_fire_time_that_the_trigger_still_has_stays(trigger):
    job = changing.added(make_job(trigger, schedule=Schedule()), NOW)
    assert replanned(job) is None


@pytest.mark.parametrize(
    "trigger",
    [every(3600), every(600), CronTrigger(hour=9, timezone="UTC"), CronTrigger(hour=9, timezone="+01:00")],
    ids=["interval", "short interval", "UTC", "fixed offset"],
)
@pytest.mark.parametrize("chosen", [at(3600 * 10), at(3600 * 8.5), at(3600 * 1.5)])
def test_what_no_zone_can_have_moved_stays_however_round_the_time_is(trigger, chosen):
    assert replanned(changing.run_next_at(make_job(trigger), chosen)) is None


@pytest.mark.parametrize(
    ("trigger", "follows"),
    [
        (CronTrigger(hour=9, timezone="Europe/Berlin"), True),
        (CronTrigger(hour=9, timezone="UTC"), False),
        (CalendarIntervalTrigger(days=1, timezone="Europe/Berlin"), True),
        (RRuleTrigger("FREQ=DAILY", NOW, "Europe/Berlin"), True),
        (RRuleTrigger("FREQ=DAILY", NOW, "UTC"), False),
        (OrTrigger([every(7), CronTrigger(hour=9, timezone="Europe/Berlin")]), True),
        (OrTrigger([every(7), CronTrigger(hour=9, timezone="UTC")]), False),
        (ExcludeTrigger(CronTrigger(hour=9, timezone="Europe/Berlin"), ["2026-12-25"]), True),
        (every(7), False),
        (DateTrigger(at(100)), False),
    ],
)
def test_a_trigger_says_whether_it_follows_a_zone(trigger, follows):
    assert trigger.follows_zone is follows


@pytest.mark.parametrize("chosen", [at(12.5), at(3600 * 9 + 60 * 7), at(3600 * 20)])
def test_a_time_that_a_person_has_chosen_stays(chosen):
    job = changing.run_next_at(make_job(cron(0, hour=9)), chosen)
    assert replanned(job) is None


@pytest.mark.parametrize(
    "schedule",
    [Schedule(paused=True), Schedule(), Schedule(next_fire_time=at(3600 * 8))],
    ids=["paused", "finished", "held"],
)
def test_what_has_no_time_to_run_has_nothing_to_plan_anew(schedule):
    assert replanned(make_job(cron(0, hour=9), schedule=schedule)) is None


def test_jitter_is_added_anew():
    old, new = cron(0, hour=9, jitter=600), cron(1, hour=9, jitter=600)
    job = planned_by(old, new)
    schedule = replanned(job)
    assert fire_time(schedule) == at(3600 * 8)
    assert schedule is not None
    assert schedule.next_run_time is not None
    assert at(3600 * 8) <= schedule.next_run_time <= at(3600 * 8 + 600)


@given(
    st.integers(0, 23),
    st.sampled_from([0, 15, 30, 45]),
    st.sampled_from([minutes for minutes in range(-180, 181, 15) if minutes]),
)
def test_whatever_a_daily_job_is_planned_for_it_fires_at_its_wall_time_by_the_new_rules(hour, minute, shift):
    new = cron(shift / 60, hour=hour, minute=minute)
    job = planned_by(cron(0, hour=hour, minute=minute), new)
    found = fire_time(replanned(job))
    assert new.get_next_fire_time(found - timedelta(microseconds=1), NOW) == found
    assert abs(found - fire_time(job.schedule)) == timedelta(minutes=abs(shift))


# -- the look at the start -----------------------------------------------------------------------------------------


def a_start(store: MemoryJobStore, edition: str, when: datetime = NOW) -> Stage:
    stage = Stage(store=store)
    stage.context.zone_edition = edition
    stage.engine.add_store("default", stage.desk.store)
    stage.clock.advance_to(when)
    return stage


def moved_zone() -> MemoryJobStore:
    """Return a store whose jobs were planned by the edition 2026a, of which one's zone was moved since."""
    store = MemoryJobStore(keep_runs=None)
    store.write_note("time zone database", "2026a")
    store.add_job(planned_by(cron(0, hour=9), cron(1, hour=9), id="moved"))
    store.add_job(planned_by(cron(0, hour=9), cron(0, hour=9), id="stays"))
    return store


def test_jobs_are_planned_anew_before_any_of_them_is_run():
    # It was to run at 8:00 by the new rules, and the scheduler starts at 8:30.
    stage = a_start(moved_zone(), "2026b", at(3600 * 8.5))
    stage.settle_down()
    (run,) = stage.hands.held
    assert (run.job_id, run.fire_time, run.lateness) == ("moved", at(3600 * 8), timedelta(minutes=30))
    assert stage.schedule("moved").next_fire_time == at(3600 * 32)
    assert stage.schedule("stays").next_fire_time == at(3600 * 9)
    assert events.EVENT_JOB_MODIFIED in stage.ears.codes()
    assert len(stage.logged("planned by the time zone database 2026a, and this is 2026b; 1 were planned anew")) == 1
    assert stage.store.read_note("time zone database") == "2026b"


def test_it_fires_once_on_the_day_on_which_the_rules_came():
    stage = a_start(moved_zone(), "2026b", at(3600 * 7))
    for _ in range(24 * 4):
        stage.step(900)
        stage.settle_down()
        for run in list(stage.hands.held):
            stage.report(run)
    stage.settle_down()
    assert [run.fire_time for run in stage.records_of("moved")] == [at(3600 * 8)]


@pytest.mark.parametrize(("noted", "edition"), [("2026b", "2026b"), (None, "2026b"), ("2026a", "")])
def test_nothing_is_planned_anew_where_the_rules_are_those_it_was_planned_by_or_nobody_knows(noted, edition):
    store = moved_zone()
    store._kept.notes.clear()
    if noted:
        store.write_note("time zone database", noted)
    stage = a_start(store, edition)
    stage.settle_down()
    assert stage.schedule("moved").next_fire_time == at(3600 * 9)


def test_a_start_that_fails_in_the_middle_is_made_up_for():
    stage = a_start(moved_zone(), "2026b")
    stage.faults.once_after("commit", fail)
    stage.faults.once_before("write_note", fail)
    for _ in range(10):
        stage.step(1)
    assert stage.schedule("moved").next_fire_time == at(3600 * 8)
    assert stage.store.read_note("time zone database") == "2026b"


def test_a_trigger_that_raises_keeps_no_other_job_from_being_planned():
    store = moved_zone()
    broken = Answering(ValueError("broken"))
    broken.follows_zone = True
    store.add_job(make_job(broken, due=at(10**6), id="broken"))
    stage = a_start(store, "2026b")
    stage.settle_down()
    assert stage.schedule("moved").next_fire_time == at(3600 * 8)
    assert stage.logged("could not be asked anew")


def test_what_somebody_changed_meanwhile_is_left_alone():
    store = moved_zone()
    stage = a_start(store, "2026b")

    def reschedule() -> None:
        job = store.lookup_job("moved")
        assert job is not None
        store.update_job(changing.run_next_at(job, at(50)))

    stage.faults.once_before("commit", reschedule)
    stage.settle_down()
    assert stage.schedule("moved").next_fire_time == at(50)
    assert statuses(stage.records_of("moved")) == []
