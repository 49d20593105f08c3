"""Wrong answers that other schedulers give, each of which is not ours."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.triggers.samples import fire_times
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.interval import IntervalTrigger

NEW_YORK = "America/New_York"


def utc(*parts):
    return datetime(*parts).replace(tzinfo=UTC)


def test_monday_midnight_after_a_spring_forward_weekend_is_not_lost():
    trigger = CronTrigger.from_crontab("0 0 * * mon", NEW_YORK)
    for year in range(2007, 2041):
        spring = next(utc(year, 3, day) for day in range(8, 15) if utc(year, 3, day).weekday() == 6)
        monday = spring + timedelta(days=1, hours=4)
        assert trigger.get_next_fire_time(spring - timedelta(days=1), spring) == monday
        assert trigger.get_next_fire_time(None, spring + timedelta(hours=12)) == monday


def test_the_first_of_april_is_not_lost_in_new_york():
    trigger = CronTrigger.from_crontab("0 0 1 * *", NEW_YORK)
    for year in range(2007, 2028):
        assert trigger.get_next_fire_time(utc(year, 3, 2), utc(year, 3, 2)) == utc(year, 4, 1, 4)


def test_the_first_monday_is_not_every_monday():
    trigger = CronTrigger.from_crontab("0 0 * * MON#1", "UTC")
    found = fire_times(trigger, utc(2026, 1, 1), utc(2027, 1, 1))
    assert len(found) == 12
    assert all(fire_time.day <= 7 and fire_time.weekday() == 0 for fire_time in found)


def test_cairo_loses_no_day():
    # Midnight of the last Friday in April becomes 01:00, and that of the last Friday in October 23:00 again.
    trigger = CronTrigger.from_crontab("*/15 1 L * *", "Africa/Cairo")
    found = fire_times(trigger, utc(2023, 1, 1), utc(2031, 1, 1))
    assert len({fire_time.astimezone(trigger.timezone).date() for fire_time in found}) == 8 * 12
    assert len(found) == 8 * 12 * 4


def test_nothing_before_the_start_is_answered_inside_a_fold():
    trigger = CronTrigger.from_crontab("*/15 * * * *", NEW_YORK)
    second_pass = utc(2026, 11, 1, 6)
    for minute in range(60):
        start = second_pass + timedelta(minutes=minute)
        assert trigger.get_next_fire_time(start, start) > start
        assert trigger.get_next_fire_time(None, start) >= start


def test_half_hours_keep_their_rhythm_through_a_fold():
    trigger = CronTrigger.from_crontab("*/30 * * * *", NEW_YORK)
    found = fire_times(trigger, utc(2026, 11, 1, 3), utc(2026, 11, 1, 9))
    assert found == [utc(2026, 11, 1, 3) + timedelta(minutes=30) * count for count in range(1, 13)]


def test_an_interval_does_not_run_backwards():
    with pytest.raises(InvalidTriggerError, match="seconds"):
        IntervalTrigger(seconds=-5, timezone="UTC")


def test_a_ten_megabyte_list_is_refused_unread():
    with pytest.raises(InvalidTriggerError, match="longer than 1,000 characters"):
        CronTrigger.from_crontab("0," * 5_000_000 + "0 * * * *", "UTC")


@pytest.mark.parametrize("text", ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 31W 9 *", "0 0 29-31 2 MON#1"])
def test_an_impossible_expression_is_refused_and_not_searched_for(text):
    if text.endswith("MON#1"):
        # Day or weekday: the first Monday of February is enough.
        assert CronTrigger.from_crontab(text, "UTC").get_next_fire_time(None, utc(2026, 1, 1)) == utc(2026, 2, 2)
        return
    with pytest.raises(InvalidTriggerError, match="never fire"):
        CronTrigger.from_crontab(text, "UTC")


def test_a_leap_day_on_a_weekday_is_found_decades_away():
    trigger = CronTrigger.from_crontab("0 0 29 2 */7", NEW_YORK)
    assert trigger.get_next_fire_time(None, utc(2088, 1, 1)) == utc(2088, 2, 29, 5)
    assert trigger.get_next_fire_time(None, utc(2089, 1, 1)) == utc(2128, 2, 29, 5)
    assert trigger.last_fire_time_until(utc(2127, 12, 31)) == utc(2088, 2, 29, 5)


def test_there_is_no_2038_limit():
    trigger = CronTrigger.from_crontab("30 2 * * *", NEW_YORK)
    assert trigger.get_next_fire_time(None, utc(2050, 3, 13, 6)) == utc(2050, 3, 13, 7)
    assert trigger.get_next_fire_time(None, utc(9998, 7, 1)) == utc(9998, 7, 1, 6, 30)
