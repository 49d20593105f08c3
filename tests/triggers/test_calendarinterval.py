"""Calendar intervals fire on the wall clock, so many months and days apart, and never lose their phase."""

import pickle
from datetime import UTC, date, datetime, timedelta

import pytest
import tzlocal

from tests.triggers.samples import fire_times
from tests.triggers.test_zones import from_file
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def utc(*parts):
    return datetime(*parts).replace(tzinfo=UTC)


def every(**arguments):
    return CalendarIntervalTrigger(**{"timezone": "UTC", **arguments})


def dates(trigger, number):
    """The first dates on which it fires, on its own clock."""
    return [
        str(fire_time.astimezone(trigger.timezone).date()) for fire_time in fire_times(trigger, FIRST, LAST, number)
    ]


# -- the calendar --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interval", "start", "expected"),
    [
        ({"months": 1}, "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31", "2026-08-31"]),
        ({"months": 1}, "2027-11-30", ["2027-11-30", "2027-12-30", "2028-01-30", "2028-03-30"]),
        ({"months": 1}, "2027-12-29", ["2027-12-29", "2028-01-29", "2028-02-29", "2028-03-29"]),
        ({"months": 2}, "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31", "2027-01-31"]),
        ({"years": 1}, "2092-02-29", ["2092-02-29", "2096-02-29", "2104-02-29"]),
        ({"years": 4}, "1996-02-29", ["1996-02-29", "2000-02-29", "2004-02-29"]),
        ({"years": 100}, "1600-02-29", ["1600-02-29", "2000-02-29", "2400-02-29"]),
        ({"years": 3}, "2000-02-29", ["2000-02-29", "2012-02-29", "2024-02-29"]),
        ({"weeks": 2}, "2026-12-28", ["2026-12-28", "2027-01-11", "2027-01-25"]),
        ({"days": 3}, date(2028, 2, 27), ["2028-02-27", "2028-03-01", "2028-03-04"]),
        # The month comes first: the second would be 31 February + 1 day, and there is none.
        ({"months": 1, "days": 1}, "2026-01-31", ["2026-01-31", "2026-04-02", "2026-06-04"]),
        ({"years": 1, "months": 6, "weeks": 1, "days": 2}, "2026-01-15", ["2026-01-15", "2027-07-24", "2029-02-02"]),
    ],
)
def test_what_a_month_lacks_is_left_out_and_the_phase_stays(interval, start, expected):
    assert dates(every(start_date=start, **interval), len(expected)) == expected


def test_it_fires_at_its_time_of_day_whatever_the_offset():
    trigger = every(days=1, hour=9, minute=5, second=7, start_date="2026-01-01", timezone="Europe/Berlin")
    found = fire_times(trigger, NOW, NOW + timedelta(days=400))
    assert len(found) == 400
    assert {f"{fire_time.astimezone(trigger.timezone):%T}" for fire_time in found} == {"09:05:07"}


@pytest.mark.parametrize(
    ("policy", "in_gap", "in_fold"),
    [
        ("cron", ["01:00"], ["00:30"]),
        ("wall_clock", [], ["00:30", "01:30"]),
        ("skip", [], ["00:30"]),
        ("shift", ["01:30"], ["00:30"]),
    ],
)
def test_gaps_and_folds_are_as_for_a_fixed_time_job(policy, in_gap, in_fold):
    trigger = every(days=1, hour=2, minute=30, start_date="2026-01-01", timezone="Europe/Berlin", dst_policy=policy)
    for day, expected in ((utc(2026, 3, 29), in_gap), (utc(2026, 10, 25), in_fold)):
        assert [f"{at:%R}" for at in fire_times(trigger, day - MOMENT, day + timedelta(hours=23))] == expected


