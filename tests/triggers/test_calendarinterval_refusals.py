"""What no calendar interval can be made of is refused with the parameter's name."""

import datetime as datetime_module
import pickle
from datetime import UTC, datetime, timedelta

import pytest

from tests.triggers.hostile.evil import EvilDate
from tests.triggers.samples import samples
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
NAN = float("nan")
UNITS = {"years", "months", "weeks", "days"}
ARABIC = "2026-01-01".translate({ord("0") + digit: 0x0660 + digit for digit in range(10)})


def utc(*parts):
    return datetime(*parts).replace(tzinfo=UTC)


def every(**arguments):
    return CalendarIntervalTrigger(**{"timezone": "UTC", **arguments})


@pytest.mark.parametrize(
    "sample",
    [sample for sample in samples("bad_other") if sample["grp"] == "calint"],
    ids=lambda sample: sample["id"],
)
def test_the_samples_are_refused_by_name(sample):
    text = sample["id"].removeprefix("AL ")
    if text.startswith("{"):
        arguments = eval(text, {"datetime": datetime_module, "nan": NAN})
    else:
        arguments = eval(f"dict({text})")
        arguments |= {"days": 1, "start_date": datetime_module.date(2024, 1, 1)} | arguments
    # What is to be refused stands first, after a `days` of 1; where no interval is said, `days` is missing.
    is_interval = UNITS & set(arguments)
    bad = next(name for name, value in arguments.items() if value != 1) if is_interval else "days"
    with pytest.raises((InvalidTriggerError, TypeError), match=f"^{bad}"):
        every(**arguments)


@pytest.mark.parametrize("name", sorted(UNITS))
@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (-1, InvalidTriggerError, "time does not run backwards"),
        (1.0, TypeError, "must be a whole number, not 1.0"),
        (NAN, TypeError, "must be a whole number, not nan"),
        (float("inf"), TypeError, "must be a whole number"),
        (True, TypeError, "must be a whole number, not True"),
        (False, TypeError, "must be a whole number, not False"),
        (None, TypeError, "must be a whole number, not None"),
        ("1", TypeError, "must be a whole number, not '1'"),
        ("1" * 10_000_000, TypeError, "must be a whole number"),
        (timedelta(1), TypeError, "must be a whole number"),
        (10_000_000, InvalidTriggerError, "the calendar, which has 9999 years, is shorter than this"),
        (1 << 5_000_000, InvalidTriggerError, "the calendar"),
    ],
    ids=lambda value: repr(value)[:20] if not isinstance(value, int) or value.bit_length() < 99 else "huge",
)
def test_a_part_that_is_no_number_of_them_is_refused(name, value, error, words):
    with pytest.raises(error, match=f"^{name}:? .*{words}"):
        every(**{name: value})


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({}, InvalidTriggerError, "days: an interval is at least a day long"),
        ({"hour": 9}, InvalidTriggerError, "days: an interval is at least a day long"),
        ({"days": 1, "hour": 24}, InvalidTriggerError, "hour: 0 to 23 are taken"),
        ({"days": 1, "hour": -1}, InvalidTriggerError, "hour: 0 to 23 are taken"),
        ({"days": 1, "minute": 60}, InvalidTriggerError, "minute: 0 to 59 are taken"),
        ({"days": 1, "second": 60}, InvalidTriggerError, "second: 0 to 59 are taken"),
        ({"days": 1, "second": 1.5}, TypeError, "second must be a whole number"),
        ({"days": 1, "minute": True}, TypeError, "minute must be a whole number"),
        ({"days": 1, "hour": "9"}, TypeError, "hour must be a whole number"),
        ({"days": 1, "start_date": 5}, TypeError, "start_date must be a datetime"),
        ({"days": 1, "start_date": ""}, InvalidTriggerError, "start_date: an ISO 8601 date reads like"),
        ({"days": 1, "start_date": "2026-02-29"}, InvalidTriggerError, "start_date: there is no such day"),
        ({"days": 1, "start_date": ARABIC}, InvalidTriggerError, "start_date: an ISO 8601 date reads like"),
        ({"days": 1, "end_date": "9" * 10_000_000}, InvalidTriggerError, "end_date: an ISO 8601 date reads like"),
        ({"days": 1, "end_date": b"2026-01-01"}, TypeError, "end_date must be a datetime"),
        ({"days": 1, "timezone": "Mars/Phobos"}, InvalidTriggerError, "timezone: "),
        ({"days": 1, "jitter": -1}, InvalidTriggerError, "jitter: "),
        ({"days": 1, "dst_policy": "never"}, InvalidTriggerError, "dst_policy: "),
        ({"years": 9_999}, InvalidTriggerError, "years: the second occurrence would lie after the year 9999"),
        ({"months": 60_000, "weeks": 300_000}, InvalidTriggerError, "months: the second occurrence"),
        ({"months": 1, "start_date": "9999-12-31"}, InvalidTriggerError, "months: the second occurrence"),
        ({"years": 1, "start_date": "9996-02-29"}, InvalidTriggerError, "years: the second occurrence"),
        ({"years": 100, "start_date": "9600-02-29"}, InvalidTriggerError, "years: the second occurrence"),
        ({"days": 1, "start_date": LAST}, InvalidTriggerError, "days: the second occurrence"),
    ],
)
def test_what_is_no_calendar_interval_is_refused_with_a_reason(arguments, error, words):
    with pytest.raises(error, match=words):
        every(**arguments)


def test_an_interval_that_would_end_at_once_is_refused_when_it_is_anchored():
    trigger = every(years=9_000)
    assert trigger.anchored(utc(999, 1, 1)).get_next_fire_time(utc(999, 1, 1), NOW) == utc(9999, 1, 1)
    with pytest.raises(InvalidTriggerError, match="years: the second occurrence"):
        trigger.anchored(NOW)
    assert trigger.get_next_fire_time(NOW, NOW) is None


def test_only_names_are_taken():
    with pytest.raises(TypeError):
        CalendarIntervalTrigger(1)  # type: ignore[call-arg]


def test_a_date_is_the_day_it_names_whatever_its_class_makes_of_it():
    trigger = every(days=1, start_date=EvilDate(2026, 1, 1), end_date=EvilDate(2026, 1, 9))
    expected = every(days=1, start_date="2026-01-01", end_date="2026-01-09")
    assert trigger == expected == pickle.loads(pickle.dumps(trigger))
    assert (repr(trigger), trigger.describe()) == (repr(expected), expected.describe())
    with pytest.raises(InvalidTriggerError, match="end_date: it lies before start_date"):
        every(days=1, start_date=EvilDate(2026, 1, 2), end_date=EvilDate(2026, 1, 1))
