"""Dense triggers are counted by whole days, whatever zones, rules and changes of clocks come together."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triggers.plain import TURNS, fires
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.combining import AndTrigger, OrTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.cron.masks import product
from tickwright.triggers.cron.pattern import FIRST_WALL, LAST_WALL
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.exclude import ExcludeTrigger
from tickwright.triggers.interval import IntervalTrigger
from tickwright.triggers.lines.of_trigger import line_of
from tickwright.triggers.rrule import RRuleTrigger

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)
ZONES = [*sorted({zone for zone, _ in TURNS}), "Asia/Kathmandu"]
POLICIES = st.sampled_from(["cron", "wall_clock", "skip", "shift"])
SECOND = 1_000_000


@st.composite
def members(draw, turn):
    """A trigger of any kind that fires often around the turn, in any zone and under any policy."""
    zone, policy = draw(st.sampled_from(ZONES)), draw(POLICIES)
    kind = draw(st.sampled_from(["cron", "cron", "rrule", "calendar", "interval", "date"]))
    start = turn - timedelta(minutes=draw(st.integers(-60, 3_000)))
    if kind == "cron":
        fields = draw(
            st.sampled_from(["*/20 * * * * *", "*/7 */3 * * * *", "0 * 0-4,9-23/2 * * *", "30 10,40 * * * *"])
        )
        span = draw(st.sampled_from([{}, {"start_date": start + MOMENT}, {"end_date": turn + timedelta(minutes=30)}]))
        return CronTrigger.from_crontab(fields, zone, dst_policy=policy, **span)
    if kind == "rrule":
        text = draw(st.sampled_from(["FREQ=SECONDLY;INTERVAL=20", "FREQ=MINUTELY;INTERVAL=7;BYSECOND=0,40"]))
        return RRuleTrigger(text, start.replace(tzinfo=None, second=0), zone, dst_policy=policy)
    if kind == "calendar":
        at = {"hour": draw(st.integers(0, 3)), "minute": draw(st.sampled_from([0, 10, 30]))}
        return CalendarIntervalTrigger(days=1, start_date="2010-01-01", timezone=zone, dst_policy=policy, **at)
    if kind == "interval":
        step = draw(st.sampled_from([1.5, 20, 60, 90, 3_600, 100_000]))
        start += draw(st.sampled_from([0, 0, 1])) * MOMENT
        return IntervalTrigger(seconds=step, start_date=start, timezone="UTC")
    return DateTrigger(turn + timedelta(minutes=draw(st.integers(-60, 60))), timezone="UTC")


@st.composite
def dense(draw):
    _, turn = draw(st.sampled_from(TURNS))
    turn = turn.replace(tzinfo=UTC)
    kind = draw(st.sampled_from([AndTrigger, OrTrigger]))
    trigger = kind(draw(st.lists(members(turn), min_size=2, max_size=4)))
    if draw(st.booleans()):
        day = f"{turn:%Y-%m-%d}"
        window = (f"{day}T00:00:00.5+00:00", f"{day}T01:20:40+00:00")
        calendar = draw(st.sampled_from([[day], [window], [("02:00", "02:45:00.000001"), ("23:00", "00:10")]]))
        trigger = ExcludeTrigger(trigger, calendar, timezone=draw(st.sampled_from(ZONES)))
    if draw(st.booleans()):
        trigger = draw(st.sampled_from([AndTrigger, OrTrigger]))([trigger, draw(members(turn))])
    return trigger, turn - timedelta(hours=3), turn + timedelta(hours=3)


@settings(max_examples=150, deadline=None)
@given(dense())
def test_a_count_across_the_changes_of_two_zones_is_that_of_plain_sets(stage):
    trigger, begin, end = stage
    expected = sorted(fires(trigger, begin, end))
    assert trigger.count_fire_times(begin - MOMENT, end - MOMENT) == len(expected)
    for share in (2, 5, 7):
        middle = begin + (end - begin) * share // 11
        assert trigger.count_fire_times(begin - MOMENT, middle) == sum(at <= middle for at in expected)
        assert trigger.count_fire_times(middle, end - MOMENT) == sum(middle < at for at in expected)


@settings(max_examples=60, deadline=None)
@given(dense(), st.integers(-7_200, 7_200), st.integers(1, 86_400))
def test_a_lines_bits_are_its_members_and_none_lies_before_it_says_so(stage, shift, seconds):
    trigger, begin, _ = stage
    line = line_of(trigger)
    since = (int(begin.timestamp()) + shift) * SECOND
    until = since + min(seconds, 9_000) * SECOND - shift % 2
    found = []
    at = line.first_from(since)
    following = line.not_before(since)
    assert at is None or (following is not None and following <= at)
    while at is not None and at < until:
        found.append(at)
        at = line.first_from(at + 1)
    bits = line.bits_between(since, until)
    assert bits is not None or not line.is_told_by_day
    if bits is not None:
        assert bits == sum(1 << (member - since) // SECOND for member in found)
        assert all(member % SECOND == 0 for member in found)


def cron(text, zone="Europe/Berlin"):
    return CronTrigger.from_crontab(text, zone)


SECONDLY = "* * * * * *"
STEPS = [cron(f"*/{step} * * * * *") for step in (2, 3, 5, 7, 11, 13)]
ODD = IntervalTrigger(seconds=1, start_date=NOW + MOMENT, timezone="UTC")
IN_SIX = len({second for step in (2, 3, 5, 7, 11, 13) for second in range(0, 60, step)})


@pytest.mark.parametrize(
    ("trigger", "a_minute"),
    [
        (AndTrigger([cron(SECONDLY), cron(SECONDLY, "America/New_York")]), 60),
        (AndTrigger([cron(SECONDLY), cron("*/2 * * * * *", "Asia/Kathmandu"), cron("*/5 * * * * *", "UTC")]), 6),
        (AndTrigger([cron("*/2 * * * * *"), cron("1-59/2 * * * * *", "America/New_York")]), 0),
        (AndTrigger([cron(SECONDLY), RRuleTrigger("FREQ=SECONDLY", NOW, "Europe/Berlin")]), 60),
        (AndTrigger([cron("*/3 * * * * *"), RRuleTrigger("FREQ=SECONDLY;INTERVAL=2", NOW, "America/New_York")]), 10),
        (OrTrigger(STEPS), IN_SIX),
        (OrTrigger([ODD, *STEPS]), 60 + IN_SIX),
        (OrTrigger([ExcludeTrigger(step, ["2026-01-01"]) for step in STEPS]), IN_SIX),
        (ExcludeTrigger(AndTrigger([cron(SECONDLY), cron(SECONDLY, "UTC")]), [("22:00", "22:00:01")]), 60),
    ],
)
def test_a_month_asleep_is_counted_in_few_steps_however_often_its_members_fire(trigger, a_minute):
    steps = Steps()
    with steps:
        count = trigger.count_fire_times(NOW, NOW + 30 * DAY)
    nights = 30 if isinstance(trigger, ExcludeTrigger) else 0
    assert count == 30 * 24 * 60 * a_minute - nights
    assert steps.count < 20_000


def test_what_agrees_seldom_is_leapt_to():
    yearly = AndTrigger([cron("0 9 1 1 *"), cron("0 3 1 1 *", "America/New_York"), cron("* * * * *", "UTC")])
    # 2100 is no leap year.
    either = OrTrigger([yearly, cron("0 9 29 2 *"), ExcludeTrigger(yearly, [])])
    yearly.count_fire_times(NOW, NOW + 36_525 * DAY)  # the zones' changes of clocks are looked up once
    for trigger, expected in [(yearly, 100), (either, 124)]:
        with Steps() as steps:
            assert trigger.count_fire_times(NOW, NOW + 36_525 * DAY) == expected
        assert steps.count < 60_000


class Steps:
    """Counts the calls of Python functions."""

    def __init__(self):
        self.count = 0

    def __enter__(self):
        import sys

        self._before = sys.getprofile()
        sys.setprofile(self._saw)
        return self

    def _saw(self, frame, event, argument):
        self.count += event == "call"

    def __exit__(self, *error):
        import sys

        sys.setprofile(self._before)


def test_the_bits_of_a_pattern_end_with_the_calendar():
    pattern = cron("* * * * *").pattern
    every_minute = product((1 << 24) - 1, (1 << 60) - 1, 1)
    for day, expected in [
        (FIRST_WALL // 86_400 - 1, 0),
        (FIRST_WALL // 86_400, every_minute),
        (LAST_WALL // 86_400, every_minute),
        (LAST_WALL // 86_400 + 1, 0),
    ]:
        assert pattern.bits_within(day) == expected
