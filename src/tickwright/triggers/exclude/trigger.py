"""The exclude trigger: another trigger's fire times, without those that a calendar excludes."""

from __future__ import annotations

from collections.abc import Container
from copy import deepcopy
from datetime import tzinfo
from typing import Any, NamedTuple, Self

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.triggers.base import Trigger
from tickwright.triggers.composed import ComposedTrigger, read_member, zone_of
from tickwright.triggers.english import in_zone
from tickwright.triggers.exclude.closures import AskedDates, Closures, ListedDates
from tickwright.triggers.exclude.describing import described_entries
from tickwright.triggers.exclude.entries import Entry, as_texts, read_entries
from tickwright.triggers.jitter import read_jitter
from tickwright.triggers.lines.line import Line
from tickwright.triggers.lines.of_trigger import line_of
from tickwright.triggers.lines.sets import excluding
from tickwright.zones import as_zone, zone_name

__all__ = ["ExcludeTrigger"]


class _Calendar(NamedTuple):
    """Either the entries that were listed, or a container to ask."""

    entries: tuple[Entry, ...] | None
    container: Any


class ExcludeTrigger(ComposedTrigger):
    """Fires when `trigger` does, but not on the dates of `calendar` or inside its windows.

    The date and the time of a fire time are those on the wall clock of `timezone`, by default the trigger's own.
    `calendar` is one of these:

    - a list, tuple or set of dates and of windows, which are pairs (a window alone is a list of one pair, too): of
      dates, from the first to the last; of datetimes, from the start to before the end; or of times, on every day
      from the start to before the end, over midnight if the end is the earlier one. ISO 8601 texts are taken for
      all of these. They are copied.
    - any container that answers `date in calendar`, such as a `holidays` object. It is kept and pickled with the
      trigger; a dict, as a `holidays` object is, is copied, and the copy is never asked itself, so that its growing
      makes no difference to equality.

    Without `jitter` it is the trigger's own; `jitter=0` switches it off.

    An excluded day or window is leapt over at once. Where all fire times of 41 years of days are excluded, one after
    the other, or of 600 years if it fires once a month or a year, the rest is taken for excluded, too: it never
    fires again. Counting takes some microseconds for each day. What a container raises comes out of the question
    that was asked.

    >>> from tickwright.triggers.cron import CronTrigger
    >>> ExcludeTrigger(CronTrigger(hour="*", timezone="UTC"), ["2026-12-25", ("22:00", "06:00")])
    ExcludeTrigger(CronTrigger(hour='*', timezone='UTC'), ['2026-12-25', ('22:00', '06:00')])
    """

    __slots__ = ("_calendar", "_given_zone", "trigger")

    trigger: Trigger
    _calendar: _Calendar
    _given_zone: tzinfo | None

    def __init__(
        self,
        trigger: Trigger,
        calendar: Container[Any],
        timezone: tzinfo | str | None = None,
        jitter: float | None = None,
    ) -> None:
        read_member(trigger, "trigger")
        given_zone = None if timezone is None else as_zone(timezone)
        zone = given_zone or zone_of((trigger,))
        self._settle(trigger, _read_calendar(calendar, zone), given_zone, read_jitter(jitter))

    @property
    def calendar(self) -> Any:
        """The container, or a list of what was listed, as texts."""
        entries = self._calendar.entries
        return self._calendar.container if entries is None else [as_texts(entry) for entry in entries]

    def _settle(self, trigger: Trigger, calendar: _Calendar, given_zone: tzinfo | None, jitter: float | None) -> None:
        self._compose(
            "trigger",
            jitter,
            trigger=trigger,
            timezone=given_zone or zone_of((trigger,)),
            _calendar=calendar,
            _given_zone=given_zone,
        )

    def _members(self) -> tuple[Trigger, ...]:
        return (self.trigger,)

    def _with_members(self, members: tuple[Trigger, ...]) -> Self:
        trigger = type(self).__new__(type(self))
        trigger._settle(members[0], self._calendar, self._given_zone, self._given_jitter)
        return trigger

    def _make_line(self) -> Line:
        entries, container = self._calendar
        closures: Closures
        if entries is None:
            closures = AskedDates(container, self.timezone, grows=isinstance(container, dict))
        else:
            closures = ListedDates(entries, self.timezone)
        return excluding(line_of(self.trigger), [closures])

    def _declaration(self) -> dict[str, Any]:
        settings = {
            "timezone": None if self._given_zone is None else zone_name(self._given_zone),
            "jitter": self._given_jitter,
        }
        given = {name: value for name, value in settings.items() if value is not None}
        return {"trigger": self.trigger, "calendar": self.calendar, **given}

    def _identity(self) -> tuple[Any, ...]:
        return self.trigger, self._given_jitter, self._calendar, zone_name(self.timezone)

    def __hash__(self) -> int:
        # Without a container: it need not be one that can be hashed.
        known = (type(self), self._given_jitter, self._calendar.entries)
        try:
            return hash((*known, self.trigger))
        except TypeError:  # a user's own trigger that cannot be hashed
            return hash(known)

    def __repr__(self) -> str:
        declaration = self._declaration()
        shown = [repr(declaration.pop("trigger")), repr(declaration.pop("calendar"))]
        shown += [f"{name}={value!r}" for name, value in declaration.items()]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __str__(self) -> str:
        return f"exclude[{self.trigger}, {shortened(self.calendar)}]"

    def describe(self) -> str:
        zone = "" if zone_name(self.timezone) == zone_name(zone_of((self.trigger,))) else f" {in_zone(self.timezone)}"
        what = self._described(self.trigger)
        entries, container = self._calendar
        if entries is None:
            return f"{what}, but not on the dates of {shortened(container)}{zone}"
        return f"{what}, but not {described_entries(entries, self.timezone)}{zone}" if entries else what


def _read_calendar(value: Any, zone: tzinfo) -> _Calendar:
    if type(value) is dict or isinstance(value, (list, tuple, set, frozenset)):
        return _Calendar(read_entries(value, zone, "calendar"), None)
    if isinstance(value, (str, bytes, bytearray, range)) or not hasattr(type(value), "__contains__"):
        raise TypeError(
            "calendar must be a list of dates and windows or a container that answers `date in calendar`, "
            f"not {shortened(value)}"
        )
    if not isinstance(value, dict):
        return _Calendar(None, value)
    try:
        return _Calendar(None, deepcopy(value))
    except Exception as error:  # the border to a user's container
        raise InvalidTriggerError("calendar", value, f"it cannot be copied ({error})") from error