def test_a_day_that_a_zone_left_out_is_lost_and_the_phase_stays():
    trigger = every(days=2, hour=9, start_date="2011-12-26", timezone="Pacific/Apia")
    assert dates(trigger, 4) == ["2011-12-26", "2011-12-28", "2012-01-01", "2012-01-03"]
    shifted = every(days=2, hour=9, start_date="2011-12-26", timezone="Pacific/Apia", dst_policy="shift")
    assert dates(shifted, 4) == ["2011-12-26", "2011-12-28", "2011-12-31", "2012-01-01"]


# -- start and end -------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [date(2026, 1, 31), "2026-01-31", "20260131", "2026-W05-6"])
def test_a_start_that_is_a_date_is_the_whole_day_on_the_zones_clock(start):
    trigger = every(months=2, start_date=start, timezone="Asia/Tokyo")
    assert trigger.start_date == date(2026, 1, 31)
    assert trigger.get_next_fire_time(None, FIRST) == utc(2026, 1, 30, 15)
    assert repr(trigger) == "CalendarIntervalTrigger(months=2, start_date='2026-01-31', timezone='Asia/Tokyo')"


@pytest.mark.parametrize("start", [datetime(2026, 1, 31, 9), "2026-01-31 09:00", "2026-01-31T00:00Z"])
def test_a_start_with_a_time_of_day_cuts_what_is_earlier(start):
    trigger = every(months=2, hour=9, start_date=start, timezone="Asia/Tokyo")
    assert trigger.start_date == utc(2026, 1, 31)
    assert trigger.get_next_fire_time(None, FIRST) == utc(2026, 1, 31)  # inclusive
    earlier = every(months=2, hour=8, minute=59, second=59, start_date=start, timezone="Asia/Tokyo")
    assert dates(earlier, 2) == ["2026-03-31", "2026-05-31"]
    assert earlier.last_fire_time_until(utc(2026, 3, 30)) is None
    assert earlier.count_fire_times(FIRST, utc(2026, 5, 31)) == 2
    assert "start_date='2026-01-31T00:00:00+00:00'" in repr(trigger)


def test_the_day_of_a_start_is_the_one_that_the_zones_clock_shows():
    trigger = every(months=1, hour=23, start_date=utc(2026, 2, 1, 3), timezone="America/New_York")
    assert dates(trigger, 3) == ["2026-01-31", "2026-03-31", "2026-05-31"]


def test_a_start_in_the_second_pass_of_a_fold_leaves_out_the_first():
    second_pass = datetime(2026, 10, 25, 2, 15, fold=1)
    trigger = every(days=1, hour=2, minute=30, start_date=second_pass, timezone="Europe/Berlin")
    assert trigger.get_next_fire_time(None, FIRST) == utc(2026, 10, 26, 1, 30)
    both = every(days=1, hour=2, minute=30, start_date=second_pass, timezone="Europe/Berlin", dst_policy="wall_clock")
    assert both.get_next_fire_time(None, FIRST) == utc(2026, 10, 25, 1, 30)


def test_an_end_that_is_a_date_counts_to_its_last_moment():
    trigger = every(days=1, hour=23, minute=59, second=59, start_date="2026-01-01", end_date="2026-01-03")
    assert dates(trigger, 9) == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert trigger.end_date == date(2026, 1, 3)
    assert trigger.count_fire_times(FIRST, LAST) == 3
    assert trigger.last_fire_time_until(LAST) == utc(2026, 1, 3, 23, 59, 59)


def test_an_end_with_a_time_of_day_is_inclusive():
    trigger = every(days=1, hour=9, start_date="2026-01-01", end_date=utc(2026, 1, 3, 9))
    assert dates(trigger, 9) == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert trigger.end_date == utc(2026, 1, 3, 9)
    assert len(dates(every(days=1, hour=9, start_date="2026-01-01", end_date=utc(2026, 1, 3, 9) - MOMENT), 9)) == 2


