"""Descriptions of recurrence rules are plain English where that is exact, and name the rule elsewhere."""

import re
from calendar import monthrange
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.rrule import RRuleTrigger

START = "2026-01-30 09:00"


def without_clock_changes(trigger):
    return re.split("; in (?:spring|autumn)'s ", trigger.describe())[0]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday at 09:00"),
        ("FREQ=MONTHLY;BYDAY=1MO,-2FR", "every month on the first Monday and the second to last Friday at 09:00"),
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1,-1", "every 2 months on the 1st and the last day at 09:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "every month on the 1st and 15th at 09:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,2,3,-2", "every month on the 1st to 3rd and the second to last day at 09:00"),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO,-1MO", "every month on the first, third and last Monday at 09:00"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=31", "every month on the 31st where that is a Friday at 09:00"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "every month on the 13th where that is a Friday at 09:00"),
        ("FREQ=MONTHLY;BYDAY=MO", "every Monday at 09:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=1;BYMONTH=3,6", "every month on the 1st in March and June at 09:00"),
        ("FREQ=YEARLY", "every year on 30 January at 09:00"),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=6,7", "every 4 years on 30 June and 30 July at 09:00"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "every year on the last Sunday of March at 09:00"),
        ("FREQ=YEARLY;BYDAY=20MO", "every year on the 20th Monday of the year at 09:00"),
        ("FREQ=YEARLY;BYMONTH=2,6", "every year on 30 June at 09:00"),  # no February has a 30th
        ("FREQ=YEARLY;BYDAY=MO", "every Monday at 09:00"),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYDAY=TH", "every 2 years on each Thursday of March at 09:00"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "every Thursday in March at 09:00"),
        (
            "FREQ=YEARLY;BYMONTH=1,3,4,5,6,7,8,9,10",
            "every year on 30 January, 30 March, 30 April, 30 May, 30 June, 30 July, 30 August, 30 September and "
            "30 October at 09:00",
        ),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24,25", "every year on 24 December and 25 December at 09:00"),
        ("FREQ=WEEKLY", "every Friday at 09:00"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday at 09:00"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "every weekday at 09:00"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR", "every weekday at 09:00"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every day at 09:00"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYMONTH=6,7,8", "every weekday from June to August at 09:00"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR", "every 2 weeks on Monday to Friday at 09:00"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "every 2 weeks on Tuesday and Thursday at 09:00"),
        ("FREQ=DAILY", "every day at 09:00"),
        ("FREQ=DAILY;INTERVAL=10", "every 10 days at 09:00"),
        ("FREQ=DAILY;BYDAY=MO,WE;BYHOUR=9,17;BYMINUTE=30", "every Monday and Wednesday at 09:30 and 17:30"),
        ("FREQ=HOURLY", "every hour at minute 0"),
        ("FREQ=HOURLY;INTERVAL=3;BYMINUTE=0,30", "every 3 hours at minutes 0 and 30"),
        ("FREQ=HOURLY;BYDAY=MO,TU,WE,TH,FR", "every hour at minute 0 on Monday to Friday"),
        ("FREQ=HOURLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every hour at minute 0"),
        ("FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10", "every 20 minutes in the hours of 09:00 and 10:00"),
        ("FREQ=MINUTELY;BYSECOND=15", "every minute at second 15"),
        ("FREQ=SECONDLY;INTERVAL=30;BYDAY=SU", "every 30 seconds on Sunday"),
    ],
)
def test_the_usual_rules_in_words(rule, text):
    trigger = RRuleTrigger(rule, START, "Europe/Berlin")
    assert without_clock_changes(trigger) == f"{text} in Europe/Berlin, from 2026-01-30 09:00"


