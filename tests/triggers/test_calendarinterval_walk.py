"""Calendar intervals agree with a plain walk over the calendar, in all zones and policies, at any distance."""

from calendar import isleap
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triggers.calendar_walk import walk_dates, walk_fires
from tests.triggers.proof.walk import POLICIES
from tests.triggers.samples import TELLING_ZONES, fire_times
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.calendarinterval.occurrences import Occurrences, has_day

MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)


def telling_days(first_year, last_year):
    """Any dates, and more of those that not every month has."""
    any_day = st.dates(date(first_year, 1, 1), date(last_year, 12, 31))
    lengths = st.sampled_from([(1, 29), (1, 30), (1, 31), (2, 28), (2, 29), (3, 31), (8, 29), (11, 30), (12, 31)])
    years = st.integers(first_year, last_year)
    return any_day | st.builds(day_or_the_one_before, years, lengths)


def day_or_the_one_before(year, month_and_day):
    month, day = month_and_day
    return date(year, month, day if day != 29 or month != 2 or isleap(year) else 28)


intervals = st.one_of(
    st.tuples(st.just(0), st.sampled_from([1, 1, 1, 2, 7])),
    st.tuples(st.just(0), st.integers(1, 500)),
    st.tuples(st.integers(1, 30), st.just(0)),
    st.tuples(st.sampled_from([6, 12, 24, 48]), st.just(0)),
    st.tuples(st.integers(1, 14), st.integers(1, 40)),
)
times_of_day = st.builds(time, st.integers(0, 4) | st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))


@st.composite
def schedules(draw, zones=TELLING_ZONES, policies=POLICIES):
    """A trigger, the stretch to look at, and the fire times of a plain walk over it."""
    zone = ZoneInfo(draw(st.sampled_from(zones)))
    policy = draw(st.sampled_from(policies))
    months, days = draw(intervals)
    anchor, at = draw(telling_days(1972, 2040)), draw(times_of_day)
    trigger = CalendarIntervalTrigger(
        months=months,
        days=days,
        hour=at.hour,
        minute=at.minute,
        start_date=anchor,
        timezone=zone,
        dst_policy=policy,
    )
    until = anchor + min(timedelta(days=200 * days + 31 * 60 * months), timedelta(days=366 * 60))
    fires = walk_fires(walk_dates(anchor, months, days, until), at, zone, policy)
    begin = datetime.combine(anchor, time(), UTC) - 3 * DAY
    end = datetime.combine(until, time(), UTC) - 2 * DAY
    return trigger, begin, end, [fire for fire in fires if fire <= end]


@settings(max_examples=150)
@given(schedules())
def test_nothing_is_missing_extra_doubled_or_out_of_order(schedule):
    trigger, begin, end, expected = schedule
    assert fire_times(trigger, begin, end) == expected


@settings(max_examples=60)
@given(schedules(sorted(available_timezones())))
def test_that_holds_in_every_zone(schedule):
    trigger, begin, end, expected = schedule
    assert fire_times(trigger, begin, end) == expected


@settings(max_examples=100)
@given(schedules(), st.randoms(use_true_random=False))
def test_looking_back_counting_and_starting_anywhere_agree_with_the_walk(schedule, random):
    trigger, begin, end, expected = schedule
    backwards, moment = [], end
    while (fire_time := trigger.last_fire_time_until(moment)) is not None:
        backwards.append(fire_time)
        moment = fire_time - MOMENT
    assert backwards[::-1] == expected

    assert trigger.count_fire_times(begin, end) == len(expected)
    for _ in range(10):
        near = random.choice([*expected, begin]) + random.choice([-MOMENT, 0 * MOMENT, MOMENT, timedelta(minutes=40)])
        after, until = sorted([near, begin + random.random() * (end - begin)])
        assert trigger.count_fire_times(after, until) == sum(after < fire <= until for fire in expected)
        following = next((fire for fire in expected if fire > after), None)
        if following is not None:
            assert trigger.get_next_fire_time(after, after) == following
            assert trigger.get_next_fire_time(None, after + MOMENT) == following


@settings(max_examples=100)
@given(schedules(), st.randoms(use_true_random=False), st.booleans(), st.booleans())
def test_limits_cut_the_same_sequence(schedule, random, is_day, start_is_instant):
    trigger, begin, end, expected = schedule
    zone = trigger.timezone
    limit = random.choice([*expected, end]) + random.choice([-MOMENT, 0 * MOMENT, MOMENT, timedelta(hours=7)])
    limit = max(limit, datetime.combine(trigger.start_date + DAY, time(), zone).astimezone(UTC))
    arguments = {name: value for name, value in trigger._declaration().items() if name != "start_date"}
    day = limit.astimezone(zone).date()
    counted = [fire for fire in expected if (fire.astimezone(zone).date() <= day if is_day else fire <= limit)]
    start = trigger.start_date
    if start_is_instant and counted:
        # The anchor's first fire, or a moment later: that one is lost then, and the phase stays.
        first = counted[0] + random.choice([0 * MOMENT, MOMENT])
        if first.astimezone(zone).date() == start and first < limit:
            start = first
            counted = [fire for fire in counted if fire >= first]
    cut = CalendarIntervalTrigger(start_date=start, end_date=day if is_day else limit, **arguments)
    assert fire_times(cut, begin, end) == counted
    assert cut.count_fire_times(begin, end) == len(counted)
    assert cut.last_fire_time_until(end) == (counted[-1] if counted else None)
    assert eval(repr(cut)) == cut


