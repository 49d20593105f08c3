"""Whatever is handed to a trigger is refused at once and by name, or taken for a reason."""

import re
import sys

import pytest

from tests.triggers.hostile import calendarintervals, combined, crontabs, intervals, keywords, rrules, stored
from tests.triggers.hostile.entries import Large
from tests.triggers.hostile.settings import settings_of
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger
from tickwright.triggers.rrule import RRuleTrigger

ENTRIES = [
    *crontabs.ENTRIES,
    *keywords.ENTRIES,
    *intervals.ENTRIES,
    *stored.ENTRIES,
    *calendarintervals.ENTRIES,
    *settings_of("cron", CronTrigger, {"hour": 3}, ("start_date", "end_date"), ("timezone", "jitter", "dst_policy")),
    *settings_of(
        "crontab",
        CronTrigger.from_crontab,
        {"expr": "0 3 * * *"},
        ("start_date", "end_date"),
        ("timezone", "jitter", "dst_policy"),
    ),
    *settings_of("interval", IntervalTrigger, {"seconds": 5}, ("start_date", "end_date"), ("timezone", "jitter")),
    *settings_of("date", DateTrigger, {}, ("run_date",), ("timezone",)),
    *settings_of(
        "calendarinterval",
        CalendarIntervalTrigger,
        {"days": 1},
        ("start_date", "end_date"),
        ("timezone", "jitter", "dst_policy"),
    ),
    *combined.ENTRIES,
    *rrules.ENTRIES,
    *settings_of("rrule", RRuleTrigger, {"rule": "FREQ=DAILY"}, ("dtstart",), ("timezone", "jitter", "dst_policy")),
]
MOST_STEPS = 250_000
"""Calls and returns, of Python and of C, that an answer may take: some hundredths of a second. The large inputs have
more parts than this, so that one step for each of them is already too much."""
LONGEST_MESSAGE = 300
# What Python says to programmers, and what Python 2 said of unlucky formatting.
NOT_FOR_PEOPLE = re.compile(
    r"invalid literal|could not convert|unsupported operand|object has no|has no attribute|NoneType|not subscriptable"
    r"|Invalid isoformat|unhashable|Traceback|descriptor|too many values|not enough values|string index"
)


def told(entry):
    """Return the error, which may be none, and how many steps it took."""
    given = entry.given.made() if isinstance(entry.given, Large) else entry.given
    steps = 0

    def count(*_):
        nonlocal steps
        steps += 1

    error = None
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        entry.call(given)
    except Exception as caught:  # what should have been refused: the test tells it from a refusal
        error = caught
    finally:
        sys.setprofile(before)
    return error, steps


def complaints(entry):
    """Return what is wrong about the answer."""
    error, steps = told(entry)
    message = "" if error is None else str(error)
    if steps > MOST_STEPS:
        yield f"it took {steps} steps"
    if entry.why:
        if error is not None:
            yield f"it should be taken, for {entry.why}"
        return
    if error is None:
        yield "it was taken"
    elif type(error) not in (InvalidTriggerError, TypeError):
        yield f"it raised {type(error).__name__}"
        return
    elif isinstance(error, InvalidTriggerError):
        if error.field.partition("[")[0] != entry.field:  # of a list, the place is named too
            yield f"{entry.field} is to blame"
        if len(error.value) > 50 or len(error.reason.split()) < 2:
            yield "it shows too much, or tells too little"
    elif not re.search(rf"\b{entry.field}\b", message):
        yield f"{entry.field} is to blame"
    if len(message) > LONGEST_MESSAGE or NOT_FOR_PEOPLE.search(message):
        yield "this is no message for people"


def test_there_are_enough_of_them():
    assert len(ENTRIES) > 300
    assert len({(entry.way, entry.shown) for entry in ENTRIES if not entry.why}) > 300


@pytest.mark.parametrize("way", list(dict.fromkeys(entry.way for entry in ENTRIES)))
def test_it_is_refused_at_once_and_by_name_or_taken_for_a_reason(way):
    found = [
        f"{entry.shown}: {complaint}; {told(entry)[0]}"
        for entry in ENTRIES
        if entry.way == way
        for complaint in complaints(entry)
    ]
    assert not found, "\n" + "\n".join(line[:400] for line in found)
