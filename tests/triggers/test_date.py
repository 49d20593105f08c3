"""Date triggers fire once, at one instant, however that instant was said."""

import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.triggers.samples import samples
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.date import DateTrigger

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
NEW_YORK = "America/New_York"


def utc(*parts):
    return datetime(*parts).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("run_date", "zone", "instant"),
    [
        (datetime(2026, 11, 23, 11, 30), NEW_YORK, utc(2026, 11, 23, 16, 30)),
        ("2026-11-23 11:30", NEW_YORK, utc(2026, 11, 23, 16, 30)),
        ("2026-11-23T11:30:00+01:00", NEW_YORK, utc(2026, 11, 23, 10, 30)),
        ("2026-11-23T11:30:00Z", NEW_YORK, utc(2026, 11, 23, 11, 30)),
        (date(2026, 11, 23), NEW_YORK, utc(2026, 11, 23, 5)),
        ("2026-11-23", NEW_YORK, utc(2026, 11, 23, 5)),
        (
            datetime(2024, 3, 10, 2, 30),
            NEW_YORK,
            utc(2024, 3, 10, 7),
        ),  # left out: the first instant after the gap
        (datetime(2024, 3, 10, 2, 30, fold=1), NEW_YORK, utc(2024, 3, 10, 7)),
        (datetime(2024, 11, 3, 1, 30), NEW_YORK, utc(2024, 11, 3, 5, 30)),  # shown twice: the first pass
        (datetime(2024, 11, 3, 1, 30, fold=1), NEW_YORK, utc(2024, 11, 3, 6, 30)),
        (datetime(2024, 3, 10, 3), NEW_YORK, utc(2024, 3, 10, 7)),  # the first instant after the gap itself
        (datetime(2024, 11, 3, 1, fold=1), NEW_YORK, utc(2024, 11, 3, 6)),  # the second pass begins
        (datetime(2011, 12, 30, 12), "Pacific/Apia", utc(2011, 12, 30, 10)),  # a whole day left out
        (date(2018, 11, 4), "America/Sao_Paulo", utc(2018, 11, 4, 3)),  # midnight left out
        (datetime(2026, 1, 1), "+05:30", utc(2025, 12, 31, 18, 30)),
        (utc(1, 1, 1), NEW_YORK, utc(1, 1, 1)),
        (datetime.max, "UTC", utc(9999, 12, 31, 23, 59, 59, 999_999)),
    ],
)
def test_a_run_date_is_one_instant(run_date, zone, instant):
    assert DateTrigger(run_date, zone).run_date == instant


def test_it_fires_once():
    trigger = DateTrigger(NOW, "UTC")
    assert trigger.get_next_fire_time(None, NOW - MOMENT) == NOW
    assert trigger.get_next_fire_time(None, NOW) == NOW
    assert trigger.get_next_fire_time(None, NOW + MOMENT) is None
    assert trigger.get_next_fire_time(NOW - MOMENT, NOW + timedelta(days=1)) == NOW
    assert trigger.get_next_fire_time(NOW, NOW) is None
    assert trigger.last_fire_time_until(NOW) == NOW
    assert trigger.last_fire_time_until(NOW - MOMENT) is None
    assert trigger.count_fire_times(NOW - MOMENT, NOW) == 1
    assert trigger.count_fire_times(NOW, NOW + MOMENT) == 0


def test_without_a_date_it_is_the_moment_of_adding_which_is_fixed_once():
    declared = DateTrigger(timezone="UTC")
    assert declared.get_next_fire_time(None, NOW) == NOW
    assert declared.get_next_fire_time(NOW, NOW) is None
    assert declared.last_fire_time_until(NOW) is None
    assert str(declared) == "date[when added]"
    trigger = declared.anchored(NOW)
    assert trigger.run_date == NOW
    assert trigger.anchored(NOW + MOMENT) is trigger
    assert trigger == declared
    assert repr(trigger) == "DateTrigger(timezone='UTC')"
    assert pickle.loads(pickle.dumps(trigger)).run_date == NOW


def test_it_is_shown_in_its_zone():
    assert str(DateTrigger(NOW, "UTC")) == "date[2026-11-23 11:30:00 UTC]"
    assert str(DateTrigger(NOW, NEW_YORK)) == "date[2026-11-23 06:30:00 EST]"
    assert repr(DateTrigger(NOW, "UTC")) == "DateTrigger(run_date='2026-11-23T11:30:00+00:00', timezone='UTC')"
    assert str(DateTrigger("9999-12-31T23:00Z", "Asia/Tokyo")) == "date[9999-12-31 23:00:00 UTC]"


RUN_DATES: dict[str, Any] = {
    "hour24": "2024-01-01T24:00:00",
    "sec60": "2024-01-01T00:00:60",
    "year10000": "10000-01-01T00:00:00",
    "year0": "0000-01-01T00:00:00",
    "unixint": 1_700_000_000,
    "min-aware": datetime.min.replace(tzinfo=UTC),
    "max-aware-west": datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
    "gap-naive": datetime(2024, 3, 10, 2, 30),
    "gap-aware": "2024-03-10T02:30:00-05:00",
    "ambig-naive": datetime(2024, 11, 3, 1, 30),
    "bytes": b"2024-01-01",
    "dict": {},
    "10MB": "2024-01-01" * 1_000_000,
}


@pytest.mark.parametrize("name", RUN_DATES)
def test_a_bad_run_date_is_refused_by_name(name):
    (ideal,) = (sample["ideal"] for sample in samples("bad_other") if sample["grp"] == "date" and sample["id"] == name)
    if ideal.startswith("E:"):
        with pytest.raises((InvalidTriggerError, TypeError), match="run_date"):
            DateTrigger(RUN_DATES[name], NEW_YORK)
    elif name != "hour24":  # either will do: ISO 8601 has 24:00, and Python reads it from 3.13 on
        assert DateTrigger(RUN_DATES[name], NEW_YORK).run_date


def test_a_naive_instant_at_the_edge_of_the_calendar_is_refused():
    with pytest.raises(InvalidTriggerError, match="outside the years 1 to 9999"):
        DateTrigger(datetime.max, NEW_YORK)
    with pytest.raises(InvalidTriggerError, match="outside the years 1 to 9999"):
        DateTrigger(datetime.min, "Asia/Tokyo")
