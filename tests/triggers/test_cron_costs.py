"""What cron's answers cost, in things that are done and can be counted: a time would be noise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tickwright.instants import DAY, to_micros
from tickwright.triggers import dst
from tickwright.triggers.cron import crontab
from tickwright.triggers.cron import trigger as cron_trigger
from tickwright.triggers.cron.calendar import Calendar
from tickwright.triggers.cron.days import DayRule
from tickwright.triggers.cron.fields import Field
from tickwright.triggers.cron.trigger import CronTrigger
from tickwright.triggers.dst import Timeline

START = datetime(2026, 1, 1, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
FIRES = 500

Spy = Callable[[Any, str], None]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> tuple[Counter[str], Spy]:
    """How often each function was called that is spied on since."""
    counts: Counter[str] = Counter()

    def spy(owner: Any, name: str) -> None:
        function = getattr(owner, name)

        def counting(*args: Any, **kwargs: Any) -> Any:
            counts[name] += 1
            return function(*args, **kwargs)

        monkeypatch.setattr(owner, name, counting)

    return counts, spy


def walk(trigger: CronTrigger, fires: int = FIRES) -> None:
    at = START
    for _ in range(fires):
        following = trigger.get_next_fire_time(at, at)
        assert following is not None
        at = following


class Asked(tzinfo):
    """UTC, told by a zone of its own that counts how often it is asked."""

    asked = 0

    def utcoffset(self, _: datetime | None) -> timedelta:
        type(self).asked += 1
        return timedelta(0)

    def dst(self, _: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, _: datetime | None) -> str:
        return "Asked"


@pytest.mark.parametrize("expr", ["* * * * *", "*/5 * * * *", "0 9 * * 1-5", "30 2 * * *", "*/10 * * * * *"])
def test_a_fire_time_makes_one_datetime_and_asks_no_zone(done: tuple[Counter[str], Spy], expr: str) -> None:
    counts, spy = done
    trigger = CronTrigger.from_crontab(expr, Asked())
    walk(trigger)
    Asked.asked = 0
    spy(cron_trigger, "to_datetime")
    walk(trigger)
    assert counts["to_datetime"] == FIRES
    assert Asked.asked == 0


@pytest.mark.parametrize(
    ("expr", "zone", "most"),
    [
        ("* * * * *", UTC, 0),
        ("0 0 29 2 *", UTC, 0),
        ("* * * * *", NEW_YORK, 0),
        ("0 9 * * 1-5", NEW_YORK, 30),
        ("0 0 L * *", NEW_YORK, 300),
        ("0 0 29 2 *", NEW_YORK, FIRES + 50),
    ],
)
def test_a_fire_time_however_far_costs_one_look_at_the_time_line_at_most(
    done: tuple[Counter[str], Spy], expr: str, zone: tzinfo, most: int
) -> None:
    """Where clocks change, or a stretch of the line ends, within a day or two, it takes a few."""
    trigger = CronTrigger.from_crontab(expr, zone)
    walk(trigger)
    trigger.get_next_fire_time(START, START)
    counts, spy = done
    spy(Timeline, "segment_at")
    walk(trigger)
    assert counts["segment_at"] <= most


def test_a_year_is_looked_at_once_for_all_who_have_the_same_rule(done: tuple[Counter[str], Spy]) -> None:
    counts, spy = done
    spy(DayRule, "in_year")
    for minute in range(50):
        walk(CronTrigger.from_crontab(f"{minute} 7 13 * FRI#3", "UTC"), fires=100)
    assert 0 < counts["in_year"] <= 28  # one for each shape that a year can have


def test_a_text_that_was_seen_before_is_not_read_again(done: tuple[Counter[str], Spy]) -> None:
    counts, spy = done
    trigger = CronTrigger.from_crontab("41 3 7 * *", "UTC")
    for owner, name in ((cron_trigger, "parse_crontab"), (crontab, "_split"), (dst, "timeline"), (Field, "read")):
        spy(owner, name)
    assert CronTrigger.from_crontab("41 3 7 * *", "UTC") is trigger
    assert not counts


def test_a_new_text_is_read_by_what_is_new_in_it(done: tuple[Counter[str], Spy]) -> None:
    counts, spy = done
    for text in ("11 4 * * tue", "12 5 * * tue"):
        CronTrigger.from_crontab(text, NEW_YORK)
    spy(Field, "read")
    spy(DayRule, "is_possible")
    spy(Calendar, "__init__")
    spy(Timeline, "__init__")
    CronTrigger.from_crontab("11 5 * * tue", NEW_YORK)
    assert not counts


def test_times_of_a_day_are_listed_when_they_are_searched_and_not_before() -> None:
    once, often = (CronTrigger.from_crontab(text, "UTC") for text in ("17 6 * * *", "17,19 6 * * *"))
    walk(once, fires=10)
    assert not once.pattern.times._listed
    assert not often.pattern.times._listed
    walk(often, fires=10)
    assert len(often.pattern.times._listed) == 2


@pytest.mark.parametrize("policy", ["cron", "wall_clock", "skip", "shift"])
@pytest.mark.parametrize("zone", ["America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia", "+05:30"])
@pytest.mark.parametrize("expr", ["30 2 * * *", "0 0 L * *", "0 0 29 2 *", "15 0 1 * *", "*/20 23 * * SUN"])
def test_the_short_cut_to_a_far_fire_time_leads_where_the_search_does(expr: str, zone: str, policy: str) -> None:
    schedule = CronTrigger.from_crontab(expr, zone, dst_policy=policy).schedule
    begin = to_micros(datetime(2005, 1, 1, tzinfo=UTC))
    for step in range(1_500):
        instant = begin + step * 5 * DAY + step * step * 7_919 * 1_000_003 % DAY
        assert schedule.first_from(instant) == schedule._search_from(instant)
