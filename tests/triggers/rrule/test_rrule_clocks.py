"""What rules answer in hours that a clock leaves out or shows twice, held against a plain walk over the walls."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.triggers.calendar_walk import MINUTE, fires_of_wall
from tests.triggers.proof.walk import POLICIES
from tests.triggers.samples import fire_times
from tickwright.instants import DAY, to_datetime
from tickwright.triggers.rrule import RRuleTrigger
from tickwright.triggers.transitions import transitions_between

MOMENT = timedelta(microseconds=1)
NEW_YORK = "America/New_York"
ZONES = [
    "Africa/Cairo",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Casey",
    "Antarctica/Troll",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Apia",
]


def utc(*parts):
    return datetime(*parts).replace(tzinfo=UTC)


@st.composite
def windows(draw):
    """A zone, and a stretch around one of its transitions."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    since = (draw(st.integers(2000, 2040)) - 1970) * 365 * DAY
    transitions = [
        transition
        for transition in transitions_between(zone, since, since + 400 * DAY)
        if not any(part % 60_000_000 for part in transition)
    ]
    assume(transitions)
    moment = to_datetime(draw(st.sampled_from(transitions)).instant)
    begin = moment - draw(st.integers(0, 1_440)) * MINUTE
    return zone, begin, moment + draw(st.integers(1, 2_000)) * MINUTE


@st.composite
def whole_minute_rules(draw):
    """A rule that often fires in the first hours of a day."""
    hours = ",".join(map(str, draw(st.lists(st.integers(0, 4), min_size=1, max_size=3))))
    minutes = ",".join(map(str, draw(st.lists(st.integers(0, 59), min_size=1, max_size=3))))
    return draw(
        st.sampled_from(
            [
                f"FREQ=DAILY;BYHOUR={hours};BYMINUTE={minutes}",
                f"FREQ=WEEKLY;BYDAY=SA,SU,MO;BYHOUR={hours};BYMINUTE={minutes}",
                f"FREQ=HOURLY;BYMINUTE={minutes}",
                f"FREQ=HOURLY;INTERVAL=5;BYMINUTE={minutes}",
                "FREQ=MINUTELY;INTERVAL=7",
                f"FREQ=MINUTELY;INTERVAL=25;BYHOUR={hours}",
                f"FREQ=DAILY;BYHOUR={hours};BYMINUTE={minutes};BYSETPOS=1,-1",
            ]
        )
    )


@settings(max_examples=80)
@given(windows(), whole_minute_rules(), st.sampled_from(POLICIES))
def test_it_agrees_with_a_walk_over_the_walls(window, rule, policy):
    zone, begin, end = window
    start = (begin - timedelta(days=20)).replace(tzinfo=None, hour=0, minute=0)
    walls = set(rrulestr(rule, dtstart=start).between(start, (end + timedelta(days=2)).replace(tzinfo=None), inc=True))
    fires = {fire for wall in walls for fire in fires_of_wall(wall, zone, policy)}
    expected = sorted(fire for fire in fires if begin <= fire < end)
    trigger = RRuleTrigger(rule, start, zone, dst_policy=policy)
    assert fire_times(trigger, begin - MOMENT, end - MOMENT) == expected
    assert trigger.count_fire_times(begin - MOMENT, end - MOMENT) == len(expected)
    last = trigger.last_fire_time_until(end - MOMENT)
    assert not expected or last == expected[-1]


@pytest.mark.parametrize(
    ("policy", "in_spring", "in_autumn"),
    [
        ("shift", [utc(2026, 3, 8, 7, 30)], [utc(2026, 11, 1, 5, 30)]),
        ("cron", [utc(2026, 3, 8, 7)], [utc(2026, 11, 1, 5, 30)]),
        ("skip", [], [utc(2026, 11, 1, 5, 30)]),
        ("wall_clock", [], [utc(2026, 11, 1, 5, 30), utc(2026, 11, 1, 6, 30)]),
    ],
)
def test_half_past_two_in_spring_and_half_past_one_in_autumn(policy, in_spring, in_autumn):
    spring = RRuleTrigger("FREQ=DAILY", "2026-01-01 02:30", NEW_YORK, dst_policy=policy)
    assert fire_times(spring, utc(2026, 3, 8, 5), utc(2026, 3, 9, 3)) == in_spring
    autumn = RRuleTrigger("FREQ=DAILY", "2026-01-01 01:30", NEW_YORK, dst_policy=policy)
    assert fire_times(autumn, utc(2026, 11, 1, 4), utc(2026, 11, 2, 4)) == in_autumn


def test_a_fold_does_not_lead_back_to_its_first_pass():
    trigger = RRuleTrigger("FREQ=MINUTELY;INTERVAL=10", "2026-01-01", NEW_YORK)
    for minute in range(60):
        now = utc(2026, 11, 1, 6, minute)
        assert trigger.get_next_fire_time(now, now) == utc(2026, 11, 1, 7)


def test_a_last_date_in_utc_is_where_the_zones_clock_stands_then():
    text = "DTSTART;TZID=America/New_York:20260101T090000\nRRULE:FREQ=DAILY;UNTIL="
    reached = RRuleTrigger(f"{text}20260110T140000Z")
    missed = RRuleTrigger(f"{text}20260110T135959Z")
    far = utc(2030, 1, 1)
    assert reached.last_fire_time_until(far) == utc(2026, 1, 10, 14)
    assert missed.last_fire_time_until(far) == utc(2026, 1, 9, 14)
    assert reached == RRuleTrigger("FREQ=DAILY;UNTIL=20260110T090000", "2026-01-01 09:00", NEW_YORK)


@pytest.mark.parametrize(
    ("dtstart", "wall"),
    [
        ("2026-01-01 09:00", datetime(2026, 1, 1, 9)),
        ("2026-01-01T09:00:00Z", datetime(2026, 1, 1, 4)),
        (datetime(2026, 1, 1, 9, 0, 0, 999_999), datetime(2026, 1, 1, 9)),
        (datetime(2026, 1, 1, 9, tzinfo=ZoneInfo("Europe/Berlin")), datetime(2026, 1, 1, 3)),
        (date(2026, 1, 1), datetime(2026, 1, 1)),
    ],
)
def test_a_start_is_what_the_zones_clock_shows_at_it(dtstart, wall):
    assert RRuleTrigger("FREQ=DAILY", dtstart, NEW_YORK).dtstart == wall
