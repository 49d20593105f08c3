"""What JSON holds comes back exactly; what it does not is refused with the way to it; what a stranger wrote, too."""

from __future__ import annotations

import json
import math
import os
import struct
import sys
from collections import OrderedDict, namedtuple
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.serializers import shop
from tickwright.errors import InvalidJobError, InvalidTriggerError, UnstorableValueError, UntrustedDataError
from tickwright.jobstores.body import pack_job
from tickwright.policies import OnLost
from tickwright.run import RunStatus
from tickwright.serializers import JSONSerializer
from tickwright.serializers.json_reading import _READERS
from tickwright.testing.suites.store.material import made_job
from tickwright.triggers.combining import AndTrigger, OrTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.exclude import ExcludeTrigger
from tickwright.triggers.interval import IntervalTrigger

SHOP = "tests.serializers.shop"
PLAIN = JSONSerializer()
ADMITTING = JSONSerializer(modules=[SHOP])


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal, of the same types all the way down, in the same order, NaN being NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return same(list(one.items()), list(other.items()))
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, (set, frozenset)):
        return one == other and {type(item) for item in one} == {type(item) for item in other}
    if isinstance(one, float):  # NaN has a sign as well, which nobody asks for
        return (math.isnan(one) and math.isnan(other)) or (
            one == other and math.copysign(1, one) == math.copysign(1, other)
        )
    if isinstance(one, complex):
        return same([one.real, one.imag], [other.real, other.imag])
    if isinstance(one, (datetime, time)):
        return (
            bool(one == other)
            and (one.fold, str(one.tzinfo)) == (other.fold, str(other.tzinfo))
            and same(one.tzinfo, other.tzinfo)
        )
    if isinstance(one, timezone):
        return bool(one == other) and str(one) == str(other)
    if isinstance(one, Decimal):
        return str(one) == str(other)
    return bool(one == other)


VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    2**80,
    2**4096,
    -(2**20_000),
    0.1,
    -0.0,
    5e-324,
    math.inf,
    -math.inf,
    math.nan,
    "",
    "nächtlich\n🦉\x00\u2028",
    "\ud800",
    "\ud83d\ude00",  # two halves, which are not the one letter
    {"\udcff": 1},
    os.fsdecode(b"caf\xe9"),
    [],
    (),
    [()],
    ([], {}),
    {},
    {"a": {"b": [None]}},
    {1: "a", "1": "b"},
    {None: 1, (1, "a"): 2, 1.5: 3, b"x": 4, date(2026, 1, 1): 5},
    {True: 1},
    {"$tuple": [1]},
    {"$": 1, "a": 2},
    {"$dict": {"$dict": []}},
    {"tickwright": 1, "value": 2},
    {1, "a", None, (2, 3)},
    frozenset({1, 2}),
    set(),
    {frozenset({1}): {2}},
    b"",
    bytes(range(256)),
    bytearray(b"abc"),
    1 + 2j,
    complex(math.nan, -0.0),
    datetime(1, 1, 1),
    datetime.max,
    datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    datetime(2026, 1, 1, 1, 2, 3, 4, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")),
    datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-3, microseconds=7))),
    datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1), "my time")),
    datetime(2026, 1, 1, fold=1),
    date.min,
    time(23, 59, 59, 999999, fold=1),
    time(1, tzinfo=UTC),
    timedelta(0),
    timedelta.max,
    timedelta.min,
    timedelta(microseconds=-1),
    UTC,
    timezone(timedelta(hours=5, minutes=30)),
    ZoneInfo("Asia/Tokyo"),
    Decimal("1.50"),
    Decimal("-0"),
    Decimal("sNaN123"),
    Decimal("1E+999999"),
    Fraction(-1, 3),
    UUID(int=7),
    Path("/tmp/a b"),
    Path(os.fsdecode(b"caf\xe9")),
    PurePosixPath("a/b"),
    PureWindowsPath("c:\\a"),
    RunStatus.FAILED,
    OnLost.RERUN,
    CronTrigger(hour=3, timezone="Europe/Berlin", jitter=5),
    ExcludeTrigger(CronTrigger(hour=3, timezone=timezone(timedelta(microseconds=5))), ["2026-01-01"]),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_exactly(value: Any) -> None:
    for nested in (value, [value], (value,), {"key": value}, {1: value}):
        found = PLAIN.loads(PLAIN.dumps(nested))
        assert same(found, nested), found


