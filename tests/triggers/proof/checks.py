"""The checks: everything that a cron trigger answers about a stretch of time, held against the walk."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.triggers.proof.clocks import DAY, Clock, second_of
from tests.triggers.proof.expression import Expression, date_of
from tests.triggers.proof.walk import walk

__all__ = ["Check"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
STARTS = 5


class Check:
    """One expression under one policy, over begin <= instant < end; iterate over it for what differs."""

    def __init__(self, expression: Expression, clock: Clock, begin: int, end: int, policy: str, random: Random) -> None:
        self.expression = expression
        self.clock = clock
        self.policy = policy
        self.random = random
        self.begin, self.end = _moment(begin), _moment(end)
        self.expected = [_moment(second) for second in walk(expression, clock, begin, end, policy)]
        self.changes = clock.changes_between(begin, end)

    def __iter__(self) -> Iterator[str]:
        trigger = self.expression.trigger(self.clock.zone, self.policy)
        yield from self._forwards(trigger, self.begin - MOMENT, self.expected, "forwards")
        yield from self._backwards(trigger, self.expected)
        for start in self._starts():
            yield from self._from(trigger, start)
        for _ in range(STARTS):
            yield from self._count(trigger)
        if self.random.random() < 0.2:
            yield from self._within_limits()
        if self.random.random() < 0.02:
            yield from self._beyond(trigger)

    def _forwards(self, trigger: Any, after: datetime, expected: list[datetime], what: str) -> Iterator[str]:
        found: list[datetime] = []
        while (following := trigger.get_next_fire_time(after, self._any_moment())) is not None and following < self.end:
            if following <= after:
                yield f"{what}: {following} came after {after}"
                return
            found.append(following)
            after = following
        yield from _compared(found, expected, what)

    def _backwards(self, trigger: Any, expected: list[datetime]) -> Iterator[str]:
        found: list[datetime] = []
        until = self.end - MOMENT
        while (earlier := trigger.last_fire_time_until(until)) is not None and earlier >= self.begin:
            if earlier > until:
                yield f"backwards: {earlier} is said to be the last until {until}"
                return
            found.append(earlier)
            until = earlier - MOMENT
        yield from _compared(found[::-1], expected, "backwards")

    def _from(self, trigger: Any, start: datetime) -> Iterator[str]:
        """Start anywhere: at or after, strictly after, and the last until then."""
        tail = self.expected[bisect_left(self.expected, start) :]
        first = trigger.get_next_fire_time(None, start)
        if (tail and first != tail[0]) or (not tail and first is not None and first < self.end):
            yield f"first from {start}: {first} instead of {tail[0] if tail else 'nothing'}"
        head = self.expected[: bisect_right(self.expected, start)]
        last = trigger.last_fire_time_until(start)
        if (head and last != head[-1]) or (not head and last is not None and last >= self.begin):
            yield f"last until {start}: {last} instead of {head[-1] if head else 'nothing'}"
        after = self.expected[len(head) :]
        if self.random.random() < 0.25:
            yield from self._forwards(trigger, start, after, f"the tail after {start}")
        else:
            second = trigger.get_next_fire_time(start, self._any_moment())
            if (after and second != after[0]) or (not after and second is not None and second < self.end):
                yield f"after {start}: {second} instead of {after[0] if after else 'nothing'}"

    def _count(self, trigger: Any) -> Iterator[str]:
        after, until = sorted((self._a_start(), self._a_start()))
        expected = bisect_right(self.expected, until) - bisect_right(self.expected, after)
        if (count := trigger.count_fire_times(after, until)) != expected:
            yield f"count after {after} until {until}: {count} instead of {expected}"

    def _within_limits(self) -> Iterator[str]:
        start, end = sorted((self._a_start(), self._a_start()))
        trigger = self.expression.trigger(self.clock.zone, self.policy, start_date=start, end_date=end)
        expected = [fire_time for fire_time in self.expected if start <= fire_time <= end]
        yield from self._forwards(trigger, self.begin - MOMENT, expected, f"from {start} to {end}")
        yield from self._backwards(trigger, expected)
        if (count := trigger.count_fire_times(self.begin - MOMENT, self.end)) != len(expected):
            yield f"count from {start} to {end}: {count} instead of {len(expected)}"

    def _beyond(self, trigger: Any) -> Iterator[str]:
        """Look for the first fire time after the stretch, however far away it is, as long as the clock is known."""
        begin, known_end = second_of(self.end), self.clock.end
        answer = next(self._first_day_by_day(begin, known_end), None)
        found = trigger.get_next_fire_time(None, self.end)
        if (answer and found != answer) or (not answer and found is not None and found < _moment(known_end)):
            yield f"first from {self.end}: {found} instead of {answer}"

    def _first_day_by_day(self, begin: int, end: int) -> Iterator[datetime]:
        for day in range(begin // DAY - 2, end // DAY + 2):
            if self.expression.matches_date(date_of(day)):
                # Whatever is done about a wall of that day, it is done within two days.
                since, until = max(begin, (day - 2) * DAY), min((day + 4) * DAY, end)
                yield from map(_moment, walk(self.expression, self.clock, since, until, self.policy))

    def _starts(self) -> list[datetime]:
        return [self._a_start() for _ in range(STARTS)]

    def _a_start(self) -> datetime:
        """Return an instant to ask about: any, in a second pass, at a change or at a fire time, or a moment beside."""
        beside = self.random.choice((-MOMENT, timedelta(0), MOMENT))
        kind = self.random.randrange(4)
        if kind == 0 and self.expected:
            start = self.random.choice(self.expected) + beside
        elif kind < 3 and self.changes:
            change = self.random.choice(self.changes)
            into = self.random.choice((0.0, self.random.random(), 1.0))
            start = _moment(change.instant) + into * timedelta(seconds=abs(change.size)) + beside
        else:
            start = self.begin + self.random.random() * (self.end - self.begin)
        return min(max(start, self.begin), self.end - MOMENT)

    def _any_moment(self) -> datetime:
        """Return a `now` that must not matter."""
        return EPOCH + timedelta(seconds=self.random.randrange(80 * 365 * DAY))


def _moment(second: int) -> datetime:
    return EPOCH + timedelta(seconds=second)


def _compared(found: list[datetime], expected: list[datetime], what: str) -> Iterator[str]:
    if found == expected:
        return
    missing, extra = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    yield f"{what}: missing {_listed(missing)}, extra {_listed(extra)}"


def _listed(fire_times: list[datetime]) -> str:
    shown = ", ".join(f"{fire_time:%Y-%m-%dT%H:%M:%SZ}" for fire_time in fire_times[:3])
    return f"{len(fire_times)} ({shown}{', ...' if len(fire_times) > 3 else ''})" if fire_times else "none"
