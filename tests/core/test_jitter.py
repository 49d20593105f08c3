"""Tests of jitter: a delay that nobody remembers and everybody agrees on."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.core.stage import NOW, Answering, at, every
from tickwright.core.jitter import due_time
from tickwright.triggers.cron import CronTrigger

ELSEWHERE = """
from datetime import UTC, datetime
from tickwright.core.jitter import due_time
from tickwright.triggers.interval import IntervalTrigger
start = datetime(2026, 1, 1, tzinfo=UTC)
print(due_time("job", IntervalTrigger(hours=1, start_date=start, timezone="UTC", jitter=600), start).isoformat())
"""


def delay(job_id, trigger, fire_time):
    return due_time(job_id, trigger, fire_time) - fire_time


def test_without_jitter_a_fire_time_is_due_at_itself():
    assert due_time("job", every(10), NOW) == NOW
    assert due_time("job", every(10, jitter=0), NOW) == NOW


def test_another_process_with_other_hashes_comes_to_the_same():
    # What was stored by an earlier version has to keep its meaning too: hence the instant, written out.
    told = {
        subprocess.run(
            [sys.executable, "-c", ELSEWHERE], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("0", "7")
    }
    assert told == {due_time("job", every(3600, jitter=600), NOW).isoformat()} == {"2026-01-01T00:04:13.972663+00:00"}


def test_the_zone_in_which_a_fire_time_is_told_does_not_matter():
    in_tokyo = NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    assert due_time("job", every(3600, jitter=600), in_tokyo) == due_time("job", every(3600, jitter=600), NOW)


def test_jobs_and_fire_times_are_spread_over_the_whole_of_it():
    trigger = every(3600, jitter=600)
    delays = [delay(f"job{number}", trigger, NOW).total_seconds() for number in range(400)]
    delays += [delay("job", trigger, at(3600 * number)).total_seconds() for number in range(400)]
    counts = [sum(minute * 60 <= one < (minute + 1) * 60 for one in delays) for minute in range(10)]
    assert sum(counts) == 800
    assert min(counts) > 40


@given(st.integers(1, 40_000_000), st.floats(0, 10_000), st.text(max_size=5), st.integers(0, 10**9))
def test_no_two_fires_change_places_and_none_waits_longer_than_the_jitter(step, jitter, job_id, number):
    trigger = every(step / 1_000_000, jitter=jitter)
    first = NOW + timedelta(microseconds=step) * number
    second = first + trigger.interval
    due, due_next = due_time(job_id, trigger, first), due_time(job_id, trigger, second)
    assert first <= due <= second <= due_next
    assert due - first <= timedelta(seconds=jitter)
    assert due == due_time(job_id, trigger, first)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.floats(0.1, 100_000))
def test_no_two_fires_of_a_calendar_change_places(moment, jitter):
    trigger = CronTrigger(hour="*/5", minute="0,7,59", timezone="Europe/Berlin", jitter=jitter)
    first = trigger.get_next_fire_time(None, moment.replace(tzinfo=NOW.tzinfo))
    assert first is not None
    second = trigger.get_next_fire_time(first, first)
    assert second is not None
    assert first <= due_time("job", trigger, first) <= second


def test_the_last_fire_time_has_jitter_too():
    trigger = Answering(None)
    trigger.jitter = 600
    assert timedelta(0) < delay("job", trigger, NOW) < timedelta(seconds=600)