far_intervals = st.one_of(
    intervals,
    st.tuples(st.integers(1, 60_000), st.just(0)),
    st.tuples(st.integers(1, 400).map(lambda years: 12 * years), st.just(0)),
    st.tuples(st.integers(0, 5_000), st.integers(1, 200_000)),
)


@settings(max_examples=150)
@given(telling_days(1, 9999), far_intervals, st.integers(1, 40), st.randoms(use_true_random=False))
def test_every_occurrence_of_the_whole_calendar_is_found_by_arithmetic(anchor, interval, most_years, random):
    months, days = interval
    # No walk takes long: the finer the interval, the shorter the stretch, up to the calendar's end.
    until = min(date.max.toordinal(), anchor.toordinal() + most_years * (366 + 31 * months * 12 + days * 20))
    found = [day.toordinal() for day in walk_dates(anchor, months, days, date.fromordinal(until))]
    occurrences = Occurrences.from_anchor(anchor.toordinal(), months, days)
    for _ in range(30):
        day = random.choice([*found, random.randint(anchor.toordinal() - 10, until)]) + random.randint(-1, 1)
        day = min(day, until)
        earlier = [other for other in found if other < day]
        assert occurrences.count_before(day) == len(earlier)
        if len(earlier) < len(found):
            assert occurrences.first_from(day) == found[len(earlier)]
        else:
            assert occurrences.first_from(day) > until or day > until
        assert occurrences.last_until(day - 1) == (earlier[-1] if earlier else None)


@pytest.mark.parametrize(
    ("anchor", "months"),
    [
        (date(1, 1, 31), 1),
        (date(4, 2, 29), 12),
        (date(400, 2, 29), 300),
        (date(1896, 2, 29), 48),
        (date(2023, 11, 29), 1),
        (date(2000, 2, 29), 7),
    ],
)
def test_the_count_is_right_up_to_the_end_of_the_calendar(anchor, months):
    trigger = CalendarIntervalTrigger(months=months, start_date=anchor, timezone="UTC")
    dates = list(walk_dates(anchor, months, 0, date.max))
    last = datetime.max.replace(tzinfo=UTC)
    begin = datetime.combine(anchor, time(), UTC)
    assert trigger.count_fire_times(begin, last) == len(dates) - 1
    assert trigger.last_fire_time_until(last) == datetime.combine(dates[-1], time(), UTC)
    assert trigger.get_next_fire_time(trigger.last_fire_time_until(last), last) is None
    middle = datetime.combine(dates[len(dates) // 2], time(), UTC)
    assert trigger.count_fire_times(middle, last) == len(dates) - 1 - len(dates) // 2


def test_no_more_than_fifteen_occurrences_in_a_row_are_left_out():
    # What a step forwards or back passes over. Every run of them follows an occurrence, and that one might be the
    # anchor as well.
    def left_out_after(month, day, months):
        return next(k for k in range(1, 4_801) if has_day(month + k * months, day)) - 1

    leap_februaries = [12 * year - 11 for year in range(400, 800) if isleap(year)]
    runs = [left_out_after(month, 29, 12 * years) for month in leap_februaries for years in range(1, 401)]
    assert max(runs) == 15
    for day in (29, 30, 31):
        for month in range(0, 4_800, 7):
            if has_day(month, day):
                assert all(left_out_after(month, day, months) <= 15 for months in range(1, 61))


def test_a_jump_over_nine_thousand_years_looks_at_a_handful_of_dates(monkeypatch):
    looked_at = []
    place = Occurrences._place

    def counted_place(self, k):
        looked_at.append(k)
        return place(self, k)

    monkeypatch.setattr(Occurrences, "_place", counted_place)
    first, last = datetime(1, 2, 1, tzinfo=UTC), datetime(9999, 12, 1, tzinfo=UTC)
    steps: list[Any] = [{"days": 1}, {"months": 1}, {"years": 1}, {"months": 1, "days": 1}, {"weeks": 5_000}]
    for interval in steps:
        for anchor in ("0001-01-31", "0004-02-29"):
            trigger = CalendarIntervalTrigger(**interval, start_date=anchor, timezone="+05:45")
            looked_at.clear()
            trigger.count_fire_times(first, last)
            assert trigger.get_next_fire_time(last - 40_000 * DAY, last) is not None
            assert trigger.last_fire_time_until(last) is not None
            assert len(looked_at) < 50
