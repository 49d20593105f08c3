"""Interval triggers count elapsed time from one start, exactly."""

import pickle
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triggers.samples import fire_times, instant, samples
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.interval import IntervalTrigger

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def every(*args, **arguments):
    return IntervalTrigger(*args, **{"timezone": "UTC", **arguments})


@pytest.mark.parametrize("sample", samples("interval_cases"), ids=lambda sample: str(sample["id"]))
def test_the_samples_hold_in_both_directions(sample):
    trigger = IntervalTrigger(
        timedelta(microseconds=sample["interval_us"]),
        start_date=sample["start"],
        end_date=sample["end"],
        timezone=sample["tz"],
    )
    after = instant(sample["after"])
    expected = [instant(text) for text in sample["expected"]]
    found = fire_times(trigger, after, datetime.max.replace(tzinfo=UTC), limit=len(expected))
    assert found == expected
    if expected:
        assert trigger.count_fire_times(after, expected[-1]) == len(expected)
        assert trigger.last_fire_time_until(expected[-1]) == expected[-1]
        between = trigger.last_fire_time_until(expected[-1] - MOMENT)
        assert between == (expected[-2] if len(expected) > 1 else trigger.last_fire_time_until(after))


def test_a_local_start_is_taken_in_the_zone_with_its_fold():
    for sample in samples("interval_cases"):
        local = instant(sample["start_local"]).replace(fold=sample["start_fold"])
        trigger = IntervalTrigger(seconds=1, start_date=local, timezone=sample["tz"])
        assert trigger.start_date == instant(sample["start"])


@pytest.mark.parametrize(
    ("parts", "micros"),
    [
        ({"seconds": 0.1}, 100_000),
        ({"seconds": 0.3333333}, 333_333),
        ({"seconds": 1e-6}, 1),
        ({"minutes": 0.1}, 6_000_000),
        ({"weeks": 1, "days": 1, "hours": 1, "minutes": 1, "seconds": 1.5}, 694_861_500_000),
        ({"days": 3_000_000.5}, 259_200_043_200_000_000),
    ],
)
def test_fractions_are_exact_to_the_microsecond(parts, micros):
    assert every(**parts).interval == timedelta(microseconds=micros)


