"""Tests of what users ask for: add, add again, pause, resume, reschedule."""

from __future__ import annotations

import pytest

from tests.core.stage import NOW, Answering, at, every, make_job
from tickwright.core import changing
from tickwright.core.jitter import due_time
from tickwright.errors import InvalidTriggerError
from tickwright.policies import OnLost
from tickwright.stored_job import Schedule
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger


def interval(seconds=10, **options):
    """Return an interval that counts from when it is added."""
    return IntervalTrigger(seconds=seconds, timezone="UTC", **options)


def declared(trigger, **fields):
    return make_job(trigger, schedule=Schedule(), **fields)


def added(trigger, now=NOW, **fields):
    return changing.added(declared(trigger, **fields), now)


def expired():
    return IntervalTrigger(seconds=10, start_date=at(-100), end_date=at(-50), timezone="UTC")


# -- add -----------------------------------------------------------------------------------------------------


def test_a_new_job_is_due_at_the_first_fire_time_of_its_trigger():
    assert added(every(10), at(3)).schedule == Schedule(next_fire_time=at(10), next_run_time=at(10), version=1)


def test_a_fire_time_at_the_moment_of_adding_is_the_first():
    assert added(every(10), at(20)).schedule.next_fire_time == at(20)


def test_a_trigger_that_counts_from_now_is_anchored_once():
    job = added(interval(10), at(3))
    assert isinstance(job.trigger, IntervalTrigger)
    assert job.trigger.start_date == job.schedule.next_fire_time == at(13)


def test_a_new_job_waits_for_its_jitter():
    job = added(every(100, jitter=50))
    assert job.schedule.next_fire_time == NOW
    assert job.schedule.next_run_time == due_time("job", job.trigger, NOW) > NOW


def test_a_date_in_the_past_is_run_late_and_not_dropped():
    assert added(DateTrigger(at(-3600))).schedule == Schedule(next_fire_time=at(-3600), next_run_time=at(-3600))


def test_a_job_whose_trigger_has_nothing_left_is_finished_when_it_is_added():
    assert added(expired()).schedule.is_finished


@pytest.mark.parametrize("answer", [NOW.replace(tzinfo=None), "tomorrow"])
def test_a_first_fire_time_that_is_no_instant_is_refused_when_the_job_is_added(answer):
    for call in (added, lambda trigger: changing.rescheduled(added(every(10)), trigger, NOW)):
        with pytest.raises(InvalidTriggerError, match="aware datetime"):
            call(Answering(answer))


def test_a_job_may_be_added_with_a_time_of_its_own_or_paused():
    job = changing.added(declared(every(100, jitter=50)), at(3), at(4))
    assert (job.schedule.next_fire_time, job.schedule.next_run_time) == (at(4), at(4))
    assert changing.added(declared(every(10)), NOW, None).schedule.paused


# -- add again: a restart changes nothing --------------------------------------------------------------------

SCHEDULES = [
    Schedule(next_fire_time=at(-500), next_run_time=at(-500), version=7),
    Schedule(next_fire_time=at(3), next_run_time=at(3), version=7),
    Schedule(next_fire_time=at(3), next_run_time=None, version=7),
    Schedule(paused=True, version=7),
    Schedule(version=7),
]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=["late", "due", "held", "paused", "finished"])
@pytest.mark.parametrize(
    "make",
    [interval, every, lambda: CronTrigger(hour=3, timezone="UTC"), lambda: DateTrigger(timezone="UTC")],
    ids=["counting from now", "interval", "cron", "date of adding"],
)
def test_the_same_job_declared_again_keeps_its_schedule_and_its_anchor(make, schedule):
    make = (lambda: every(10)) if make is every else make
    stored = added(make(), at(-1000)).with_schedule(schedule)
    again = changing.added_again(stored, declared(make()), NOW)
    assert again.schedule == schedule._replace(version=8)
    assert again.trigger.get_next_fire_time(None, at(-1)) == stored.trigger.get_next_fire_time(None, at(-1))


def test_all_else_that_is_declared_is_taken():
    fields = {
        "args": (1,),
        "kwargs": {"a": 2},
        "name": "new",
        "executor": "other",
        "misfire_grace_time": 3.0,
        "coalesce": False,
        "max_instances": 4,
        "on_lost": OnLost.RERUN,
    }
    stored = added(interval(), at(-1000))
    again = changing.added_again(stored, declared(interval(), **fields), NOW)
    assert {name: getattr(again, name) for name in fields} == fields
    assert again.schedule == stored.schedule._replace(version=2)


