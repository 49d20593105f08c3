"""The walk: what a cron trigger must answer, worked out from the rules word for word, slowly and on its own.

Nothing here is shared with the triggers. All in whole seconds: instants since the epoch in UTC, walls since
1970-01-01 00:00 on the zone's own clock.
"""

from __future__ import annotations

from tests.triggers.proof.clocks import DAY, HOUR, Change, Clock
from tests.triggers.proof.expression import Expression

__all__ = ["POLICIES", "walk"]

POLICIES = ("cron", "wall_clock", "skip", "shift")
LONGEST_AFTERMATH = 3 * DAY
"""A second pass, or fires that a gap moved, can last that long after the change: two days, and one to spare."""


def walk(expression: Expression, clock: Clock, begin: int, end: int, policy: str) -> list[int]:
    """Return the fire times with begin <= fire time < end."""
    changes = clock.changes_between(begin - LONGEST_AFTERMATH, end)
    fires = set()
    for since, until, offset in clock.stretches(begin, end):
        for wall in expression.walls(since + offset, until + offset):
            instant = wall - offset
            if not any(_is_silent(instant, change, policy, expression) for change in changes):
                fires.add(instant)
    for change in changes:
        left_out = expression.walls(change.instant + change.before, change.instant + change.after)
        if left_out:
            fires.update(_made_up(left_out, change, policy, expression))
    return sorted(instant for instant in fires if begin <= instant < end)


def _is_silent(instant: int, change: Change, policy: str, expression: Expression) -> bool:
    """Whether the instant lies in a second pass in which nothing fires."""
    fold = -change.size
    if not change.instant <= instant < change.instant + fold:
        return False
    match policy:
        case "wall_clock":
            return False
        case "skip" | "shift":
            return True
        case _:
            return not expression.is_wildcard and fold <= 3 * HOUR


def _made_up(left_out: list[int], change: Change, policy: str, expression: Expression) -> list[int]:
    """Return the fire times that stand for matching walls which the clock left out."""
    if policy == "shift":
        return [wall - change.before for wall in left_out]
    if policy == "cron" and not expression.is_wildcard and change.size < 3 * HOUR:
        return [change.instant]
    return []
