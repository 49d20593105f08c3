"""A plain walk over the minutes of a zone: what cron triggers must answer, worked out slowly and on its own.

Nothing here is shared with the triggers. An expression is made as text and as sets of values side by side, and
the rules of daylight saving are applied word for word, to every minute in turn.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

MINUTE = timedelta(minutes=1)
POLICIES = ("cron", "wall_clock", "skip", "shift")
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


@dataclass
class Written:
    """A crontab text, and what it says."""

    text: str
    minutes: set[int]
    hours: set[int]
    matches_date: Callable[[date], bool]
    is_wildcard: bool

    def matches(self, wall: datetime) -> bool:
        """Whether the wall clock matches."""
        return wall.minute in self.minutes and wall.hour in self.hours and self.matches_date(wall.date())


def walk(written, zone, begin, end, policy):
    """Return the fire times with begin <= fire time < end; both, and all offsets, are whole minutes."""
    # From three days before on, so that what a transition does later on is seen.
    minutes = []
    moment = begin - timedelta(days=3)
    while moment < end:
        minutes.append((moment, moment.astimezone(zone).utcoffset()))
        moment += MINUTE
    transitions = [(moment, before, after) for (_, before), (moment, after) in pairwise(minutes) if before != after]
    fires = set()
    for moment, offset in minutes:
        if written.matches(naive(moment + offset)) and not is_silent(moment, transitions, policy, written):
            fires.add(moment)
    for moment, before, after in transitions:
        gap = after - before
        lost = [naive(moment + before) + count * MINUTE for count in range(gap // MINUTE)]
        matches = [wall for wall in lost if written.matches(wall)]
        if policy == "cron" and not written.is_wildcard and gap < timedelta(hours=3) and matches:
            fires.add(moment)
        if policy == "shift":
            fires.update(wall.replace(tzinfo=UTC) - before for wall in matches)
    return sorted(moment for moment in fires if begin <= moment < end)


def is_silent(moment, transitions, policy, written):
    """Whether the moment lies in a second pass in which nothing fires."""
    for transition, before, after in transitions:
        fold = before - after
        if transition <= moment < transition + fold:
            if policy in ("skip", "shift"):
                return True
            if policy == "cron" and not written.is_wildcard and fold <= timedelta(hours=3):
                return True
    return False


def naive(moment):
    return moment.replace(tzinfo=None)


def random_crontab(random):
    """Return a five-field expression that often fires around a transition, as text and as meaning."""
    minute, minutes = random_field(random, 0, 59)
    hour, hours = random_field(random, 0, 23, often=range(5))
    month, months = random_field(random, 1, 12, MONTHS, stars=8)
    day, matches_day = random_day(random)
    weekday, matches_weekday = random_weekday(random)
    if day[0] in "*?" or weekday[0] in "*?":
        matches = lambda at: at.month in months and matches_day(at) and matches_weekday(at)  # noqa: E731
    else:
        matches = lambda at: at.month in months and (matches_day(at) or matches_weekday(at))  # noqa: E731
    text = f"{minute} {hour} {day} {month} {weekday}"
    return Written(text, minutes, hours, matches, minute[0] == "*" or hour[0] == "*")


def random_field(random, low, high, names=(), often=(), stars=3):
    """Return a comma list and its values."""
    if random.randrange(10) < stars:
        return "*", set(range(low, high + 1))
    texts, values = [], set()
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        first = random.choice(often) if often and random.random() < 0.7 else random.randint(low, high)
        last = random.randint(first, high)
        step = random.randint(1, high - low + 3)
        shown = names[first - low] if names and random.random() < 0.5 else first
        text, chosen = random.choice(
            (
                (f"{shown}", [first]),
                (f"{shown}", [first]),
                (f"{shown}-{last}", range(first, last + 1)),
                (f"{first}-{last}/{step}", range(first, last + 1, step)),
                (f"{shown}/{step}", range(first, high + 1, step)),
                (f"*/{step}", range(low, high + 1, step)),
            )
        )
        texts.append(text)
        values.update(chosen)
    return ",".join(texts), values


def random_day(random):
    n = random.randint(1, 31)
    kind = random.randrange(12)
    if kind < 5:
        return "*", lambda at: True
    if kind == 5:
        return "L", lambda at: at.day == length(at)
    if kind == 6:
        return "LW", lambda at: at.day == max(d for d in workdays(at))
    if kind == 7:
        return f"{n}W", lambda at: at.day == nearest_workday(at, n)
    if kind == 8:
        return f"{n},L", lambda at: at.day in (n, length(at))
    text, days = random_field(random, 1, 31, stars=0)
    return text, lambda at: at.day in days


def random_weekday(random):
    n, k = random.randint(0, 7), random.randint(1, 5)
    name = random.choice((str(n), WEEKDAYS[n % 7], WEEKDAYS[n % 7].lower()))
    kind = random.randrange(12)
    if kind < 6:
        return random.choice("**?"), lambda at: True
    if kind == 6:
        return f"{name}#{k}", lambda at: is_weekday(at, {n}) and (at.day - 1) // 7 == k - 1
    if kind == 7:
        return f"{name}L", lambda at: is_weekday(at, {n}) and at.day + 7 > length(at)
    text, weekdays = random_field(random, 0, 7, stars=0)
    return text, lambda at: is_weekday(at, weekdays)


def is_weekday(at, crontab_weekdays):
    return at.isoweekday() % 7 in {weekday % 7 for weekday in crontab_weekdays}


def length(at):
    return monthrange(at.year, at.month)[1]


def workdays(at):
    days = range(1, length(at) + 1)
    return [day for day in days if at.replace(day=day).weekday() < 5]


def nearest_workday(at, day):
    """The working day nearest to `day`, none if the month has no such day; no two are equally near."""
    return min(workdays(at), key=lambda other: abs(other - day)) if day <= length(at) else None
