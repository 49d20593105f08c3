"""Cron triggers agree with a plain walk over every minute around transitions, in all policies."""

from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from tests.triggers.samples import fire_times
from tests.triggers.walk import MINUTE, POLICIES, random_crontab, walk
from tickwright.errors import InvalidTriggerError
from tickwright.instants import DAY, EPOCH, to_datetime
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.transitions import transitions_between

MOMENT = timedelta(microseconds=1)
TELLING_ZONES = [
    "Africa/Cairo",  # midnight is left out, and three months once had four transitions
    "Africa/Casablanca",  # Ramadan
    "America/New_York",
    "America/Santiago",  # midnight occurs twice
    "America/Sao_Paulo",  # midnight is left out
    "America/St_Johns",  # half past three behind
    "Antarctica/Casey",  # jumps of three hours and of two
    "Antarctica/Troll",  # two hours
    "Asia/Gaza",  # a week between two transitions
    "Asia/Tehran",
    "Australia/Lord_Howe",  # half an hour
    "Europe/Dublin",  # winter time is the exception
    "Europe/London",
    "Pacific/Apia",  # a whole day
]
WHOLE_MINUTES = 60_000_000


@st.composite
def windows(draw, zones=TELLING_ZONES):
    """A zone, and a stretch of up to two days around one of its transitions."""
    zone = ZoneInfo(draw(st.sampled_from(zones)))
    year = draw(st.integers(2000, 2040))
    since = (year - 1970) * 365 * DAY
    transitions = [
        transition
        for transition in transitions_between(zone, since, since + 400 * DAY)
        if not any(part % WHOLE_MINUTES for part in transition)
    ]
    assume(transitions)
    moment = to_datetime(draw(st.sampled_from(transitions)).instant)
    begin = moment - draw(st.integers(0, 1_440)) * MINUTE
    return zone, begin, moment + draw(st.integers(1, 2_000)) * MINUTE


@st.composite
def crontabs(draw):
    """An expression as text and as meaning, with the trigger made of the text."""
    return random_crontab(draw(st.randoms(use_true_random=False)))


def trigger_of(written, zone, policy):
    try:
        return CronTrigger.from_crontab(written.text, zone, dst_policy=policy)
    except InvalidTriggerError as error:
        refusal = str(error)
    assert "never fire" in refusal
    return reject()


@settings(max_examples=200)
@given(windows(), crontabs(), st.sampled_from(POLICIES))
def test_nothing_is_missing_extra_doubled_or_out_of_order(window, written, policy):
    zone, begin, end = window
    trigger = trigger_of(written, zone, policy)
    assert fire_times(trigger, begin - MOMENT, end - MOMENT) == walk(written, zone, begin, end, policy)


@settings(max_examples=60)
@given(windows(sorted(available_timezones())), crontabs(), st.sampled_from(POLICIES))
def test_that_holds_in_every_zone(window, written, policy):
    zone, begin, end = window
    trigger = trigger_of(written, zone, policy)
    assert fire_times(trigger, begin - MOMENT, end - MOMENT) == walk(written, zone, begin, end, policy)


@settings(max_examples=200)
@given(windows(), crontabs(), st.sampled_from(POLICIES), st.randoms(use_true_random=False))
def test_looking_back_and_counting_agree_with_going_forwards(window, written, policy, random):
    zone, begin, end = window
    trigger = trigger_of(written, zone, policy)
    forwards = fire_times(trigger, begin - MOMENT, end)

    backwards, moment = [], end
    while (fire_time := trigger.last_fire_time_until(moment)) and fire_time >= begin:
        backwards.append(fire_time)
        moment = fire_time - MOMENT
    assert backwards[::-1] == forwards

    for _ in range(5):
        after = begin + random.random() * (end - begin)
        until = after + random.random() * (end - after)
        count = sum(after < fire_time <= until for fire_time in forwards)
        assert trigger.count_fire_times(after, until) == count


@settings(max_examples=200)
@given(windows(), crontabs(), st.sampled_from(POLICIES), st.randoms(use_true_random=False))
def test_starting_anywhere_gives_the_tail_of_the_same_sequence(window, written, policy, random):
    zone, begin, end = window
    trigger = trigger_of(written, zone, policy)
    forwards = fire_times(trigger, begin - MOMENT, end)
    for _ in range(10):
        start = begin + random.random() * (end - begin)
        tail = [fire_time for fire_time in forwards if fire_time >= start]
        assert fire_times(trigger, start - MOMENT, end) == tail
        if tail:
            assert trigger.get_next_fire_time(None, start) == tail[0]


@pytest.mark.parametrize("policy", POLICIES)
def test_every_start_inside_a_second_pass_gives_the_tail(policy):
    zone = ZoneInfo("Australia/Lord_Howe")  # on 2027-04-04, 02:00 became 01:30
    for text in ("*/7 * * * *", "45 1 * * *", "1/4 1-2 * * *", "40 * * * *"):
        trigger = CronTrigger.from_crontab(text, zone, dst_policy=policy)
        begin = to_datetime(transitions_between(zone, 1_806_000_000_000_000, 1_808_000_000_000_000)[0].instant)
        forwards = fire_times(trigger, begin - 3 * 60 * MINUTE, begin + 24 * 60 * MINUTE)
        for minutes in range(-60, 61):
            start = begin + minutes * MINUTE
            tail = [fire_time for fire_time in forwards if fire_time > start]
            assert fire_times(trigger, start, begin + 24 * 60 * MINUTE) == tail


@settings(max_examples=60)
@given(crontabs(), st.integers(0, 400 * 365), st.integers(1, 40 * 365))
def test_dates_agree_with_the_calendar_over_centuries(written, first_day, days):
    trigger = trigger_of(written, "UTC", "cron")
    begin = EPOCH + timedelta(days=first_day)
    dates = (begin + timedelta(days=day) for day in range(days))
    matching = [date for date in dates if written.matches_date(date.date())]
    a_day = len(written.minutes) * len(written.hours)
    end = begin + timedelta(days=days) - MOMENT
    assert trigger.count_fire_times(begin - MOMENT, end) == len(matching) * a_day
    first = trigger.get_next_fire_time(None, begin)
    last = trigger.last_fire_time_until(end)
    if matching:
        assert first.date() == matching[0].date()
        assert last.date() == matching[-1].date()
    else:
        assert first > end
        assert last is None or last < begin
