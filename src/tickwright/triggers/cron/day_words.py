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
    LastDay,
    LastWeekday,
    LastWorkday,
    NearestWorkday,
    NthWeekday,
    Weekdays,
)
from tickwright.triggers.cron.masks import members
from tickwright.triggers.cron.years import month_lengths
from tickwright.triggers.english import (
    EVERY_DAY,
    MONTHS,
    WEEKDAYS,
    a_list,
    a_run,
    every_weekday,
    in_months,
    ordinal,
    placed_weekdays,
    runs,
)

__all__ = ["days_text"]

ANY_MONTH = sum(1 << month for month in range(1, 13))
ANY_DAY = sum(1 << day for day in range(1, 32))
ODD_DAYS = sum(1 << day for day in range(1, 32, 2))
EVEN_DAYS = ANY_DAY & ~ODD_DAYS
ODD_OR_EVEN = {ODD_DAYS: "odd", EVEN_DAYS: "even"}
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
    """All others."""

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
        return cls(weekdays, numbers, tuple(places))

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
            return f"{EVERY_DAY}{in_months(members(months))}"
        parts = []
        if self.numbers or self.places:
            text = f"on {a_list(self._names())} {_of_months(months)}"
            if self._may_lack(months):
                is_single = self.numbers.bit_count() + len(self.places) == 1 and months == ANY_MONTH
                text += " that has one" if is_single else " (where there is such a day)"
            parts.append(text)
        if self.weekdays:
            parts.append(f"{every_weekday(members(self.weekdays))}{in_months(members(months))}")
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
        nearest = sorted(term.day for term in self.places if isinstance(term, NearestWorkday))
        names += [f"the weekday nearest to the {ordinal(day)}" for day in nearest]
        placed = [(term.weekday, term.k) for term in self.places if isinstance(term, NthWeekday)]
        placed += [(term.weekday, -1) for term in self.places if isinstance(term, LastWeekday)]
        names += placed_weekdays(placed, word)
        lasts = {LastWorkday(): "the last weekday", LastDay(): "the last day"}
        names += [name for term, name in lasts.items() if term in self.places]
        return names

    def _may_lack(self, months: int) -> bool:
        """Whether some of these months, in some years, lack a day that is named."""
        if any(isinstance(term, NthWeekday) and term.k == 5 for term in self.places):
            return True
        named = [] if self.numbers in ODD_OR_EVEN else [*members(self.numbers)]
        named += [term.day for term in self.places if isinstance(term, NearestWorkday)]
        shortest = min(length for month, length in enumerate(month_lengths(False), 1) if months >> month & 1)
        return max(named, default=0) > shortest


def _of_months(mask: int) -> str:
    """Return "of every month", "of January and July" or "of each month from June to August"."""
    months = [month - 1 for month in members(mask)]
    if mask == ANY_MONTH:
        return "of every month"
    if run := a_run(months, MONTHS):
        return f"of each month {run}"
    return f"of {a_list([MONTHS[month] for month in months])}"


def _in_years(years: Sequence[int]) -> str:
    if years == tuple(range(years[0], years[-1] + 1)) and len(years) > 2:
        return f"from {years[0]} to {years[-1]}"
    if len(years) <= MOST_YEARS:
        return f"in {a_list(runs(years))}"
    step = years[1] - years[0]
    if years == tuple(range(years[0], years[-1] + 1, step)):
        return f"in every {ordinal(step)} year from {years[0]} to {years[-1]}"
    return f"in {len(years):,} years from {years[0]} to {years[-1]}"