@pytest.mark.parametrize(
    "value",
    [shop.Colour.RED, shop.Colour.ODD, shop.Rights.READ | shop.Rights.WRITE, shop.Weekly(3), shop.Slotted(4)],
    ids=lambda value: type(value).__name__,
)
def test_a_value_of_a_listed_module_comes_back(value: Any) -> None:
    assert same(ADMITTING.loads(ADMITTING.dumps([value])), [value])
    with pytest.raises(UnstorableValueError, match=r"list it in modules="):
        PLAIN.dumps(value)
    with pytest.raises(UntrustedDataError, match=r"list its module in modules="):
        PLAIN.loads(ADMITTING.dumps(value))


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | st.binary()
    | st.complex_numbers()
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.decimals()
    | st.fractions()
    | st.uuids()
)
KEYS = (
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())) | st.dates() | st.binary()
)


@given(
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner)
            | st.lists(inner).map(tuple)
            | st.dictionaries(KEYS | st.lists(KEYS).map(tuple), inner)
            | st.sets(KEYS)
            | st.frozensets(KEYS)
        ),
    )
)
def test_whatever_is_taken_comes_back_exactly(value: Any) -> None:
    data = PLAIN.dumps(value)
    assert same(PLAIN.loads(data), value)
    json.loads(data)  # and any reader of JSON can read it


# -- exceptions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a", 1),
        KeyError(("a", 1)),
        FileNotFoundError(2, "gone", "file"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
        ImportError("no", name="module"),
        ExceptionGroup("several", [ValueError(1), OSError(2, "b")]),
        InvalidTriggerError("hour", 25, "too late"),
        shop.OwnError(7),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_comes_back(error: BaseException) -> None:
    error.add_note("noted")
    found = ADMITTING.loads(ADMITTING.dumps(error))
    assert type(found) is type(error)
    assert (repr(vars(found)), str(found)) == (repr(vars(error)), str(error))


def test_an_exception_of_a_module_that_is_not_listed_is_refused() -> None:
    with pytest.raises(UnstorableValueError, match=r"an OwnError is of the module .* list it in modules="):
        PLAIN.dumps(shop.OwnError(7))


# -- what is refused -----------------------------------------------------------------------------------------

Point = namedtuple("Point", "x y")


@dataclass
class Foo:
    x: int = 0


class Text(str):
    __slots__ = ()


class Stamp(datetime):
    pass


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Foo(), "a Foo is nothing"),
        ([1, {"x": Foo()}], "at [1]['x']: a Foo is nothing"),
        ({"a": ({"b": [0, 0, Foo()]},)}, "at ['a'][0]['b'][2]: a Foo is nothing"),
        ({3: Foo()}, "at [3]: a Foo is nothing"),
        ({"a": {(1, Point(1, 2)): 1}}, "at ['a']: one of its keys, a Point is nothing"),
        ([{Point(1, 2)}], "at [0]: a Point is nothing"),
        (Point(1, 2), "a Point is nothing"),
        (Text("a"), "a Text is nothing"),
        (Stamp(2026, 1, 1), "a Stamp is nothing"),
        (OrderedDict(a=1), "an OrderedDict is nothing"),
        (print, "a builtin_function_or_method is nothing"),
        (int, "a type is nothing"),
        (object(), "an object is nothing"),
        (range(3), "a range is nothing"),
        (iter([]), "a list_iterator is nothing"),
    ],
    ids=range(15),
)
def test_what_json_cannot_hold_is_refused_with_the_way_to_it(value: Any, message: str) -> None:
    with pytest.raises(UnstorableValueError) as raised:
        PLAIN.dumps(value)
    assert str(raised.value).startswith(message)


def test_a_job_that_json_cannot_hold_is_refused_with_the_way_to_what_is_in_the_way() -> None:
    for fields, place in (
        ({"args": ({"x": [Foo()]},)}, r"args\[0\]\['x'\]\[0\]: a Foo is nothing that JSON can hold"),
        ({"kwargs": {"a": Foo()}}, r"kwargs\['a'\]: a Foo is nothing"),
        ({"trigger": shop.Weekly()}, r"its trigger: a Weekly is of the module 'tests.serializers.shop', which"),
    ):
        with pytest.raises(InvalidJobError, match=rf"job 'job' cannot be stored: {place}"):
            pack_job(made_job(**{"trigger": CronTrigger(hour=3), **fields}), PLAIN)  # type: ignore[arg-type]


def test_a_value_that_contains_itself_is_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(UnstorableValueError, match="contains itself"):
        PLAIN.dumps(circle)


def test_the_deepest_trigger_is_held_and_read_by_a_caller_that_is_deep_already() -> None:
    trigger: Any = IntervalTrigger(hours=1, timezone="UTC")
    for _ in range(25):
        trigger = OrTrigger([AndTrigger([trigger])])
    data = PLAIN.dumps({"trigger": trigger})

    def deeper(levels: int) -> Any:
        return PLAIN.loads(data)["trigger"] if levels == 0 else deeper(levels - 1)

    assert deeper(200) == trigger


