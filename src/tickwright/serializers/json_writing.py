"""Writes values as what JSON has: each in the one way from which `json_reading` makes it again."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from math import isfinite
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any, NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo

from tickwright.errors import InvalidReferenceError, UnstorableValueError, UntrustedDataError, described
from tickwright.serializers.admission import Admission
from tickwright.serializers.plain_names import TRIGGER_NAMES, find_harmless
from tickwright.triggers.base import Trigger

__all__ = ["JSONWriter"]

MOST_DEEP = 160
"""How deep values may be nested: triggers of the deepest, and JSON's own reader does not run out of stack."""

LONGEST_NUMBER = 4_096
"""Bits. Python refuses to read much longer numbers from decimal digits, because that takes quadratic time."""

MICROSECOND = timedelta(microseconds=1)
_SHORT_NAMES = {full: short for short, full in TRIGGER_NAMES.items()}


def _short_name(kind: type) -> str:
    """Return the name by which a class is written: short for our triggers, `"module:qualname"` for others."""
    full = f"{kind.__module__}:{kind.__qualname__}"
    return _SHORT_NAMES.get(full, full)


class JSONWriter:
    """Writes one value, of classes that are plain or admitted."""

    def __init__(self, admission: Admission | None) -> None:
        self._admission = admission
        self._depth = 0

    def write(self, value: Any) -> Any:
        """Return what `json.dumps` takes. Raises `UnstorableValueError` with the path to what cannot be written."""
        kind = type(value)
        if value is None or kind is bool:
            return value
        writer = _WRITERS.get(kind)
        if writer is None:
            writer = _writer_of(value)
        if self._depth >= MOST_DEEP:
            raise UnstorableValueError(f"it is nested more than {MOST_DEEP} deep, or contains itself")
        self._depth += 1
        try:
            return writer(self, value)
        finally:
            self._depth -= 1

    # -- what contains others ------------------------------------------------------------------------

    def write_all(self, values: Any, shown: str = "[{}]") -> list[Any]:
        written: list[Any] = []
        try:
            for value in values:
                written.append(self.write(value))
        except UnstorableValueError as error:
            raise UnstorableValueError(error.reason, shown.format(len(written)) + error.path) from error.__cause__
        return written

    def write_dict(self, value: dict[Any, Any]) -> Any:
        written: dict[str, Any] = {}
        key: Any = None
        try:
            if all(_is_name(key) for key in value):
                for key, item in value.items():
                    written[key] = self.write(item)
                return written
            pairs = []
            for key, item in value.items():
                pairs.append([self.write_key(key), self.write(item)])
            return {"$dict": pairs}
        except _UnstorableKey as error:
            raise UnstorableValueError(error.reason) from error.__cause__
        except UnstorableValueError as error:
            raise UnstorableValueError(error.reason, f"[{key!r:.50}]{error.path}") from error.__cause__

    def write_key(self, key: Any) -> Any:
        try:
            return self.write(key)
        except UnstorableValueError as error:
            raise _UnstorableKey(f"one of its keys, {error.reason}") from error

    # -- what has a class of its own -----------------------------------------------------------------

    def write_enum(self, value: Enum) -> Any:
        self.check(type(value))
        return {"$enum": [_short_name(type(value)), self.write(value.value)]}

    def write_trigger(self, value: Trigger) -> Any:
        kind = type(value)
        self.check(kind)
        if kind.__reduce__ is not object.__reduce__ or kind.__reduce_ex__ is not object.__reduce_ex__:
            raise UnstorableValueError(
                f"{_a(kind)} says by __reduce__ how it is made again, which JSON cannot hold; "
                f"give it __getstate__ and __setstate__"
            )
        return {"$trigger": [_short_name(kind), self.write(value.__getstate__())]}

    def write_exception(self, value: BaseException) -> Any:
        kind = type(value)
        self.check(kind)
        made = value.__reduce_ex__(4)
        if not isinstance(made, tuple) or made[0] is not kind or len(made) > 3:
            raise UnstorableValueError(f"{_a(kind)} is not made again as exceptions are, and JSON knows no other way")
        return {"$exception": [_short_name(kind), self.write(made[1]), self.write(made[2] if len(made) > 2 else None)]}

    def check(self, kind: type) -> None:
        """Raise where the class of a value would not be admitted when it is read."""
        name = f"{kind.__module__}:{kind.__qualname__}"
        try:
            if find_harmless(name, self._admission) is not kind:
                raise UnstorableValueError(f"{_a(kind)} is of a class that {name!r} does not lead to")
        except (InvalidReferenceError, UntrustedDataError) as error:
            raise UnstorableValueError(
                f"{_a(kind)} is of the module {kind.__module__!r}, which is not admitted: list it in modules="
            ) from error


