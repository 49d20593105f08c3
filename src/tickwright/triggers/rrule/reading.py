"""Reading: the lines of RFC 5545, 3.8.5, made into a recurrence with its start and its zone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import NamedTuple

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.plain import plain_text
from tickwright.triggers.rrule.dates import read_date
from tickwright.triggers.rrule.parts import read_parts, refusal
from tickwright.triggers.rrule.recurrence import LONGEST_TEXT, Recurrence, refuse_if_too_many
from tickwright.triggers.rrule.rule import Rule
from tickwright.zones import as_zone, zone_name

__all__ = ["MOST_LINES", "Read", "read_lines", "read_text", "text_names_zone"]

MOST_LINES = 1_000
NAME = re.compile(r"([A-Za-z-]+)((?:;[A-Za-z-]+=(?:\"[^\"]*\"|[^\";:]*))*):(.*)")
PARAMETER = re.compile(r";([A-Za-z-]+)=(?:\"([^\"]*)\"|([^\";:]*))")
NAMED_START = re.compile(r"^DTSTART(?:;[^:\n]*TZID=|[^\n]*Z\r?$)", re.IGNORECASE | re.MULTILINE)
DATE_LISTS = ("DTSTART", "RDATE", "EXDATE")
RULES = ("RRULE", "EXRULE")


class Read(NamedTuple):
    """A recurrence, the wall at which it starts if it says that, and the zone of all its walls."""

    recurrence: Recurrence
    start: int | None
    zone: tzinfo

    def shared(self) -> Read:
        """Return it with the start that all rules have in common, if they do, as that of the whole."""
        starts = self.recurrence.starts
        if len(starts) != 1 or None in starts:
            return self
        (start,) = starts
        return Read(self.recurrence.without_starts(), start, self.zone)


class Line(NamedTuple):
    """One property of the text."""

    name: str
    parameters: dict[str, str]
    value: str


def text_names_zone(texts: Sequence[object]) -> bool:
    """Return whether the DTSTART of these lines has a TZID or is in UTC; texts too long to be read have none."""
    lines = (plain_text(text) or "" for text in texts[:MOST_LINES])
    return any(len(line) <= LONGEST_TEXT and NAMED_START.search(line) is not None for line in lines)


def read_text(text: str, timezone: tzinfo | str | None) -> Read:
    """Return what a text of one or more lines says; it is refused unread if it is too long.

    `timezone` is the one that was given beside it, if any.
    """
    if len(text) > LONGEST_TEXT:
        raise refusal(text, f"longer than {LONGEST_TEXT:,} characters; its lines may be given as a list")
    if not text.isascii():
        raise refusal(text, "a rule is written in ASCII")
    unfolded = re.sub(r"\r?\n[ \t]", "", text)  # RFC 5545, 3.1: a line that begins with a blank continues one
    return read_lines(re.split(r"\r?\n", unfolded), timezone)


def read_lines(texts: Sequence[object], timezone: tzinfo | str | None) -> Read:
    """Return what the lines say together."""
    if len(texts) > MOST_LINES:
        raise refusal(texts[0], f"more than {MOST_LINES:,} lines")
    lines = [_line(text) for text in texts if plain_text(text) != ""]
    if not lines:
        raise refusal("", "the rule is empty; it reads like FREQ=DAILY")
    starts = [line for line in lines if line.name == "DTSTART"]
    if len(starts) > 1:
        raise refusal(starts[1].value, "DTSTART is given twice")
    refuse_if_too_many(
        sum(line.name in RULES for line in lines),
        sum(line.value.count(",") + 1 for line in lines if line.name in DATE_LISTS),
    )
    zone = _zone(starts[0] if starts else None, timezone)
    rules: dict[str, list[Rule]] = {name: [] for name in RULES}
    dates: dict[str, list[int]] = {name: [] for name in DATE_LISTS}
    for line in lines:
        if line.name in RULES:
            rules[line.name].append(_rule(line, zone))
        else:
            dates[line.name] += _dates(line, zone)
    if len(dates["DTSTART"]) > 1:
        raise refusal(starts[0].value, "DTSTART is one date")
    if not rules["RRULE"] and not dates["RDATE"]:
        raise refusal(lines[0].value, "there is neither an RRULE nor an RDATE: it never fires")
    recurrence = Recurrence(
        tuple(dict.fromkeys(rules["RRULE"])),
        tuple(sorted(set(dates["RDATE"]))),
        tuple(dict.fromkeys(rules["EXRULE"])),
        tuple(sorted(set(dates["EXDATE"]))),
    )
    # Where all rules have a start of their own, nothing goes by DTSTART.
    start = dates["DTSTART"][0] if starts and (recurrence.needs_start or not recurrence.starts) else None
    return Read(recurrence, start, zone).shared()


def _line(given: object) -> Line:
    text = plain_text(given)
    if text is None:
        raise TypeError(f"rule must be a text or a list of texts, not a list with {shortened(given)}")
    if len(text) > LONGEST_TEXT or not text.isascii():
        raise refusal(text, f"a line is written in ASCII, and is not longer than {LONGEST_TEXT:,} characters")
    match = NAME.fullmatch(text)
    if match is None:
        if ":" in text:
            raise refusal(text, "a line reads like RRULE:FREQ=DAILY or DTSTART;TZID=Europe/Berlin:20260101T090000")
        return Line("RRULE", {}, text)
    name = match[1].upper()
    if name not in DATE_LISTS + RULES:
        raise refusal(text, f"{name} is not taken; the lines are {', '.join(DATE_LISTS + RULES)}")
    parameters: dict[str, str] = {}
    for key, quoted, plain in PARAMETER.findall(match[2]):
        if key.upper() in parameters:
            raise refusal(text, f"{key.upper()} is given twice")
        parameters[key.upper()] = quoted or plain
    return Line(name, parameters, match[3])


def _zone(start: Line | None, timezone: tzinfo | str | None) -> tzinfo:
    """Return the zone on whose clock the rules go: the given one, or else that of DTSTART, or the machine's."""
    if start is None:
        return as_zone(timezone)
    own = _own_zone(start)
    if own is None:
        return as_zone("UTC" if timezone is None and start.value.upper().endswith("Z") else timezone)
    if timezone is not None and zone_name(as_zone(timezone)) != zone_name(own):
        raise InvalidTriggerError(
            "timezone", timezone, f"the rule's DTSTART says TZID={start.parameters['TZID']}; give the same zone"
        )
    return own


def _own_zone(line: Line) -> tzinfo | None:
    name = line.parameters.get("TZID")
    if name is None:
        return None
    try:
        return as_zone(name)
    except InvalidTriggerError as error:
        raise refusal(name, f"TZID: {error.reason}") from None


def _rule(line: Line, zone: tzinfo) -> Rule:
    start = None
    for name, value in line.parameters.items():
        if name == "X-DTSTART":
            start = read_date(name, value, zone)
        elif not name.startswith("X-"):
            raise refusal(name, f"{line.name} takes no parameter {name}")
    rule = read_parts(line.value, zone)
    return rule if start is None else replace(rule, start=start)


def _dates(line: Line, zone: tzinfo) -> list[int]:
    for name, value in line.parameters.items():
        if name == "VALUE" and value.upper() not in ("DATE", "DATE-TIME"):
            raise refusal(value, f"{line.name}: VALUE is DATE or DATE-TIME")
        if name not in ("VALUE", "TZID") and not name.startswith("X-"):
            raise refusal(name, f"{line.name} takes no parameter {name}")
    own = _own_zone(line)
    if own is not None and zone_name(own) == zone_name(zone):
        own = None
    return [read_date(line.name, text, zone, own) for text in line.value.split(",")]
