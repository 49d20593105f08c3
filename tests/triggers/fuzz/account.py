"""The account: whether an attempt was refused properly, or made a trigger that keeps what all triggers promise."""

from __future__ import annotations

import pickle
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from time import process_time
from typing import Any

from tests.triggers.fuzz.ingredients import Attempt
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.base import Trigger
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.combining import AndTrigger, OrTrigger
from tickwright.triggers.composed import ComposedTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.exclude import ExcludeTrigger
from tickwright.triggers.interval import IntervalTrigger
from tickwright.triggers.rrule import RRuleTrigger
from tickwright.zones import zone_name

__all__ = ["call_to_account"]

MOMENT = timedelta(microseconds=1)
QUICK = 0.01
SEARCHED_SET = 0.25
"""A set of rules of which nothing is left is known by a look at each of the years that there are."""
ANSWERED, SEARCHED = 1, 4
"""Seconds for all questions together; what is made of others may search as far as its bound for each of them."""
LONGEST_COUNT = timedelta(days=500 * 365)
"""Counting looks at every change of the clock on its way: the first time, half a millisecond a year."""
NAMES = {
    kind.__name__: kind
    for kind in (
        AndTrigger,
        CalendarIntervalTrigger,
        CronTrigger,
        DateTrigger,
        ExcludeTrigger,
        IntervalTrigger,
        OrTrigger,
        RRuleTrigger,
    )
}


def call_to_account(attempt: Attempt, random: Random, *, is_timed: bool = False) -> str:
    """Make the attempt, and return what became of it; whatever is raised is a finding.

    With `is_timed`, being slow is one too. Not in the tests that run everywhere: what measures coverage is slow itself.
    """
    took, trigger = _timed(attempt)
    if isinstance(trigger, Exception):
        _account_for_refusal(trigger)
        if not is_timed:
            return type(trigger).__name__
        # A busy machine does not make a trigger slow: ask again before complaining.
        limit = SEARCHED_SET if attempt.name in ("lines", "dateutil") else QUICK
        assert min(took, *(_timed(attempt)[0] for _ in range(5 if took > limit else 1))) < limit, f"took {took:.3f} s"
        return type(trigger).__name__
    _account_for_value(trigger)
    with suppress(InvalidTriggerError):  # the calendar may end before the first fire time
        took = _account_for_answers(trigger.anchored(_instant(random)), random)
        limit = SEARCHED if isinstance(trigger, ComposedTrigger) else ANSWERED
        assert not is_timed or took < limit, f"took {took:.3f} s to answer"
    return "made"


def _timed(attempt: Attempt) -> tuple[float, Trigger | Exception]:
    began = process_time()
    made: Trigger | Exception
    try:
        made = attempt.make(**attempt.arguments)
    except (InvalidTriggerError, TypeError) as refusal:
        made = refusal
    return process_time() - began, made


def _account_for_refusal(refusal: Exception) -> None:
    assert len(str(refusal)) < 500
    if isinstance(refusal, InvalidTriggerError):
        assert refusal.field
        assert refusal.reason
        assert len(refusal.value) <= 50


def _account_for_value(trigger: Trigger) -> None:
    assert str(trigger)
    assert trigger.describe()
    if _has_named_zones(trigger):
        for again in (eval(repr(trigger), dict(NAMES)), pickle.loads(pickle.dumps(trigger))):
            assert again == trigger, repr(trigger)
            assert hash(again) == hash(trigger), repr(trigger)
            assert repr(again) == repr(trigger)


def _has_named_zones(trigger: Any) -> bool:
    """Whether it can be written down: a zone of a user's own has no name to write."""
    if isinstance(trigger, ExcludeTrigger):
        return isinstance(zone_name(trigger.timezone), str) and _has_named_zones(trigger.trigger)
    if isinstance(trigger, (AndTrigger, OrTrigger)):
        return all(_has_named_zones(member) for member in trigger.triggers)
    return isinstance(zone_name(trigger.timezone), str)


def _account_for_answers(trigger: Trigger, random: Random) -> float:
    """Return how many seconds all questions took together."""
    began = process_time()
    now = _instant(random)
    first = trigger.get_next_fire_time(None, now)
    last = trigger.last_fire_time_until(now)
    assert last is None or last <= now
    if first is None:
        return process_time() - began
    assert first >= now
    assert first.tzinfo is UTC
    assert (last == now) == (first == now)
    fires = [first]
    while len(fires) < 5 and (following := trigger.get_next_fire_time(fires[-1], now)) is not None:
        assert following > fires[-1]
        fires.append(following)
    for number, fire_time in enumerate(fires):
        assert trigger.last_fire_time_until(fire_time) == fire_time
        assert trigger.get_next_fire_time(None, fire_time) == fire_time
        if fire_time - first < LONGEST_COUNT:
            assert trigger.count_fire_times(first, fire_time) == number
        if number:
            assert trigger.last_fire_time_until(fire_time - MOMENT) == fires[number - 1]
    if _has_named_zones(trigger):
        assert pickle.loads(pickle.dumps(trigger)).get_next_fire_time(None, now) == first
    return process_time() - began


def _instant(random: Random) -> datetime:
    """Return an instant near today, or anywhere, or at an end of the calendar."""
    kind = random.randrange(10)
    if kind == 0:
        return random.choice((datetime.min, datetime.max)).replace(tzinfo=UTC)
    days = 3_652_058 if kind < 4 else 20_000
    begin = datetime.min if kind < 4 else datetime(1990, 1, 1)
    return (begin + timedelta(random.randrange(days), random.randrange(86_400), random.randrange(2))).replace(
        tzinfo=UTC
    )
