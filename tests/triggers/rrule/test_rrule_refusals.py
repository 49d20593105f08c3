"""Rules that cannot be taken, or can never fire, are refused by name and with the reason."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from dateutil.rrule import DAILY, HOURLY, MONTHLY, SECONDLY, WEEKLY, YEARLY, rrule, rruleset
from hypothesis import given, settings
from hypothesis import strategies as st

from tickwright.errors import InvalidTriggerError
from tickwright.triggers.rrule import RRuleTrigger

START = datetime(2026, 1, 6)  # a Tuesday

TEXTS = [
    ("", "empty"),
    ("\n\n", "empty"),
    (" ", "its parts read like"),
    ("DAILY", "its parts read like"),
    ("every day", "its parts read like"),
    ("0 9 * * *", "its parts read like"),
    ("FREQ", "FREQ has no value"),
    ("FREQ=", "FREQ has no value"),
    ("FREQ=FORTNIGHTLY", "FREQ is one of YEARLY"),
    ("FREQ=0", "FREQ is one of"),
    ("FREQ=DAILY;", "its parts read like"),
    (";FREQ=DAILY", "its parts read like"),
    ("FREQ=DAILY;;COUNT=2", "its parts read like"),
    ("FREQ =DAILY", "its parts read like"),
    ("FREQ=DAILY; COUNT=2", "its parts read like"),
    ("FREQ=DAILY FREQ=DAILY", "FREQ is one of"),
    ("INTERVAL=2", "FREQ is missing"),
    ("FREQ=DAILY;FREQ=DAILY", "FREQ is given twice"),
    ("FREQ=DAILY;BYHOUR=1;byhour=2", "BYHOUR is given twice"),
    ("FREQ=DAILY;FOO=1", "its parts read like"),
    ("FREQ=DAILY;BYWEEKDAY=MO", "its parts read like"),
    ("FREQ=DAILY;RSCALE=GREGORIAN", "its parts read like"),
    ("FREQ=DAILY;DTSTART=20260101", "its parts read like"),
    ("FREQ=DAILY;__CLASS__=1", "its parts read like"),
    ("FREQ=DAILY;INTERVAL=0", "INTERVAL with DAILY is 1 to"),
    ("FREQ=DAILY;INTERVAL=-1", "INTERVAL is a whole number"),
    ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL is a whole number"),
    ("FREQ=DAILY;INTERVAL=1e3", "INTERVAL is a whole number"),
    ("FREQ=DAILY;INTERVAL=3652060", "INTERVAL with DAILY is 1 to 3,652,059"),
    ("FREQ=YEARLY;INTERVAL=10000", "INTERVAL with YEARLY is 1 to 9,999"),
    (f"FREQ=SECONDLY;INTERVAL={'9' * 900}", "INTERVAL is a whole number of up to 18 digits"),
    ("FREQ=DAILY;COUNT=0", "COUNT is 1 or more"),
    ("FREQ=DAILY;COUNT=-5", "COUNT is a whole number"),
    ("FREQ=DAILY;COUNT=NaN", "COUNT is a whole number"),
    ("FREQ=DAILY;COUNT=2;UNTIL=20270101T000000Z", "COUNT and UNTIL cannot both be given"),
    ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL: "),
    ("FREQ=DAILY;UNTIL=2027-01-01", "UNTIL: "),
    ("FREQ=DAILY;UNTIL=20270230", "UNTIL: "),
    ("FREQ=DAILY;UNTIL=20270101T250000", "UNTIL: "),
    ("FREQ=DAILY;UNTIL=20270101T000000+0100", "UNTIL: "),
    ("FREQ=DAILY;UNTIL=00000101", "UNTIL: "),
    ("FREQ=DAILY;UNTIL=20250101", "never fires"),
    ("FREQ=YEARLY;BYMONTH=0", "BYMONTH: 1 to 12"),
    ("FREQ=YEARLY;BYMONTH=13", "BYMONTH: 1 to 12"),
    ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH: 1 to 12"),
    ("FREQ=YEARLY;BYMONTH=JAN", "BYMONTH: "),
    ("FREQ=YEARLY;BYMONTH=1,", "BYMONTH: "),
    ("FREQ=YEARLY;BYMONTH=1-3", "BYMONTH: "),
    ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY: 1 to 31 and -31 to -1"),
    ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY: "),
    ("FREQ=MONTHLY;BYMONTHDAY=--1", "BYMONTHDAY: "),
    ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY: "),
    ("FREQ=YEARLY;BYYEARDAY=0", "BYYEARDAY: "),
    ("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO: "),
    ("FREQ=YEARLY;BYWEEKNO=0", "BYWEEKNO: "),
    ("FREQ=YEARLY;BYEASTER=251", "BYEASTER: -70 to 250"),
    ("FREQ=YEARLY;BYEASTER=-71", "BYEASTER: -70 to 250"),
    ("FREQ=WEEKLY;BYWEEKNO=20", "BYWEEKNO goes with YEARLY, not with WEEKLY"),
    ("FREQ=DAILY;BYHOUR=24", "BYHOUR: 0 to 23"),
    ("FREQ=DAILY;BYHOUR=-1", "BYHOUR: 0 to 23"),
    ("FREQ=DAILY;BYMINUTE=60", "BYMINUTE: 0 to 59"),
    ("FREQ=DAILY;BYSECOND=60", "no clock here shows a second 60"),
    ("FREQ=DAILY;BYSECOND=61", "BYSECOND: 0 to 59"),
    ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS: "),
    ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS: "),
    ("FREQ=WEEKLY;BYDAY=XX", "BYDAY: weekdays are MO"),
    ("FREQ=WEEKLY;BYDAY=MON", "BYDAY: weekdays are MO"),
    ("FREQ=WEEKLY;BYDAY=MO,,TU", "BYDAY: weekdays are MO"),
    ("FREQ=WEEKLY;BYDAY=MO(1)", "BYDAY: weekdays are MO"),
    ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY: weekdays are MO"),
    ("FREQ=MONTHLY;BYDAY=100MO", "BYDAY: weekdays are MO"),
    ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY: a month has no more than 5"),
    ("FREQ=YEARLY;BYMONTH=1;BYDAY=-6MO", "BYDAY: a month has no more than 5"),
    ("FREQ=YEARLY;BYDAY=54MO", "BYDAY: a year has no more than 53"),
    ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY: a weekday has a number with MONTHLY and YEARLY only"),
    ("FREQ=DAILY;BYDAY=-1FR", "BYDAY: a weekday has a number with MONTHLY and YEARLY only"),
    ("FREQ=WEEKLY;WKST=1", "WKST is one of MO"),
    ("FREQ=WEEKLY;WKST=MO,TU", "WKST is one of MO"),
    ("FREQ=D\u00c4ILY", "ASCII"),
    ("FREQ=DAILY;COUNT=\u0661", "ASCII"),
    ("FREQ=DAILY\x00", "FREQ is one of"),
    ("FREQ=DAILY;" * 200, "longer than 1,000 characters"),
    ("FREQ=DAILY;BYHOUR=" + "1," * 5_000_000, "longer than 1,000 characters"),
    ("RRULE:", "its parts read like"),
    ("RRULE:RRULE:FREQ=DAILY", "its parts read like"),
    ("RRULE;TZID=UTC:FREQ=DAILY", "RRULE takes no parameter TZID"),
    ("RRULE;X-DTSTART=soon:FREQ=DAILY", "X-DTSTART: "),
    ("BEGIN:VEVENT\nRRULE:FREQ=DAILY\nEND:VEVENT", "BEGIN is not taken"),
    ("DTSTART:20260106T000000", "neither an RRULE nor an RDATE"),
    ("DTSTART:20260106\nDTSTART:20260107\nRRULE:FREQ=DAILY", "DTSTART is given twice"),
    ("DTSTART:20260106,20260107\nRRULE:FREQ=DAILY", "DTSTART is one date"),
    ("DTSTART:\nRRULE:FREQ=DAILY", "DTSTART: "),
    ("DTSTART;TZID=Mars/Olympus:20260106T000000\nRRULE:FREQ=DAILY", "TZID: there is no such zone"),
    ("DTSTART;TZID=UTC;TZID=UTC:20260106T000000\nRRULE:FREQ=DAILY", "TZID is given twice"),
    ("DTSTART;VALUE=PERIOD:20260106T000000\nRRULE:FREQ=DAILY", "VALUE is DATE or DATE-TIME"),
    ("RRULE:FREQ=DAILY\nRDATE;FOO=1:20260106T000000", "RDATE takes no parameter FOO"),
    ("RRULE:FREQ=DAILY\nEXDATE:20260106T000000,", "EXDATE: "),
    ("EXDATE:20260106T000000", "neither an RRULE nor an RDATE"),
    ("RRULE=FREQ=DAILY", "its parts read like"),
    ("FREQ=DAILY:1", "a line reads like"),
]


def refused(error, rule, **parameters):
    with pytest.raises(error) as caught:
        RRuleTrigger(rule, **{"timezone": "UTC", **parameters})
    return caught.value


@pytest.mark.parametrize(("text", "words"), TEXTS, ids=[f"{text[:40]!r}" for text, _ in TEXTS])
def test_a_text_that_is_no_rule_is_refused_with_the_part_to_blame(text, words):
    error = refused(InvalidTriggerError, text, dtstart=START)
    assert error.field == "rule"
    assert words in error.reason
    assert len(error.value) <= 50


WRONG: list[tuple[Any, str]] = [
    (None, "rule must be"),
    (5, "rule must be"),
    (b"FREQ=DAILY", "rule must be"),
    ({"FREQ": "DAILY"}, "rule must be"),
    (date(2026, 1, 1), "rule must be"),
    (rrule, "rule must be"),
    ([b"RRULE:FREQ=DAILY"], "rule must be"),
    ([["RRULE:FREQ=DAILY"]], "rule must be"),
]


@pytest.mark.parametrize(("rule", "words"), WRONG, ids=repr)
def test_a_wrong_type_is_refused_as_one(rule, words):
    assert words in str(refused(TypeError, rule))


def handed(freq, **parts):
    """Return a rule of python-dateutil's, which checks little."""
    return rrule(freq, dtstart=START, **parts)


