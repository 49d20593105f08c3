"""Clocks: the machine's, and the one that moves when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.schedulers.stage import utc
from tickwright.clock import READ_TOGETHER, Clock, SystemClock
from tickwright.testing import VirtualClock


def test_the_machine_s_clock_is_aware_and_in_utc():
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_the_monotonic_clock_does_not_go_back():
    clock = SystemClock()
    readings = [clock.monotonic() for _ in range(1000)]
    assert readings == sorted(readings)


class Frozen(Clock):
    """A clock of a process that is frozen between two readings, twice."""

    def __init__(self) -> None:
        self.time = 0.0
        self.freezes = 2

    def now(self) -> datetime:
        if self.freezes:
            self.freezes -= 1
            self.time += 3600.0
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.time)

    def monotonic(self) -> float:
        return self.time


def test_both_clocks_are_read_at_one_moment_however_often_the_process_is_frozen():
    clock = Frozen()
    wall, monotonic = clock.moment()
    assert wall == datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=monotonic)
    assert (clock.freezes, READ_TOGETHER < 1) == (0, True)


# -- the virtual clock -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "zone", "expected"),
    [
        ("2026-03-01", "UTC", utc(2026, 3, 1)),
        ("2026-03-01 12:00", "Europe/Berlin", utc(2026, 3, 1, 11)),
        ("2026-03-01T12:00+05:00", "Europe/Berlin", utc(2026, 3, 1, 7)),
        (utc(2026, 3, 1), "Asia/Tokyo", utc(2026, 3, 1)),
        (datetime(2026, 3, 1), UTC, utc(2026, 3, 1)),
    ],
)
def test_it_starts_where_it_is_told_to(start, zone, expected):
    clock = VirtualClock(start, zone)
    assert (clock.now(), clock.now().tzinfo, clock.monotonic()) == (expected, UTC, 0.0)


def test_it_stands_still_until_it_is_moved():
    clock = VirtualClock("2026-01-01")
    assert [clock.moment() for _ in range(3)] == [(utc(2026, 1, 1), 0.0)] * 3


def test_time_that_passes_moves_both_clocks():
    clock = VirtualClock("2026-01-01")
    clock.advance(90)
    clock.advance(timedelta(hours=1))
    assert clock.moment() == (utc(2026, 1, 1, 1, 1, 30), 3690.0)


def test_a_jump_moves_the_wall_clock_only_and_either_way():
    clock = VirtualClock("2026-01-01")
    clock.jump(timedelta(days=1))
    assert clock.moment() == (utc(2026, 1, 2), 0.0)
    clock.jump(-timedelta(days=2))
    assert clock.moment() == (utc(2025, 12, 31), 0.0)


def test_it_can_be_moved_to_an_instant_and_not_back_to_one():
    clock = VirtualClock("2026-01-01")
    clock.advance_to(datetime(2026, 1, 1, 2, tzinfo=UTC).astimezone())
    clock.advance_to(utc(2025, 1, 1))
    assert clock.moment() == (utc(2026, 1, 1, 2), 7200.0)


@pytest.mark.parametrize("duration", [-1, timedelta(microseconds=-1)])
def test_time_does_not_run_back(duration):
    with pytest.raises(ValueError, match=r"time does not run back: advance\(.*\); jump\(\) sets the clock back"):
        VirtualClock().advance(duration)


def test_an_instant_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"start: .*ISO"):
        VirtualClock("tomorrow")
    with pytest.raises(TypeError, match=r"start must be"):
        VirtualClock(5)  # type: ignore[arg-type]
