"""Tests of how the loop waits: seldom, and for a job that is due with its eyes open."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from tests.schedulers import deeds
from tickwright import events
from tickwright.clock import MOST_LOOKS, SystemClock
from tickwright.core.engine import Engine
from tickwright.schedulers.bell import Bell
from tickwright.schedulers.loop import EARLY, LONGEST_WAIT, Loop
from tickwright.virtual_clock import VirtualClock

NO_PARTS: Any = None
"""This loop never comes to its end."""


def counting_steps(monkeypatch):
    """Return a list of the seconds to wait that each step of any loop returns from now on."""
    waits = []
    step = Engine.step

    def count(self):
        waits.append(step(self))
        return waits[-1]

    monkeypatch.setattr(Engine, "step", count)
    return waits


def test_a_job_costs_a_handful_of_steps_also_where_the_loop_wakes_early_for_it(background, heard, monkeypatch):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    steps = counting_steps(monkeypatch)
    scheduler.add_job(deeds.note, "date", run_date=datetime.now(UTC) + timedelta(seconds=0.3), id="x")
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    # Of its being added, early, on time, of its start and of its end; and one for each that a ring came late.
    assert len(steps) <= 10


def test_no_job_is_taken_early(background, heard):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    for number in range(20):
        when = datetime.now(UTC) + timedelta(seconds=0.02 * number)
        scheduler.add_job(deeds.note, "date", run_date=when, id=f"x{number}")
    heard.wait_for(events.EVENT_JOB_EXECUTED, 20)
    assert all(event.run.lateness >= timedelta(0) for event in heard.events)
    assert all(event.run.started_at >= event.run.fire_time for event in heard.events)


def test_a_clock_that_stands_still_keeps_nobody_waiting_for_ever():
    asked = 0

    class Stopped(VirtualClock):
        def monotonic(self):
            nonlocal asked
            asked += 1
            return 7.0

    Stopped().stay_awake(EARLY)
    assert asked == 1 + MOST_LOOKS


def test_what_is_not_due_soon_is_not_waited_for_awake(background, heard, monkeypatch):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_JOB_ADDED)
    waited = []
    monkeypatch.setattr(SystemClock, "stay_awake", lambda clock, seconds: waited.append(seconds))
    scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    heard.wait_for(events.EVENT_JOB_ADDED)
    scheduler.shutdown()
    assert waited == []


def test_a_step_that_failed_is_not_repeated_at_once():
    def fail():
        raise RuntimeError("a defect")

    engine: Any = SimpleNamespace(context=SimpleNamespace(clock=SystemClock()), step=fail, job_due_in=0.0)
    failing = Loop(engine, Bell(), NO_PARTS, logging.getLogger("tests"))
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        failing.ask_to_stop(wait=False)

    failing._sleep = sleep  # type: ignore[method-assign] # it is how long that is looked at
    failing.run()
    assert slept == [LONGEST_WAIT]


class Scripted(Loop):
    """A loop whose steps say what a test wants, and which notes how it waits; it stops after the last step."""

    def __init__(self, clock, *steps):
        self.steps = list(steps)
        self.scripted = SimpleNamespace(context=SimpleNamespace(clock=clock), step=self.next_wait)
        engine: Any = self.scripted
        super().__init__(engine, Bell(), NO_PARTS, logging.getLogger("tests"))
        self.slept = []

    def next_wait(self):
        wait, self.scripted.job_due_in = self.steps.pop(0)
        if not self.steps:
            self.ask_to_stop(wait=False)
        return wait

    def _sleep(self, seconds):
        self.slept.append(seconds)


class Noting(VirtualClock):
    """A clock that stands still, or goes on while somebody waits awake."""

    def __init__(self, moves):
        super().__init__()
        self.moves = moves
        self.awake = []

    def stay_awake(self, seconds):
        self.awake.append(seconds)
        if self.moves:
            self.advance(seconds)


def test_where_there_is_more_to_do_at_once_nobody_waits_for_the_next_job():
    clock = Noting(moves=True)
    scripted = Scripted(clock, (0.0, EARLY / 2), (0.0, EARLY / 3))
    scripted.run()
    assert (scripted.slept, clock.awake) == ([0.0, 0.0], [])


def test_it_sleeps_until_shortly_before_a_job_and_then_stays_awake():
    clock = Noting(moves=True)
    scripted = Scripted(clock, (0.3, 0.3), (EARLY / 2, EARLY / 2), (0.5, 7.0))
    scripted.run()
    assert (scripted.slept, clock.awake) == ([0.3 - EARLY, 0.5], [EARLY / 2])


def test_it_sleeps_all_the_same_where_the_clock_stands_still():
    clock = Noting(moves=False)
    scripted = Scripted(clock, (EARLY / 2, EARLY / 2), (EARLY / 2, EARLY / 2))
    scripted.run()
    assert scripted.slept == [EARLY / 2, EARLY / 2]
