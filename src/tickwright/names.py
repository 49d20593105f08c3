"""Names that last: functions found by a name of their own choice, and where those have gone that were moved.

A job is stored with the place of its function, `"package.module:qualname"`. When the function moves, the record leads
nowhere. Two remedies: give it a name that does not depend on its place (`named`), or say where it has gone (`moved`).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from tickwright.errors import ConfigurationError, shortened

__all__ = [
    "LastingName",
    "anything_moved",
    "is_known_by_place",
    "known_names",
    "lasting_name",
    "moved",
    "named",
    "place_now",
    "registered",
]

Function = TypeVar("Function", bound=Callable[..., Any])

NAME = re.compile(r"[^\s:@]+")
"""Without `:` and `@`, by which a name is told from a place, and from the place after it."""

_functions: dict[str, Callable[..., Any]] = {}
_names: dict[int, tuple[Callable[..., Any], str]] = {}
"""By the identity of the function, which is kept here, too: not every callable can be hashed."""
_moves: dict[str, str] = {}


def named(name: str) -> Callable[[Function], Function]:
    """Give a function or class a name by which jobs are stored, wherever it moves.

    As a decorator, the outermost, `@named("send-invoices")`, or called, `named("send-invoices")(send)`. The record also
    says where the function was last seen, so that a process that has not imported its module yet does it then. When
    the function has moved, the module where it is now must have been imported, as an application does when it starts.

    Raises `ConfigurationError` where another function has the name.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ConfigurationError(
            f"the name of a function must be a text without ':', '@' and blanks, such as 'send-invoices'; "
            f"got {shortened(name)}"
        )

    def give(function: Function) -> Function:
        if not callable(function) or not hasattr(function, "__qualname__") or hasattr(function, "__self__"):
            raise TypeError(f"named({name!r}) takes a function or a class, not {shortened(function)}")
        other = _functions.get(name)
        if other is not None and _home(other) != _home(function):
            raise ConfigurationError(
                f"the name {name!r} is given to {_place(other)} already, and {_place(function)} wants it too; "
                f"give one of them another"
            )
        # The same home again is the same function anew: a module that was reloaded, a cell that was run again, or the
        # program's own file, which is `__main__` and may be imported by its name besides.
        _functions[name] = function
        _names[id(function)] = function, name
        return function

    return give


def moved(old: str, new: str) -> None:
    """Say where a function, class or whole module has gone: records that name the old place lead to the new one.

    Both are places, `moved("shop.tasks:send", "shop.billing:send")`, or both modules, `moved("shop.tasks",
    "shop.billing")`. What moved more than once may be said step by step. It holds from then on, for the classes of
    pickled arguments and results too, so that jobs that could not be loaded come back by themselves.

    Raises `ConfigurationError` where one is a place and the other a module, or where the way would lead in a circle.
    """
    for what in (old, new):
        if not isinstance(what, str) or not what.strip() or what.startswith(":") or what.endswith(":"):
            raise ConfigurationError(
                f"moved() takes places such as 'package.module:function', or modules; got {shortened(what)}"
            )
    if (":" in old) != (":" in new):
        raise ConfigurationError(
            f"moved({old!r}, {new!r}): one is a place and the other a module; give two places, "
            f"'package.module:function', or two modules"
        )
    before = dict(_moves)
    _moves[old] = new
    if (
        any(_step(place_now(place)) is not None for place in _moves)
        or new == old
        or new.startswith((f"{old}:", f"{old}."))
    ):
        _moves.clear()
        _moves.update(before)
        raise ConfigurationError(f"moved({old!r}, {new!r}): the way leads back to where it began")


def anything_moved() -> bool:
    """Return whether `moved` was told of anything."""
    return bool(_moves)


def place_now(place: str) -> str:
    """Return where what was at a place, or a module, is now, as far as `moved` was told."""
    for _ in range(len(_moves)):
        step = _step(place)
        if step is None:
            break
        place = step
    return place


def _step(place: str) -> str | None:
    """Return the next station on the way, None at its end. The longest part that was moved decides."""
    module, colon, path = place.partition(":")
    parts = path.split(".") if colon else []
    for length in range(len(parts), 0, -1):
        moved_to = _moves.get(f"{module}:{'.'.join(parts[:length])}")
        if moved_to is not None:
            return ".".join([moved_to, *parts[length:]])
    packages = module.split(".")
    for length in range(len(packages), 0, -1):
        moved_to = _moves.get(".".join(packages[:length]))
        if moved_to is not None:
            return ".".join([moved_to, *packages[length:]]) + colon + path
    return None


class LastingName(NamedTuple):
    """A name that was given, and the place where its function was when it was written down; "" where it had none."""

    name: str
    place: str

    def __str__(self) -> str:
        return f"{self.name}@{self.place}"

    @classmethod
    def read(cls, text: str) -> LastingName | None:
        """Return the lasting name that a text is, `"send-invoices@shop.tasks:send"`; None where it is a mere place."""
        name, at, place = text.partition("@")
        return cls(name, place) if at else None


def lasting_name(function: Callable[..., Any]) -> str | None:
    """Return the name that was given to a function, or None."""
    named_function = _names.get(id(function))
    return None if named_function is None else named_function[1]


def is_known_by_place(function: Callable[..., Any]) -> bool:
    """Return whether a function has no name of its own, and nothing at all has moved."""
    return not _moves and id(function) not in _names


def registered(name: str) -> Callable[..., Any] | None:
    """Return the function that has this name in this process, or None."""
    return _functions.get(name)


def known_names() -> list[str]:
    """Return all names that were given in this process."""
    return sorted(_functions)


def _home(function: Callable[..., Any]) -> tuple[str, str]:
    """Return the file in which a function is written, and its name there."""
    module = sys.modules.get(function.__module__)
    return getattr(module, "__file__", None) or function.__module__, function.__qualname__


def _place(function: Callable[..., Any]) -> str:
    return f"{function.__module__}:{function.__qualname__}"
