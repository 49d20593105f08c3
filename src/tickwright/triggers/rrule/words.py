"""Words: a recurrence in plain English, where that says no more and no less than the rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from tickwright.triggers.english import WHEN_ADDED, a_list, between, counted, sentence, time_text
from tickwright.triggers.rrule.dates import datetime_of
from tickwright.triggers.rrule.recurrence import Recurrence
from tickwright.triggers.rrule.rule_words import MOST_LISTED, rule_text

__all__ = ["described"]


def described(recurrence: Recurrence, start: int | None, zone: tzinfo, changes: str) -> str:
    """Return the description; `start` is the wall at which the rules start, if anything has fixed it.

    `changes` says what becomes of it when clocks change.
    """
    dates = recurrence.dates + recurrence.left_out_dates
    said = None
    if len(recurrence.rules) == 1 and not recurrence.left_out_rules and len(dates) <= MOST_LISTED:
        said = rule_text(recurrence.rules[0], start)
    if not (recurrence.rules or recurrence.left_out_rules) and len(dates) <= MOST_LISTED:
        left = [wall for wall in recurrence.dates if wall not in recurrence.left_out_dates]
        return sentence(f"on {_moments(left)}", zone, changes=changes)
    unless_fixed = WHEN_ADDED if recurrence.needs_start else None
    since = unless_fixed if start is None else _moment(start)
    if said is None:
        summary = recurrence.summary
        named = f"by {'the rule ' if '=' in summary else ''}{summary}"
        return sentence(named, zone, between(since, None), changes=changes)
    rule = recurrence.rules[0]
    span = between(since, None if rule.until is None else _moment(rule.until))
    if rule.count is not None:
        span += f", {counted(rule.count, 'time')}"
    if recurrence.dates:
        span += f", and on {_moments(recurrence.dates)}"
    if recurrence.left_out_dates:
        span += f", but not on {_moments(recurrence.left_out_dates)}"
    return sentence(said.text, zone, span, said.left_out, changes)


def _moments(walls: Sequence[int]) -> str:
    return a_list([_moment(wall) for wall in walls])


def _moment(wall: int) -> str:
    moment = datetime_of(wall)
    return f"{moment.date()} {time_text(moment.time())}"
