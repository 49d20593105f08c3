"""Reads what `json_writing` wrote, as a stranger may have changed it: every word is checked before anything is made.

What is called is what makes one of the known values, and the classes that are admitted, which `Admission` finds.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from tickwright.errors import shortened
from tickwright.serializers.admission import Admission
from tickwright.serializers.plain_names import TRIGGER_NAMES, find_harmless
from tickwright.triggers.base import Trigger

__all__ = ["JSONReader"]

T = TypeVar("T")


class JSONReader:
    """Reads one value."""

    def __init__(self, admission: Admission | None) -> None:
        self._admission = admission

    def read(self, node: Any) -> Any:
        """Return the value of what `json.loads` returned. Raises an exception for what no writer wrote."""
        if type(node) is list:
            return [self.read(item) for item in node]
        if type(node) is not dict:
            return node
        for key in node:
            if key.startswith("$"):
                return self._tagged(node)
        return {key: self.read(item) for key, item in node.items()}

    def _tagged(self, node: dict[str, Any]) -> Any:
        tag, *others = node
        reader = _READERS.get(tag)
        if others or reader is None:
            raise ValueError(f"{shortened(list(node))} are no names that this Tickwright writes")
        return reader(self, node[tag])

    def find(self, name: object, base: type[T]) -> type[T]:
        """Return the class of this name, which must be plain or admitted, and a kind of `base`."""
        name = TRIGGER_NAMES.get(_a(str, name), name)
        found = find_harmless(_a(str, name), self._admission)
        if not isinstance(found, type) or not issubclass(found, base):
            raise TypeError(f"{shortened(name)} is no {base.__name__}")
        return found

    # -- what has a class of its own -----------------------------------------------------------------

    def read_enum(self, node: Any) -> Enum:
        name, value = _a(list, node)
        # With one argument it is a question for a member, even where the enumeration has none.
        return self.find(name, Enum)(self.read(value))

    def read_trigger(self, node: Any) -> Trigger:
        name, written = _a(list, node)
        kind = self.find(name, Trigger)  # type: ignore[type-abstract] # the base is only checked against
        state = self.read(written)
        trigger = kind.__new__(kind)
        if hasattr(trigger, "__setstate__"):
            trigger.__setstate__(state)
            return trigger
        attributes, slots = state if isinstance(state, tuple) else (state, None)
        for attribute, value in {**(attributes or {}), **(slots or {})}.items():
            object.__setattr__(trigger, attribute, value)
        return trigger

    def read_exception(self, node: Any) -> BaseException:
        name, args, state = _a(list, node)
        kind = self.find(name, BaseException)
        exception = kind(*_a(tuple, self.read(args)))
        if not isinstance(exception, kind):
            raise TypeError(f"{shortened(name)} makes something else")
        if state is not None:
            exception.__setstate__(_a(dict, self.read(state)))
        return exception

    def read_dict(self, node: Any) -> dict[Any, Any]:
        pairs = [_a(list, pair) for pair in _a(list, node)]
        return {self.read(key): self.read(value) for key, value in pairs}

    def read_all(self, node: Any) -> list[Any]:
        return [self.read(item) for item in _a(list, node)]


def _a(kind: type[T], node: Any) -> T:
    if type(node) is not kind:
        raise TypeError(f"{shortened(node)} stands where a {kind.__name__} was written")
    return node


def _bytes(reader: JSONReader, node: Any) -> bytes:
    return b64decode(_a(str, node), validate=True)


def _number(reader: JSONReader, node: Any) -> int:
    return int(_a(str, node), 16)


def _float(reader: JSONReader, node: Any) -> float:
    return {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}[_a(str, node)]


def _zone_of(reader: JSONReader, node: Any) -> tzinfo | None:
    zone = reader.read(node)
    if zone is not None and not isinstance(zone, tzinfo):
        raise TypeError(f"{shortened(zone)} is no time zone")
    return zone


def _datetime(reader: JSONReader, node: Any) -> datetime:
    wall, zone, fold = _a(list, node)
    return datetime.fromisoformat(_a(str, wall)).replace(tzinfo=_zone_of(reader, zone), fold=_a(int, fold))


def _time(reader: JSONReader, node: Any) -> time:
    wall, zone, fold = _a(list, node)
    return time.fromisoformat(_a(str, wall)).replace(tzinfo=_zone_of(reader, zone), fold=_a(int, fold))


def _offset(reader: JSONReader, node: Any) -> tzinfo:
    micros, *name = _a(list, node)
    return timezone(timedelta(microseconds=_a(int, micros)), *(_a(str, reader.read(one)) for one in name))


def _complex(reader: JSONReader, node: Any) -> complex:
    real, imag = reader.read_all(node)
    return complex(_a(float, real), _a(float, imag))


def _fraction(reader: JSONReader, node: Any) -> Fraction:
    numerator, denominator = reader.read_all(node)
    return Fraction(_a(int, numerator), _a(int, denominator))


_READERS: Mapping[str, Callable[[JSONReader, Any], Any]] = {
    "$int": _number,
    "$float": _float,
    "$text": lambda reader, node: _bytes(reader, node).decode("utf-8", "surrogatepass"),
    "$dict": JSONReader.read_dict,
    "$tuple": lambda reader, node: tuple(reader.read_all(node)),
    "$set": lambda reader, node: set(reader.read_all(node)),
    "$frozenset": lambda reader, node: frozenset(reader.read_all(node)),
    "$bytes": _bytes,
    "$bytearray": lambda reader, node: bytearray(_bytes(reader, node)),
    "$complex": _complex,
    "$datetime": _datetime,
    "$date": lambda reader, node: date.fromisoformat(_a(str, node)),
    "$time": _time,
    "$timedelta": lambda reader, node: timedelta(microseconds=_a(int, node)),
    "$offset": _offset,
    "$zone": lambda reader, node: ZoneInfo(_a(str, node)),
    "$decimal": lambda reader, node: Decimal(_a(str, node)),
    "$fraction": _fraction,
    "$uuid": lambda reader, node: UUID(_a(str, node)),
    "$path": lambda reader, node: Path(_a(str, reader.read(node))),
    "$posixpath": lambda reader, node: PurePosixPath(_a(str, reader.read(node))),
    "$windowspath": lambda reader, node: PureWindowsPath(_a(str, reader.read(node))),
    "$enum": JSONReader.read_enum,
    "$trigger": JSONReader.read_trigger,
    "$exception": JSONReader.read_exception,
}