def a_set(**lists):
    recurrences = rruleset()
    for name, values in lists.items():
        getattr(recurrences, f"_{name}").extend(values)
    return recurrences


HANDED = [
    (lambda: handed(YEARLY, bymonth=13), "BYMONTH: 1 to 12"),
    (lambda: handed(MONTHLY, bymonthday=32), "BYMONTHDAY: "),
    (lambda: handed(YEARLY, byyearday=400), "BYYEARDAY: "),
    (lambda: handed(YEARLY, byweekno=99), "BYWEEKNO: "),
    (lambda: handed(YEARLY, byeaster=300), "BYEASTER: "),
    (lambda: handed(YEARLY, bymonth=(1.5,)), "BYMONTH is a whole number"),
    (lambda: handed(DAILY, interval=0), "INTERVAL with DAILY"),
    (lambda: handed(DAILY, interval=-1), "INTERVAL with DAILY"),
    (lambda: handed(DAILY, interval=1.5), "INTERVAL is a whole number"),
    (lambda: handed(DAILY, interval=10**30), "INTERVAL with DAILY"),
    (lambda: handed(DAILY, count=0), "COUNT is 1 or more"),
    (lambda: handed(DAILY, count=True), "COUNT is a whole number"),
    (lambda: handed(YEARLY, byyearday=range(5_000_000)), "a part lists up to 1,000 numbers"),
    (lambda: handed(DAILY, byhour=()), "BYHOUR is empty"),
    (lambda: handed(WEEKLY, bysecond=()), "BYSECOND is empty"),
    (lambda: handed(DAILY, until=START - timedelta(days=1)), "never fires"),
    (lambda: handed(-1), "FREQ is one of"),
    (rruleset, "the set is empty"),
    (lambda: a_set(exdate=[START]), "the set is empty"),
    (lambda: a_set(rrule=[rruleset()]), "a set is made of rules and dates"),
    (lambda: a_set(rrule=[5]), "a set is made of rules and dates"),
    (lambda: a_set(rdate=["20260101"]), "a date is needed here"),
    (lambda: a_set(rdate=[START] * 10_001), "up to 10,000 dates"),
    (lambda: a_set(rrule=[handed(DAILY)] * 101), "up to 100 rules"),
    (lambda: a_set(rdate=[START], exdate=[START]), "never fires"),
]