class _UnstorableKey(UnstorableValueError):
    """A key is in the way: its own dict is where it lies."""


def _a(kind: type) -> str:
    name = kind.__qualname__
    return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"


def _is_name(key: object) -> bool:
    return type(key) is str and not key.startswith("$") and _is_unicode(key)


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair; two halves would come back as one letter
        return False
    return True


def _writer_of(value: Any) -> _Writer:
    """Return the writer for a value whose very class is not in the table."""
    if isinstance(value, Enum):
        return JSONWriter.write_enum
    if isinstance(value, Trigger):
        return JSONWriter.write_trigger
    if isinstance(value, BaseException):
        return JSONWriter.write_exception
    return _refuse


def _refuse(writer: JSONWriter, value: Any) -> NoReturn:
    raise UnstorableValueError(f"{_a(type(value))} is nothing that JSON can hold")


# -- one function for each class --------------------------------------------------------------------


def _number(writer: JSONWriter, value: int) -> Any:
    return value if value.bit_length() <= LONGEST_NUMBER else {"$int": hex(value)}


def _float(writer: JSONWriter, value: float) -> Any:
    return value if isfinite(value) else {"$float": repr(value)}


def _text(writer: JSONWriter, value: str) -> Any:
    return value if _is_unicode(value) else {"$text": b64encode(value.encode("utf-8", "surrogatepass")).decode()}


def _wall(value: datetime | time) -> str:
    return value.replace(tzinfo=None, fold=0).isoformat()


def _datetime(writer: JSONWriter, value: datetime) -> Any:
    return {"$datetime": [_wall(value), writer.write(value.tzinfo), value.fold]}


def _time(writer: JSONWriter, value: time) -> Any:
    return {"$time": [_wall(value), writer.write(value.tzinfo), value.fold]}


def _offset(writer: JSONWriter, value: tzinfo) -> Any:
    offset, *name = value.__getinitargs__()  # type: ignore[attr-defined] # as pickle asks it
    return {"$offset": [offset // MICROSECOND, *map(writer.write, name)]}


def _zone(writer: JSONWriter, value: ZoneInfo) -> Any:
    try:
        value.__reduce__()
    except Exception as error:  # it was read from a file of its own
        raise UnstorableValueError(f"a ZoneInfo without a lasting name ({described(error)})") from error
    return {"$zone": value.key}


def _path(tag: str) -> _Writer:
    return lambda writer, value: {tag: writer.write(os.fspath(value))}


_Writer = Callable[[JSONWriter, Any], Any]
_WRITERS: Mapping[type, _Writer] = {
    int: _number,
    float: _float,
    str: _text,
    list: lambda writer, value: writer.write_all(value),
    dict: JSONWriter.write_dict,
    tuple: lambda writer, value: {"$tuple": writer.write_all(value)},
    set: lambda writer, value: {"$set": writer.write_all(value, "")},
    frozenset: lambda writer, value: {"$frozenset": writer.write_all(value, "")},
    bytes: lambda writer, value: {"$bytes": b64encode(value).decode()},
    bytearray: lambda writer, value: {"$bytearray": b64encode(value).decode()},
    complex: lambda writer, value: {"$complex": [writer.write(value.real), writer.write(value.imag)]},
    datetime: _datetime,
    date: lambda writer, value: {"$date": value.isoformat()},
    time: _time,
    timedelta: lambda writer, value: {"$timedelta": value // MICROSECOND},
    timezone: _offset,
    ZoneInfo: _zone,
    Decimal: lambda writer, value: {"$decimal": str(value)},
    Fraction: lambda writer, value: {"$fraction": [writer.write(value.numerator), writer.write(value.denominator)]},
    UUID: lambda writer, value: {"$uuid": str(value)},
    type(Path()): _path("$path"),
    PurePosixPath: _path("$posixpath"),
    PureWindowsPath: _path("$windowspath"),
    type(PurePath()): _path("$posixpath" if os.name == "posix" else "$windowspath"),
}
