"""Cron triggers take keyword fields as the field knows them, all of which must match."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triggers.samples import fire_times, samples
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.dst import Timeline

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)


def cron(**fields):
    return CronTrigger(**{"timezone": "UTC", **fields})


def first(trigger):
    found = trigger.get_next_fire_time(None, NOW)
    return found and found.replace(tzinfo=None).isoformat(" ")


@pytest.mark.parametrize(
    ("fields", "fire_time"),
    [
        ({}, "2026-11-23 11:30:00"),
        ({"year": 2028}, "2028-01-01 00:00:00"),
        ({"year": "2027-2030/3", "month": "mar"}, "2027-03-01 00:00:00"),
        ({"month": 6}, "2027-06-01 00:00:00"),
        ({"week": 1}, "2027-01-04 00:00:00"),
        ({"week": 53}, "2026-12-28 00:00:00"),
        ({"day_of_week": 0}, "2026-11-30 00:00:00"),
        ({"day_of_week": "sun"}, "2026-11-29 00:00:00"),
        ({"day_of_week": 6}, "2026-11-29 00:00:00"),
        ({"day_of_week": "mon-fri", "hour": 9}, "2026-11-24 09:00:00"),
        ({"day": "last"}, "2026-11-30 00:00:00"),
        ({"day": "2nd fri"}, "2026-12-11 00:00:00"),
        ({"day": "5th  Tue"}, "2026-12-29 00:00:00"),
        ({"day": "last sun"}, "2026-11-29 00:00:00"),
        ({"day": "1st mon, 3rd mon,31"}, "2026-12-07 00:00:00"),
        ({"day": "*/7", "day_of_week": "tue"}, "2026-12-01 00:00:00"),
        ({"day": 13, "day_of_week": "fri"}, "2027-08-13 00:00:00"),
        ({"hour": "*/7", "second": 30}, "2026-11-23 14:00:30"),
        ({"minute": "5/20"}, "2026-11-23 11:45:00"),
        ({"second": "*/25"}, "2026-11-23 11:30:00"),
        ({"month": "2", "day": 29}, "2028-02-29 00:00:00"),
        ({"year": 2020}, None),
        ({"year": 9999, "month": 12, "day": 31, "hour": 23}, "9999-12-31 23:00:00"),
    ],
)
def test_fields_left_out_are_a_star_above_and_the_lowest_below(fields, fire_time):
    assert first(cron(**fields)) == fire_time


def test_iso_weeks_agree_with_the_calendar_for_a_whole_cycle():
    for week in (1, 52, 53):
        trigger = cron(week=week)
        moment = datetime(1990, 1, 1, tzinfo=UTC)
        found = {at.date() for at in fire_times(trigger, moment, moment + timedelta(days=400 * 366))}
        days = (date(1990, 1, 2) + timedelta(days=day) for day in range(400 * 365))
        assert all((day in found) == (day.isocalendar().week == week) for day in days)


@st.composite
def keyword_dates(draw):
    """Random keyword fields for the date, and the function that says whether a date matches them."""
    random = draw(st.randoms(use_true_random=False))
    fields, tests = {}, []
    ranges = {"year": (1990, 2030), "month": (1, 12), "week": (1, 53), "day_of_week": (0, 6)}
    for name, (low, high) in ranges.items():
        first = random.randint(low, high)
        values = range(first, random.randint(first, high) + 1, random.randint(1, 5))
        if random.random() < 0.4:
            fields[name] = f"{values.start}-{values.stop - 1}/{values.step}"
            tests.append((PARTS[name], set(values)))
    weekday = random.randrange(7)
    name = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][weekday]
    place = random.randint(1, 5)
    days, matches = random.choice(
        [
            ("*", lambda at: True),
            ("last", lambda at: at.day == monthrange(at.year, at.month)[1]),
            (f"last {name}", lambda at: at.weekday() == weekday and (at + timedelta(7)).month != at.month),
            (
                f"{['1st', '2nd', '3rd', '4th', '5th'][place - 1]} {name}, 31",
                lambda at: at.day == 31 or (at.weekday() == weekday and (at.day - 1) // 7 == place - 1),
            ),
        ]
    )
    fields["day"] = days
    return fields, lambda at: matches(at) and all(part(at) in values for part, values in tests)


PARTS = {
    "year": lambda at: at.year,
    "month": lambda at: at.month,
    "week": lambda at: at.isocalendar().week,
    "day_of_week": lambda at: at.weekday(),
}


@settings(max_examples=100)
@given(keyword_dates())
def test_dates_agree_with_the_calendar(fields_and_test):
    fields, matches = fields_and_test
    begin, until = date(1985, 1, 1), date(2035, 1, 1)
    days = (begin + timedelta(days=day) for day in range((until - begin).days))
    expected = [day for day in days if matches(day)]
    try:
        trigger = cron(hour=0, **fields)
    except InvalidTriggerError:
        assert not expected
        return
    moment = datetime(1984, 12, 31, 12, tzinfo=UTC)
    end = datetime(2034, 12, 31, 12, tzinfo=UTC)
    found = fire_times(trigger, moment, end, limit=50)
    assert [fire_time.date() for fire_time in found] == expected[:50]
    assert trigger.count_fire_times(moment, end) == len(expected)
    last = trigger.last_fire_time_until(end)
    assert (last is not None and last > moment and last.date()) == (expected[-1] if expected else False)


@pytest.mark.parametrize(
    "sample",
    [sample for sample in samples("bad_other") if sample["grp"] == "cron-field"],
    ids=lambda sample: sample["id"],
)
def test_a_bad_field_is_refused_by_name(sample):
    arguments = eval(f"dict({sample['id']})", {"nan": float("nan")})
    if sample["ideal"] == "OK":
        assert first(cron(**arguments))
        return
    (name,) = arguments
    with pytest.raises((InvalidTriggerError, TypeError)) as caught:
        cron(**arguments)
    assert str(caught.value).startswith(name)


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"minute": True}, TypeError, "minute must be a whole number or a text, not True"),
        ({"minute": 1.0}, TypeError, "minute must be"),
        ({"hour": [1]}, TypeError, "hour must be"),
        ({"hour": b"1"}, TypeError, "hour must be"),
        ({"year": 1969}, InvalidTriggerError, "year: 1970 to 9999 are taken"),
        ({"year": 10**20}, InvalidTriggerError, "year: "),
        ({"day": ""}, InvalidTriggerError, "day: a value is missing"),
        ({"day": "6th mon"}, InvalidTriggerError, "day: a place in the month reads like '2nd fri'"),
        ({"day": "2nd"}, InvalidTriggerError, "day: "),
        ({"day": "mon"}, InvalidTriggerError, "day: "),
        ({"day": "1st mon tue"}, InvalidTriggerError, "day: "),
        ({"day": "L"}, InvalidTriggerError, "day: "),
        ({"day_of_week": 7}, InvalidTriggerError, "day_of_week: 0 to 6 are taken"),
        ({"day_of_week": "sun-mon"}, InvalidTriggerError, "day_of_week: the range runs backwards"),
        ({"day_of_week": "mon#1"}, InvalidTriggerError, "day_of_week: "),
        ({"week": 0}, InvalidTriggerError, "week: "),
        ({"minute": "1" * 1_001}, InvalidTriggerError, "minute: longer than 1,000 characters"),
        ({"minute": "1" * 10_000_000}, InvalidTriggerError, "minute: longer than 1,000 characters"),
        ({"month": 2, "day": 30}, InvalidTriggerError, "it can never fire"),
        ({"year": 2027, "month": 2, "day": 29}, InvalidTriggerError, "it can never fire"),
        ({"year": 2027, "week": 53, "month": 3}, InvalidTriggerError, "it can never fire"),
        ({"week": 10, "month": 7}, InvalidTriggerError, "it can never fire"),
        ({"jitter": -5}, InvalidTriggerError, "jitter: "),
        ({"jitter": float("inf")}, InvalidTriggerError, "jitter: "),
        ({"jitter": float("nan")}, InvalidTriggerError, "jitter: "),
        ({"jitter": "a"}, TypeError, "jitter must be"),
        ({"jitter": True}, TypeError, "jitter must be"),
        ({"dst_policy": "standard"}, InvalidTriggerError, "dst_policy: .*'wall_clock'"),
        ({"dst_policy": None}, TypeError, "dst_policy must be"),
        (
            {"end_date": "2026-01-01", "start_date": "2026-01-02"},
            InvalidTriggerError,
            "end_date: it lies before",
        ),
        ({"start_date": 5}, TypeError, "start_date must be"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_reason(fields, error, words):
    with pytest.raises(error, match=words):
        cron(**fields)


def test_numbers_of_weekdays_are_shown_by_name_so_that_nobody_is_misled():
    trigger = cron(day_of_week="0,2-4", hour=3)
    assert str(trigger) == "cron[day_of_week='mon,wed-fri', hour='3']"
    assert repr(trigger) == "CronTrigger(day_of_week='mon,wed-fri', hour='3', timezone='UTC')"
    assert str(cron(day_of_week=0)) == "cron[day_of_week='mon']"
    assert str(cron(minute="*/5")) == "cron[minute='*/5']"


def test_a_star_in_hour_or_minute_makes_a_wildcard_job_that_fires_in_both_passes():
    before, after = (
        datetime(2026, 10, 25, tzinfo=UTC),
        datetime(2026, 10, 25, 2, tzinfo=UTC),
    )
    every_half_hour = CronTrigger(minute="*/30", timezone="Europe/Berlin")  # 02:00 to 03:00 occurs twice
    assert len(fire_times(every_half_hour, before, after)) == 4
    half_past_two = CronTrigger(hour=2, minute=30, timezone="Europe/Berlin")
    assert len(fire_times(half_past_two, before, after)) == 1


def test_start_and_end_are_inclusive():
    trigger = cron(hour=9, start_date="2026-11-25 09:00", end_date="2026-11-27 09:00")
    assert fire_times(trigger, NOW, NOW + timedelta(days=9)) == [
        datetime(2026, 11, day, 9, tzinfo=UTC) for day in (25, 26, 27)
    ]
    assert trigger.last_fire_time_until(NOW) is None
    assert trigger.last_fire_time_until(NOW + timedelta(days=9)) == trigger.end_date
    assert trigger.count_fire_times(NOW, NOW + timedelta(days=9)) == 3
    assert trigger.count_fire_times(trigger.start_date, trigger.end_date) == 2


def test_a_naive_start_is_taken_in_the_zone_of_the_trigger():
    trigger = CronTrigger(hour=9, start_date="2027-01-01", timezone="America/New_York")
    assert trigger.start_date == datetime(2027, 1, 1, 5, tzinfo=UTC)


def test_counting_leaps_over_the_years_that_have_nothing(monkeypatch):
    looked_at = []
    segment_at = Timeline.segment_at

    def noting(self, instant):
        looked_at.append(instant)
        return segment_at(self, instant)

    monkeypatch.setattr(Timeline, "segment_at", noting)
    trigger = CronTrigger(year="1970,9997", month=7, day=1, hour="*", timezone="Europe/Berlin")
    first, last = (datetime(year, 1, 1, tzinfo=UTC) for year in (1970, 9999))
    assert trigger.count_fire_times(first, last) == 48
    assert len(looked_at) < 50
