"""Tests of how the loop waits: seldom, and for a job that is due with its eyes open."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.schedulers import deeds
from tickwright import events
from tickwright.clock import MOST_LOOKS, SystemClock
from tickwright.core.engine import Engine
from tickwright.core.mailbox import Mailbox
from tickwright.report import Report
from tickwright.run import RunStatus
from tickwright.schedulers.bell import Bell
from tickwright.schedulers.loop import EARLY, GATHERING, MANY_IN_FLIGHT, Loop
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


def engine(clock, **what):
    """Return an engine with nothing in flight, which a test scripts further."""
    says = {"unreported": 0, "is_shared": False, "has_clock_jumped": lambda: False} | what
    scripted: Any = SimpleNamespace(context=SimpleNamespace(clock=clock), **says)
    return scripted


def test_a_step_that_failed_is_not_repeated_at_once():
    def fail():
        raise RuntimeError("a defect")

    failing = Loop(engine(SystemClock(), step=fail, job_due_in=0.0), Bell(), NO_PARTS, logging.getLogger("tests"))
    slept = []

    def sleep(seconds, until_step=None):
        slept.append(seconds)
        failing.ask_to_stop(wait=False)
        return True

    failing._sleep = sleep  # type: ignore[method-assign] # it is how long that is looked at
    failing.run()
    assert slept == [1.0]  # and looks at the clock then, as in each rest


class Scripted(Loop):
    """A loop whose steps say what a test wants, and which notes how it waits; it stops after the last step."""

    def __init__(self, clock, *steps):
        self.steps = list(steps)
        self.clock = clock
        self.scripted = engine(clock, step=self.next_wait)
        super().__init__(self.scripted, Bell(), NO_PARTS, logging.getLogger("tests"))
        self.slept = []
        self.goes_on = False
        """Whether sleep is only over with its time, and not because somebody rings."""
        self.stops_while_gathering = False

    def next_wait(self):
        wait, self.scripted.job_due_in = self.steps.pop(0)
        if not self.steps:
            self.ask_to_stop(wait=False)
        return wait

    def _let_reports_gather(self):
        if self.stops_while_gathering:
            self.ask_to_stop(wait=False)

    def _sleep(self, seconds, until_step=None):
        self.slept.append(seconds)
        if self.goes_on and seconds > 0:
            self.clock.advance(seconds)
        return seconds <= 0 or not self.goes_on


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


def test_a_rest_looks_at_the_clock_each_second_and_goes_round_once_it_is_over():
    clock = Noting(moves=True)
    scripted = Scripted(clock, (3.5, None), (0.0, None))
    scripted.goes_on = True
    looks = []
    scripted.scripted.has_clock_jumped = lambda: looks.append(clock.monotonic())
    began = clock.monotonic()
    scripted.run()
    assert scripted.slept == [1.0, 1.0, 1.0, 0.5, 0.0, 0.0]
    assert [look - began for look in looks] == [1.0, 2.0, 3.0, 3.5]


def test_a_rest_ends_where_the_clock_was_set():
    scripted = Scripted(Noting(moves=True), (3.5, None), (0.0, None))
    scripted.goes_on = True
    scripted.scripted.has_clock_jumped = lambda: len(scripted.slept) == 2
    scripted.run()
    assert scripted.slept == [1.0, 1.0, 0.0]


def test_a_rest_ends_where_the_clock_stands_still():
    scripted = Scripted(Noting(moves=False), (3.5, None), (0.0, None))
    scripted.goes_on = True
    scripted.clock = VirtualClock()  # what passes while it sleeps is another clock's time
    scripted.run()
    assert scripted.slept == [1.0, 0.0]


def test_the_last_second_before_a_job_begins_with_a_step():
    scripted = Scripted(Noting(moves=True), (4.25, 4.25), (0.0, 0.0))
    scripted.goes_on = True
    scripted.run()
    assert scripted.slept[:4] == [1.0, 1.0, 1.0, 0.25]


def test_nobody_rests_longer_than_a_few_seconds():
    scripted = Scripted(Noting(moves=True), (None, None), (0.0, 0.0))
    scripted.goes_on = True
    scripted.run()
    assert scripted.slept[:6] == [1.0, 1.0, 1.0, 1.0, 1.0, 0.0]


def test_a_job_that_is_added_during_a_rest_is_rung_for():
    clock = VirtualClock("2026-01-01")
    resting = Loop(engine(clock), Bell(), NO_PARTS, logging.getLogger("tests"))

    class Rung(Bell):
        def wait(self, seconds):
            resting.wake_for(clock.after(3.0))
            return super().wait(0)

    resting._bell = Rung()
    assert resting._sleep(1.0, 4.0) is True
    assert resting._sleep(1.0, 2.0) is False


# -- gathering -------------------------------------------------------------------------------------


class Gathering:
    """A loop with so many runs in flight, whose bell notes how long somebody waits for it, and rings three times."""

    def __init__(self, in_flight, *, is_shared=False, due_in=None, clock_moves=True):
        self.clock = VirtualClock("2026-01-01")
        self.clock_moves = clock_moves
        self.rings: list[int] = []
        self.waited: list[float] = []
        self.arrive: dict[int, int] = {}
        """By the number of the wait: how many reports come in it."""
        self.mailbox = Mailbox(self.ring)
        scripted = engine(
            self.clock, unreported=in_flight, is_shared=is_shared, job_due_in=due_in, mailbox=self.mailbox
        )
        bell: Any = self
        self.loop = Loop(scripted, bell, NO_PARTS, logging.getLogger("tests"))

    def ring(self):
        self.rings.append(len(self.mailbox))

    def wait(self, seconds):
        self.waited.append(seconds)
        for number in range(self.arrive.get(len(self.waited), 0)):
            self.mailbox.post(Report(f"run-{number}", RunStatus.SUCCEEDED, self.clock.now()))
        rings = len(self.waited) <= OLD_RINGS
        if self.clock_moves:
            self.clock.advance(min(seconds, GATHERING / 8) if rings else seconds)
        return rings


OLD_RINGS = 3


def seconds_gathered(gathering):
    began = gathering.clock.monotonic()
    gathering.loop._let_reports_gather()
    return gathering.clock.monotonic() - began


def test_reports_of_many_runs_gather_until_it_is_time():
    gathering = Gathering(MANY_IN_FLIGHT)
    gathering.arrive = {1: 3, 2: 5}
    assert seconds_gathered(gathering) == pytest.approx(GATHERING)
    assert gathering.rings == []
    assert len(gathering.waited) == OLD_RINGS + 1


def test_half_of_the_runs_are_enough():
    gathering = Gathering(MANY_IN_FLIGHT)
    gathering.arrive = {1: MANY_IN_FLIGHT // 2 - 1, 2: 1}
    gathering.loop._let_reports_gather()
    assert len(gathering.waited) == 2
    assert gathering.rings == [MANY_IN_FLIGHT // 2]


@pytest.mark.parametrize(
    "gathering", [Gathering(MANY_IN_FLIGHT - 1), Gathering(100, is_shared=True)], ids=["few", "shared"]
)
def test_few_reports_and_a_store_that_others_share_are_seen_to_at_once(gathering):
    gathering.loop._let_reports_gather()
    assert gathering.waited == []


def test_after_a_rest_nothing_gathers():
    gathering = Gathering(100)
    gathering.clock.advance(GATHERING)
    gathering.loop._let_reports_gather()
    assert gathering.waited == []


def test_a_job_that_becomes_due_meanwhile_is_on_time():
    assert seconds_gathered(Gathering(100, due_in=GATHERING / 2)) == pytest.approx(GATHERING / 2)


def test_who_asks_the_loop_to_stop_does_not_wait_for_reports():
    gathering = Gathering(100)
    gathering.loop.ask_to_stop(wait=False)
    gathering.loop._let_reports_gather()
    assert gathering.waited == []


def test_a_clock_that_stands_still_keeps_no_report_waiting():
    gathering = Gathering(100, clock_moves=False)
    gathering.loop._let_reports_gather()
    assert len(gathering.waited) == OLD_RINGS + 1


def test_a_shutdown_that_comes_while_reports_gather_is_no_reason_to_rest():
    scripted = Scripted(Noting(moves=True), (0.5, None), (0.5, None))
    scripted.stops_while_gathering = True
    scripted.run()
    assert scripted.slept == [0.5]


def test_reports_ring_again_once_they_were_gathered():
    gathering = Gathering(100)
    gathering.loop._let_reports_gather()
    gathering.mailbox.post(Report("run", RunStatus.SUCCEEDED, gathering.clock.now()))
    assert gathering.rings == [1]