def test_a_trigger_that_says_how_it_is_made_again_is_refused() -> None:
    with pytest.raises(UnstorableValueError, match="__reduce__"):
        ADMITTING.dumps(shop.Reducing())


def test_a_class_that_its_name_does_not_lead_to_is_refused() -> None:
    with pytest.raises(UnstorableValueError, match=r"a Colour is of a class that '.*:Colour' does not lead to"):
        ADMITTING.dumps(next(iter(shop.shadowed())))


def test_an_exception_that_is_made_again_by_a_function_is_refused() -> None:
    with pytest.raises(UnstorableValueError, match="an OddError is not made again as exceptions are"):
        ADMITTING.dumps(shop.OddError())


def test_a_zone_without_a_lasting_name_is_refused() -> None:
    # The shortest file of a zone (RFC 9636): version 1, one kind of time, which is UTC.
    file = b"TZif" + bytes(16) + struct.pack(">6l", 0, 0, 0, 0, 1, 4) + struct.pack(">lbb", 0, 0, 0) + b"UTC\0"
    zone = ZoneInfo.from_file(BytesIO(file), key="Europe/Nowhere")
    with pytest.raises(UnstorableValueError, match="without a lasting name"):
        PLAIN.dumps(zone)


# -- what a stranger wrote -------------------------------------------------------------------------------------


def document(value: str) -> bytes:
    return b'{"tickwright":1,"value":' + value.encode() + b"}"


STRANGE = [
    '{"$eval": "1"}',
    '{"$": 1}',
    '{"$tuple": [1], "$set": [1]}',
    '{"$tuple": [1], "a": 1}',
    '{"a": 1, "$tuple": [1]}',
    '{"$tuple": 1}',
    '{"$tuple": {"a": 1}}',
    '{"$tuple": "ab"}',
    '{"$set": [[1]]}',
    '{"$dict": [[[1], 2]]}',
    '{"$dict": [[1]]}',
    '{"$dict": [[1, 2, 3]]}',
    '{"$dict": {"a": 1}}',
    '{"$int": 1}',
    '{"$int": "one"}',
    '{"$float": "1e5"}',
    '{"$float": 1}',
    '{"$bytes": "no base64!"}',
    '{"$bytes": [1]}',
    '{"$text": "////"}',
    '{"$complex": [1.0]}',
    '{"$complex": ["1", 2.0]}',
    '{"$datetime": "2026-01-01"}',
    '{"$datetime": ["noon", null, 0]}',
    '{"$datetime": ["2026-01-01T00:00:00", "UTC", 0]}',
    '{"$datetime": ["2026-01-01T00:00:00", null, 7]}',
    '{"$date": "tomorrow"}',
    '{"$date": 5}',
    '{"$timedelta": "1"}',
    '{"$timedelta": 1e300}',
    '{"$timedelta": 100000000000000000000000000000}',
    '{"$offset": []}',
    '{"$offset": [86400000000]}',
    '{"$offset": [1, 2]}',
    '{"$offset": [1, "a", "b"]}',
    '{"$zone": "../../../etc/passwd"}',
    '{"$zone": "/etc/passwd"}',
    '{"$zone": "No/Where"}',
    '{"$zone": 1}',
    '{"$decimal": "one"}',
    '{"$decimal": 1.5}',
    '{"$fraction": [1, 0]}',
    '{"$fraction": ["1", 1]}',
    '{"$uuid": "x"}',
    '{"$path": [1]}',
    '{"$enum": ["os:system", "true"]}',
    '{"$enum": ["tests.serializers.trap:Trap", 1]}',
    '{"$enum": ["tests.serializers.shop:Empty", "New"]}',
    '{"$enum": ["tests.serializers.shop:tidy", 1]}',
    '{"$enum": ["tests.serializers.shop:Order", 1]}',
    '{"$enum": ["tests.serializers.shop:Colour", "green"]}',
    '{"$enum": ["tests.serializers.shop:Colour"]}',
    '{"$enum": ["builtins:int", 1]}',
    '{"$enum": "tests.serializers.shop:Colour"}',
    '{"$enum": [1, 1]}',
    '{"$trigger": ["os:system", "true"]}',
    '{"$trigger": ["subprocess:Popen", {"args": "true"}]}',
    '{"$trigger": ["tests.serializers.trap:Trap", {}]}',
    '{"$trigger": ["tests.serializers.shop:Order", {}]}',
    '{"$trigger": ["tests.serializers.shop:Trigger", {}]}',
    '{"$trigger": ["tickwright.triggers.base:Trigger", {}]}',
    '{"$trigger": ["tickwright.triggers.composed:_Never", {}]}',
    '{"$trigger": ["CronTrigger", {"version": 1, "hour": "25"}]}',
    '{"$trigger": ["CronTrigger", {"version": 9}]}',
    '{"$trigger": ["CronTrigger", {"version": 1, "__class__": 1}]}',
    '{"$trigger": ["CronTrigger", []]}',
    '{"$trigger": ["CronTrigger"]}',
    '{"$trigger": ["IntervalTrigger", {"version": 1, "hours": {"$tuple": []}}]}',
    '{"$trigger": ["tests.serializers.shop:Weekly", {"__class__": 1}]}',
    '{"$trigger": ["tests.serializers.shop:Weekly", [1]]}',
    '{"$trigger": ["tests.serializers.shop:Slotted", {"nothing": 1}]}',
    '{"$exception": ["os:system", {"$tuple": ["true"]}, null]}',
    '{"$exception": ["builtins:eval", {"$tuple": ["1"]}, null]}',
    '{"$exception": ["builtins:int", {"$tuple": ["1"]}, null]}',
    '{"$exception": ["tests.serializers.trap:Trap", {"$tuple": []}, null]}',
    '{"$exception": ["tests.serializers.shop:tidy", {"$tuple": []}, null]}',
    '{"$exception": ["builtins:ValueError", [], null]}',
    '{"$exception": ["builtins:ValueError", {"$tuple": []}, []]}',
    '{"$exception": ["builtins:ValueError", {"$tuple": []}, {"__traceback__": 1}]}',
    '{"$exception": ["builtins:ValueError", {"$tuple": []}, {"__class__": 1}]}',
    '{"$exception": ["builtins:UnicodeDecodeError", {"$tuple": []}, null]}',
    '{"$exception": ["builtins:ValueError"]}',
    "NaN",
    "Infinity",
    "1" * 5000,
    "[" * 100_000 + "]" * 100_000,
    '{"a":' * 50_000 + "1" + "}" * 50_000,
    '{"$tuple":[' * 900 + "]}" * 900,
]