@pytest.mark.parametrize(
    ("rule", "start", "days", "left_out"),
    [
        ("FREQ=MONTHLY", "2026-01-28", "every month on the 28th", ""),
        ("FREQ=MONTHLY", "2026-01-29", "every month on the 29th", "months without a 29th"),
        ("FREQ=MONTHLY;INTERVAL=2", "2026-01-31", "every 2 months on the 31st", "months without a 31st"),
        ("FREQ=MONTHLY;INTERVAL=6", "2026-01-31", "every 6 months on the 31st", ""),
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=31", None, "every 2 months on the 31st", "months without a 31st"),
        ("FREQ=MONTHLY;BYMONTHDAY=-31", None, "every month on the 31st to last day", "months without a 31st"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=1,3", None, "every month on the 31st in January and March", ""),
        (
            "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=1,4",
            None,
            "every month on the 31st in January and April",
            "months without a 31st",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=1,31", None, "every month on the 1st and 31st (where there is such a day)", ""),
        ("FREQ=MONTHLY;BYDAY=4MO", None, "every month on the fourth Monday", ""),
        ("FREQ=MONTHLY;BYDAY=5MO", None, "every month on the fifth Monday", "months without a fifth Monday"),
        ("FREQ=MONTHLY;BYDAY=-5MO", None, "every month on the fifth to last Monday", "months without a fifth Monday"),
        (
            "FREQ=MONTHLY;BYDAY=1MO,5MO",
            None,
            "every month on the first and fifth Monday (where there is such a day)",
            "",
        ),
        ("FREQ=YEARLY", "2024-02-29", "every year on 29 February", "years without a 29 February"),
        ("FREQ=YEARLY;INTERVAL=4", "2024-02-29", "every 4 years on 29 February", "years without a 29 February"),
        ("FREQ=YEARLY;INTERVAL=400", "2000-02-29", "every 400 years on 29 February", ""),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", None, "every year on 29 February", "years without a 29 February"),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29",
            None,
            "every year on 28 February and 29 February (where there is such a day)",
            "",
        ),
        (
            "FREQ=YEARLY;BYMONTH=3;BYDAY=5SU",
            None,
            "every year on the fifth Sunday of March",
            "years without a fifth Sunday in March",
        ),
        (
            "FREQ=YEARLY;BYMONTH=3,6;BYDAY=5SU",
            None,
            "every year on the fifth Sunday of March and June (where there is such a day)",
            "",
        ),
        ("FREQ=YEARLY;BYDAY=52MO", None, "every year on the 52nd Monday of the year", ""),
        ("FREQ=YEARLY;BYDAY=53MO", None, "every year on the 53rd Monday of the year", "years without a 53rd Monday"),
    ],
)
def test_what_is_left_out_is_told_where_anything_is(rule, start, days, left_out):
    at, since = ("", "when it is added") if start is None else (" at 00:00", f"{start} 00:00")
    clause = f"; {left_out} are left out" if left_out else ""
    assert RRuleTrigger(rule, start, "UTC").describe() == f"{days}{at} in UTC, from {since}{clause}"


@given(st.integers(0, 47), st.integers(28, 31), st.integers(1, 24) | st.just(400), st.sampled_from([12, 1]))
def test_days_are_said_to_be_left_out_where_the_calendar_lacks_them(month, day, interval, unit):
    year, month = 2023 + month // 12, month % 12 + 1
    assume(day <= monthrange(year, month)[1])
    months = (12 * year + month - 1 + k * interval * unit for k in range(4_800))
    lacks = day > 28 and any(day > monthrange(at // 12 % 400 + 2000, at % 12 + 1)[1] for at in months)
    rule = f"FREQ={'YEARLY' if unit == 12 else 'MONTHLY'};INTERVAL={interval}"
    text = RRuleTrigger(rule, date(year, month, day), "UTC").describe()
    assert text.endswith(" are left out") == lacks
    parts = {"years" if unit == 12 else "months": interval}
    twin = CalendarIntervalTrigger(**parts, start_date=date(year, month, day), timezone="UTC").describe()
    assert twin.endswith(" are left out") == lacks


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "FREQ=YEARLY;BYYEARDAY=1,100",
        "FREQ=YEARLY;BYEASTER=0",
        "FREQ=YEARLY;INTERVAL=2;BYDAY=MO",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO",
        "FREQ=MINUTELY;INTERVAL=7;BYMINUTE=1",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8;BYMINUTE=0,30",
        "FREQ=MONTHLY;BYDAY=FR,1MO",
    ],
)
def test_what_words_cannot_say_exactly_is_the_rule(rule):
    trigger = RRuleTrigger(rule, START, "Europe/Berlin")
    assert without_clock_changes(trigger) == f"by the rule {trigger.rule} in Europe/Berlin, from 2026-01-30 09:00"


def test_the_end_and_single_dates():
    until = RRuleTrigger("FREQ=DAILY;UNTIL=20270101T000000", START, "UTC")
    assert until.describe() == "every day at 09:00 in UTC, from 2026-01-30 09:00 until 2027-01-01 00:00"
    counted = RRuleTrigger("FREQ=DAILY;COUNT=10", START, "UTC")
    assert counted.describe() == "every day at 09:00 in UTC, from 2026-01-30 09:00, 10 times"
    dates = RRuleTrigger("RRULE:FREQ=DAILY\nRDATE:20260201T140000\nEXDATE:20260202T090000", START, "UTC")
    assert dates.describe() == (
        "every day at 09:00 in UTC, from 2026-01-30 09:00, and on 2026-02-01 14:00, but not on 2026-02-02 09:00"
    )


def test_sets_are_named_by_their_lines_or_by_their_size():
    rules = ["RRULE:FREQ=DAILY", "EXRULE:FREQ=WEEKLY;BYDAY=SU"]
    assert RRuleTrigger(rules, START, "UTC").describe() == (
        "by the rule RRULE:FREQ=DAILY EXRULE:FREQ=WEEKLY;BYDAY=SU in UTC, from 2026-01-30 09:00"
    )
    dates = [f"RDATE:2026{month:02}{day:02}" for month in range(1, 13) for day in range(1, 29)]
    many = RRuleTrigger([*rules, *dates], START, "UTC")
    assert many.describe() == "by 2 rules and 336 dates in UTC, from 2026-01-30 09:00"


def test_rules_with_starts_of_their_own_wait_for_none():
    rules = ["RRULE;X-DTSTART=20260101T090000:FREQ=DAILY", "RRULE;X-DTSTART=20260103T090000:FREQ=WEEKLY"]
    assert RRuleTrigger(rules, timezone="UTC").describe() == f"by the rule {' '.join(rules)} in UTC"


def test_dates_alone():
    lines = ["RDATE:20260105,20260107T120000,20260108", "EXDATE:20260108"]
    assert RRuleTrigger(lines, timezone="UTC").describe() == "on 2026-01-05 00:00 and 2026-01-07 12:00 in UTC"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("FREQ=DAILY", "every day in UTC, from when it is added"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday in UTC, from when it is added"),
        (
            "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0",
            "every day at 09:00 in UTC, from when it is added",
        ),
        ("FREQ=HOURLY", "every hour in UTC, from when it is added"),
        ("FREQ=WEEKLY", "by the rule FREQ=WEEKLY in UTC, from when it is added"),
        ("FREQ=DAILY;BYHOUR=9", "by the rule FREQ=DAILY;BYHOUR=9 in UTC, from when it is added"),
    ],
)
def test_a_rule_without_a_start_says_only_what_it_knows(rule, text):
    assert RRuleTrigger(rule, timezone="UTC").describe() == text


@pytest.mark.parametrize(
    ("rule", "policy", "changes"),
    [
        ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "shift", "; in spring's missing hour it runs at 03:30; {once}"),
        ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "cron", "; in spring's missing hour it runs at 03:00; {once}"),
        ("FREQ=HOURLY", "shift", "; {once}"),
        ("FREQ=MINUTELY", "shift", "; in autumn's repeated hour it runs in the first pass only"),
        ("FREQ=WEEKLY;BYDAY=MO;BYHOUR=2;BYMINUTE=30", "shift", ""),  # clocks change on Sundays
        ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30;UNTIL=20260301T000000", "shift", ""),
    ],
)
def test_changes_of_clock_are_told_where_they_touch_the_rule(rule, policy, changes):
    text = RRuleTrigger(rule, START, "Europe/Berlin", dst_policy=policy).describe()
    assert text.partition("; in ")[2] == changes.format(once="in autumn's repeated hour it runs once")[5:]
