"""Triggers of different kinds say the same of the same schedule."""

from datetime import UTC, datetime

import pytest

from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.interval import IntervalTrigger
from tickwright.triggers.rrule import RRuleTrigger

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("crontab", "rules"),
    [
        ("0 9 * * *", ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"]),
        ("0 9 * * 1-5", ["FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY;BYDAY=FR,TH,WE,TU,MO"]),
        ("0 9 * * 1-6", ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"]),
        ("0 9 * * 5", ["FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=FR", "FREQ=MONTHLY;BYDAY=FR", "FREQ=YEARLY;BYDAY=FR"]),
        ("0 9 * * 2,4", ["FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=DAILY;BYDAY=TU,TH"]),
        ("0 9 * 6-8 1-5", ["FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYMONTH=6,7,8"]),
        ("0 9 * 7 *", ["FREQ=DAILY;BYMONTH=7"]),
        ("0 9,17 * * *", ["FREQ=DAILY;BYHOUR=9,17"]),
        ("0 9 30 1 *", ["FREQ=YEARLY"]),
    ],
)
def test_a_crontab_and_a_rule(crontab, rules):
    start = datetime(2026, 1, 30, 9)  # a Friday
    said = CronTrigger.from_crontab(crontab, "UTC", start_date=start).describe()
    assert [RRuleTrigger(rule, start, "UTC").describe() for rule in rules] == [said] * len(rules)


@pytest.mark.parametrize(
    ("rule", "interval", "start"),
    [
        ("FREQ=DAILY", {"days": 1}, "2026-01-31"),
        ("FREQ=DAILY;INTERVAL=3", {"days": 3}, "2026-01-31"),
        ("FREQ=WEEKLY", {"weeks": 1}, "2026-01-31"),
        ("FREQ=WEEKLY;INTERVAL=2", {"days": 14}, "2026-01-31"),
        ("FREQ=MONTHLY", {"months": 1}, "2026-01-31"),
        ("FREQ=MONTHLY;INTERVAL=2", {"months": 2}, "2026-01-31"),
        ("FREQ=YEARLY", {"years": 1}, "2024-02-29"),
        ("FREQ=YEARLY;INTERVAL=4", {"years": 4}, "2024-02-29"),
    ],
)
def test_a_rule_and_a_calendar_interval(rule, interval, start):
    at = f"{start} 02:30"
    said = RRuleTrigger(rule, at, BERLIN, dst_policy="cron").describe()
    assert CalendarIntervalTrigger(**interval, hour=2, minute=30, start_date=at, timezone=BERLIN).describe() == said


def test_places_of_weekdays():
    first = CronTrigger.from_crontab("0 9 * * MON#1,MON#2,FRIL", "UTC").describe()
    assert "the first and second Monday and the last Friday" in first
    assert (
        "the first and second Monday and the last Friday" in RRuleTrigger("FREQ=MONTHLY;BYDAY=1MO,2MO,-1FR").describe()
    )


def unanchored():
    hours = IntervalTrigger(hours=2, timezone=BERLIN, end_date="2030-01-01")
    days = CalendarIntervalTrigger(days=2, timezone=BERLIN, end_date=datetime(2030, 1, 1))
    return [hours, days, RRuleTrigger("FREQ=DAILY;INTERVAL=2;UNTIL=20300101T000000", timezone=BERLIN)]


@pytest.mark.parametrize("trigger", unanchored(), ids=str)
def test_what_counts_from_when_it_is_added_says_so(trigger):
    assert trigger.describe().endswith(" in Europe/Berlin, from when it is added until 2030-01-01 00:00")


@pytest.mark.parametrize("trigger", unanchored(), ids=str)
def test_a_start_that_adding_has_fixed_is_shown(trigger):
    anchored = trigger.anchored(NOW)
    since = "14:30" if isinstance(trigger, IntervalTrigger) else "12:30"
    assert anchored.describe().endswith(f" in Europe/Berlin, from 2026-11-23 {since} until 2030-01-01 00:00")