@pytest.mark.parametrize("value", STRANGE, ids=lambda value: value[:60])
def test_what_no_writer_wrote_is_refused_and_nothing_is_imported_or_called(value: str) -> None:
    for data in (document(value), document(f'{{"args": {{"$tuple": [{value}]}}}}')):
        for serializer in (ADMITTING, PLAIN):
            shop.calls.clear()
            with pytest.raises(Exception) as raised:  # noqa: PT011 - which one is said by the value
                serializer.loads(data)
            assert not isinstance(raised.value, AssertionError)
            assert shop.calls == []
    assert isinstance(shop.Empty, type)
    assert len(shop.Empty.__members__) == 0


NAMES = st.sampled_from(
    [
        *(
            f"{SHOP}:{name}"
            for name in ("tidy", "Order", "Order.ship", "Colour", "Empty", "OwnError", "Weekly", "system")
        ),
        *("CronTrigger", "AndTrigger", "ExcludeTrigger", "builtins:dict", "builtins:eval", "builtins:ValueError"),
        *("os:system", "tests.serializers.trap:Trap", "tickwright.policies:OnLost", "tickwright.reference:find"),
    ]
)
WORDS = st.sampled_from(
    ["version", "hour", "timezone", "triggers", "trigger", "calendar", "weekday", "__class__", "__dict__"]
)
NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | NAMES | WORDS,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(WORDS, inner)
        | st.dictionaries(st.sampled_from(sorted(_READERS)), inner, min_size=1, max_size=1)
        | st.builds(
            lambda tag, name, state, args: {
                tag: [name, {"version": 1, **state}] if tag == "$trigger" else [name, *args]
            },
            st.sampled_from(["$trigger", "$enum", "$exception"]),
            NAMES,
            st.dictionaries(WORDS, inner),
            st.lists(inner | st.lists(inner).map(lambda items: {"$tuple": items}), max_size=2),
        )
    ),
)


@given(NODES)
def test_whatever_a_stranger_wrote_is_a_value_or_an_exception_and_calls_nothing(node: Any) -> None:
    shop.calls.clear()
    data = json.dumps({"tickwright": 1, "value": node}).encode()
    with suppress(Exception):
        ADMITTING.loads(data)
    assert shop.calls == []
    assert "tests.serializers.trap" not in sys.modules


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1",
        b"[]",
        b"{}",
        b'{"tickwright":1}',
        b'{"tickwright":"1","value":1}',
        b'{"tickwright":1,"value":1,"x":2}',
        b'{"tickwright":1,"value":1}x',
        b"\xff\xfe",
        '{"tickwright":1,"value":1}'.encode("utf-16"),
        b'{"tickwright":null,"value":1}',
    ],
)
def test_a_document_of_others_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        PLAIN.loads(data)


def test_a_document_of_a_newer_version_is_refused_saying_so() -> None:
    with pytest.raises(ValueError, match="version 2, and this Tickwright reads up to 1"):
        PLAIN.loads(b'{"tickwright":2,"value":1}')