def test_a_last_day_is_exact_where_the_clock_goes_back_over_midnight():
    # On 2010-11-07, 00:01 in St. John's became 23:01 of the 6th: the first moments of the 7th came before the last
    # hour of the 6th.
    zone = {"timezone": "America/St_Johns", "dst_policy": "wall_clock", "end_date": "2010-11-06"}
    late = every(days=1, hour=23, minute=30, start_date="2010-11-06", **zone)
    assert fire_times(late, FIRST, LAST) == [utc(2010, 11, 7, 2), utc(2010, 11, 7, 3)]
    midnight = every(days=1, start_date="2010-11-06", **zone)
    assert fire_times(midnight, FIRST, LAST) == [utc(2010, 11, 6, 2, 30)]
    assert midnight.last_fire_time_until(LAST) == utc(2010, 11, 6, 2, 30)
    assert midnight.count_fire_times(FIRST, LAST) == 1
    until_then = every(days=1, start_date="2010-11-06", **zone | {"end_date": utc(2010, 11, 7, 3)})
    assert fire_times(until_then, FIRST, LAST) == [utc(2010, 11, 6, 2, 30), utc(2010, 11, 7, 2, 30)]


def test_nothing_fires_after_the_last_day_where_the_clock_goes_forward_over_midnight():
    # On 2024-03-30, 23:00 in Nuuk became 00:00 of the 31st, and what was to fire in between fires then.
    trigger = every(days=1, hour=23, minute=30, start_date="2024-03-29", timezone="America/Nuuk")
    assert fire_times(trigger, FIRST, LAST, 2)[1] == utc(2024, 3, 31, 1)
    ends = every(days=1, hour=23, minute=30, start_date="2024-03-29", end_date="2024-03-30", timezone="America/Nuuk")
    assert dates(ends, 9) == ["2024-03-29"]
    ends = every(days=1, start_date="2018-11-02", end_date="2018-11-03", timezone="America/Sao_Paulo")
    assert dates(ends, 9) == ["2018-11-02", "2018-11-03"]  # the next day began at 01:00


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-01-02", "2026-01-01"),
        ("2026-01-02T10:00", "2026-01-02T09:59"),
        ("2026-01-02T10:00", "2026-01-01"),
        ("2026-01-02", "2026-01-01T23:59"),
    ],
)
def test_an_end_before_the_start_is_refused(start, end):
    with pytest.raises(InvalidTriggerError, match="end_date: it lies before start_date"):
        every(days=1, start_date=start, end_date=end)


@pytest.mark.parametrize("end", ["2026-01-02", "2026-01-02T10:00"])
def test_an_end_on_the_day_of_the_start_is_taken(end):
    for start in ("2026-01-02", "2026-01-02T10:00"):
        assert dates(every(days=1, hour=10, start_date=start, end_date=end), 2) == ["2026-01-02"]


def test_the_calendars_first_and_last_days_are_taken_in_every_zone():
    for zone in ("UTC", "+23:59", "-23:59", "America/New_York", "Pacific/Kiritimati"):
        trigger = every(days=1, hour=12, start_date=date.min, end_date=date.max, timezone=zone)
        first, last = trigger.get_next_fire_time(None, FIRST), trigger.last_fire_time_until(LAST)
        assert first - FIRST < timedelta(days=2)
        assert LAST - last < timedelta(days=2)
        assert trigger.get_next_fire_time(last, LAST) is None
        assert trigger.last_fire_time_until(first - MOMENT) is None
        assert eval(repr(trigger)) == trigger
    assert every(days=1, timezone="+14:00").get_next_fire_time(None, LAST) is None
    assert every(days=1, timezone="-14:00").get_next_fire_time(None, FIRST) == FIRST + timedelta(hours=14)
    for zone, start in (("-05:00", FIRST), ("+05:00", LAST)):
        with pytest.raises(InvalidTriggerError, match="start_date: on the zone's clock"):
            every(days=1, start_date=start, timezone=zone)


# -- without a start -----------------------------------------------------------------------------------