@pytest.mark.parametrize(("make", "words"), HANDED)
def test_an_object_that_python_dateutil_does_not_check_is_checked(make, words):
    error = refused(InvalidTriggerError, make())
    assert error.field == "rule"
    assert words in error.reason


LISTS: list[tuple[Any, str]] = [
    ([], "empty"),
    (["RRULE:FREQ=DAILY"] * 1_001, "more than 1,000 lines"),
    (["RRULE:FREQ=DAILY"] * 101, "up to 100 rules"),
    ([f"RDATE:{','.join(['20260106'] * 100)}"] * 101, "up to 10,000 dates"),
    (["RRULE:FREQ=DAILY;" + "X" * 10_000_000], "not longer than 1,000 characters"),
    (["RRULE:FREQ=DAILY\nRRULE:FREQ=DAILY"], "a line reads like"),
    (["RRULE:FREQ=D\u00c4ILY"], "ASCII"),
]


@pytest.mark.parametrize(("lines", "words"), LISTS, ids=[words for _, words in LISTS])
def test_lines_are_refused_like_a_text(lines, words):
    error = refused(InvalidTriggerError, lines)
    assert error.field == "rule"
    assert words in error.reason


@pytest.mark.parametrize(
    ("parameters", "error", "field"),
    [
        ({"dtstart": "soon"}, InvalidTriggerError, "dtstart"),
        ({"dtstart": 5}, TypeError, "dtstart"),
        ({"dtstart": "9" * 10_000_000}, InvalidTriggerError, "dtstart"),
        ({"timezone": "Mars/Olympus"}, InvalidTriggerError, "timezone"),
        ({"timezone": 5}, TypeError, "timezone"),
        ({"jitter": -1}, InvalidTriggerError, "jitter"),
        ({"jitter": "1"}, TypeError, "jitter"),
        ({"dst_policy": "both"}, InvalidTriggerError, "dst_policy"),
        ({"dst_policy": None}, TypeError, "dst_policy"),
    ],
)
def test_every_parameter_is_refused_by_its_name(parameters, error, field):
    assert str(refused(error, "FREQ=DAILY", **parameters)).startswith(field)


