"""The RRULE trigger as a value: what it is made of, its start, its text and its pickle."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dateutil.tz
import pytest
from dateutil.rrule import DAILY, FR, HOURLY, MO, MONTHLY, SU, WEEKLY, YEARLY, rrule, rruleset, rrulestr

from tickwright.triggers.coerce import make_trigger
from tickwright.triggers.rrule import RRuleTrigger

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 1, 6, 9)
NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def utc(*parts):
    return datetime(*parts).replace(tzinfo=UTC)


# -- texts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=MONTHLY;BYDAY=-1FR,1MO",
        "RRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR",
        "rrule:freq=monthly;byday=+1mo,-1fr",
        "BYDAY=1MO,-1FR,1MO;INTERVAL=01;WKST=MO;FREQ=MONTHLY",
        "RRULE:FREQ=MONTHLY;\r\n BYDAY=1MO,-1FR",
        "\nRRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR\n",
        "DTSTART:20260106T090000\nRRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR",
        "DTSTART;TZID=Europe/Berlin:20260106T090000\r\nRRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR\r\n",
        'dtstart;tzid="Europe/Berlin":20260106t090000\nRRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR',
        "DTSTART:20260106T080000Z\nRRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR",
        "RRULE;X-NOTE=hello:FREQ=MONTHLY;BYDAY=1MO,-1FR",
        ["DTSTART:20260106T090000", "RRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR"],
        ("RRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR",),
        rrule(MONTHLY, dtstart=START, byweekday=[MO(1), FR(-1)]),
        rrule(MONTHLY, dtstart=START.replace(microsecond=5, tzinfo=BERLIN), byweekday=[MO(1), FR(-1)]),
        rrule(MONTHLY, dtstart=utc(2026, 1, 6, 8), byweekday=[MO(1), FR(-1)]),
        rrulestr("DTSTART:20260106T090000\nRRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR", forceset=True),
    ],
    ids=lambda text: text if isinstance(text, str) else type(text).__name__,
)
def test_a_rule_is_the_same_however_it_is_written(text):
    trigger = RRuleTrigger(text, START, "Europe/Berlin")
    assert repr(trigger) == (
        "RRuleTrigger(rule='FREQ=MONTHLY;BYDAY=1MO,-1FR', dtstart='2026-01-06T09:00:00', timezone='Europe/Berlin')"
    )
    assert trigger == RRuleTrigger("FREQ=MONTHLY;BYDAY=-1FR,1MO", "2026-01-06 09:00", BERLIN)


def test_it_is_shown_by_its_rule():
    assert str(RRuleTrigger("FREQ=DAILY", START, "UTC")) == "rrule[FREQ=DAILY]"
    recurrences = "RRULE:FREQ=DAILY\nEXDATE:20260107T090000"
    assert str(RRuleTrigger(recurrences, START, "UTC")) == "rrule[RRULE:FREQ=DAILY EXDATE:20260107T090000]"
    assert RRuleTrigger(recurrences, START, "UTC").rule == recurrences


@pytest.mark.parametrize(
    "other",
    [
        RRuleTrigger("FREQ=DAILY;BYHOUR=9", START, "UTC"),
        RRuleTrigger("FREQ=DAILY", START + timedelta(days=1), "UTC"),
        RRuleTrigger("FREQ=DAILY", START, "Europe/Berlin"),
        RRuleTrigger("FREQ=DAILY", START, "UTC", jitter=1),
        RRuleTrigger("FREQ=DAILY", START, "UTC", dst_policy="skip"),
        RRuleTrigger("FREQ=DAILY", timezone="UTC"),
        RRuleTrigger("FREQ=DAILY;COUNT=5", START, "UTC"),
        RRuleTrigger("RRULE:FREQ=DAILY\nRDATE:20260107T120000", START, "UTC"),
    ],
)
def test_every_parameter_counts_for_equality(other):
    assert other != RRuleTrigger("FREQ=DAILY", START, "UTC")


def test_the_zone_is_the_given_one_or_that_of_the_rule():
    text = "DTSTART;TZID=Europe/Berlin:20260106T090000\nRRULE:FREQ=DAILY"
    assert RRuleTrigger(text).timezone == BERLIN
    assert RRuleTrigger(text, timezone="Europe/Berlin") == RRuleTrigger(text)
    assert RRuleTrigger("DTSTART:20260106T090000Z\nRRULE:FREQ=DAILY").timezone is UTC
    assert RRuleTrigger(rrule(DAILY, dtstart=START.replace(tzinfo=BERLIN))).timezone == BERLIN
    aware = rrule(DAILY, dtstart=START.replace(tzinfo=dateutil.tz.gettz("Europe/Berlin")), until=utc(2026, 1, 8, 8))
    trigger = RRuleTrigger(aware, timezone="America/New_York")
    assert trigger.dtstart == datetime(2026, 1, 6, 3)
    assert trigger.rule == "FREQ=DAILY;UNTIL=20260108T030000"
    assert pickle.loads(pickle.dumps(RRuleTrigger(aware))) == RRuleTrigger(aware)


def test_dates_have_a_zone_of_their_own():
    text = (
        "DTSTART;TZID=Europe/Berlin:20260106T090000\nRRULE:FREQ=DAILY;UNTIL=20260110T080000Z\n"
        "EXDATE;TZID=America/New_York:20260107T030000\nEXDATE:20260108T080000Z\nEXDATE;VALUE=DATE:20260109\n"
        "RDATE;VALUE=DATE:20260112"
    )
    assert RRuleTrigger(text).rule == (
        "RRULE:FREQ=DAILY;UNTIL=20260110T090000\nRDATE:20260112T000000\n"
        "EXDATE:20260107T090000,20260108T090000,20260109T000000"
    )
    found = RRuleTrigger(text).next(9, after=utc(2026, 1, 1))
    # A date is its midnight, as with python-dateutil: it leaves nothing out at nine.
    assert [f"{at:%m-%d %H:%M}" for at in found] == ["01-06 09:00", "01-09 09:00", "01-10 09:00", "01-12 00:00"]


# -- the start ---------------------------------------------------------------------------------------


def test_without_a_start_it_starts_when_it_is_added():
    declared = RRuleTrigger("FREQ=DAILY;INTERVAL=2", timezone="Europe/Berlin")
    trigger = declared.anchored(NOW)
    assert declared.dtstart is None
    assert trigger.dtstart == datetime(2026, 11, 23, 12, 30)
    assert trigger == declared
    assert hash(trigger) == hash(declared)
    assert trigger.anchored(NOW + timedelta(days=1)) is trigger
    assert trigger.get_next_fire_time(None, NOW) == NOW
    assert trigger.get_next_fire_time(None, NOW + timedelta(days=1)) == NOW + timedelta(days=2)
    again = pickle.loads(pickle.dumps(trigger))
    assert again.dtstart == trigger.dtstart
    assert eval(repr(trigger)).dtstart is None


def test_a_start_between_two_seconds_is_the_second_one():
    trigger = RRuleTrigger("FREQ=DAILY;COUNT=2", timezone="UTC").anchored(NOW + MOMENT)
    assert trigger.next(3, after=NOW) == [NOW + timedelta(seconds=1), NOW + timedelta(days=1, seconds=1)]


def test_asked_without_a_start_it_starts_at_the_question():
    trigger = RRuleTrigger("FREQ=DAILY;INTERVAL=2", timezone="UTC")
    assert trigger.get_next_fire_time(None, NOW) == NOW
    assert trigger.get_next_fire_time(NOW, NOW + timedelta(days=9)) == NOW + timedelta(days=2)
    assert RRuleTrigger("FREQ=DAILY", timezone="UTC").get_next_fire_time(NOW, NOW) == NOW + timedelta(days=1)
    with pytest.raises(ValueError, match="no start to look back to"):
        trigger.last_fire_time_until(NOW)
    with pytest.raises(ValueError, match="no start to look back to"):
        trigger.count_fire_times(NOW, NOW)


def test_a_start_that_no_rule_matches_is_no_occurrence():
    trigger = RRuleTrigger("FREQ=WEEKLY;BYDAY=MO", START, "UTC")
    assert trigger.get_next_fire_time(None, utc(2026, 1, 1)) == utc(2026, 1, 12, 9)


def test_dates_alone_need_no_start():
    trigger = RRuleTrigger("RDATE:20260107T120000,20260105,20260107T120000", timezone="UTC")
    assert trigger.next(5, after=utc(2026, 1, 1)) == [utc(2026, 1, 5), utc(2026, 1, 7, 12)]
    assert trigger.anchored(NOW) is trigger
    assert trigger.last_fire_time_until(NOW) == utc(2026, 1, 7, 12)
    assert trigger.count_fire_times(utc(2026, 1, 5), NOW) == 1
    assert trigger.last_fire_time_until(utc(2026, 1, 4)) is None


def test_the_ends_of_the_calendar_can_be_said_in_any_zone():
    forever = RRuleTrigger("FREQ=DAILY;UNTIL=99991231T235959Z", "0001-01-01T00:00:00+00:00", "Asia/Tokyo")
    assert eval(repr(forever)) == forever
    assert forever.get_next_fire_time(None, NOW) is not None
    for zone in ("Asia/Tokyo", "America/New_York"):
        for start in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), "0001-01-01", "9999-12-31"):
            trigger = RRuleTrigger("FREQ=HOURLY;INTERVAL=7;BYSETPOS=-1", start, zone)
            assert trigger.get_next_fire_time(None, datetime.min.replace(tzinfo=UTC)) is not None
            assert trigger.last_fire_time_until(datetime.max.replace(tzinfo=UTC)) is not None


# -- objects -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handed", "text"),
    [
        (rrule(YEARLY, dtstart=START, byeaster=(-2, 1)), "FREQ=YEARLY;BYEASTER=-2,1"),
        (rrule(WEEKLY, dtstart=START, wkst=SU, interval=2), "FREQ=WEEKLY;INTERVAL=2;WKST=SU"),
        (rrule(HOURLY, dtstart=START, byhour=(9, 12), count=3), "FREQ=HOURLY;COUNT=3;BYHOUR=9,12"),
        (rrule(DAILY, dtstart=date(2026, 1, 6), until=date(2026, 2, 1)), "FREQ=DAILY;UNTIL=20260201T000000"),
        (rrule(MONTHLY, dtstart=START, bymonthday=(1, -1), bysetpos=-1), "FREQ=MONTHLY;BYMONTHDAY=-1,1;BYSETPOS=-1"),
        (rrule(YEARLY, dtstart=START, byweekno=20, byweekday=0), "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO"),
        (rrule(WEEKLY, dtstart=START, byweekday=()), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"),
        (rrule(DAILY, dtstart=START, byweekday=MO(2)), "FREQ=DAILY;BYDAY=MO"),
        (rrule(MONTHLY, dtstart=START, bymonthday=0), "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"),
        (rrule(DAILY, dtstart=START, cache=True), "FREQ=DAILY"),
    ],
)
def test_an_object_is_written_down_as_text(handed, text):
    trigger = RRuleTrigger(handed, timezone="UTC")
    assert trigger.rule == text
    assert eval(repr(trigger)) == trigger
    expected = list(handed[:20])
    assert trigger.next(20, after=utc(2026, 1, 1)) == [at.replace(tzinfo=UTC) for at in expected]


def test_the_rules_of_a_set_may_start_at_different_times():
    recurrences = rruleset()
    recurrences.rrule(rrule(DAILY, dtstart=START, count=2))
    recurrences.rrule(rrule(WEEKLY, dtstart=START + timedelta(hours=3), count=2))
    trigger = RRuleTrigger(recurrences, timezone="UTC")
    assert trigger.rule == (
        "RRULE;X-DTSTART=20260106T090000:FREQ=DAILY;COUNT=2\nRRULE;X-DTSTART=20260106T120000:FREQ=WEEKLY;COUNT=2"
    )
    assert trigger.dtstart is None
    assert eval(repr(trigger)) == trigger
    assert trigger.next(9, after=utc(2026, 1, 1)) == [
        utc(2026, 1, 6, 9),
        utc(2026, 1, 6, 12),
        utc(2026, 1, 7, 9),
        utc(2026, 1, 13, 12),
    ]


def test_a_set_of_more_dates_than_a_text_holds_is_shown_as_lines():
    recurrences = rruleset()
    recurrences.rrule(rrule(DAILY, dtstart=START))
    for day in range(0, 2_000, 2):
        recurrences.exdate(START + timedelta(days=day))
    trigger = RRuleTrigger(recurrences, timezone="UTC")
    assert isinstance(trigger.rule, tuple)
    assert eval(repr(trigger)) == trigger == pickle.loads(pickle.dumps(trigger))
    assert trigger.next(2, after=utc(2026, 1, 1)) == [utc(2026, 1, 7, 9), utc(2026, 1, 9, 9)]
    assert trigger.count_fire_times(utc(2026, 1, 1), utc(2046, 1, 6, 8)) == 7_305 - 1_000
    assert str(trigger) == "rrule[1 rule and 1,000 dates]"


def test_weekdays_with_and_without_a_number_are_taken_together():
    # RFC 5545 takes each; python-dateutil would take only what is both, and search for it to the year 9999.
    trigger = RRuleTrigger("FREQ=MONTHLY;BYDAY=MO,1TU", START, "UTC")
    found = trigger.next(8, after=utc(2026, 2, 1))
    assert [at.day for at in found] == [2, 3, 9, 16, 23, 2, 3, 9]


# -- the pickle --------------------------------------------------------------------------------------


def test_a_pickle_holds_text_and_numbers_and_what_was_counted():
    trigger = RRuleTrigger(rrule(DAILY, dtstart=START, count=3), timezone="UTC")
    state = trigger.__getstate__()
    assert state == {
        "version": 1,
        "rule": "FREQ=DAILY;COUNT=3",
        "dtstart": "2026-01-06T09:00:00",
        "timezone": "UTC",
        "ends": (1767862800,),
    }
    state["ends"] = (1767776400,)  # a day earlier: it is believed, not counted again
    changed = object.__new__(RRuleTrigger)
    changed.__setstate__(state)
    assert changed.last_fire_time_until(NOW) == utc(2026, 1, 7, 9)


def test_a_counted_rule_in_a_set_keeps_its_end_too():
    text = "RRULE:FREQ=DAILY\nRRULE:FREQ=HOURLY;COUNT=3\nEXRULE:FREQ=DAILY;COUNT=2"
    trigger = RRuleTrigger(text, START, "UTC")
    again = pickle.loads(pickle.dumps(trigger))
    assert again.next(9, after=utc(2026, 1, 1)) == trigger.next(9, after=utc(2026, 1, 1))
    assert len(trigger.__getstate__()["ends"]) == 2
    assert trigger.next(3, after=utc(2026, 1, 1)) == [utc(2026, 1, 6, 10), utc(2026, 1, 6, 11), utc(2026, 1, 8, 9)]


def test_a_program_without_rules_does_not_import_python_dateutil():
    code = (
        "import sys; from tickwright.triggers.rrule import RRuleTrigger; "
        "print('dateutil' in sys.modules); RRuleTrigger('FREQ=DAILY', '2026-01-01', 'UTC'); "
        "print('dateutil' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["False", "False"]


def test_the_alias_and_the_schedulers_zone():
    arguments: dict[str, Any] = {"rule": "FREQ=DAILY", "dtstart": "2026-01-06 09:00"}
    assert make_trigger("rrule", arguments, BERLIN) == RRuleTrigger("FREQ=DAILY", START, BERLIN)


@pytest.mark.parametrize("own", ["20260101T000000", "20260405T220000"])
def test_a_dtstart_that_no_rule_goes_by_says_nothing(own):
    lines = f"DTSTART:20260101T000000\nRRULE;X-DTSTART={own}:FREQ=MONTHLY;BYMONTH=8"
    trigger = RRuleTrigger(lines, timezone="UTC")
    assert trigger == eval(repr(trigger)) == pickle.loads(pickle.dumps(trigger))
    assert trigger == RRuleTrigger(f"DTSTART:{own}\nRRULE:FREQ=MONTHLY;BYMONTH=8", timezone="UTC")


def test_a_rule_that_starts_where_the_calendar_ends_can_be_described():
    assert RRuleTrigger("FREQ=DAILY", "9999-12-31T23:59:59", "America/New_York").describe().startswith("every day")


@pytest.mark.parametrize("rules", [[], ["RRULE:FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1;COUNT=2"]])
def test_dates_are_found_however_far_they_are_from_the_others(rules):
    dates = ["RDATE:20260105T090000,41260105T090000,99990105T090000"]
    trigger = RRuleTrigger([*rules, *dates], "2026-01-05 09:00", "UTC")
    far = [datetime(year, 1, 5, 9, tzinfo=UTC) for year in (4126, 9999)]
    assert trigger.next(5, after=datetime(2027, 1, 1, tzinfo=UTC)) == far
    assert trigger.last_fire_time_until(datetime(9998, 1, 1, tzinfo=UTC)) == far[0]


def test_a_rule_is_followed_over_more_than_a_thousand_years():
    rule = "FREQ=MONTHLY;INTERVAL=1483;BYMONTH=2;BYDAY=MO;BYSETPOS=1"
    (found,) = RRuleTrigger(rule, "2000-04-01", timezone="UTC").next(1, after=datetime(2000, 4, 1, tzinfo=UTC))
    assert found == datetime(3236, 2, 4, tzinfo=UTC)
