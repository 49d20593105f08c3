"""Entries: one hostile input each, how to hand it to a trigger, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tickwright.errors import shortened

__all__ = ["Entry", "Large", "refused", "taken"]


class Entry(NamedTuple):
    """`call(given)` must be refused for `field`, or be taken because of `why`."""

    way: str
    """How it is handed over."""
    shown: str
    call: Callable[[Any], object]
    given: object
    field: str
    why: str = ""


class Large(NamedTuple):
    """A text that is too large to stand in a table."""

    unit: str
    times: int
    tail: str = ""

    def made(self) -> str:
        """Return the text."""
        return self.unit * self.times + self.tail


def refused(way: str, call: Callable[[Any], object], inputs: Mapping[str, Iterable[object]]) -> Iterator[Entry]:
    """Return the entries of inputs that are refused, listed by the field that is to blame."""
    for field, listed in inputs.items():
        for given in listed:
            yield Entry(way, _shown(given), call, given, field)


def taken(way: str, call: Callable[[Any], object], inputs: Mapping[str, Iterable[object]]) -> Iterator[Entry]:
    """Return the entries of inputs that look wrong and are taken, listed by the reason why."""
    for why, listed in inputs.items():
        for given in listed:
            yield Entry(way, _shown(given), call, given, "", why)


def _shown(given: object) -> str:
    if isinstance(given, Large):
        return f"{given.unit!r} * {given.times}"
    return shortened(given)