@pytest.mark.parametrize(
    ("rule", "parameters", "field"),
    [
        ("DTSTART:20260106T000000\nRRULE:FREQ=DAILY", {"dtstart": "2026-01-07"}, "dtstart"),
        (rrule(DAILY, dtstart=START), {"dtstart": "2026-01-07"}, "dtstart"),
        ("DTSTART;TZID=Europe/Berlin:20260106T000000\nRRULE:FREQ=DAILY", {"timezone": "UTC"}, "timezone"),
    ],
)
def test_what_contradicts_the_rule_is_refused(rule, parameters, field):
    assert refused(InvalidTriggerError, rule, **parameters).field == field


NEVER = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2,4,6,9,11;BYMONTHDAY=31",
    "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=12",
    "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=8",
    "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    "FREQ=DAILY;INTERVAL=21;BYDAY=MO,WE",
    "FREQ=DAILY;INTERVAL=7;BYDAY=MO;COUNT=5",
    "FREQ=WEEKLY;INTERVAL=20871;BYMONTH=7",
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;INTERVAL=100;BYYEARDAY=366",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
    "FREQ=HOURLY;INTERVAL=24;BYHOUR=3",
    "FREQ=HOURLY;INTERVAL=168;BYDAY=MO",
    "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=1",
    "FREQ=MINUTELY;INTERVAL=10080;BYDAY=MO",
    "FREQ=SECONDLY;INTERVAL=60;BYSECOND=30",
    "FREQ=SECONDLY;INTERVAL=2;BYSECOND=31",
    "FREQ=DAILY;BYSETPOS=2",
    "FREQ=HOURLY;BYMINUTE=1,2;BYSETPOS=3",
    "FREQ=MINUTELY;BYSETPOS=2",
    "FREQ=SECONDLY;BYSETPOS=-2",
    "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3",
    "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
    "FREQ=YEARLY;BYDAY=MO;BYSETPOS=54",
    "FREQ=YEARLY;BYEASTER=0;BYMONTH=1",
    "FREQ=YEARLY;BYEASTER=0;BYDAY=MO",
    "RRULE:FREQ=DAILY\nEXRULE:FREQ=DAILY",
    "RRULE:FREQ=SECONDLY\nEXRULE:FREQ=SECONDLY",
    "RRULE:FREQ=MINUTELY;INTERVAL=7\nEXRULE:FREQ=SECONDLY",
    "RRULE:FREQ=WEEKLY;COUNT=2\nEXDATE:20260106T000000,20260113T000000",
]


@pytest.mark.parametrize("rule", NEVER)
def test_what_can_never_fire_is_refused(rule):
    assert "never fire" in refused(InvalidTriggerError, rule, dtstart=START).reason


