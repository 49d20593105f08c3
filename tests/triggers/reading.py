"""A plain reader of what cron triggers say of themselves: from the words back to dates and times of day.

Nothing here is shared with what writes the words. It reads the sentences of crontabs without years and weeks.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Callable
from datetime import date, timedelta

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"]
MONTHS += ["November", "December"]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
PLACES = ["first", "second", "third", "fourth", "fifth"]
PLACE = "|".join([*PLACES, "last"])
UNITS = {"second": 1, "minute": 60, "hour": 3600}
TIME = r"\d\d:\d\d(?::\d\d)?"

Says = Callable[[date], bool]


def read(text: str) -> tuple[Says, set[int]]:
    """Return whether a date is meant, and the seconds of a day that are."""
    days = re.match(
        r"(every (?:leap )?year on \d+ \w+|on .+?|every (?:day|weekday|(?:\w+day)(?:, \w+day)*(?: and \w+day)?)(?![\w])"
        r".*?)(?:, | )(?=(?:at |every (?:\d+ )?(?:second|minute|hour)s?))",
        text,
    )
    if days is None or re.match(r"every (?:\d+ )?(?:second|minute|hour)s?\b", text):
        return lambda at: True, read_times(text)
    return read_days(days[1]), read_times(text[days.end() :])


# -- times of day ----------------------------------------------------------------------------------


def read_times(text: str) -> set[int]:
    """Return the seconds of the day of "at 09:00", "every 5 minutes from 09:00 to 17:55" and so on."""
    if match := re.fullmatch(rf"at ({TIME}(?:(?:, | and ){TIME})*)", text):
        return {second_of(time) for time in items(match[1])}
    if match := re.fullmatch(r"at ([\d, and]+) (minute|second)s? past every (hour|minute)", text):
        size = UNITS[match[3]]
        return {start + int(value) * UNITS[match[2]] for start in range(0, 86400, size) for value in items(match[1])}
    if match := re.fullmatch(r"every (\d+) (minute|second)s, \w+ (\d+) through (\d+) past the (hour|minute)(.*)", text):
        unit, size = UNITS[match[2]], UNITS[match[5]]
        first, last = 0, 86400
        if between := re.fullmatch(r", between (\d\d):00 and (\d\d):59", match[6]):
            first, last = int(between[1]) * 3600, int(between[2]) * 3600 + 3600
        else:
            assert match[6] == ""
        values = range(int(match[3]), int(match[4]) + 1, int(match[1]))
        return {start + value * unit for start in range(first, last, size) for value in values}
    if match := re.fullmatch(
        rf"every (?:(\d+) )?(second|minute|hour)s?((?:(?:,| and)? (?:from {TIME} to|at) {TIME})*)", text
    ):
        step = int(match[1] or 1) * UNITS[match[2]]
        found = set()
        for first, last, alone in re.findall(rf"from ({TIME}) to ({TIME})|at ({TIME})", match[3]) or [("", "", "")]:
            if alone:
                found.add(second_of(alone))
            else:
                found.update(range(second_of(first or "00:00"), second_of(last or "23:59:59") + 1, step))
        return found
    return read_fields(text)


def read_fields(text: str) -> set[int]:
    """Return the seconds of the day of "at seconds 1 to 3 of minutes 5 and 9 of every hour"."""
    chosen = {"hour": range(24), "minute": range(60), "second": [0]}
    for field in text.removeprefix("at ").split(" of "):
        if match := re.fullmatch(r"every (?:(\d+) )?(hour|minute|second)s?", field):
            chosen[match[2]] = range(0, 24 if match[2] == "hour" else 60, int(match[1] or 1))
        else:
            noun, _, values = field.partition(" ")
            chosen[noun.removesuffix("s")] = [value for item in items(values) for value in span(item)]
    return {h * 3600 + m * 60 + s for h in chosen["hour"] for m in chosen["minute"] for s in chosen["second"]}


def second_of(time: str) -> int:
    parts = [int(part) for part in time.split(":")]
    return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)


# -- dates -----------------------------------------------------------------------------------------


def read_days(text: str) -> Says:
    """Return whether "every weekday in July", "on the last day of every month" and so on mean a date."""
    if match := re.fullmatch(r"every (leap )?year on (\d+) (\w+)", text):
        of_leap_years, day, month = match.groups()
        return lambda at: (
            f"{at.day} {MONTHS[at.month - 1]}" == f"{day} {month}" and (not of_leap_years or isleap(at.year))
        )
    for between in (", if that is ", " that is "):
        if between in text:
            first, then = text.split(between)
            base, limit = read_days(first), read_choices(then.removesuffix(" of the month"))
            return lambda at: base(at) and limit(at)
    name = "|".join(MONTHS)
    match = re.fullmatch(
        rf"(?:on (?P<names>.+?) of (?:every month|each month (?P<of>from \w+ to \w+)|(?P<list>(?:{name})"
        rf"(?:(?:, | and )(?:{name}))*))(?: that has one| \(where there is such a day\))?)?(?: and )?"
        r"(?P<every>every .+)?",
        text,
    )
    assert match, text
    parts: list[Says] = []
    if match["names"]:
        in_months, names = read_months(match["of"] or match["list"]), read_choices(match["names"])
        parts.append(lambda at: in_months(at) and names(at))
    if match["every"]:
        parts.append(read_every(match["every"]))
    return lambda at: any(part(at) for part in parts)


def read_every(text: str) -> Says:
    match = re.fullmatch(
        r"every (day except (?P<but>\w+)|day from (?P<first>\w+day) to (?P<last>\w+day)|day|weekday"
        r"|(?P<list>\w+day(?:(?:, | and )\w+day)*))(?: (?P<months>from .+|in .+))?",
        text,
    )
    assert match, text
    names = list(WEEKDAYS)
    if match["but"]:
        names.remove(match["but"])
    elif match["first"]:
        names = around(WEEKDAYS, match["first"], match["last"])
    elif match["list"] and match["list"] != "weekday":
        names = items(match["list"])
    elif match[1] == "weekday":
        names = WEEKDAYS[:5]
    in_months = read_months((match["months"] or "").removeprefix("in "))
    return lambda at: WEEKDAYS[at.weekday()] in names and in_months(at)


def read_months(text: str | None) -> Says:
    if not text:
        return lambda at: True
    words = text.split(" ")
    names = around(MONTHS, words[1], words[3]) if words[0] == "from" else items(text)
    return lambda at: MONTHS[at.month - 1] in names


def read_choices(text: str) -> Says:
    says: list[Says] = []
    # "the first and last Monday" is two Mondays.
    text = re.sub(
        rf"the ((?:{PLACE})(?:(?:, | and | or )(?:{PLACE}))+) (\w+day)",
        lambda match: ", ".join(f"the {place} {match[2]}" for place in items(match[1])),
        text,
    )
    for item in items(text):
        says.append(read_choice(re.sub("^(the|an?) ", "", item)))
    return lambda at: any(say(at) for say in says)


def read_choice(name: str) -> Says:
    if name.removesuffix("s") in ("odd day", "even day"):
        return lambda at: at.day % 2 == name.startswith("odd")
    if name == "last day":
        return lambda at: at.day == length(at)
    if name == "last weekday":
        return lambda at: (
            at.weekday() < 5 and all(after(at, n).weekday() > 4 for n in range(1, length(at) - at.day + 1))
        )
    if name.startswith("weekday nearest to the "):
        day = int(re.sub(r"\D", "", name))
        return lambda at: is_nearest(at, day)
    place, _, weekday = name.partition(" ")
    if place == "last":
        return lambda at: WEEKDAYS[at.weekday()] == weekday and at.day + 7 > length(at)
    if place in PLACES:
        return lambda at: WEEKDAYS[at.weekday()] == weekday and PLACES[(at.day - 1) // 7] == place
    if name in WEEKDAYS:
        return lambda at: WEEKDAYS[at.weekday()] == name
    days = set(span(re.sub("(st|nd|rd|th)", "", name)))
    return lambda at: at.day in days


def is_nearest(at: date, day: int) -> bool:
    if day > length(at) or at.weekday() > 4:
        return False
    others = [other for other in range(1, length(at) + 1) if at.replace(day=other).weekday() < 5]
    return min(others, key=lambda other: abs(other - day)) == at.day


# -- lists -----------------------------------------------------------------------------------------


def items(text: str) -> list[str]:
    return re.split(", | and | or ", text)


def span(text: str) -> range:
    first, _, last = text.partition(" to ")
    return range(int(first), int(last or first) + 1)


def around(names: list[str], first: str, last: str) -> list[str]:
    start, count = names.index(first), (names.index(last) - names.index(first)) % len(names) + 1
    return [names[(start + place) % len(names)] for place in range(count)]


def length(at: date) -> int:
    return monthrange(at.year, at.month)[1]


def after(at: date, days: int) -> date:
    return at + timedelta(days=days)
