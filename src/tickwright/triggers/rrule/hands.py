"""Hands: the hours, minutes and seconds that a rule's parts name, or leave to its start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tickwright.triggers.cron.masks import at_places, product
from tickwright.triggers.cron.times import TimeOfDay
from tickwright.triggers.rrule.rule import Freq, Rule

__all__ = ["Hands", "chosen_places", "hands_of"]


class Hands(NamedTuple):
    """The times of a day of which hour, minute and second are each one of these, in ascending order."""

    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    seconds: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many times a day has."""
        return len(self.hours) * len(self.minutes) * len(self.seconds)

    @property
    def times(self) -> TimeOfDay:
        """The times, to be searched."""
        return TimeOfDay(_mask(self.hours), _mask(self.minutes), _mask(self.seconds))

    @property
    def bits(self) -> int:
        """The times as bits, bit n being n seconds after midnight."""
        return product(_mask(self.hours), _mask(self.minutes), _mask(self.seconds))

    def nth(self, index: int) -> int:
        """Return the time that is at this place, from 0."""
        rest, second = divmod(index, len(self.seconds))
        hour, minute = divmod(rest, len(self.minutes))
        return self.hours[hour] * 3_600 + self.minutes[minute] * 60 + self.seconds[second]

    def units(self, freq: Freq) -> int:
        """Return the mask of a day's hours, minutes or seconds that may be."""
        if freq is Freq.HOURLY:
            return _mask(self.hours)
        return at_places(_mask(self.hours), _mask(self.minutes), 60) if freq is Freq.MINUTELY else self.bits

    def within(self, freq: Freq) -> Hands:
        """Return the times that each of those units has within it."""
        return Hands(
            (0,) if freq >= Freq.HOURLY else self.hours,
            (0,) if freq >= Freq.MINUTELY else self.minutes,
            (0,) if freq >= Freq.SECONDLY else self.seconds,
        )

    def chosen(self, freq: Freq, positions: tuple[int, ...]) -> int:
        """Return, as bits, those times at these places within each day, hour, minute or second."""
        within = self.within(freq)
        times = _mask(within.nth(place) for place in chosen_places(positions, within.total))
        if freq is Freq.HOURLY:
            return at_places(_mask(self.hours), times, 3_600)
        if freq is Freq.MINUTELY:
            return product(_mask(self.hours), _mask(self.minutes), times)
        return self.bits if freq is Freq.SECONDLY and times else times


def hands_of(rule: Rule, time: int) -> Hands:
    """Return the hands of a rule whose start is at this time of day.

    What is finer than the FREQ, and in no part, is as at the start; the rest is all there is.
    """
    hour, rest = divmod(time, 3_600)
    minute, second = divmod(rest, 60)
    return Hands(
        rule.hours or (ALL[:24] if rule.freq >= Freq.HOURLY else (hour,)),
        rule.minutes or (ALL if rule.freq >= Freq.MINUTELY else (minute,)),
        rule.seconds or (ALL if rule.freq >= Freq.SECONDLY else (second,)),
    )


ALL = tuple(range(60))


def chosen_places(positions: tuple[int, ...], count: int) -> list[int]:
    """Return the places, from 0, that BYSETPOS chooses of so many."""
    places = (position - 1 if position > 0 else count + position for position in positions)
    return [place for place in places if 0 <= place < count]


def _mask(values: Iterable[int]) -> int:
    mask = 0
    for value in values:
        mask |= 1 << value
    return mask