def test_without_a_start_it_is_refused_if_no_start_could_help_and_else_when_one_is_fixed():
    assert "never fire" in refused(InvalidTriggerError, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30").reason
    trigger = RRuleTrigger("FREQ=DAILY;INTERVAL=7;BYDAY=MO", timezone="UTC")
    with pytest.raises(InvalidTriggerError, match="never fire"):
        trigger.anchored(START.replace(tzinfo=UTC))
    assert trigger.anchored(datetime(2026, 1, 5, tzinfo=UTC)).next(2, after=datetime(2026, 1, 6, tzinfo=UTC)) == [
        datetime(2026, 1, 12, tzinfo=UTC),
        datetime(2026, 1, 19, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", [(2044, 2, 29), (2072, 2, 29), (2112, 2, 29)]),
        ("FREQ=YEARLY;INTERVAL=100", [(2026, 1, 6), (2126, 1, 6), (2226, 1, 6)]),
        ("FREQ=YEARLY;INTERVAL=4000", [(2026, 1, 6), (6026, 1, 6)]),
        ("FREQ=DAILY;INTERVAL=100000", [(2026, 1, 6), (2299, 10, 22), (2573, 8, 6)]),
        ("FREQ=WEEKLY;INTERVAL=100000", [(2026, 1, 6), (3942, 7, 21), (5859, 2, 1)]),
        ("FREQ=YEARLY;BYEASTER=0;BYMONTH=3;BYMONTHDAY=22", [(2285, 3, 22), (2353, 3, 22), (2437, 3, 22)]),
        ("FREQ=YEARLY;BYEASTER=0;BYYEARDAY=82;BYMONTHDAY=22", [(2972, 3, 22), (3496, 3, 22), (3564, 3, 22)]),
        ("FREQ=MONTHLY;BYMONTH=2;BYDAY=SU;BYSETPOS=5", [(2032, 2, 29), (2060, 2, 29), (2088, 2, 29)]),
        ("FREQ=SECONDLY;INTERVAL=86399;BYHOUR=0;BYMINUTE=0;BYSECOND=1", [(2262, 7, 26, 0, 0, 1)]),
    ],
)
def test_what_fires_seldom_is_found(rule, expected):
    found = RRuleTrigger(rule, START, "UTC").next(3, after=START.replace(tzinfo=UTC) - timedelta(days=1))
    assert found[: len(expected)] == [datetime(*parts, tzinfo=UTC) for parts in expected]  # type: ignore[misc]
    for earlier, later in pairwise(expected):
        trigger = RRuleTrigger(rule, START, "UTC")
        at_last = trigger.last_fire_time_until(datetime(*later, tzinfo=UTC) - timedelta(seconds=1))  # type: ignore[misc]
        assert at_last == datetime(*earlier, tzinfo=UTC)  # type: ignore[misc]


WORDS = st.sampled_from(
    [
        *("FREQ=", "DAILY", "MONTHLY", "WEEKLY", ";", "=", ",", ":", "\n", "\r\n ", "-", "+", "1", "0", "53", "9" * 19),
        *("BYDAY=", "MO", "-1FR", "BYHOUR=", "BYSETPOS=", "BYMONTHDAY=", "INTERVAL=", "COUNT=", "UNTIL=", "20260106"),
        *("RRULE:", "EXRULE:", "RDATE:", "EXDATE", ";TZID=", '"', "Europe/Berlin", "DTSTART:", "T000000Z"),
    ]
)


@settings(max_examples=300)
@given(st.one_of(st.lists(WORDS, max_size=12).map("".join), st.text(max_size=60)))
def test_any_text_is_taken_or_refused(text):
    for dtstart in (None, START):
        try:
            trigger = RRuleTrigger(text, dtstart, "UTC")
        except InvalidTriggerError as error:
            if error.field not in ("rule", "dtstart", "timezone"):
                raise
        else:
            assert eval(repr(trigger)) == trigger
            trigger.next(2, after=START.replace(tzinfo=UTC))


OBJECT_PARTS = st.fixed_dictionaries(
    {"freq": st.sampled_from([YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, SECONDLY])},
    optional={
        name: st.one_of(st.integers(-70, 70), st.lists(st.integers(-70, 70), max_size=3))
        for name in ("bymonth", "bymonthday", "byyearday", "byweekno", "byhour", "byminute", "bysecond", "byeaster")
    }
    | {"interval": st.integers(-2, 50), "count": st.integers(-2, 50), "wkst": st.integers(-9, 9)},
)


@settings(max_examples=150)
@given(OBJECT_PARTS)
def test_any_object_is_taken_or_refused(parts):
    try:
        recurrence = rrule(dtstart=START, **parts)
    except ValueError:  # it checks some of it itself
        return
    try:
        trigger = RRuleTrigger(recurrence, timezone="UTC")
    except InvalidTriggerError as error:
        if error.field != "rule":
            raise
    else:
        assert eval(repr(trigger)) == trigger
