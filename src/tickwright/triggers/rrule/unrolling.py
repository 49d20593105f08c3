"""Unrolling: a recurrence and the wall at which it starts, made into the pattern of all its walls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from tickwright.errors import InvalidTriggerError
from tickwright.triggers.cron.years import year_of
from tickwright.triggers.rrule.calendar import year_days
from tickwright.triggers.rrule.chosen import ChosenPattern
from tickwright.triggers.rrule.cycle import Cycle, EveryDay, MonthCycle, YearCycle, cycle_of_days
from tickwright.triggers.rrule.dates import LAST_WALL, WALL_EPOCH
from tickwright.triggers.rrule.hands import hands_of
from tickwright.triggers.rrule.pattern import DayPattern, TooFarError
from tickwright.triggers.rrule.plain import DailyPattern, UnitPattern
from tickwright.triggers.rrule.recurrence import Recurrence
from tickwright.triggers.rrule.rule import Freq, Rule
from tickwright.triggers.rrule.sets import SetPattern
from tickwright.triggers.rrule.single import SinglePattern
from tickwright.triggers.rrule.times import DAY
from tickwright.triggers.rrule.units import Units

__all__ = ["Unrolled", "can_fire_from_some_start", "refuse_if_never", "unrolled"]

MOST_YEARS_COUNTED = 10_000
"""Years of the quickest kind that are looked through for all rules with a COUNT together: enough for any one."""
UNITS_A_DAY = {Freq.HOURLY: 24, Freq.MINUTELY: 1_440, Freq.SECONDLY: 86_400}


class Unrolled(NamedTuple):
    """The pattern, and where those of its rules end that have a COUNT, in the order of the rules."""

    pattern: DayPattern
    ends: tuple[int, ...]


def unrolled(recurrence: Recurrence, start: int | None, ends: Sequence[int] = ()) -> Unrolled:
    """Return the pattern; `start` is needed by rules without one of their own.

    To find the end of a rule with a COUNT its walls are counted, year by year. Who has the ends from an earlier time
    gives them. One that would take long to find is refused.
    """
    counted = [*recurrence.rules, *recurrence.left_out_rules]
    if ends and len(ends) != sum(rule.count is not None for rule in counted):
        raise InvalidTriggerError("ends", ends, "an end is stored for each rule with a COUNT")
    known = list(ends)
    found: list[int] = []
    patience = MOST_YEARS_COUNTED

    def pattern_of(rule: Rule) -> SinglePattern:
        first = start if rule.start is None else rule.start
        if first is None:
            raise ValueError(f"{rule.text} has no start")
        pattern = rule_pattern(rule, first)
        if rule.count is not None:
            pattern.last = known.pop(0) if known else end_of(rule, pattern)
            found.append(pattern.last)
        return pattern

    def end_of(rule: Rule, pattern: SinglePattern) -> int:
        nonlocal patience
        try:
            end = pattern.nth(rule.count or 0, patience // pattern.COST_OF_YEAR)
        except TooFarError:
            reason = "COUNT: so many are too far away to be counted off; leave it out, or give the end as UNTIL"
            raise InvalidTriggerError("rule", rule.text, reason) from None
        last = LAST_WALL if end is None else end
        patience -= (year_of(last // DAY) - year_of(pattern.first // DAY)) * pattern.COST_OF_YEAR
        return last

    rules = [pattern_of(rule) for rule in recurrence.rules]
    if recurrence.is_one_rule:
        return Unrolled(rules[0], tuple(found))
    left_out = [pattern_of(rule) for rule in recurrence.left_out_rules]
    return Unrolled(SetPattern(rules, recurrence.dates, left_out, recurrence.left_out_dates), tuple(found))


def refuse_if_never(recurrence: Recurrence, pattern: DayPattern) -> None:
    """Raise `InvalidTriggerError` if the pattern matches no wall.

    The days of 400 years tell whether a rule can ever fire; only if they leave it open its first wall is
    searched for.
    """
    if not pattern.is_possible():
        reason = "it can never fire: no day of the calendar, and no interval from its start, matches all its parts"
    elif pattern.first_from(pattern.first) is None:
        reason = "it never fires: nothing is left of it between its start and its end"
    else:
        return
    raise InvalidTriggerError("rule", recurrence.summary, reason)


def can_fire_from_some_start(recurrence: Recurrence) -> bool:
    """Whether there is a day that any of the rules chooses, wherever they will start."""
    rules = recurrence.rules
    return bool(recurrence.dates) or any(not rule.names_days or year_days(rule, 0).is_possible() for rule in rules)


def rule_pattern(rule: Rule, start: int) -> SinglePattern:
    """Return the pattern of a rule that starts at this wall, without regard to its COUNT."""
    last = LAST_WALL if rule.until is None else rule.until
    day, time = divmod(start, DAY)
    days, hands = year_days(rule, day), hands_of(rule, time)
    if rule.freq in UNITS_A_DAY:
        a_day = UNITS_A_DAY[rule.freq]
        units = Units(a_day, rule.interval, start // (DAY // a_day))
        if rule.interval == 1 and not rule.positions:
            return DailyPattern(start, last, days, EveryDay(), hands, None)
        bits = hands.chosen(rule.freq, rule.positions) if rule.positions else hands.bits
        if units.is_same_every_day:
            return DailyPattern(start, last, days, EveryDay(), hands, bits & units.times_on(0))
        per_unit = bits.bit_count() // hands.units(rule.freq).bit_count()
        cycle = units.cycle(hands.units(rule.freq))
        return UnitPattern(start, last, days, cycle, units, bits, per_unit)
    cycle = _cycle(rule, day)
    if not rule.positions:
        return DailyPattern(start, last, days, cycle, hands, None)
    if rule.freq is Freq.DAILY:
        return DailyPattern(start, last, days, cycle, hands, hands.chosen(rule.freq, rule.positions))
    return ChosenPattern(start, last, days, cycle, hands, rule.freq, rule.positions)


def _cycle(rule: Rule, day: int) -> Cycle:
    """Return the days on which a rule of days or longer falls, by its INTERVAL from this day on."""
    step = rule.interval
    if step == 1:
        return EveryDay()
    if rule.freq is Freq.DAILY:
        return cycle_of_days(step, [day])
    if rule.freq is Freq.WEEKLY:
        week = day - (day + 3 - rule.week_start) % 7  # 1970-01-01 was a Thursday
        return cycle_of_days(7 * step, range(week, week + 7))
    first = WALL_EPOCH + timedelta(days=day)
    if rule.freq is Freq.MONTHLY:
        return MonthCycle(step, 12 * first.year + first.month - 1)
    return YearCycle(step, first.year)
