"""Tests of how the loop waits: seldom, and for a job that is due with its eyes open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.schedulers import deeds
from tickwright import events
from tickwright.core.engine import Engine
from tickwright.schedulers import loop


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


def test_a_clock_that_stands_still_keeps_nobody_waiting_for_ever(background, monkeypatch):
    scheduler = background(start=False)
    scheduler.start(paused=True)
    running = scheduler._loop
    stopped = running._clock.monotonic()
    monkeypatch.setattr(type(running._clock), "monotonic", lambda clock: stopped)
    yields: list[float] = []
    monkeypatch.setattr(loop, "sleep", yields.append)
    running._wait_out(loop.EARLY)
    assert len(yields) == loop.MOST_YIELDS


def test_what_is_not_due_soon_is_not_waited_for_awake(background, heard, monkeypatch):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_JOB_ADDED)
    yields: list[float] = []
    monkeypatch.setattr(loop, "sleep", yields.append)
    scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    heard.wait_for(events.EVENT_JOB_ADDED)
    scheduler.shutdown()
    assert yields == []
