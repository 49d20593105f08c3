"""Cases: random expressions over every change of a zone's clock and over long spans, each replayed from its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from tests.triggers.proof.checks import EPOCH, Check
from tests.triggers.proof.clocks import DAY, Change, Clock, clock_of
from tests.triggers.proof.expression import Expression, date_of
from tests.triggers.proof.random_expressions import random_expression
from tests.triggers.proof.walk import POLICIES
from tickwright.errors import InvalidTriggerError

__all__ = ["Books", "case_names", "clock_of_case", "run_case"]

MOST_FIRES = 300
"""About as many fire times are expected of a case at most: a schedule of every second gets a short stretch."""
LONGEST_SPAN = 4 * 366
"""Days."""
GREGORIAN_CYCLE = 400 * 365 + 97


@dataclass
class Books:
    """What was done, and what differed."""

    cases: int = 0
    fire_times: int = 0
    refused: int = 0
    telling: int = 0
    """Expressions about which not all policies say the same, in this zone at this time."""
    expressions: set[str] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Books) -> None:
        """Take over what another has counted."""
        self.cases += other.cases
        self.fire_times += other.fire_times
        self.refused += other.refused
        self.telling += other.telling
        self.expressions |= other.expressions
        self.differences += other.differences


def case_names(clock: Clock, seed: int, per_change: int, spans: int) -> Iterator[str]:
    """Return the names of the cases of a zone: `per_change` for each change of its clock, and some `spans`."""
    first, last = clock.years
    for change in clock.changes:
        for number in range(per_change):
            yield f"{seed}:{first}-{last}:{clock.zone}:{change.instant}:{number}"
    for number in range(spans):
        yield f"{seed}:{first}-{last}:{clock.zone}:span:{number}"


def clock_of_case(name: str) -> Clock:
    """Return the clock that a case of this name is about."""
    _, years, zone, _, _ = name.split(":")
    first, last = years.split("-")
    return clock_of(zone, int(first), int(last))


def run_case(name: str, clock: Clock, books: Books) -> None:
    """Hold one random expression against the walk, under all policies."""
    random = Random(name)
    place = name.split(":")[3]
    if place == "span":
        expression, begin, end = _over_a_span(random, clock)
    else:
        (change,) = clock.changes_between(int(place), int(place) + 1)
        expression, begin, end = _around_a_change(random, change, clock)
    books.expressions.add(repr(expression.written))
    answers = set()
    for policy in POLICIES:
        books.cases += 1
        try:
            check = Check(expression, clock, begin, end, policy, random)
            found = list(check)
        except InvalidTriggerError as refusal:
            books.refused += 1
            found = [] if "never fire" in refusal.reason and _never_matches(expression) else [f"refused: {refusal}"]
        except Exception as error:  # whatever a trigger raises is a finding, and the next case is tried
            found = [f"raised {error!r}"]
        else:
            books.fire_times += len(check.expected)
            answers.add(tuple(check.expected))
        code = expression.code(clock.zone, policy)
        books.differences += [f"{name} {code} from {_at(begin)} to {_at(end)}: {what}" for what in found]
    books.telling += len(answers) > 1


def _around_a_change(random: Random, change: Change, clock: Clock) -> tuple[Expression, int, int]:
    near = _at(change.instant + random.choice((change.before, change.after)))
    expression = random_expression(random, near)
    size = abs(change.size)
    begin, end = change.instant - size - random.randrange(DAY), change.instant + size + random.randrange(2 * DAY)
    longest = max(600, MOST_FIRES * DAY // expression.per_day)
    if end - begin > longest:
        begin = max(begin, random.randrange(change.instant - size, change.instant + size) - random.randrange(longest))
        end = min(end, begin + longest)
    return expression, max(begin, clock.begin), min(end, clock.end)


def _over_a_span(random: Random, clock: Clock) -> tuple[Expression, int, int]:
    begin = random.randrange(clock.begin, clock.end - LONGEST_SPAN * DAY)
    near = _at(begin + random.randrange(365 * DAY))
    expression = random_expression(random, near)
    # Day by day: what is silent this year may fire every second of the next.
    days, fires = 0, 0
    while days < LONGEST_SPAN and fires < MOST_FIRES:
        days += 1
        fires += expression.per_day * expression.matches_date(date_of(begin // DAY + days))
    on_last_day = DAY * MOST_FIRES // max(expression.per_day, MOST_FIRES)
    return expression, begin, begin + (days - 1) * DAY + max(600, on_last_day)


def _never_matches(expression: Expression) -> bool:
    return not any(map(expression.matches_date, _dates_of_a_cycle()))


@cache
def _dates_of_a_cycle() -> tuple[date, ...]:
    """Return the dates of 400 years, after which the calendar repeats itself."""
    return tuple(date(1970, 1, 1) + timedelta(days=day) for day in range(GREGORIAN_CYCLE))


def _at(second: int) -> datetime:
    return (EPOCH + timedelta(seconds=second)).replace(tzinfo=None)