def test_anchoring_fixes_the_day_once():
    trigger = every(days=3, hour=9, timezone="Asia/Tokyo").anchored(NOW)  # 20:30 there
    assert trigger.start_date == NOW
    assert trigger.anchored(NOW + timedelta(days=1)) is trigger
    assert dates(trigger, 2) == ["2026-11-26", "2026-11-29"]
    assert trigger.last_fire_time_until(NOW) is None
    assert dates(every(days=3, hour=21, timezone="Asia/Tokyo").anchored(NOW), 2) == ["2026-11-23", "2026-11-26"]
    assert every(days=3, hour=11, minute=30).anchored(NOW).get_next_fire_time(None, NOW) == NOW
    given_start = every(days=3, start_date="2026-01-01")
    assert given_start.anchored(NOW) is given_start


def test_an_anchor_that_nobody_gave_is_stored_and_no_part_of_equality():
    declared = every(months=1, hour=9, timezone="America/New_York")
    trigger = declared.anchored(utc(2026, 2, 1, 3))
    assert trigger == declared == declared.anchored(NOW)
    assert hash(trigger) == hash(declared)
    assert repr(trigger) == repr(declared) == "CalendarIntervalTrigger(months=1, hour=9, timezone='America/New_York')"
    again = pickle.loads(pickle.dumps(trigger))
    assert again == trigger
    assert dates(again, 3) == dates(trigger, 3) == ["2026-03-31", "2026-05-31", "2026-07-31"]
    assert trigger != every(months=1, hour=9, timezone="America/New_York", start_date=trigger.start_date)


def test_a_stored_anchor_stays_on_its_day_when_the_machine_moves_to_another_zone(monkeypatch):
    tokyo, new_york = from_file("local", "Asia/Tokyo"), from_file("local", "America/New_York")
    stored = pickle.dumps(every(months=1, timezone=tokyo).anchored(utc(2026, 1, 31, 1)))
    monkeypatch.setattr(tzlocal, "get_localzone", lambda: new_york)  # where it was the 30th still
    trigger = pickle.loads(stored)
    assert trigger.timezone is new_york
    assert trigger.describe().startswith("every month on the 31st at 00:00 in the machine's own zone")


def test_without_a_start_it_goes_on_from_the_previous_time_or_from_now():
    trigger = every(days=3, hour=9)
    assert trigger.start_date is None
    assert trigger.get_next_fire_time(None, utc(2026, 1, 1, 8)) == utc(2026, 1, 1, 9)
    assert trigger.get_next_fire_time(None, utc(2026, 1, 1, 9)) == utc(2026, 1, 1, 9)
    assert trigger.get_next_fire_time(None, utc(2026, 1, 1, 10)) == utc(2026, 1, 4, 9)
    assert trigger.get_next_fire_time(utc(2026, 1, 1, 9), NOW) == utc(2026, 1, 4, 9)
    assert trigger.get_next_fire_time(utc(2026, 1, 1, 10), NOW) == utc(2026, 1, 4, 9)
    monthly = every(months=1)
    assert dates(monthly.anchored(utc(2026, 1, 31)), 2) == ["2026-01-31", "2026-03-31"]
    assert monthly.get_next_fire_time(utc(2026, 1, 31), NOW) == utc(2026, 3, 31)
    with pytest.raises(ValueError, match="anchored"):
        trigger.last_fire_time_until(NOW)
    with pytest.raises(ValueError, match="anchored"):
        trigger.count_fire_times(NOW, NOW)


def test_without_a_start_it_moves_on_through_gaps_and_folds_too():
    for policy in ("cron", "wall_clock", "skip", "shift"):
        trigger = every(days=1, hour=2, minute=30, timezone="Europe/Berlin", dst_policy=policy)
        begin = utc(2026, 1, 1, 1, 30)
        anchored = fire_times(trigger.anchored(begin), begin, begin + timedelta(days=400))
        assert fire_times(trigger, begin, begin + timedelta(days=400)) == anchored
