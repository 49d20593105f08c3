"""The trigger as a body holds it: a letter for its class, and its state with short names, not with pickle's long ones.

That takes a fifth of the bytes, and what is equal in many bodies is read once. A trigger of another class than the
ones below, such as the user's, stands in the body as itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from tickwright.errors import shortened
from tickwright.instants import to_datetime, to_micros
from tickwright.reference import find
from tickwright.serializers.plain_names import TRIGGER_NAMES
from tickwright.triggers.base import Trigger

__all__ = ["read_trigger", "written_trigger"]

CLASSES = {
    "c": "CronTrigger",
    "d": "DateTrigger",
    "i": "IntervalTrigger",
    "m": "CalendarIntervalTrigger",  # for months
    "r": "RRuleTrigger",
}
LETTERS = {TRIGGER_NAMES[name]: letter for letter, name in CLASSES.items()}

LONG_NAMES = {
    "a": "anchor",
    "b": "start_date",  # begins
    "d": "days",
    "e": "end_date",  # ends
    "h": "hours",
    "j": "jitter",
    "m": "minutes",
    "o": "run_date",  # once
    "s": "seconds",
    "v": "version",
    "w": "weeks",
    "x": "expr",
    "z": "timezone",
}
SHORT_NAMES = {name: short for short, name in LONG_NAMES.items()}
"""The fields that most triggers have; all others bear their full names. Both belong to the version of the body."""

_long, _short = LONG_NAMES.get, SHORT_NAMES.get

LEFT_OUT: Mapping[str, Any] = {"v": 1, "z": "UTC"}
"""What is so where nothing else is said."""

DATES = {"c": ("b", "e"), "d": ("o",), "i": ("b", "e")}
"""What is always an instant, and here the number of its microseconds since 1970."""


PLAIN = frozenset({int, float, str, type(None)})
"""The types of values by which a trigger is remembered: what they are equal by is all that they say."""


class _Written:
    """The last trigger that was written, and as what: jobs that are added together often have the same.

    Replaced as a whole, so that another thread finds one or the other.
    """

    last: tuple[Trigger | None, str, dict[str, Any]] = None, "", {}


def written_trigger(trigger: Trigger) -> Any:
    """Return what stands for a trigger in a body: a letter and a dict, or the trigger itself."""
    last, letter, written = _Written.last
    if last is trigger:
        return [letter, {**written}]
    known = _letter_of(type(trigger))
    if known is None:
        return trigger
    state: dict[str, Any] = trigger.__getstate__()  # type: ignore[assignment] # as each of these classes has it
    short_state = ((_short(name, name), value) for name, value in state.items())
    written = {short: value for short, value in short_state if short not in LEFT_OUT or LEFT_OUT[short] != value}
    for short in DATES.get(known, ()):
        if short in written:
            written[short] = to_micros(datetime.fromisoformat(written[short]))
    _Written.last = trigger, known, written
    return [known, {**written}]


@lru_cache(maxsize=256)
def _letter_of(kind: type) -> str | None:
    name = f"{kind.__module__}:{kind.__qualname__}"
    letter = LETTERS.get(name)
    # Not by its name alone: a class that bears the name of ours may have another state.
    return letter if letter is not None and find(name) is kind else None


def read_trigger(written: Any) -> Trigger:
    """Return the trigger that `written_trigger` returned this for. Raises an exception for anything else."""
    if type(written) is list and len(written) == 2:
        letter, state = written
        if type(letter) is str and letter in CLASSES and type(state) is dict:
            values = tuple(state.values())
            make = _remembered if PLAIN.issuperset(map(type, values)) else _made
            return make(letter, tuple(state), *values)
    if not isinstance(written, Trigger):
        raise TypeError(f"trigger is {shortened(written)}")
    return written


def _made(letter: str, names: tuple[str, ...], *values: Any) -> Trigger:
    written = {**LEFT_OUT, **dict(zip(names, values, strict=True))}
    for short in DATES.get(letter, ()):
        if short in written:
            written[short] = to_datetime(written[short])
    kind = _class_of(letter)
    trigger = kind.__new__(kind)
    state = {_long(short, short): value for short, value in written.items()}
    trigger.__setstate__(state)  # type: ignore[attr-defined] # each of these classes checks its state
    return trigger


# Triggers never change, so jobs with equal ones may share them. A few are kept: what is due together is often alike.
# By type, since `1`, `1.0` and `True` are equal and not all of them are taken.
_remembered = lru_cache(maxsize=64, typed=True)(_made)


@cache
def _class_of(letter: str) -> type[Trigger]:
    found: type[Trigger] = find(TRIGGER_NAMES[CLASSES[letter]])
    return found
