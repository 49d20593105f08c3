"""Random rules for the tests, as text; python-dateutil reads them too, and says what must come of them."""

from __future__ import annotations

import itertools
from datetime import datetime

from dateutil.rrule import rrulestr
from hypothesis import strategies as st

FREQS = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def some(low, high, most=4):
    """A list of a few numbers, as a comma list."""
    numbers = st.lists(st.integers(low, high), min_size=1, max_size=most)
    return numbers.map(lambda values: ",".join(map(str, values)))


def signed(high, most=4):
    """The same of numbers that count from the end, too."""
    numbers = st.lists(st.integers(-high, high).filter(bool), min_size=1, max_size=most)
    return numbers.map(lambda values: ",".join(map(str, values)))


@st.composite
def weekdays(draw, freq, has_months):
    """BYDAY: with numbers or without. Both together, python-dateutil takes for what is both."""
    days = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=5, unique=True))
    if freq in ("YEARLY", "MONTHLY") and draw(st.booleans()):
        most = 5 if freq == "MONTHLY" or has_months else draw(st.sampled_from((5, 53)))
        return ",".join(f"{draw(st.integers(-most, most).filter(bool))}{day}" for day in days)
    return ",".join(days)


INTERVALS = st.one_of(st.just(1), st.integers(1, 5), st.integers(2, 40), st.integers(2, 2_000))


@st.composite
def rules(draw, freqs=FREQS):
    """A rule with any parts, and a start of any time in some decades."""
    freq = draw(st.sampled_from(freqs))
    parts = {"FREQ": freq, "INTERVAL": draw(INTERVALS)}
    chance = draw(st.integers(1, 7))

    def perhaps(name, strategy):
        if draw(st.integers(0, 9)) < chance:
            parts[name] = draw(strategy)

    parts = {name: value for name, value in parts.items() if value != 1}
    perhaps("BYMONTH", some(1, 12))
    which = draw(st.integers(0, 12))
    if which == 0 and freq != "WEEKLY":
        perhaps("BYWEEKNO", signed(53))
    elif which == 1:
        perhaps("BYYEARDAY", signed(366))
    elif which == 2:
        perhaps("BYEASTER", some(-70, 250, most=2))
    elif which < 6:
        perhaps("BYMONTHDAY", signed(31))
    if which > 4 or which == 0:
        perhaps("BYDAY", weekdays(freq, "BYMONTH" in parts))
    perhaps("BYHOUR", some(0, 23))
    perhaps("BYMINUTE", some(0, 59))
    if freq != "MINUTELY" or draw(st.booleans()):
        perhaps("BYSECOND", some(0, 59))
    if draw(st.integers(0, 3)) == 0:
        parts["BYSETPOS"] = draw(st.one_of(signed(3), signed(40)))
    if draw(st.integers(0, 2)) == 0:
        parts["WKST"] = draw(st.sampled_from(WEEKDAYS))
    start = draw(st.datetimes(datetime(1994, 1, 1), datetime(2024, 12, 31))).replace(microsecond=0)
    return ";".join(f"{name}={value}" for name, value in parts.items()), start


def occurrences(text, start, limit):
    """Return what python-dateutil generates, the first `limit` of it."""
    return list(itertools.islice(rrulestr(text, dtstart=start), limit))
