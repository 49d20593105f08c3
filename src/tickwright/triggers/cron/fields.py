"""Fields: the comma lists of numbers, names, ranges and steps that every cron dialect writes.

A term is `*`, `n`, `a-b`, and each of them with a step `/s`: every s-th value from the first on, where `n/s`
means `n-max/s`. A step larger than the range keeps the first value. Names are three ASCII letters, in any
case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from tickwright.errors import InvalidTriggerError

__all__ = ["MONTHS", "WEEKDAYS", "Field", "comma_list"]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_DIGITS = 10  # besides leading zeros; nobody means a number of twenty digits


class Field:
    """One kind of field: its name in messages, its lowest and highest value, its values' names in order."""

    __slots__ = ("high", "low", "mask", "name", "names", "shows_names")

    mask: Callable[[str], int]
    """Returns the values of a comma list as a mask: bit n is the value n. Most schedules write in a field what others
    wrote, and each text is read once."""

    def __init__(self, name: str, low: int, high: int, names: Iterable[str] = (), shows_names: bool = False) -> None:
        self.name = name
        self.low = low
        self.high = high
        self.names = tuple(names)
        self.shows_names = shows_names
        self.mask = lru_cache(maxsize=1_024)(self._mask)

    def error(self, text: object, reason: str) -> InvalidTriggerError:
        """Return the error that refuses `text` as this field."""
        return InvalidTriggerError(self.name, text, reason)

    def _mask(self, text: str) -> int:
        mask = 0
        for term in comma_list(self, text):
            mask |= self.read(term)[0]
        return mask

    def read(self, term: str) -> tuple[int, str]:
        """Return the values of one term as a mask, and the term as it is to be shown."""
        body, slash, step_text = term.partition("/")
        step = self._step(step_text) if slash else 1
        if body == "*":
            first, last, shown = self.low, self.high, term
        else:
            first_text, dash, last_text = body.partition("-")
            first = self.number(first_text)
            if dash:
                last = self.number(last_text, at_least=first)
                if first > last:
                    raise self.error(term, f"the range runs backwards, {first_text} comes after {last_text}")
            else:
                last = self.high if slash else first
            shown = self._shown(first, last, slash + step_text) if self.shows_names else term.lower()
        mask = (2 << last) - (1 << first)
        if step > 1:
            mask = sum(1 << value for value in range(first, last + 1, step))
        return mask, shown

    def number(self, text: str, at_least: int = 0) -> int:
        """Return what a number or a name stands for; of a name that stands for two, the first that is `at_least`."""
        if text.isascii() and text.isdigit():
            digits = text.lstrip("0") or "0"
            value = int(digits) if len(digits) <= MOST_DIGITS else self.high + 1
            if not self.low <= value <= self.high:
                raise self.error(text, f"{self._values()} are taken")
            return value
        name = text.lower() if text.isascii() else text
        values = [value for value, known in enumerate(self.names, self.low) if known == name]
        if values:
            return next((value for value in values if value >= at_least), values[-1])
        if not text:
            raise self.error(text, "a value is missing")
        raise self.error(text, f"this is no value of the field; {self._values()} are taken")

    def _step(self, text: str) -> int:
        if not (text.isascii() and text.isdigit()):
            raise self.error(text, "a step is a whole number, as in */5")
        if len(text.lstrip("0")) > MOST_DIGITS:
            raise self.error(text, "no step is this large")
        step = int(text)
        if step == 0:
            raise self.error(text, "a step of 0 leads nowhere")
        return step

    def _shown(self, first: int, last: int, step: str) -> str:
        names = self.names
        if names[first - self.low] == names[last - self.low] and first != last:
            last -= 1  # Sunday is the 0 and the 7 of a crontab: 0-7 says no more than 0-6
        start, end = names[first - self.low], names[last - self.low]
        return start if first == last else f"{start}-{end}{step}"

    def _values(self) -> str:
        numbers = f"{self.low} to {self.high}"
        names = list(dict.fromkeys(self.names))
        return f"{numbers} and {names[0]} to {names[-1]}" if names else numbers


def comma_list(field: Field, text: str) -> list[str]:
    """Return the terms of a comma list, none of them empty."""
    terms = text.split(",")
    if "" in terms:
        raise field.error(text, "a value is missing" if not text else "a term of the list is empty")
    return terms
