"""Calendar intervals are values: equal by what they mean, shown as they were written, described in English."""

from datetime import UTC, date, datetime
from enum import IntEnum

import pytest

from tickwright.triggers.calendarinterval import CalendarIntervalTrigger

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)


def every(**arguments):
    return CalendarIntervalTrigger(**{"timezone": "UTC", **arguments})


def test_the_same_interval_is_equal_however_it_was_written():
    assert every(years=1) == every(months=12)
    assert every(weeks=2, days=1) == every(days=15)
    assert hash(every(years=1)) == hash(every(months=12))
    assert every(months=1) != every(days=30)
    assert every(days=1, start_date="2026-01-01") == every(days=1, start_date=date(2026, 1, 1))
    assert every(days=1, start_date="2026-01-01") != every(days=1, start_date="2026-01-01T00:00")
    assert repr(every(months=12)) == "CalendarIntervalTrigger(months=12, timezone='UTC')"


@pytest.mark.parametrize(
    "other",
    [
        {"hour": 1},
        {"minute": 1},
        {"second": 1},
        {"jitter": 1},
        {"start_date": NOW},
        {"end_date": NOW},
        {"end_date": NOW.date()},
        {"timezone": "Europe/Berlin"},
        {"dst_policy": "skip"},
    ],
)
def test_every_parameter_counts_for_equality(other):
    assert every(days=1) != every(days=1, **other)
    assert every(days=1, **other) == every(days=1, **other)


def test_numbers_with_names_are_shown_as_numbers():
    class Often(IntEnum):
        DAILY = 1

    trigger = every(days=Often.DAILY, hour=Often.DAILY)
    assert repr(trigger) == "CalendarIntervalTrigger(days=1, hour=1, timezone='UTC')"
    assert eval(repr(trigger)) == trigger


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"months": 2, "hour": 9}, "calendarinterval[2 months at 09:00]"),
        ({"years": 1, "weeks": 3, "days": 1, "second": 5}, "calendarinterval[1 year, 3 weeks and 1 day at 00:00:05]"),
    ],
)
def test_it_is_shown_in_a_few_words(arguments, text):
    assert str(every(**arguments)) == text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            {"months": 2, "hour": 9, "start_date": "2026-01-31", "timezone": "Europe/Berlin"},
            "every 2 months on the 31st at 09:00 in Europe/Berlin, from 2026-01-31; months without a 31st are left out",
        ),
        ({"months": 6, "start_date": "2026-01-31"}, "every 6 months on the 31st at 00:00 in UTC, from 2026-01-31"),
        ({"days": 3}, "every 3 days at 00:00 in UTC, from when it is added"),
        ({"days": 1, "end_date": "2026-12-31"}, "every day at 00:00 in UTC, from when it is added until 2026-12-31"),
        ({"weeks": 1, "start_date": "2026-01-05"}, "every Monday at 00:00 in UTC, from 2026-01-05"),
        ({"days": 14, "start_date": "2026-01-11"}, "every 2 weeks on Sunday at 00:00 in UTC, from 2026-01-11"),
        ({"weeks": 1, "days": 1, "start_date": "2026-01-11"}, "every 8 days at 00:00 in UTC, from 2026-01-11"),
        (
            {"years": 1, "hour": 9, "start_date": "2024-02-29"},
            "every year on 29 February at 09:00 in UTC, from 2024-02-29; years without a 29 February are left out",
        ),
        ({"years": 400, "start_date": "2000-02-29"}, "every 400 years on 29 February at 00:00 in UTC, from 2000-02-29"),
        ({"months": 12, "start_date": "2026-12-31"}, "every year on 31 December at 00:00 in UTC, from 2026-12-31"),
        (
            {"months": 18, "start_date": datetime(2026, 1, 1, 8), "end_date": "2028-01-01", "timezone": "Asia/Tokyo"},
            "every 1 year and 6 months on the 1st at 00:00 in Asia/Tokyo, from 2026-01-01 08:00 until 2028-01-01",
        ),
        (
            {"months": 1, "days": 1, "start_date": "2026-01-30"},
            "every 1 month and 1 day at 00:00 in UTC, from 2026-01-30; months without a 30th are left out",
        ),
        (
            {"days": 1, "hour": 2, "minute": 30, "start_date": "2026-01-01", "timezone": "Europe/Berlin"},
            "every day at 02:30 in Europe/Berlin, from 2026-01-01; in spring's missing hour it runs at 03:00; "
            "in autumn's repeated hour it runs once",
        ),
        (  # wherever it will start
            {"days": 1, "hour": 2, "minute": 30, "timezone": "Europe/Berlin"},
            "every day at 02:30 in Europe/Berlin, from when it is added; in spring's missing hour it runs at 03:00; "
            "in autumn's repeated hour it runs once",
        ),
        (  # this may start between two changes, and meet none
            {"days": 2, "hour": 2, "minute": 30, "timezone": "Europe/Berlin"},
            "every 2 days at 02:30 in Europe/Berlin, from when it is added",
        ),
        ({"weeks": 1}, "every week at 00:00 in UTC, from when it is added"),
        (  # clocks change on Sundays
            {"weeks": 1, "hour": 2, "minute": 30, "start_date": "2026-01-05", "timezone": "Europe/Berlin"},
            "every Monday at 02:30 in Europe/Berlin, from 2026-01-05",
        ),
        (
            {"days": 2, "hour": 2, "start_date": "0001-01-01", "timezone": "Europe/Berlin", "dst_policy": "wall_clock"},
            "every 2 days at 02:00 in Europe/Berlin, from 0001-01-01; in spring's missing hour it does not run; "
            "in autumn's repeated hour it runs twice",
        ),
    ],
)
def test_it_is_described_in_plain_english(arguments, text):
    assert every(**arguments).describe() == text


def test_once_it_is_anchored_the_day_and_the_start_are_known():
    monthly = every(months=1, timezone="Europe/Berlin").anchored(NOW)
    assert monthly.describe() == "every month on the 23rd at 00:00 in Europe/Berlin, from 2026-11-23 12:30"
