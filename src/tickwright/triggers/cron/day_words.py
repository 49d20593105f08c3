"""Days in words: the dates that a cron schedule matches, as a person would say them.

A crontab that restricts both the day and the weekday means either of them ("on the 1st of every month and every
Monday"); keyword fields, and a crontab where one of the two starts with `*`, mean both ("every Friday that is
the 13th of the month"). A "weekday" is a Monday to Friday.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tickwright.triggers.cron.days import (
    DayRule,
    DaysOfMonth,
    DayTerm,
    LastWeekday,
    LastWorkday,
    NearestWorkday,
    NthWeekday,
    Weekdays,
)
from tickwright.triggers.cron.masks import members
from tickwright.triggers.cron.years import month_lengths
from tickwright.triggers.english import MONTHS, WEEKDAYS, a_list, ordinal, runs

__all__ = ["EVERY_DAY", "days_text"]

EVERY_DAY = "every day"

PLACES = ("", "first", "second", "third", "fourth", "fifth")

ANY_MONTH = sum(1 << month for month in range(1, 13))
ANY_DAY = sum(1 << day for day in range(1, 32))
ODD_DAYS = sum(1 << day for day in range(1, 32, 2))
EVEN_DAYS = ANY_DAY & ~ODD_DAYS
ODD_OR_EVEN = {ODD_DAYS: "odd", EVEN_DAYS: "even"}
MONDAY_TO_FRIDAY = 0b0011111
WHOLE_WEEK = 0b1111111
LEAP_DAY = "29 February"

MOST_YEARS = 20  # that are told one by one


def days_text(rule: DayRule) -> str:
    """Return "every weekday", "on the 1st of every month", "every day in July"; `EVERY_DAY` for all there are."""
    text = _dates(rule)
    if rule.weeks is not None:
        weeks = members(rule.weeks)
        text += f" in ISO week{'s' if len(weeks) > 1 else ''} {a_list(runs(weeks))}"
    if rule.years is not None:
        years = members(rule.years)
        needs_no_word = len(years) == 1 and text.endswith(MONTHS)  # "on 1 May 2026", "every day in May 2026"
        text += f" {years[0]}" if needs_no_word else f" {_in_years(years)}"
    return text


def _dates(rule: DayRule) -> str:
    """Return the dates by day, weekday and month."""
    days, weekdays = Terms.of(rule.days), Terms.of(rule.weekdays)
    if rule.either:
        return Terms.of(rule.days | rule.weekdays).text(rule.months)
    if days.is_all:
        return weekdays.text(rule.months)
    if not weekdays.is_all:
        must_be = ", if that is" if weekdays.places else " that is"
        return f"{weekdays.text(rule.months)}{must_be} {days.choices()} of the month"
    date = days.one_date(rule.months)
    if date is None:
        return days.text(rule.months)
    repeated = "" if rule.years is not None else "every leap year " if date == LEAP_DAY else "every year "
    return f"{repeated}on {date}"


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms for days of a month, sorted by how they are said: "every Monday" or "on the ... of every month"."""

    weekdays: int
    """Mask of the weekdays that are meant each time they come."""
    numbers: int
    """Mask of the days by number."""
    places: tuple[DayTerm, ...]
    """All others, in the order to say them."""

    @classmethod
    def of(cls, terms: Iterable[DayTerm]) -> Terms:
        """Return the terms, sorted."""
        weekdays = numbers = 0
        places = []
        for term in terms:
            match term:
                case Weekdays(mask):
                    weekdays |= mask
                case DaysOfMonth(mask):
                    numbers |= mask
                case _:
                    places.append(term)
        return cls(weekdays, numbers, tuple(sorted(places, key=_order)))

    @property
    def is_all(self) -> bool:
        """Whether every date is among them."""
        return self.weekdays == WHOLE_WEEK or self.numbers == ANY_DAY

    def one_date(self, months: int) -> str | None:
        """Return "1 January" where that is all there is in a year."""
        days, in_months = members(self.numbers), members(months)
        if self.weekdays or self.places or len(days) != 1 or len(in_months) != 1:
            return None
        return f"{days[0]} {MONTHS[in_months[0] - 1]}"

    def text(self, months: int) -> str:
        """Return the dates in these months: any of the terms will do."""
        if self.is_all:
            return f"{EVERY_DAY}{_in_months(months)}"
        parts = []
        if self.numbers or self.places:
            text = f"on {a_list(self._names())} {_of_months(months)}"
            if self._may_lack(months):
                is_single = self.numbers.bit_count() + len(self.places) == 1 and months == ANY_MONTH
                text += " that has one" if is_single else " (where there is such a day)"
            parts.append(text)
        if self.weekdays:
            parts.append(f"{_every_weekday(self.weekdays)}{_in_months(months)}")
        return a_list(parts)

    def choices(self) -> str:
        """Return "the 13th", "the 1st or the last day", "an odd day"."""
        weekdays = [f"a {WEEKDAYS[weekday]}" for weekday in members(self.weekdays)]
        return a_list([*self._names("or"), *weekdays], "or")

    def _names(self, word: str = "and") -> list[str]:
        """Return "the 1st", "the last day", "the first and third Monday"; numbers alone are one article's."""
        names: list[str] = []
        if kind := ODD_OR_EVEN.get(self.numbers):
            names.append(f"an {kind} day" if word == "or" else f"the {kind} days")
        elif self.numbers:
            numbers = runs(members(self.numbers), ordinal)
            names += [f"the {number}" for number in numbers] if self.places else [f"the {a_list(numbers, word)}"]
        for term in self.places:
            match term:
                case NthWeekday(weekday):
                    nth = [
                        other.k for other in self.places if isinstance(other, NthWeekday) and other.weekday == weekday
                    ]
                    name = f"the {a_list([PLACES[k] for k in nth], word)} {WEEKDAYS[weekday]}"
                case LastWeekday(weekday):
                    name = f"the last {WEEKDAYS[weekday]}"
                case NearestWorkday(day):
                    name = f"the weekday nearest to the {ordinal(day)}"
                case LastWorkday():
                    name = "the last weekday"
                case _:
                    name = "the last day"
            if name not in names:
                names.append(name)
        return names

    def _may_lack(self, months: int) -> bool:
        """Whether some of these months, in some years, lack a day that is named."""
        if any(isinstance(term, NthWeekday) and term.k == 5 for term in self.places):
            return True
        named = [] if self.numbers in ODD_OR_EVEN else [*members(self.numbers)]
        named += [term.day for term in self.places if isinstance(term, NearestWorkday)]
        shortest = min(length for month, length in enumerate(month_lengths(False), 1) if months >> month & 1)
        return max(named, default=0) > shortest


