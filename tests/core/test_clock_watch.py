"""Tests of noticing that the wall clock was set, or that the machine slept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.stage import NOW
from tickwright.core.clock_watch import SMALLEST_JUMP, ClockWatch
from tickwright.virtual_clock import VirtualClock

HOUR = timedelta(hours=1)


@given(st.lists(st.floats(0, 1e7), max_size=5))
def test_time_that_passes_is_no_jump(passing):
    clock = VirtualClock(NOW)
    watch = ClockWatch(clock)
    for seconds in passing:
        clock.advance(seconds)
        assert watch.look() is None


@pytest.mark.parametrize(
    "offset", [HOUR, -HOUR, timedelta(days=365), -timedelta(days=365), SMALLEST_JUMP, -SMALLEST_JUMP]
)
def test_a_clock_that_was_set_is_noticed_once_with_how_far(offset):
    clock = VirtualClock(NOW)
    watch = ClockWatch(clock)
    clock.advance(7)
    clock.jump(offset)
    clock.advance(3)
    assert watch.has_jumped()
    assert watch.look() == offset
    assert not watch.has_jumped()
    assert watch.look() is None
    clock.advance(10)
    assert watch.look() is None


def test_two_jumps_that_cancel_between_two_looks_are_none():
    clock = VirtualClock(NOW)
    watch = ClockWatch(clock)
    clock.jump(HOUR)
    clock.jump(-HOUR)
    assert watch.look() is None


def test_a_clock_that_drifts_a_little_at_each_look_does_not_add_up_to_a_jump():
    clock = VirtualClock(NOW)
    watch = ClockWatch(clock)
    for _ in range(100):
        clock.jump(SMALLEST_JUMP - timedelta(microseconds=1))
        assert watch.look() is None


def test_a_process_frozen_between_reading_one_clock_and_the_other_sees_no_jump():
    class Freezing(VirtualClock):
        frozen = False

        def now(self):
            seen = super().now()
            if self.frozen:
                self.frozen = False
                self.advance(3600)
            return seen

    clock = Freezing(NOW)
    watch = ClockWatch(clock)
    clock.frozen = True
    assert watch.look() is None
    assert watch.look() is None
