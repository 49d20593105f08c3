"""Tests of an outage: when a store that fails is tried again."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.outage import FIRST_PAUSE, Outage


class Fixed(Random):
    """Always says the same."""

    def __init__(self, number: float) -> None:
        self.number = number

    def random(self) -> float:
        return self.number


ALMOST_ONE = 1 - 2**-53


def pauses(outage, times):
    """Return the pauses after so many failures in a row."""
    found, monotonic = [], 0.0
    for _ in range(times):
        outage.failed(OSError(), monotonic)
        found.append(outage.seconds_to_wait(monotonic))
        monotonic += found[-1]
    return found


def test_the_pauses_double_up_to_the_longest():
    found = pauses(Outage(10.0, Fixed(ALMOST_ONE)), 10)
    assert found == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10, 10])


@given(st.floats(0.001, 100), st.integers(0, 2**32))
def test_jitter_takes_at_most_half_of_a_pause_and_adds_nothing(longest, seed):
    found = pauses(Outage(longest, Random(seed)), 12)
    pause = min(FIRST_PAUSE, longest)
    for one in found:
        assert pause / 2 <= one + 1e-9
        assert one <= pause + 1e-9
        pause = min(pause * 2, longest)


def test_two_schedulers_do_not_come_back_together():
    assert pauses(Outage(10.0, Random(1)), 3) != pauses(Outage(10.0, Random(2)), 3)


def test_only_the_first_failure_begins_an_outage_and_the_last_error_is_kept():
    outage = Outage(10.0, Random(1))
    first, second = OSError("first"), OSError("second")
    assert not outage.is_on
    assert outage.failed(first, 5.0)
    assert outage.is_on
    assert not outage.failed(second, 6.0)
    assert outage.error is second
    assert outage.seconds_so_far(9.5) == 4.5


def test_a_success_ends_it_tells_how_long_it_was_and_the_next_one_starts_small():
    outage = Outage(10.0, Fixed(ALMOST_ONE))
    for second in range(9):
        outage.failed(OSError(), float(second))
    assert outage.worked(12.0) == timedelta(seconds=12)
    assert (outage.is_on, outage.error, outage.seconds_to_wait(12.0), outage.seconds_so_far(99.0)) == (
        False,
        None,
        0,
        0,
    )
    assert outage.worked(13.0) is None
    assert outage.failed(OSError(), 20.0)
    assert outage.seconds_to_wait(20.0) == pytest.approx(FIRST_PAUSE)


def test_there_is_nothing_to_wait_for_once_the_pause_is_over():
    outage = Outage(10.0, Fixed(ALMOST_ONE))
    outage.failed(OSError(), 5.0)
    assert outage.seconds_to_wait(5.05) == pytest.approx(0.05)
    assert outage.seconds_to_wait(99.0) == 0


def test_what_only_ails_is_an_outage_that_nothing_waits_for():
    outage = Outage(10.0, Fixed(ALMOST_ONE))
    first, second = OSError("first"), OSError("second")
    assert outage.ails(first, 5.0)
    assert not outage.ails(second, 6.0)
    assert (outage.is_on, outage.error, outage.seconds_to_wait(6.0), outage.seconds_so_far(7.0)) == (True, second, 0, 2)
    assert outage.worked(9.0) == timedelta(seconds=4)


def test_what_ails_may_fail_wholly_with_pauses_that_begin_small_and_that_is_one_outage():
    outage = Outage(10.0, Fixed(ALMOST_ONE))
    assert outage.ails(OSError(), 0.0)
    assert not outage.failed(OSError(), 1.0)
    assert outage.seconds_to_wait(1.0) == pytest.approx(FIRST_PAUSE)
    assert not outage.failed(OSError(), 2.0)
    assert outage.seconds_to_wait(2.0) == pytest.approx(2 * FIRST_PAUSE)
    assert not outage.ails(OSError(), 3.0)
    assert outage.seconds_to_wait(3.0) == 0
    assert not outage.failed(OSError(), 4.0)
    assert outage.seconds_to_wait(4.0) == pytest.approx(FIRST_PAUSE)
