"""Rules fire where python-dateutil says, on a clock without daylight saving, however long ago they started."""

from __future__ import annotations

import itertools
import signal
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import dateutil.rrule
import pytest
from dateutil.rrule import rrule, rruleset, rrulestr
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tests.triggers.rrule.rules import FREQS, rules
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.rrule import RRuleTrigger
from tickwright.triggers.rrule.calendar import days_of_shape
from tickwright.triggers.rrule.single import SinglePattern

MOMENT = timedelta(microseconds=1)
PATIENCE = 0.1  # seconds of this process's own time
SHOWN = 30


class TooLong(Exception):
    """python-dateutil goes on searching, perhaps to the year 9999."""


@contextmanager
def patience():
    def give_up(*_):
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def generated(recurrence, limit=SHOWN, after=None):
    """Return what python-dateutil generates, or give the example up where that takes too long.

    Of what follows long gaps, or never comes, it says nothing for minutes.
    """
    try:
        with patience():
            found = recurrence() if after is None else (moment for moment in recurrence() if moment > after)
            return list(itertools.islice(found, limit))
    except TooLong:
        reject()
    except ValueError:  # "Invalid combination of interval and byhour resulting in empty rule.", and the like
        return []


def utc(wall):
    return wall.replace(tzinfo=UTC)


def agrees(trigger, expected, before):
    """Whether the trigger has these occurrences forwards, backwards, counted, and from anywhere on."""
    instants = [utc(wall) for wall in expected]
    found: list[datetime] = []
    following = trigger.get_next_fire_time(None, before)
    while following is not None and len(found) < len(instants):
        found.append(following)
        following = trigger.get_next_fire_time(following, before)
    assert found == instants
    assert len(instants) == SHOWN or following is None
    for earlier, later in itertools.pairwise(instants):
        assert trigger.last_fire_time_until(later - MOMENT) == earlier
        assert trigger.get_next_fire_time(None, earlier + MOMENT) == later
        assert trigger.get_next_fire_time(later - MOMENT, before) == later
    if instants:
        assert trigger.last_fire_time_until(instants[-1]) == instants[-1]
        for number in (0, len(instants) // 2, len(instants) - 1):
            assert trigger.count_fire_times(before, instants[number]) == number + 1
            assert trigger.count_fire_times(instants[number], instants[-1]) == len(instants) - number - 1


def trigger_of(rule, start=None):
    """Return the trigger, or `None` for a rule that never fires, or whose COUNT leads thousands of years away."""
    try:
        return RRuleTrigger(rule, start, "UTC")
    except InvalidTriggerError as error:
        if not ("never fire" in error.reason or "too far away to be counted off" in error.reason):
            raise
        return None


@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
@given(rules())
def test_a_rule_from_its_start(rule_and_start):
    text, start = rule_and_start
    trigger = trigger_of(text, start)
    expected = generated(lambda: rrulestr(text, dtstart=start), limit=1 if trigger is None else SHOWN)
    if trigger is None:
        assert expected == []
        return
    agrees(trigger, expected, utc(start) - timedelta(days=1))
    assert trigger.last_fire_time_until(utc(start) - MOMENT) is None


@settings(max_examples=50, suppress_health_check=[HealthCheck.filter_too_much])
@given(rules(freqs=FREQS[:4]), st.integers(0, 12_000))
def test_a_rule_from_decades_after_its_start(rule_and_start, days):
    text, start = rule_and_start
    after = start + timedelta(days=days)
    expected = generated(lambda: rrulestr(text, dtstart=start), limit=5, after=after)
    trigger = trigger_of(text, start)
    if trigger is not None:
        assert trigger.next(5, after=utc(after))[: len(expected)] == [utc(wall) for wall in expected]


@settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much])
@given(rules(), st.integers(1, SHOWN - 1))
def test_a_count_ends_it(rule_and_start, count):
    text, start = rule_and_start
    expected = generated(lambda: rrulestr(f"{text};COUNT={count}", dtstart=start))
    trigger = trigger_of(f"{text};COUNT={count}", start)
    if trigger is not None:
        agrees(trigger, expected, utc(start) - timedelta(days=1))
        assert trigger.count_fire_times(utc(start) - MOMENT, datetime.max.replace(tzinfo=UTC)) <= count


@settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much])
@given(rules(), st.integers(0, 40_000_000))
def test_an_end_ends_it(rule_and_start, seconds):
    text, start = rule_and_start
    until = start + timedelta(seconds=seconds)
    text += f";UNTIL={until:%Y%m%dT%H%M%S}"
    expected = generated(lambda: rrulestr(text, dtstart=start))
    trigger = trigger_of(text, start)
    if trigger is None:
        assert expected == []
        return
    agrees(trigger, expected, utc(start) - timedelta(days=1))


@settings(max_examples=50, suppress_health_check=[HealthCheck.filter_too_much])
@given(rules())
def test_an_object_is_the_rule_that_it_generates(rule_and_start):
    text, start = rule_and_start
    try:
        handed = rrulestr(text, dtstart=start)
    except ValueError:  # it knows at once that there is none
        reject()
    trigger = trigger_of(handed)
    if trigger is not None:
        agrees(trigger, generated(lambda: handed), utc(start) - timedelta(days=1))
        assert eval(repr(trigger)) == trigger


@st.composite
def sets(draw):
    """A set of rules and dates with some left out, of python-dateutil's."""
    start = draw(st.datetimes(datetime(2000, 1, 1), datetime(2001, 1, 1))).replace(microsecond=0)
    often = st.sampled_from(
        [
            "FREQ=DAILY",
            "FREQ=DAILY;INTERVAL=3",
            "FREQ=WEEKLY;BYDAY=SA,SU",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=HOURLY;INTERVAL=5",
            "FREQ=MINUTELY;INTERVAL=25;BYHOUR=3",
            "FREQ=DAILY;COUNT=4",
        ]
    )
    recurrences: Any = rruleset()
    for _ in range(draw(st.integers(1, 2))):
        recurrences.rrule(rrulestr(draw(often), dtstart=start + draw(st.integers(0, 5)) * timedelta(hours=9)))
    for _ in range(draw(st.integers(0, 1))):
        recurrences.exrule(rrulestr(draw(often), dtstart=start))
    for number in draw(st.lists(st.integers(0, 40), max_size=4)):
        recurrences.rdate(start + timedelta(hours=7 * number))
    for number in draw(st.lists(st.integers(0, 40), max_size=4)):
        recurrences.exdate(start + timedelta(hours=8 * number))
    return recurrences, start


@settings(max_examples=80)
@given(sets())
def test_a_set_is_a_union_less_a_union(recurrences_and_start):
    recurrences, start = recurrences_and_start
    expected = generated(lambda: recurrences)
    trigger = trigger_of(recurrences)
    if trigger is None:
        assert expected == []
        return
    agrees(trigger, expected, utc(start) - timedelta(days=1))
    assert eval(repr(trigger)) == trigger


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1",  # the first week has but the days from its start on
        "FREQ=WEEKLY;BYDAY=MO,WE,FR,SU;BYSETPOS=-2;WKST=WE",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=2,-3",  # and some weeks belong to two years
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=TU,TH;BYHOUR=6,18;BYSETPOS=-3;WKST=SU",
    ],
)
def test_weeks_of_which_some_days_are_chosen(rule, weekday):
    start = datetime(2019, 12, 2, 9) + weekday * timedelta(days=1)
    recurrence: Any = rrulestr(rule, dtstart=start)
    expected = recurrence[:1_500]
    trigger = RRuleTrigger(rule, start, "UTC")
    assert trigger.next(len(expected), after=utc(start) - timedelta(days=9)) == [utc(wall) for wall in expected]
    assert trigger.last_fire_time_until(utc(expected[0]) - MOMENT) is None


def test_an_interval_of_more_than_four_centuries_may_begin_its_cycle_within_a_year():
    trigger = RRuleTrigger("FREQ=DAILY;INTERVAL=150000", "1970-01-11", "UTC")
    first = datetime(1970, 1, 11, tzinfo=UTC)
    assert trigger.next(2, after=first) == [first + timedelta(days=150_000), first + timedelta(days=300_000)]
    assert trigger.last_fire_time_until(datetime(2400, 1, 1, tzinfo=UTC)) == first + timedelta(days=150_000)


def test_what_is_left_out_from_the_middle_of_a_day_to_that_of_another():
    lines = [
        "RRULE:FREQ=DAILY;BYHOUR=8,12",
        "EXRULE;X-DTSTART=20260103T100000:FREQ=DAILY;BYHOUR=8,12;UNTIL=20260105T100000",
    ]
    found = RRuleTrigger(lines, "2026-01-02 08:00", "UTC").next(9, after=datetime(2026, 1, 1, tzinfo=UTC))
    assert [f"{at:%d %H}" for at in found] == [
        "02 08",
        "02 12",
        "03 08",
        "05 12",
        "06 08",
        "06 12",
        "07 08",
        "07 12",
        "08 08",
    ]