def _order(term: DayTerm) -> tuple[int, int, int]:
    """Return the place of a term among others: by number, then the nth of a weekday, then the last ones."""
    match term:
        case NearestWorkday(day):
            return 0, day, 0
        case NthWeekday(weekday, k):
            return 1, weekday, k
        case LastWeekday(weekday):
            return 2, weekday, 0
        case LastWorkday():
            return 3, 0, 0
        case _:
            return 4, 0, 0


def _every_weekday(mask: int) -> str:
    weekdays = members(mask)
    if mask == MONDAY_TO_FRIDAY:
        return "every weekday"
    if len(weekdays) == 6:
        return f"{EVERY_DAY} except {WEEKDAYS[members(WHOLE_WEEK & ~mask)[0]]}"
    if run := _run(weekdays, WEEKDAYS):
        return f"{EVERY_DAY} {run}"
    return f"every {a_list([WEEKDAYS[weekday] for weekday in weekdays])}"


def _in_months(mask: int) -> str:
    """Return "", " in January and July" or " from June to August"."""
    months = [month - 1 for month in members(mask)]
    if mask == ANY_MONTH:
        return ""
    if run := _run(months, MONTHS):
        return f" {run}"
    return f" in {a_list([MONTHS[month] for month in months])}"


def _of_months(mask: int) -> str:
    """Return "of every month", "of January and July" or "of each month from June to August"."""
    months = [month - 1 for month in members(mask)]
    if mask == ANY_MONTH:
        return "of every month"
    if run := _run(months, MONTHS):
        return f"of each month {run}"
    return f"of {a_list([MONTHS[month] for month in months])}"


def _run(values: Sequence[int], names: Sequence[str]) -> str | None:
    """Return "from June to August" where three or more values follow each other, also over the end of a year."""
    if len(values) < 3:
        return None
    size = len(names)
    starts = [value for value in values if (value - 1) % size not in values]
    if len(starts) != 1:
        return None
    return f"from {names[starts[0]]} to {names[(starts[0] + len(values) - 1) % size]}"


def _in_years(years: Sequence[int]) -> str:
    if years == tuple(range(years[0], years[-1] + 1)) and len(years) > 2:
        return f"from {years[0]} to {years[-1]}"
    if len(years) <= MOST_YEARS:
        return f"in {a_list(runs(years))}"
    step = years[1] - years[0]
    if years == tuple(range(years[0], years[-1] + 1, step)):
        return f"in every {ordinal(step)} year from {years[0]} to {years[-1]}"
    return f"in {len(years):,} years from {years[0]} to {years[-1]}"
