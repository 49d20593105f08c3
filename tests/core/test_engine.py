"""Tests of the loop's one body: letters, stores, the clock, and when to come again."""

from __future__ import annotations

import gc
import weakref
from datetime import timedelta

import pytest

from tests.core.each_step import looking_at_each_step
from tests.core.stage import NOW, Stage, a_report, a_run, at, every, fail, make_job
from tickwright import events
from tickwright.core.engine import Engine
from tickwright.core.flights import Flights
from tickwright.core.mailbox import Mailbox, Part
from tickwright.events import ClockJumpEvent
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.report import Started


def test_an_engine_without_stores_has_nothing_to_do():
    stage = Stage()
    engine = Engine(stage.context, Mailbox(lambda: None))
    assert engine.step() is None
    assert (engine.in_flight, engine.unreported, engine.desks) == (0, 0, {})
    engine.close()


def test_it_says_when_the_next_job_is_due_or_the_lease_to_be_renewed():
    stage = Stage(lease=30.0)
    assert stage.settle_down() == 5
    stage.add(every(10_000))
    stage.settle_down()
    stage.store.add_job(make_job(id="soon", due=at(0.5)))
    assert stage.settle_down() == 0.5
    stage.clock.advance(0.25)
    assert stage.settle_down() == 0.25
    stage.step(0.25)
    assert stage.hands.held[-1].lateness == timedelta(0)


def test_it_comes_again_for_the_earliest_of_several_stores():
    stage = Stage()
    second = MemoryJobStore()
    stage.engine.add_store("second", second)
    second.add_job(make_job(due=at(3)))
    assert stage.settle_down() == 3


def test_a_letter_that_comes_during_a_step_is_read_at_once():
    stage = Stage()
    stage.add(every(10_000))
    stage.faults.once_before("next_due_time", lambda: stage.post(a_report(stage.hands.held[0])))
    assert stage.step() == 0
    stage.settle_down()
    assert stage.engine.in_flight == 0


def test_a_report_on_a_run_that_nobody_has_in_hand_is_dropped():
    stage = Stage()
    stage.post(a_report(a_run()))
    stage.settle_down()
    assert stage.logged("is in nobody's hands here")


def test_a_report_finds_the_store_that_its_run_belongs_to():
    stage = Stage()
    second = MemoryJobStore()
    stage.engine.add_store("second", second)
    second.add_job(make_job(every(10_000)))
    stage.add(every(10_000))
    stage.settle_down()
    first, other = stage.hands.held
    stage.report(other)
    stage.settle_down()
    assert (stage.engine.in_flight, stage.engine.desks["second"].in_flight) == (1, 0)
    assert [run.id for run in second.get_runs() if run.is_settled] == [other.id]
    stage.report(first)
    stage.settle_down()
    assert stage.engine.in_flight == 0


def test_news_that_a_run_has_begun_is_found_at_each_step_of_its_way():
    stage = Stage()
    stage.add(every(10_000))
    stage.step()
    (run,) = stage.hands.held
    seen = []
    modules = [thing.__module__ for thing in (Engine, Mailbox, Flights)]
    stage.post(Started(run_id=run.id, started_at=at(1)))
    with looking_at_each_step(lambda: seen.append(stage.engine.begun({run.id})), *modules):
        stage.engine.read_mail()
        stage.post(a_report(run))
        stage.engine.read_mail()
    assert len(seen) > 100
    assert all(begun == {run.id: at(1)} for begun in seen)


def test_a_store_that_is_removed_is_served_no_more():
    stage = Stage()
    stage.add(every(10_000))
    stage.settle_down()
    done: list[str] = []
    part = Part(alias="default", store=stage.engine.desks["default"].store, then=lambda: done.append("parted"))
    stage.engine.mailbox.post(part)
    assert stage.engine.desks
    stage.engine.read_mail()
    assert (stage.engine.desks, done) == ({}, ["parted"])
    stage.log.clear()
    stage.report(stage.hands.held[0])
    assert stage.engine.step() is None
    assert stage.log == []


def test_a_store_that_took_the_place_of_one_that_is_removed_is_served_on():
    stage, second = Stage(), MemoryJobStore()
    first = stage.engine.desks["default"].store
    stage.engine.add_store("default", second)
    stage.engine.mailbox.post(Part(alias="default", store=first, then=lambda: None))
    stage.settle_down()
    assert [desk.store for desk in stage.engine.desks.values()] == [second]


