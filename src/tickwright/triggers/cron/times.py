"""Times: which seconds of a day a cron schedule matches, listed where they are few, else a table a field."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

from tickwright.triggers.cron.masks import highest_bit, members

__all__ = ["TimeOfDay"]


class TimeOfDay:
    """The times of a day whose hour, minute and second all match; times are seconds since midnight.

    Built from masks (bit n is the value n), none of them empty. Equality is by these.
    """

    __slots__ = ("_listed", "_tables", "first", "last", "masks", "per_day")

    MOST_LISTED = 1_440
    """A time for each minute: 50 kB, shared by all that have the same."""

    def __init__(self, hours: int, minutes: int, seconds: int) -> None:
        self.masks = (hours, minutes, seconds)
        """The hours, minutes and seconds that match."""
        # `lowest_bit` and `highest_bit`, written out: this is half of what a new schedule's times cost.
        self.first = (hours & -hours).bit_length() * 3600 + (minutes & -minutes).bit_length() * 60 - 3661
        self.first += (seconds & -seconds).bit_length()
        self.last = hours.bit_length() * 3600 + minutes.bit_length() * 60 + seconds.bit_length() - 3661
        self.per_day = hours.bit_count() * minutes.bit_count() * seconds.bit_count()
        # Made when first needed: many schedules have one time a day, and that is `first`.
        self._listed: tuple[int, ...] = ()
        self._tables: tuple[tuple[int, ...], ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TimeOfDay) and self.masks == other.masks

    def __hash__(self) -> int:
        return hash(self.masks)

    def common(self, other: TimeOfDay) -> TimeOfDay | None:
        """Return the times that match in both, `None` where there are none."""
        hours, minutes, seconds = (mine & theirs for mine, theirs in zip(self.masks, other.masks, strict=True))
        return TimeOfDay(hours, minutes, seconds) if hours and minutes and seconds else None

    def first_from(self, time: int) -> int | None:
        """Return the first match at or after `time` on the same day."""
        if time <= self.first:
            return self.first
        if time > self.last:
            return None
        if self.per_day <= self.MOST_LISTED:
            if not self._listed:
                self._listed = _listed(*self.masks)
            return self._listed[bisect_left(self._listed, time)]
        if not self._tables:
            self._tables = _tables(*self.masks)
        hours, minutes, seconds = self._tables
        hour, rest = divmod(time, 3600)
        minute, second = divmod(rest, 60)
        if hours[hour] == hour:
            if minutes[minute] == minute:
                second = seconds[second]
                if second < 60:
                    return hour * 3600 + minute * 60 + second
            minute = minutes[minute + 1]
            if minute < 60:
                return hour * 3600 + minute * 60 + seconds[0]
        return hours[hour + 1] * 3600 + minutes[0] * 60 + seconds[0]

    def last_until(self, time: int) -> int | None:
        """Return the last match at or before `time` on the same day."""
        hours, minutes, seconds = self.masks
        hour, rest = divmod(time, 3600)
        minute, second = divmod(rest, 60)
        if hours >> hour & 1:
            if minutes >> minute & 1:
                until = seconds & (2 << second) - 1
                if until:
                    return hour * 3600 + minute * 60 + highest_bit(until)
            until = minutes & (1 << minute) - 1
            if until:
                return hour * 3600 + highest_bit(until) * 60 + highest_bit(seconds)
        until = hours & (1 << hour) - 1
        return highest_bit(until) * 3600 + highest_bit(minutes) * 60 + highest_bit(seconds) if until else None

    def count_before(self, time: int) -> int:
        """Return how many matches a day has before `time`."""
        hours, minutes, seconds = self.masks
        hour, rest = divmod(time, 3600)
        minute, second = divmod(rest, 60)
        count = (hours & (1 << hour) - 1).bit_count() * minutes.bit_count() * seconds.bit_count()
        if hours >> hour & 1:
            count += (minutes & (1 << minute) - 1).bit_count() * seconds.bit_count()
            if minutes >> minute & 1:
                count += (seconds & (1 << second) - 1).bit_count()
        return count


@lru_cache(maxsize=1_024)
def _tables(hours: int, minutes: int, seconds: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Return the tables of the three fields, where there are too many times to be listed."""
    return _table(hours, 24), _table(minutes, 60), _table(seconds, 60)


@lru_cache(maxsize=1_024)
def _table(mask: int, size: int) -> tuple[int, ...]:
    """Return for each value, `size` included, the first one in the mask from there on, or else `size`."""
    table = [size]
    for value in reversed(range(size)):
        table.append(value if mask >> value & 1 else table[-1])
    return tuple(reversed(table))


@lru_cache(maxsize=128)
def _listed(hours: int, minutes: int, seconds: int) -> tuple[int, ...]:
    """Return all times of these masks, in order."""
    return tuple(
        hour * 3600 + minute * 60 + second
        for hour in members(hours)
        for minute in members(minutes)
        for second in members(seconds)
    )
