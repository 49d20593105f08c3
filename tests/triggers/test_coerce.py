"""What users give where a trigger is taken becomes one, in the scheduler's zone unless they name another."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import DAILY, rrule

from tickwright.errors import InvalidTriggerError
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.coerce import ALIASES, make_trigger
from tickwright.triggers.combining import AndTrigger, OrTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger
from tickwright.triggers.rrule import RRuleTrigger

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("trigger", "arguments", "expected"),
    [
        ("cron", {"hour": 3}, CronTrigger(hour=3, timezone=BERLIN)),
        ("cron", {"hour": 3, "timezone": "UTC"}, CronTrigger(hour=3, timezone="UTC")),
        ("cron", {"hour": 3, "timezone": None}, CronTrigger(hour=3, timezone=BERLIN)),
        ("interval", {"minutes": 5}, IntervalTrigger(minutes=5, timezone=BERLIN)),
        ("calendarinterval", {"months": 1}, CalendarIntervalTrigger(months=1, timezone=BERLIN)),
        ("date", {"run_date": "2027-01-01"}, DateTrigger("2027-01-01", BERLIN)),
        ("*/5 * * * *", {}, CronTrigger.from_crontab("*/5 * * * *", BERLIN)),
        ("0\t0\t*\t*\t*", {}, CronTrigger.from_crontab("0 0 * * *", BERLIN)),
        ("@daily", {"jitter": 5}, CronTrigger.from_crontab("0 0 * * *", BERLIN, jitter=5)),
        ("@daily", {"dst_policy": "skip"}, CronTrigger.from_crontab("0 0 * * *", BERLIN, dst_policy="skip")),
        (timedelta(minutes=5), {}, IntervalTrigger(minutes=5, timezone=BERLIN)),
        (timedelta(minutes=5), {"jitter": 1}, IntervalTrigger(minutes=5, timezone=BERLIN, jitter=1)),
        (datetime(2027, 1, 1), {}, DateTrigger("2027-01-01", BERLIN)),
        (datetime(2027, 1, 1), {"timezone": "UTC"}, DateTrigger("2027-01-01", "UTC")),
        (datetime(2027, 1, 1, tzinfo=UTC), {}, DateTrigger("2027-01-01T00:00Z", BERLIN)),
        (date(2027, 1, 1), {}, DateTrigger("2027-01-01", BERLIN)),
        (None, {}, DateTrigger(timezone=BERLIN)),
        (None, {"run_date": "2027-01-01"}, DateTrigger("2027-01-01", BERLIN)),
        ("and", {"triggers": [DateTrigger(timezone="UTC")]}, AndTrigger([DateTrigger(timezone="UTC")])),
        ("or", {"triggers": [DateTrigger(timezone="UTC")], "jitter": 5}, OrTrigger([DateTrigger(timezone="UTC")], 5)),
    ],
)
def test_each_way_to_say_a_trigger(trigger, arguments, expected):
    assert make_trigger(trigger, arguments, BERLIN) == expected


def test_a_trigger_is_itself():
    trigger = CronTrigger(hour=3, timezone="UTC")
    assert make_trigger(trigger, {}, BERLIN) is trigger


@pytest.mark.parametrize(
    ("trigger", "arguments", "error", "words"),
    [
        (CronTrigger(hour=3, timezone="UTC"), {"minute": 5}, TypeError, "'minute' belong where it was made"),
        (
            "weekly",
            {},
            InvalidTriggerError,
            r"trigger: .*\(and, calendarinterval, .*, rrule\).*got 'weekly'",
        ),
        ("FREQ=DAILY", {}, InvalidTriggerError, 'a recurrence rule is given as "rrule", rule="FREQ=DAILY"'),
        ("", {}, InvalidTriggerError, "trigger: "),
        ("cron ", {"hour": 3}, TypeError, "takes no 'hour'"),
        (5, {}, TypeError, "trigger must be .* not 5"),
        (CronTrigger, {}, TypeError, "trigger must be"),
        (
            "interval",
            {"hour": 3},
            TypeError,
            "the interval trigger takes no 'hour' here; it takes weeks, days, hours",
        ),
        ("date", {"hours": 3, "days": 1}, TypeError, "the date trigger takes no 'hours', 'days'"),
        ("*/5 * * * *", {"hour": 3}, TypeError, "the cron trigger takes no 'hour'"),
        ("*/5 * * * *", {"expr": "* * * * *"}, TypeError, "takes no 'expr'"),
        (timedelta(1), {"weeks": 3}, TypeError, "takes no 'weeks'"),
        (timedelta(1), {"days": 3}, InvalidTriggerError, "days: the timedelta is the whole interval"),
        ("* * * *", {}, InvalidTriggerError, "expression: 5 fields are taken"),
        ("cron", {"hour": 25}, InvalidTriggerError, "hour: "),
        (None, {"hour": 25}, TypeError, "the date trigger takes no 'hour' here; give the trigger it is for: 'calendar"),
        (None, {"rule": "FREQ=DAILY"}, TypeError, "give the trigger it is for: 'rrule'"),
        (None, {"jitter": 3}, TypeError, "give the trigger it is for: 'and', 'calendarinterval', 'cron', 'interval'"),
        (None, {"hours": 3, "days": 1}, TypeError, "give the trigger it is for: 'interval'"),
        (None, {"rule": "FREQ=DAILY", "hours": 3}, TypeError, "and none takes 'rule', 'hours' together"),
        (None, {"idd": "x"}, TypeError, "no trigger is given, and no argument is called 'idd': is it misspelt"),
        (None, {"triger": "cron", "hour": 3}, TypeError, "no argument is called 'triger': is it misspelt"),
        ("and", {"timezone": "UTC"}, TypeError, "the and trigger takes no 'timezone' here; it takes triggers, jitter"),
        ("and", {"triggers": []}, InvalidTriggerError, "triggers: at least one"),
    ],
)
def test_what_cannot_become_one_is_refused_with_what_is_taken(trigger, arguments, error, words):
    with pytest.raises(error, match=words):
        make_trigger(trigger, arguments, BERLIN)


def test_a_recurrence_rule_that_names_its_zone_keeps_it():
    rule = "DTSTART;TZID=America/New_York:20260105T090000\nRRULE:FREQ=DAILY"
    trigger = make_trigger("rrule", {"rule": rule}, BERLIN)
    assert trigger == RRuleTrigger(rule)
    assert "America/New_York" in repr(trigger)
    in_utc = make_trigger("rrule", {"rule": "DTSTART:20260101T140000Z\nRRULE:FREQ=DAILY"}, BERLIN)
    assert in_utc.next(1, after=datetime(2026, 7, 1, tzinfo=UTC)) == [datetime(2026, 7, 1, 14, tzinfo=UTC)]
    start = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("America/New_York"))
    handed = make_trigger("rrule", {"rule": rrule(DAILY, dtstart=start)}, BERLIN)
    assert handed.next(1, after=datetime(2026, 7, 1, tzinfo=UTC)) == [datetime(2026, 7, 1, 13, tzinfo=UTC)]
    for unnamed in (
        "EXDATE;TZID=Asia/Tokyo:20260105T000000\nRRULE:FREQ=DAILY",
        rrule(DAILY, dtstart=datetime(2026, 1, 5)),
    ):
        assert "Europe/Berlin" in repr(make_trigger("rrule", {"rule": unnamed}, BERLIN))
    without = make_trigger("rrule", {"rule": "FREQ=DAILY", "dtstart": "2026-01-05"}, BERLIN)
    assert without == RRuleTrigger("FREQ=DAILY", "2026-01-05", BERLIN)


def test_every_alias_leads_to_a_trigger():
    members = {"triggers": [CronTrigger(timezone=BERLIN)]}
    given: dict[str, Any] = {
        "and": members,
        "calendarinterval": {"days": 1},
        "cron": {},
        "date": {},
        "interval": {"seconds": 1},
        "or": members,
        "rrule": {"rule": "FREQ=DAILY"},
    }
    for alias in ALIASES:
        assert "Europe/Berlin" in repr(make_trigger(alias, given[alias], BERLIN))


def test_what_is_said_in_the_same_words_is_one_trigger():
    for trigger, arguments in (("interval", {"minutes": 5}), ("cron", {"hour": 3}), ("0 3 * * *", {})):
        assert make_trigger(trigger, arguments, BERLIN) is make_trigger(trigger, arguments, BERLIN)
        assert make_trigger(trigger, arguments, BERLIN) != make_trigger(trigger, {**arguments, "jitter": 1}, BERLIN)


def test_words_that_are_equal_and_say_something_else_are_other_triggers():
    make_trigger("cron", {"hour": 1}, UTC)
    for hour in (1.0, True):
        with pytest.raises((TypeError, InvalidTriggerError)):
            make_trigger("cron", {"hour": hour}, UTC)
    named, plain = timezone(timedelta(hours=1), "HOME"), timezone(timedelta(hours=1))
    for zone in (named, plain):
        made = make_trigger("interval", {"hours": 1}, zone)
        assert isinstance(made, IntervalTrigger)
        assert made.timezone is zone
