"""Tests of triggers that raise: their job waits with growing pauses, and every other job goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.core.stage import NOW, Answering, Stage, at, every, make_job
from tickwright import events
from tickwright.core.trigger_trouble import LONGEST_PAUSE
from tickwright.events import JobTroubleEvent
from tickwright.triggers.interval import IntervalTrigger


class Unspeakable(Exception):
    """An error that cannot even be shown."""

    def __str__(self) -> str:
        raise ZeroDivisionError

    __repr__ = __str__


def in_trouble(stage: Stage, error: object = None) -> Answering:
    trigger = Answering(error or RuntimeError("no idea"))
    stage.store.add_job(make_job(trigger))
    return trigger


def test_the_pauses_double_from_a_second_to_five_minutes():
    stage = Stage()
    in_trouble(stage)
    pauses: list[timedelta] = []
    for _ in range(12):
        stage.settle_down()
        schedule = stage.schedule()
        assert schedule.next_fire_time == NOW
        assert schedule.version == 2 + len(pauses)
        assert schedule.next_run_time is not None
        pauses.append(schedule.next_run_time - stage.clock.now())
        stage.clock.advance(pauses[-1])
    assert pauses[:9] == [timedelta(seconds=2**n) for n in range(9)]
    assert pauses[9:] == [LONGEST_PAUSE] * 3


def test_it_is_told_and_logged_with_the_job_and_the_error():
    stage = Stage()
    trigger = in_trouble(stage)
    stage.settle_down()
    (event,) = (event for event in stage.ears.events if event.code == events.EVENT_TRIGGER_ERROR)
    assert isinstance(event, JobTroubleEvent)
    assert (event.job_id, event.jobstore, event.exception) == ("job", "default", trigger.answer)
    assert event.reason == "RuntimeError: no idea"
    assert stage.logged("The trigger of job 'job' (Answering) raised RuntimeError: no idea; it is asked again in 1 s")


@pytest.mark.parametrize(
    "answer", [RuntimeError("no idea"), NOW.replace(tzinfo=None), NOW, "soon", Unspeakable(), RecursionError()]
)
def test_every_other_job_goes_on(answer):
    stage = Stage()
    in_trouble(stage, answer)
    for number in range(3):
        stage.add(every(10), id=f"good{number}")
    stage.settle_down()
    assert [run.job_id for run in stage.hands.held] == ["good0", "good1", "good2"]
    assert not stage.desk.outage.is_on
    assert stage.desk.triggers_failing == 1


def test_a_trigger_that_answers_again_fires_what_it_owes_and_its_next_trouble_starts_small():
    stage = Stage()
    trigger = in_trouble(stage)
    for _ in range(4):
        stage.step(8)
    trigger.answer = at(10_000)
    stage.step(8)
    assert stage.desk.triggers_failing == 0
    assert [(run.fire_time, run.lateness) for run in stage.hands.held] == [(NOW, timedelta(seconds=40))]
    trigger.answer = RuntimeError("again")
    stage.step(10_000)
    assert stage.schedule().next_run_time == stage.clock.now() + timedelta(seconds=1)


def test_a_run_that_became_too_late_while_its_trigger_failed_is_missed_on_record():
    stage = Stage()
    trigger = Answering(RuntimeError())
    stage.store.add_job(make_job(trigger, misfire_grace_time=3))
    stage.settle_down()
    trigger.answer = None
    stage.step(10)
    assert [run.status for run in stage.records_of()] == ["missed"]


def test_a_job_that_is_removed_is_counted_as_failing_no_more():
    stage = Stage()
    in_trouble(stage)
    stage.settle_down()
    assert stage.desk.triggers_failing == 1
    stage.store.remove_job("job")
    stage.step(10)
    assert stage.desk.triggers_failing == 0


def test_a_trigger_that_cannot_say_what_comes_after_jitter_is_put_off_too():
    class Broken(IntervalTrigger):
        def get_next_fire_time(self, previous_fire_time, now):
            raise LookupError("no such day")

    stage = Stage()
    stage.store.add_job(make_job(Broken(seconds=10, start_date=NOW, timezone="UTC", jitter=3)))
    stage.settle_down()
    assert stage.desk.triggers_failing == 1