@pytest.mark.parametrize("hours", [1, -1, 24 * 365])
def test_a_jump_of_the_clock_is_told_once(hours):
    stage = Stage()
    stage.settle_down()
    stage.clock.jump(timedelta(hours=hours))
    stage.settle_down()
    stage.step(1)
    (event,) = (event for event in stage.ears.events if event.code == events.EVENT_CLOCK_JUMPED)
    assert isinstance(event, ClockJumpEvent)
    assert event.offset == timedelta(hours=hours)
    assert stage.logged("The wall clock jumped by")


def test_a_month_asleep_is_one_late_run_for_a_job_of_seconds():
    stage = Stage()
    stage.add(every(1))
    stage.settle_down()
    stage.report(stage.hands.held[0])
    stage.settle_down()
    stage.clock.jump(timedelta(days=30))
    stage.settle_down()
    (run,) = stage.hands.held
    assert (run.coalesced, run.fire_time) == (30 * 86_400, NOW + timedelta(days=30))


def test_an_hour_back_runs_nothing_twice_and_goes_on_when_the_hour_has_passed():
    stage = Stage()
    stage.add(every(600))
    stage.settle_down()
    stage.report(stage.hands.held[0])
    stage.settle_down()
    stage.clock.jump(timedelta(hours=-1))
    for _ in range(6):
        stage.step(600)
    assert stage.hands.held == []
    stage.step(600)
    assert [run.fire_time for run in stage.hands.held] == [at(600)]


def test_the_clocks_of_leases_and_outages_do_not_jump_with_the_wall():
    stage = Stage()
    stage.settle_down()
    stage.clock.jump(timedelta(days=365))
    stage.log.clear()
    stage.step()
    assert "renew_lease" not in stage.log
    stage.step(stage.lease / 6)
    assert "renew_lease" in stage.log


def test_a_batch_is_followed_by_the_next_at_once():
    stage = Stage(batch=3)
    for number in range(8):
        stage.add(every(10_000), id=f"job{number}")
    assert [stage.step(), len(stage.hands.held)] == [0, 3]
    assert [stage.step(), len(stage.hands.held)] == [0, 6]
    stage.settle_down()
    assert len(stage.hands.held) == 8


def test_a_letter_that_cannot_be_opened_takes_no_other_with_it():
    stage, other = Stage(), MemoryJobStore()
    stage.add(every(10_000))
    stage.settle_down()

    def fail():
        raise SystemExit("a store that ends the program when it is shut down")

    stage.engine.add_store("other", other)
    stage.engine.mailbox.post(Part(alias="other", store=other, then=fail))
    stage.report(stage.hands.held[0])
    with pytest.raises(SystemExit):
        stage.engine.read_mail()
    assert stage.engine.in_flight == 1
    stage.engine.read_mail()
    assert stage.engine.unreported == 0
    assert "other" not in stage.engine.desks


def test_whoever_waits_for_a_parting_is_told_also_where_it_fails(monkeypatch):
    stage, done = Stage(), []
    store = stage.engine.desks["default"].store

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("tickwright.core.engine.part_from", interrupted)
    stage.engine.mailbox.post(Part(alias="default", store=store, then=lambda: done.append("told")))
    with pytest.raises(KeyboardInterrupt):
        stage.engine.read_mail()
    assert done == ["told"]


def test_what_a_lost_store_has_left_goes_to_no_other_store_that_gets_its_place_in_memory(monkeypatch):
    stage = Stage()
    stage.add(every(10_000))
    stage.settle_down()
    left = weakref.ref(stage.engine.desks["default"].store)
    monkeypatch.setattr("tickwright.core.engine.part_from", lambda *given: fail())
    stage.engine.mailbox.post(Part(alias="default", store=stage.engine.desks["default"].store, then=lambda: None))
    stage.engine.read_mail()
    stage.records.clear()  # the error that was logged holds the frames that it came through
    gc.collect()
    store = left()
    assert store is not None, "its identity is free for the next one"
    stage.engine.add_store("again", store)
    assert stage.engine.in_flight == 1