@given(st.integers(1, 10**13), st.integers(-(10**14), 10**14), st.integers(0, 10**15), st.integers(0, 10**15))
def test_counting_and_looking_back_agree_with_arithmetic(step, start, after, span):
    trigger = every(timedelta(microseconds=step), start_date=NOW + start * MOMENT)
    first, last = NOW + after * MOMENT, NOW + (after + span) * MOMENT
    count = sum(1 for _ in range(0)) + max(0, (after + span - start) // step + 1) - max(0, (after - start) // step + 1)
    assert trigger.count_fire_times(first, last) == count
    found = trigger.get_next_fire_time(first, first)
    assert found > first
    assert trigger.last_fire_time_until(found) == found
    before = trigger.last_fire_time_until(found - MOMENT)
    assert before is None or before <= first
    assert before is None or found - before == trigger.interval


def test_without_a_start_it_answers_one_interval_on():
    trigger = every(seconds=10)
    assert trigger.get_next_fire_time(None, NOW) == NOW + timedelta(seconds=10)
    assert trigger.get_next_fire_time(NOW, NOW + timedelta(days=1)) == NOW + timedelta(seconds=10)
    with pytest.raises(ValueError, match="anchored"):
        trigger.last_fire_time_until(NOW)
    with pytest.raises(ValueError, match="anchored"):
        trigger.count_fire_times(NOW, NOW)


def test_anchoring_fixes_the_start_once():
    trigger = every(seconds=10).anchored(NOW)
    assert trigger.start_date == NOW + timedelta(seconds=10)
    assert trigger.anchored(NOW + timedelta(days=1)) is trigger
    assert trigger.get_next_fire_time(None, NOW + timedelta(seconds=25)) == NOW + timedelta(seconds=30)
    given_start = every(seconds=10, start_date=NOW)
    assert given_start.anchored(NOW + timedelta(days=1)) is given_start


def test_an_anchor_that_nobody_gave_is_stored_and_no_part_of_equality():
    declared = every(seconds=10)
    trigger = declared.anchored(NOW)
    assert trigger == declared
    assert hash(trigger) == hash(declared)
    assert repr(trigger) == repr(declared) == "IntervalTrigger(seconds=10, timezone='UTC')"
    again = pickle.loads(pickle.dumps(trigger))
    assert again == trigger
    assert again.start_date == trigger.start_date
    assert trigger != every(seconds=10, start_date=trigger.start_date)


def test_the_phase_never_shifts_whatever_is_asked_in_between():
    trigger = every(minutes=1, jitter=10).anchored(NOW)
    moment = NOW
    for _ in range(1_000):
        moment = trigger.get_next_fire_time(moment, moment + timedelta(seconds=9))
    assert moment == NOW + timedelta(minutes=1_000)
    assert trigger.jitter == 10


def test_the_end_is_inclusive_and_then_nothing_follows():
    trigger = every(seconds=10, start_date=NOW, end_date=NOW + timedelta(seconds=20))
    assert len(fire_times(trigger, NOW - MOMENT, NOW + timedelta(days=1))) == 3
    assert trigger.count_fire_times(NOW - MOMENT, NOW + timedelta(days=1)) == 3
    assert trigger.last_fire_time_until(NOW + timedelta(days=1)) == NOW + timedelta(seconds=20)
    assert trigger.last_fire_time_until(NOW - MOMENT) is None
    assert trigger.get_next_fire_time(NOW + timedelta(seconds=20), NOW) is None


@pytest.mark.parametrize(
    "sample",
    [sample for sample in samples("bad_other") if sample["grp"] == "interval"],
    ids=lambda sample: sample["id"],
)
def test_a_bad_interval_is_refused_by_name(sample):
    arguments = eval(sample["id"], {"datetime": __import__("datetime"), "inf": float("inf")})
    if "start_time" in arguments:
        arguments["start_date"] = arguments.pop("start_time")
    with pytest.raises((InvalidTriggerError, TypeError)) as caught:
        every(**arguments)
    name = "start_date" if isinstance(arguments.get("start_date"), str) else next(iter(arguments))
    assert str(caught.value).startswith(name)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({}, InvalidTriggerError, "seconds: an interval is at least a microsecond long"),
        ({"hours": 1, "minutes": -30}, InvalidTriggerError, "minutes: time does not run backwards"),
        ({"weeks": timedelta(0)}, InvalidTriggerError, "interval: an interval is at least"),
        ({"weeks": timedelta(-1)}, InvalidTriggerError, "interval: an interval is at least"),
        ({"weeks": timedelta(1), "seconds": 5}, InvalidTriggerError, "seconds: the timedelta is the whole"),
        ({"weeks": timedelta.max}, InvalidTriggerError, "interval: the calendar"),
        ({"seconds": float("nan")}, InvalidTriggerError, "seconds: a finite number"),
        ({"seconds": 1e308}, InvalidTriggerError, "seconds: the calendar"),
        ({"seconds": 10**400}, InvalidTriggerError, "seconds: "),
        ({"minutes": None}, TypeError, "minutes must be a number"),
        ({"minutes": timedelta(1)}, TypeError, "minutes must be a number"),
        ({"seconds": 1, "timezone": "Mars/Phobos"}, InvalidTriggerError, "timezone: "),
    ],
)
def test_what_is_no_interval_is_refused_with_a_reason(arguments, error, words):
    with pytest.raises(error, match=words):
        every(**arguments)


def test_an_anchor_beyond_the_calendar_is_refused():
    with pytest.raises(InvalidTriggerError, match="9999"):
        every(days=3_000_000).anchored(NOW)
    assert every(days=3_000_000).get_next_fire_time(None, NOW) is None


def test_one_timedelta_and_its_parts_are_the_same_interval():
    assert every(timedelta(hours=1.5)) == every(minutes=90) == every(hours=1, minutes=30)
    assert str(every(minutes=90)) == "interval[1:30:00]"
    assert str(every(seconds=10)) == "interval[0:00:10]"
    assert repr(every(minutes=90.01)) == "IntervalTrigger(hours=1, minutes=30, seconds=0.6, timezone='UTC')"