# -- what it costs -----------------------------------------------------------------------------------


@pytest.fixture
def work(monkeypatch):
    """Count what python-dateutil generates."""
    counted = [0]
    plain = rrule._iter  # type: ignore[attr-defined]

    def counting(self):
        for moment in plain(self):
            counted[0] += 1
            yield moment

    monkeypatch.setattr(dateutil.rrule.rrule, "_iter", counting)
    days_of_shape.cache_clear()
    return counted


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;INTERVAL=7;BYMONTH=3",
        "FREQ=MINUTELY;BYDAY=MO,TU",
        "FREQ=HOURLY;BYMONTHDAY=1,-1",
        "FREQ=DAILY",
        "FREQ=DAILY;BYDAY=MO,WE,FR",
        "FREQ=WEEKLY;INTERVAL=2",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY",
        "FREQ=SECONDLY;COUNT=1000000000",
    ],
)
def test_a_step_does_not_begin_at_the_start_of_the_rule(work, rule):
    trigger = RRuleTrigger(rule, "2006-01-02 09:00", "UTC")
    now = datetime(2026, 1, 2, 9, 0, 30, tzinfo=UTC)
    work[0] = 0
    following = trigger.get_next_fire_time(None, now)
    assert following is not None
    assert work[0] <= 2 * 366  # the days of two years, however far away those are
    days_of_year = work[0]
    for _ in range(100):
        following = trigger.get_next_fire_time(following, now)
        assert following is not None
    assert work[0] <= days_of_year + 28 * 366  # and of each kind of year once
    work[0] = 0
    trigger.last_fire_time_until(now)
    trigger.count_fire_times(now - timedelta(days=7_000), now)
    assert work[0] <= 28 * 366
    trigger.last_fire_time_until(now)
    trigger.count_fire_times(now - timedelta(days=7_000), now)
    assert work[0] <= 28 * 366


@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY", "FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY;INTERVAL=7", "FREQ=MONTHLY;BYDAY=-1FR"],
)
@pytest.mark.parametrize("way", ["get_next_fire_time", "last_fire_time_until"])
def test_a_step_looks_at_a_handful_of_years_however_long_ago_the_rule_started(years, rule, way):
    trigger = RRuleTrigger(rule, "2006-01-02 09:00", "UTC")
    now = datetime(2026, 1, 2, 9, 0, 30, tzinfo=UTC)
    years.clear()
    found = trigger.get_next_fire_time(now, now) if way == "get_next_fire_time" else trigger.last_fire_time_until(now)
    assert found is not None
    assert abs(found - now) < timedelta(days=32)
    assert 1 <= len(years) <= 4
    assert {*years} <= {2025, 2026}


def test_a_day_of_a_set_is_not_searched_for_in_other_years(years):
    rules = "RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30\nRRULE:FREQ=HOURLY"
    trigger = RRuleTrigger(rules, "2006-01-02 09:00", "UTC")
    now = datetime(2026, 1, 2, 9, 0, 30, tzinfo=UTC)
    years.clear()
    assert trigger.get_next_fire_time(None, now) == datetime(2026, 1, 2, 10, tzinfo=UTC)
    assert trigger.count_fire_times(now, now + timedelta(days=9)) == 9 * 24
    assert years
    assert {*years} <= {2025, 2026, 2027}


@pytest.fixture
def years(monkeypatch):
    """List the years of which a rule's days are worked out."""
    looked_at = []
    plain = SinglePattern.matching

    def noting(self, year):
        looked_at.append(year)
        return plain(self, year)

    monkeypatch.setattr(SinglePattern, "matching", noting)
    return looked_at


def test_a_long_count_is_as_quick_as_a_short_one():
    trigger = RRuleTrigger("FREQ=SECONDLY;INTERVAL=7;BYHOUR=3,4,5", "2006-01-02 09:00", "UTC")
    begin, end = datetime(2006, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    # Each second of the three hours of a day is as likely as any other to be a seventh one.
    assert abs(trigger.count_fire_times(begin, end) - 7_303 * 3 * 3_600 / 7) < 100
