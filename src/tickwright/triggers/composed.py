"""The composed trigger: one that is made of other triggers, its members."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any, Self

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.instants import to_datetime, to_micros
from tickwright.triggers.base import Trigger
from tickwright.triggers.declared import DeclaredTrigger
from tickwright.triggers.jitter import read_jitter
from tickwright.triggers.lines.line import Line
from tickwright.zones import may_change, zone_name

__all__ = ["MOST_DEEP", "MOST_MEMBERS", "ComposedTrigger", "read_member", "read_members", "zone_of"]

MOST_MEMBERS = 1_000
"""How many triggers one may be made of, all that are nested in it counted."""
MOST_DEEP = 50
"""How many composed triggers may lie inside one another."""


class ComposedTrigger(DeclaredTrigger):
    """A trigger that is made of others and answers from their fire times.

    `anchored` anchors the members. Asked directly before that, it answers as if it had been added to a job at
    `previous_fire_time`, or at `now` without one; a member whose anchor would lie beyond the calendar never fires. It
    can look back if all its members can. Without a jitter of its own it has the largest of theirs.

    A subclass gives `_members`, `_with_members` and `_make_line`.
    """

    __slots__ = ("_given_jitter", "_kept_line", "_nested", "can_look_back", "jitter", "timezone")

    can_look_back: bool
    _given_jitter: float | None
    timezone: tzinfo
    _nested: tuple[int, int]
    """How many triggers it is made of, and how deep they lie."""
    _kept_line: Line | None
    """What `_make_line` returned, once it was asked: it depends on the declaration alone."""

    def _members(self) -> tuple[Trigger, ...]:
        """Return the triggers that it is made of."""
        raise NotImplementedError

    def _with_members(self, members: tuple[Trigger, ...]) -> Self:
        """Return the same made of others, which are these members anchored."""
        raise NotImplementedError

    def _make_line(self) -> Line:
        """Return its fire times as a line."""
        raise NotImplementedError

    def _compose(self, field: str, given_jitter: float | None, **attributes: Any) -> None:
        """Set the attributes of a new trigger, and refuse one that is made of too many."""
        self._set(**attributes)
        members = self._members()
        jitters = [jitter for member in members if (jitter := read_jitter(member.jitter)) is not None]
        self._set(
            _given_jitter=given_jitter,
            jitter=max(jitters, default=None) if given_jitter is None else given_jitter,
        )
        nested = [member._nested for member in members if isinstance(member, ComposedTrigger)]
        size = len(members) + sum(size for size, _ in nested)
        depth = 1 + max((depth for _, depth in nested), default=0)
        if size > MOST_MEMBERS:
            raise InvalidTriggerError(field, size, f"a trigger is made of at most {MOST_MEMBERS:,} others")
        if depth > MOST_DEEP:
            raise InvalidTriggerError(field, depth, f"triggers are nested at most {MOST_DEEP} deep")
        can_look_back = all(member.can_look_back for member in members)
        self._set(_nested=(size, depth), can_look_back=can_look_back, _kept_line=None)

    @property
    def _line(self) -> Line:
        line = self._kept_line
        if line is None:
            line = self._make_line()
            self._set(_kept_line=line)
        return line

    @property
    def follows_zone(self) -> bool:  # type: ignore[override] # others say it once for the class
        """Whether a member does, or its own zone, by whose days some are left out, may be changed."""
        return may_change(self.timezone) or any(member.follows_zone for member in self._members())

    def anchored(self, now: datetime) -> Self:
        """Return the trigger with all members anchored; itself, if they all are."""
        members = self._members()
        anchored = tuple(member.anchored(now) for member in members)
        if all(after is before for after, before in zip(anchored, members, strict=True)):
            return self
        return self._with_members(anchored)

    def _anchored_to_ask(self, now: datetime) -> Self:
        """Return the trigger anchored, with a `_Never` for each member that has no first fire time in the calendar."""
        try:
            return self.anchored(now)
        except InvalidTriggerError:
            return self._with_members(tuple(_anchored_or_never(member, now) for member in self._members()))

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        if previous_fire_time is None:
            asked, since = now, to_micros(now)
        else:
            asked, since = previous_fire_time, to_micros(previous_fire_time) + 1
        found = self._anchored_to_ask(asked)._line.first_from(since)
        return None if found is None else to_datetime(found)

    def last_fire_time_until(self, instant: datetime) -> datetime | None:
        until = to_micros(instant)
        self._check_that_it_looks_back()
        found = self._line.last_until(until)
        return None if found is None else to_datetime(found)

    def count_fire_times(self, after: datetime, until: datetime) -> int:
        begin, end = to_micros(after) + 1, to_micros(until) + 1
        self._check_that_it_looks_back()
        return self._line.count_between(begin, end)

    def _check_that_it_looks_back(self) -> None:
        if not self.can_look_back:
            names = {type(member).__name__ for member in self._members() if not member.can_look_back}
            raise NotImplementedError(f"{', '.join(sorted(names))} cannot look back; `can_look_back` says so")

    def __hash__(self) -> int:
        try:
            return super().__hash__()
        except TypeError:  # a user's own part that cannot be hashed
            return hash((type(self), len(self._members())))

    def _described(self, member: Trigger) -> str:
        """Return a member's description, in brackets where it has parts of its own."""
        return f"({member.describe()})" if isinstance(member, ComposedTrigger) else member.describe()


class _Never(Trigger):
    """Stands for a member that would start after the calendar's end."""

    can_look_back: bool = True

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> None:
        return None

    def last_fire_time_until(self, instant: datetime) -> None:
        return None

    def count_fire_times(self, after: datetime, until: datetime) -> int:
        return 0


def _anchored_or_never(member: Trigger, now: datetime) -> Trigger:
    if isinstance(member, ComposedTrigger):
        return member._anchored_to_ask(now)
    try:
        return member.anchored(now)
    except InvalidTriggerError:
        return _Never()


def read_member(value: object, field: str) -> Trigger:
    """Return the trigger, or refuse what is none."""
    if isinstance(value, Trigger):
        return value
    raise TypeError(f"{field} must be a Trigger, not {shortened(value)}")


def read_members(values: object, field: str) -> tuple[Trigger, ...]:
    """Return a list's or tuple's triggers, one at least."""
    if not isinstance(values, (list, tuple)):
        raise TypeError(f"{field} must be a list of triggers, not {shortened(values)}")
    if not values:
        raise InvalidTriggerError(field, values, "at least one trigger is needed")
    if len(values) > MOST_MEMBERS:
        raise InvalidTriggerError(field, len(values), f"a trigger is made of at most {MOST_MEMBERS:,} others")
    return tuple(read_member(value, f"{field}[{number}]") for number, value in enumerate(values))


def zone_of(members: tuple[Trigger, ...]) -> tzinfo:
    """Return the zone that all members which have one share, else UTC."""
    zones = [zone for member in members if isinstance(zone := getattr(member, "timezone", None), tzinfo)]
    return zones[0] if zones and all(zone_name(zone) == zone_name(zones[0]) for zone in zones) else UTC