def test_a_changed_trigger_begins_anew():
    stored = added(interval(10), at(-1000)).with_schedule(
        Schedule(next_fire_time=at(-5), next_run_time=at(-5), version=7)
    )
    again = changing.added_again(stored, declared(interval(20)), NOW)
    assert again.schedule == Schedule(next_fire_time=at(20), next_run_time=at(20), version=8)


def test_a_changed_trigger_does_not_undo_a_pause():
    stored = changing.paused(added(interval(10)))
    again = changing.added_again(stored, declared(interval(20)), at(100))
    assert again.schedule == Schedule(paused=True, version=stored.schedule.version + 1)
    assert changing.resumed(again, at(105)).schedule.next_fire_time == at(120)


@pytest.mark.parametrize("seconds", [10, 20])
def test_a_given_time_counts_for_the_paused_and_the_unpaused(seconds):
    for stored in (added(interval(10)), changing.paused(added(interval(10)))):
        again = changing.added_again(stored, declared(interval(seconds)), at(50), at(55))
        version = stored.schedule.version + 1
        assert again.schedule == Schedule(next_fire_time=at(55), next_run_time=at(55), version=version)


def test_declared_again_with_no_time_it_is_paused():
    stored = added(interval(10))
    assert changing.added_again(stored, declared(interval(10)), NOW, None).schedule == Schedule(paused=True, version=2)


# -- pause, resume, reschedule -------------------------------------------------------------------------------


def test_a_paused_job_has_no_fire_time_and_is_neither_finished_nor_held():
    schedule = changing.paused(added(every(10))).schedule
    assert schedule == Schedule(paused=True, version=2)
    assert not schedule.is_finished
    assert not schedule.is_held


def test_a_resumed_job_goes_on_with_the_next_fire_time_from_now():
    job = changing.resumed(changing.paused(added(every(10))), at(35))
    assert job.schedule == Schedule(next_fire_time=at(40), next_run_time=at(40), version=3)


def test_a_resumed_job_keeps_the_rhythm_of_its_anchor():
    job = changing.resumed(changing.paused(added(interval(10), at(3))), at(35))
    assert job.schedule.next_fire_time == at(43)


def test_a_job_whose_last_fire_time_lay_in_the_pause_is_finished_when_it_is_resumed():
    for trigger in (DateTrigger(at(5)), expired()):
        assert changing.resumed(changing.paused(added(trigger)), at(10)).schedule.is_finished


def test_a_rescheduled_job_is_due_at_the_first_fire_time_of_its_new_trigger():
    paused = changing.paused(added(every(10)))
    job = changing.rescheduled(paused, interval(7), at(100))
    assert job.schedule == Schedule(next_fire_time=at(107), next_run_time=at(107), version=3)
    assert isinstance(job.trigger, IntervalTrigger)
    assert job.trigger.start_date == at(107)


def test_a_job_rescheduled_to_a_date_in_the_past_is_run_late():
    assert changing.rescheduled(added(every(10)), DateTrigger(at(-5)), NOW).schedule.next_run_time == at(-5)


def test_a_changed_definition_keeps_the_schedule_on_a_new_version():
    job = added(every(10))
    assert changing.kept(job._replace(name="new")).schedule == job.schedule._replace(version=2)


def test_a_job_past_its_next_fire_time_is_due_at_the_one_after():
    job = added(every(10), at(3))
    assert changing.past(job, NOW).schedule == Schedule(next_fire_time=at(20), next_run_time=at(20))
    assert changing.past(added(DateTrigger(at(5))), NOW).schedule.is_finished
    assert changing.past(changing.paused(job), NOW) == changing.paused(job)


def test_each_change_of_a_stored_job_has_a_version_of_its_own():
    job = added(every(10)).with_schedule(Schedule(next_fire_time=NOW, next_run_time=NOW, version=41))
    changed = [
        changing.kept(job),
        changing.paused(job),
        changing.resumed(job, NOW),
        changing.rescheduled(job, every(5), NOW),
        changing.run_next_at(job, at(3)),
        changing.run_next_at(job, None),
        changing.added_again(job, declared(every(10)), NOW),
        changing.added_again(job, declared(every(5)), NOW),
        changing.added_again(job, declared(every(5)), NOW, at(9)),
    ]
    assert {one.schedule.version for one in changed} == {42}
