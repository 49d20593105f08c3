"""Evil values: objects that lie about themselves, raise at every touch, or are far too large."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

__all__ = [
    "BROKEN_ZONES",
    "HUGE",
    "NO_DATES",
    "NO_INTEGERS",
    "NO_NUMBERS",
    "NO_TEXTS",
    "BrokenZone",
    "EvilDate",
    "EvilDatetime",
    "EvilFloat",
    "EvilInt",
    "EvilText",
    "EvilTime",
]


class Touched(Exception):
    """Raised by evil objects; it must never come out of a trigger."""


def _raise(self: object, *_: object, **__: object) -> NoReturn:
    raise Touched


def _evil(*names: str) -> dict[str, Any]:
    return dict.fromkeys((f"__{name}__" for name in names), _raise)


COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge", "hash")
CONVERSIONS = ("bool", "len", "iter", "contains", "getitem", "repr", "str", "format", "index", "int", "float")
ARITHMETIC = ("add", "radd", "sub", "rsub", "mul", "rmul", "floordiv", "truediv", "mod", "neg", "round")

Touchy = type("Touchy", (), _evil(*COMPARISONS, *CONVERSIONS, *ARITHMETIC))
EvilInt = type("EvilInt", (int,), _evil(*COMPARISONS, *CONVERSIONS, *ARITHMETIC))
EvilFloat = type("EvilFloat", (float,), _evil(*COMPARISONS, *CONVERSIONS, *ARITHMETIC, "pow") | {"is_integer": _raise})
EvilText = type(
    "EvilText",
    (str,),
    _evil(*COMPARISONS, *CONVERSIONS, *ARITHMETIC)
    | dict.fromkeys(("split", "lower", "upper", "strip", "partition", "startswith", "replace", "isascii"), _raise),
)
EvilDate = type(
    "EvilDate",
    (date,),
    _evil(*COMPARISONS, *CONVERSIONS, *ARITHMETIC)
    | dict.fromkeys(("toordinal", "replace", "isoformat", "strftime", "weekday", "timetuple"), _raise),
)
EvilTime = type(
    "EvilTime",
    (time,),
    _evil(*COMPARISONS, *CONVERSIONS, *ARITHMETIC)
    | dict.fromkeys(("utcoffset", "replace", "isoformat", "strftime"), _raise),
)
EvilDatetime = type(
    "EvilDatetime",
    (datetime,),
    _evil(*COMPARISONS, *CONVERSIONS, *ARITHMETIC)
    | dict.fromkeys(("utcoffset", "replace", "astimezone", "timestamp", "isoformat"), _raise),
)


class Endless:
    """Shows itself at great length."""

    def __repr__(self) -> str:
        return "x" * 10_000_000


class Mute:
    """Shows itself as something that is no text."""

    def __repr__(self) -> Any:
        return 5


class Disguised:
    """Says that it is a text."""

    @property
    def __class__(self) -> Any:
        return str

    @__class__.setter
    def __class__(self, value: Any) -> None:
        pass


class LikeNumpy:
    """Compares as an array does: the answer is neither true nor false."""

    def __array__(self) -> NoReturn:
        raise Touched

    def _compared(self, other: object) -> Any:
        return Touchy()

    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = _compared
    __hash__ = None  # type: ignore[assignment]

    def __int__(self) -> int:
        return 5

    def __float__(self) -> float:
        return 5.0

    def __index__(self) -> int:
        return 5


class BrokenZone(tzinfo):
    """Answers each question with what it was given, or raises it."""

    def __init__(self, answer: object, **attributes: object) -> None:
        self.answer = answer
        self.__dict__.update(attributes)

    def utcoffset(self, dt: datetime | None) -> Any:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    dst = tzname = utcoffset


class UnhashableZone(BrokenZone):
    """Cannot be looked up, and raises what no one expects there."""

    __hash__ = _raise


class NamelessZone(BrokenZone):
    """Its class says of its module what no class says."""

    __module__ = 5  # type: ignore[assignment]


class OldZone(BrokenZone):
    """Looks like a zone of pytz, which go by their names."""

    __module__ = "pytz.tzfile"


def _nested(depth: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(depth):
        nested = [nested]
    return nested


def _inside_itself() -> list[Any]:
    ring: list[Any] = []
    ring.append(ring)
    return ring


HUGE = 1 << 3_321_928
"""A whole number of a million digits."""
THINGS: list[Any] = [
    [],
    {},
    (),
    b"5",
    bytearray(b"5"),
    {"5"},
    object,
    len,
    ...,
    NotImplemented,
    1j,
    Decimal(5),
    Decimal("NaN"),
    Fraction(5),
    Touchy(),
    Endless(),
    Mute(),
    Disguised(),
    LikeNumpy(),
    [0] * 5_000_000,
    set(range(500_000)),
    bytearray(10_000_000),
    ["x" * 10_000_000],
    _nested(50_000),
    _inside_itself(),
]
"""What is neither a text nor a number nor a date."""
NO_INTEGERS = [*THINGS, 0.5, True, timedelta(1)]
NO_TEXTS = [*NO_INTEGERS, 5, -1]
NO_NUMBERS = [*THINGS, "5", "", True, False, EvilText("5"), "9" * 1_000_000, datetime(2026, 1, 1)]
NO_DATES = [*THINGS, 0, 5, 1.5, True, HUGE, float("nan"), timedelta(1), EvilInt(5)]
BROKEN_ZONES = [
    BrokenZone(None),
    BrokenZone(5),
    BrokenZone("+01:00"),
    BrokenZone(timedelta(days=2)),
    BrokenZone(timedelta(days=-1)),
    BrokenZone(Touched()),
    BrokenZone(Touched("x" * 10_000_000)),
    BrokenZone(RecursionError()),
    UnhashableZone(timedelta(hours=1)),
    NamelessZone(Touched()),
    OldZone(Touched(), zone=None),
    OldZone(timedelta(days=2), zone=None),
    OldZone(5, zone=None),
    OldZone(None, zone="Mars/Phobos"),
    OldZone(None, zone=5),
    OldZone(None, zone=b"UTC"),
    OldZone(None, zone=Touchy()),
    OldZone(None, zone="U" * 10_000_000),
]
