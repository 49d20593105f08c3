"""Attempts to break out of the restricted pickle: each is refused, and nothing was imported, called or changed.

The pickles are put together by hand, instruction by instruction, as an attacker would.
"""

from __future__ import annotations

import copyreg
import datetime
import os
import pickle
import string
import subprocess
import sys
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.serializers import shop
from tickwright.errors import (
    ConfigurationError,
    InvalidReferenceError,
    InvalidTriggerError,
    JobLookupError,
    UntrustedDataError,
)
from tickwright.policies import UNSET, OnLost
from tickwright.run import RunStatus
from tickwright.serializers import PickleSerializer
from tickwright.serializers.admission import Admission
from tickwright.serializers.restricted_pickle import RestrictedUnpickler
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.interval import IntervalTrigger

PROJECT = Path(__file__).resolve().parents[2]
SHOP = "tests.serializers.shop"
SERIALIZER = PickleSerializer(modules=[SHOP])

# -- putting pickles together ------------------------------------------------------------------------------

MARK, TUPLE, REDUCE, BUILD, NEWOBJ, EMPTY_TUPLE = b"(", b"t", b"R", b"b", b"\x81", b")"


def text(value: str) -> bytes:
    data = value.encode("utf-8", "surrogatepass")
    return b"X" + len(data).to_bytes(4, "little") + data


def name(module: str, path: str) -> bytes:
    return text(module) + text(path) + b"\x93"


def tuple_of(*items: bytes) -> bytes:
    return MARK + b"".join(items) + TUPLE


def called(function: bytes, *args: bytes) -> bytes:
    return function + tuple_of(*args) + REDUCE


def built(thing: bytes, state: bytes) -> bytes:
    return thing + state + BUILD


def dict_of(*pairs: bytes) -> bytes:
    return b"}" + MARK + b"".join(pairs) + b"u"


def slots_of(*pairs: bytes) -> bytes:
    """A state that is set attribute by attribute."""
    return tuple_of(b"N", dict_of(*pairs))


def program(*parts: bytes) -> bytes:
    return b"\x80\x04" + b"".join(parts) + b"."


def refused(data: bytes, *words: str) -> None:
    with pytest.raises(UntrustedDataError) as raised:
        SERIALIZER.loads(data)
    for word in words:
        assert word in str(raised.value)


# -- names -------------------------------------------------------------------------------------------------

FORBIDDEN = [
    ("os", "system"),
    ("posix", "system"),
    ("nt", "system"),
    ("subprocess", "Popen"),
    ("builtins", "eval"),
    ("builtins", "exec"),
    ("builtins", "__import__"),
    ("builtins", "open"),
    ("builtins", "compile"),
    ("builtins", "globals"),
    ("builtins", "setattr"),
    ("builtins", "type"),
    ("builtins", "super"),
    ("builtins", "breakpoint"),
    ("builtins", "print"),
    ("builtins", "dict.fromkeys"),
    ("builtins", "object.__subclasses__"),
    ("builtins", "str.format"),
    ("__builtin__", "eval"),
    ("io", "open"),
    ("functools", "partial"),
    ("functools", "reduce"),
    ("operator", "attrgetter"),
    ("operator", "methodcaller"),
    ("operator", "itemgetter"),
    ("copyreg", "_reconstructor"),
    ("copyreg", "add_extension"),
    ("copyreg", "__newobj__"),
    ("codecs", "decode"),
    ("_codecs", "encode"),
    ("importlib", "import_module"),
    ("pickle", "loads"),
    ("_pickle", "loads"),
    ("marshal", "loads"),
    ("types", "FunctionType"),
    ("types", "CodeType"),
    ("types", "MethodType"),
    ("weakref", "ref"),
    ("ctypes", "CDLL"),
    ("runpy", "run_path"),
    ("logging.config", "dictConfig"),
    ("collections", "namedtuple"),
    ("collections", "_sys.modules"),
    ("collections", "Counter.update"),
    ("datetime", "sys"),
    ("decimal", "_sys"),
    ("uuid", "os.system"),
    ("uuid", "UUID.__init__.__globals__"),
    ("zoneinfo", "ZoneInfo._unpickle"),
    ("pathlib", "os.system"),
    ("tickwright", "CronTrigger"),
    ("tickwright.reference", "find"),
    ("tickwright.reference", "Reference"),
    ("tickwright.reference", "import_module"),
    ("tickwright.reference", "partial"),
    ("tickwright.serializers", "PickleSerializer"),
    ("tickwright.serializers.restricted_pickle", "find_admitted"),
    ("tickwright.errors", "shortened"),
    ("tickwright.errors", "Repr"),
    ("tickwright.triggers.cron.trigger", "lru_cache"),
    ("tickwright.triggers.cron.trigger", "CronTrigger._make"),
    ("tickwright.policies", "Enum"),
    ("tests.serializers.outside", "borrow"),
    ("tests.serializers.trap", "anything"),
    ("tests.serializers", "shop"),
    ("tests.serializers.shop.deeper", "x"),
    ("tests.serializers.shop ", "tidy"),
    ("tests/serializers/shop", "tidy"),
    (".shop", "tidy"),
    ("", "tidy"),
    ("ｏｓ", "system"),  # noqa: RUF001 - that is the attack: a letter that looks like another
    ("os\0", "system"),
    (SHOP, "os.system"),
    (SHOP, "os"),
    (SHOP, "system"),
    (SHOP, "run_anything"),
    (SHOP, "subprocess.Popen"),
    (SHOP, "functools.partial"),
    (SHOP, "later"),
    (SHOP, "later.func"),
    (SHOP, "send"),
    (SHOP, "settings"),
    (SHOP, "calls"),
    (SHOP, "calls.append"),
    (SHOP, "borrow"),
    (SHOP, "Borrowed"),
    (SHOP, "Borrowed.method"),
    (SHOP, "outside.borrow"),
    (SHOP, "Order.runner"),
    (SHOP, "Order.shell.Popen"),
    (SHOP, "Order.run"),
    (SHOP, "Order.inherited"),
    (SHOP, "Order.mro"),
    (SHOP, "Order.__subclasses__"),
    (SHOP, "Order.__class__"),
    (SHOP, "Order.__init__"),
    (SHOP, "Order.__init__.__globals__"),
    (SHOP, "Order.__reduce_ex__"),
    (SHOP, "Order.__dict__"),
    (SHOP, "Order.ship.__globals__"),
    (SHOP, "tidy.__globals__"),
    (SHOP, "tidy.__code__"),
    (SHOP, "tidy.__call__"),
    (SHOP, "cached.__wrapped__"),
    (SHOP, "cached.cache_clear"),
    (SHOP, "decorated.__wrapped__"),
    (SHOP, "__builtins__"),
    (SHOP, "__loader__"),
    (SHOP, "__spec__"),
    (SHOP, "__dict__"),
]


@pytest.mark.parametrize(("module", "path"), FORBIDDEN, ids=lambda part: part[:40])
def test_a_name_that_is_not_admitted_is_neither_found_nor_called(module: str, path: str) -> None:
    before = set(sys.modules)
    for data in (
        program(name(module, path)),
        program(called(name(module, path), text("true"))),
        program(tuple_of(called(name(module, path)))),
        program(name(module, path) + EMPTY_TUPLE + NEWOBJ),
    ):
        with pytest.raises((UntrustedDataError, InvalidReferenceError)):
            SERIALIZER.loads(data)
    assert set(sys.modules) == before


@pytest.mark.parametrize("path", ["gone", "Order.gone", "Order..ship", ".", "Order.", ""])
def test_a_name_of_a_listed_module_that_leads_nowhere_is_refused(path: str) -> None:
    with pytest.raises(Exception, match=r"has no|not a reference|not admitted"):
        SERIALIZER.loads(program(name(SHOP, path)))


def test_a_name_that_is_no_text_is_refused() -> None:
    for module, path in ((b"K\x01", text("tidy")), (text(SHOP), b"N"), (tuple_of(), tuple_of())):
        with pytest.raises((UntrustedDataError, pickle.UnpicklingError)):
            SERIALIZER.loads(program(module + path + b"\x93"))


@pytest.mark.parametrize(
    "path", ["tidy", "tidied", "cached", "decorated", "Order", "Order.Line", "Order.price", "Weekly"]
)
def test_what_is_defined_in_a_listed_module_is_found(path: str) -> None:
    found: Any = shop
    for step in path.split("."):
        found = getattr(found, step)
    assert SERIALIZER.loads(program(name(SHOP, path))) is found


# -- instructions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"(S'true'\nios\nsystem\n.",
        b"(cos\nsystem\nS'true'\no.",
        b"(c" + SHOP.encode() + b"\ntidy\no.",
        b"\x80\x04c" + SHOP.encode() + b"\ntidy\n.",
        b"\x80\x02(i" + SHOP.encode() + b"\ntidy\n.",
        b"Pid\n.",
        b"\x80\x04K\x01Q.",
        b"\x80\x05\x97.",
        b"\x80\x04K\x012.",
        b"\x80\x04\x82\x01.",
        b"\x80\x04\x83\x01\x00.",
        b"\x80\x04\x84\x01\x00\x00\x00.",
        b"\x80\x04\xff.",
        b"I1\n.",
        b"F1.5\n.",
        b"S'a'\n.",
    ],
    ids=range(17),
)
def test_an_instruction_that_no_new_pickle_has_is_refused(data: bytes) -> None:
    refused(data, "instruction")


def test_a_number_of_copyreg_that_somebody_else_has_loaded_is_refused() -> None:
    # Python's own unpickler does not ask find_class for it: whoever loaded it once, has opened the door for all.
    copyreg.add_extension("os", "getcwd", 200)
    try:
        data = b"\x80\x04\x82\xc8."
        assert pickle.loads(data) is os.getcwd

        class Asked(pickle.Unpickler):
            def find_class(self, module: str, name: str) -> Any:
                raise AssertionError("it was asked")

        assert Asked(BytesIO(data)).load() is os.getcwd
        refused(data, "EXT1")
    finally:
        copyreg.remove_extension("os", "getcwd", 200)
        copyreg.clear_extension_cache()


CLASSES_AND_FUNCTIONS = {
    "a listed class": (SHOP, "Order"),
    "a listed function": (SHOP, "with_default"),
    "a function with a cache": (SHOP, "cached"),
    "a wrapped function": (SHOP, "decorated"),
    "a plain class": ("uuid", "UUID"),
    "a trigger's class": ("tickwright.triggers.cron.trigger", "CronTrigger"),
    "an exception": ("tickwright.errors", "JobLookupError"),
    "a class of collections": ("collections", "Counter"),
    "the stand-in for getattr": ("builtins", "getattr"),
}


@pytest.mark.parametrize("target", CLASSES_AND_FUNCTIONS.values(), ids=CLASSES_AND_FUNCTIONS)
def test_what_belongs_to_the_program_is_not_changed(target: tuple[str, str]) -> None:
    thing = name(*target)
    tidy = name(SHOP, "tidy")
    for data in (
        built(thing, slots_of(text("__str__"), tidy)),
        built(thing, slots_of(text("get_next_fire_time"), tidy)),
        built(thing, slots_of(text("__defaults__"), tuple_of(text("evil")))),
        built(thing, dict_of(text("anything"), tidy)),
        thing + text("key") + text("value") + b"s",
        thing + MARK + text("key") + text("value") + b"u",
        thing + text("item") + b"a",
        thing + MARK + text("item") + b"e",
        thing + MARK + text("item") + b"\x90",
    ):
        refused(program(data), "belongs to the program")
        refused(program(b"]" + data + b"a"), "belongs to the program")
        # The same by way of the memo, which is how one hides what one is doing.
        refused(program(thing + b"\x94" + b"0" + data.replace(thing, b"h\x00", 1)), "belongs to the program")
    assert shop.with_default() == "default"
    assert not hasattr(shop.Order, "anything")
    assert str(uuid.UUID(int=1)).endswith("1")


def test_the_members_of_an_enumeration_are_not_changed() -> None:
    member = called(name("tickwright.policies", "OnLost"), text("record"))
    refused(program(built(member, dict_of(text("_value_"), text("rerun")))), "belongs to the program")
    refused(program(built(member, slots_of(text("_value_"), text("rerun")))), "belongs to the program")
    assert OnLost.RECORD.value == "record"


def test_only_classes_make_objects() -> None:
    refused(program(called(name(SHOP, "tidy")) + EMPTY_TUPLE + NEWOBJ), "no class")
    refused(program(name(SHOP, "tidy") + EMPTY_TUPLE + NEWOBJ), "no class")
    refused(program(name(SHOP, "tidy") + EMPTY_TUPLE + b"}" + b"\x92"), "no class")


@pytest.mark.parametrize("attribute", ["__class__", "__init__", "key", "no_cache", "from_file", "clear_cache"])
def test_getattr_serves_zones_and_nothing_else(attribute: str) -> None:
    zone = name("zoneinfo", "ZoneInfo")
    refused(program(called(name("builtins", "getattr"), zone, text(attribute))), "getattr is not admitted")


def test_getattr_leads_from_nothing_to_anywhere() -> None:
    get = name("builtins", "getattr")
    for owner in (name(SHOP, "tidy"), name(SHOP, "Order"), text("text"), called(name(SHOP, "Order")), get):
        for attribute in ("__globals__", "__class__", "format", "_unpickle"):
            refused(program(called(get, owner, text(attribute))), "getattr is not admitted")


def test_a_zone_is_no_way_to_read_files() -> None:
    load = called(name("builtins", "getattr"), name("zoneinfo", "ZoneInfo"), text("_unpickle"))
    for key in ("../../../etc/passwd", "/etc/passwd", "Europe/../../../../etc/passwd"):
        with pytest.raises((ValueError, KeyError)):
            SERIALIZER.loads(program(called(load, text(key), b"\x88")))


def test_a_factory_must_be_admitted() -> None:
    refused(program(called(name("collections", "defaultdict"), name("os", "getcwd"))), "os:getcwd")


def test_an_array_is_no_larger_than_the_pickle_that_it_is_in() -> None:
    with pytest.raises(pickle.UnpicklingError, match="cut short"):
        SERIALIZER.loads(program(b"\x96" + (2**40).to_bytes(8, "little")))
    with pytest.raises((pickle.UnpicklingError, EOFError)):
        SERIALIZER.loads(program(b"\x96" + (10).to_bytes(8, "little") + b"abc"))
    with pytest.raises((pickle.UnpicklingError, EOFError, OverflowError)):
        SERIALIZER.loads(program(b"\x8e" + (2**62).to_bytes(8, "little")))


@pytest.mark.parametrize(
    "data", [b"", b"\x80", b"\x80\x04", b".", b"\x80\x04a.", b"\x80\x04u.", b"\x80\x04\x93.", b"\x80\x63N."]
)
def test_a_pickle_that_is_none_is_refused_with_an_exception_and_no_crash(data: bytes) -> None:
    with pytest.raises((EOFError, IndexError, ValueError, pickle.UnpicklingError)):
        SERIALIZER.loads(data)


def test_no_table_of_the_unpickler_can_be_changed() -> None:
    with pytest.raises(TypeError):
        RestrictedUnpickler.dispatch[ord("c")] = pickle._Unpickler.load_global  # type: ignore[index, attr-defined]
    with pytest.raises(AttributeError):
        Admission([SHOP]).anything = 1  # type: ignore[attr-defined]


def loaded_at_random(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.serializers.random_programs", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=110)


def test_random_pickles_open_import_start_and_change_nothing() -> None:
    done = loaded_at_random("7", "5000")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5000 pickles, 0 findings" in done.stdout


def test_the_same_pickles_do_so_with_the_usual_recipe_which_shows_that_it_would_be_seen() -> None:
    done = loaded_at_random("7", "5000", "recipe")
    assert done.returncode != 0, done.stdout + done.stderr
    assert "FOUND" in done.stdout


# -- what is needed is there -----------------------------------------------------------------------------------

HELD = [
    shop.Order(7, ["a"]),
    shop.Order.Line,
    shop.Colour.RED,
    shop.Rights.READ | shop.Rights.WRITE,
    shop.Weekly(3),
    shop.Slotted(4),
    shop.tidy,
    shop.Order.price,
    CronTrigger(hour=3, timezone=datetime.timezone(datetime.timedelta(microseconds=5))),
    IntervalTrigger(hours=1),
    RunStatus.FAILED,
    OnLost.RERUN,
    UNSET,
    datetime.datetime(2026, 1, 1, 2, 3, 4, 5, tzinfo=ZoneInfo("Europe/Berlin"), fold=1),
    datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    datetime.date(2026, 1, 1),
    datetime.time(1, 2, tzinfo=datetime.UTC),
    datetime.timedelta(1, 2, 3),
    ZoneInfo("UTC"),
    Decimal("1.50"),
    Fraction(1, 3),
    uuid.UUID(int=5),
    Path("/tmp"),
    PurePosixPath("a"),
    PureWindowsPath("c:\\a"),
    Counter("aab"),
    OrderedDict(a=1),
    defaultdict(list, a=[1]),
    deque([1, 2], 3),
    {1, 2},
    frozenset({1}),
    (1, (2, [3])),
    b"\x00" * 300,
    bytearray(b"abc"),
    1 + 2j,
    range(3),
    slice(1, 2),
    ...,
    NotImplemented,
    2**5000,
    float("-inf"),
    "x" * 100_000,
    list(range(3_000)),
    {"key": {1: None}},
    [int, ValueError],
]


@pytest.mark.parametrize("protocol", [4, 5])
@pytest.mark.parametrize("value", HELD, ids=lambda value: type(value).__name__)
def test_a_plain_or_listed_value_comes_back(value: Any, protocol: int) -> None:
    serializer = PickleSerializer(protocol, modules=[SHOP])
    found = serializer.loads(serializer.dumps(value))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a", 1),
        KeyError("a"),
        FileNotFoundError(2, "gone", "file"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
        ImportError("no", name="module"),
        SystemExit(3),
        InvalidTriggerError("hour", 25, "too late"),
        JobLookupError("no job"),
        shop.OwnError(7),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_comes_back(error: BaseException) -> None:
    error.add_note("noted")
    found = SERIALIZER.loads(SERIALIZER.dumps(error))
    assert type(found) is type(error)
    assert (vars(found), str(found)) == (vars(error), str(error))


def test_an_object_that_refers_to_itself_comes_back() -> None:
    circle: list[Any] = []
    circle.append({"circle": circle})
    found = SERIALIZER.loads(SERIALIZER.dumps(circle))
    assert found[0]["circle"] is found


# -- writing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        os.system,
        len,
        getattr,
        [os.getcwd],
        shop.Borrowed(),
        shop.Borrowed,
        shop.borrow,
        os.environ,
        type,
        {1: print},
        "text".upper,
        [].append,
        shop.Order().ship,
        shop.Order.latest,
        ZoneInfo.clear_cache,
    ],
    ids=range(15),
)
def test_what_could_not_be_read_is_not_written(value: Any) -> None:
    with pytest.raises(Exception, match=r"not admitted|cannot be pickled|method of an object"):
        SERIALIZER.dumps(value)


def test_a_class_that_its_name_does_not_lead_to_is_not_written() -> None:
    with pytest.raises(InvalidReferenceError, match="not to what is stored"):
        SERIALIZER.dumps(shop.shadowed())


def test_only_new_protocols_can_be_restricted() -> None:
    with pytest.raises(ConfigurationError, match="4 or 5"):
        PickleSerializer(2, modules=[SHOP])


# -- entries -------------------------------------------------------------------------------------------------


def test_a_package_with_all_below_it_admits_no_neighbour_of_a_longer_name() -> None:
    admission = Admission(["tests.serializers.*"])
    assert admission.has_module("tests.serializers")
    assert admission.has_module("tests.serializers.shop")
    assert not admission.has_module("tests.serializers_of_another")
    assert not admission.has_module("tests")


def test_a_single_name_admits_itself_only() -> None:
    serializer = PickleSerializer(modules=["string:capwords"])
    assert serializer.loads(serializer.dumps(string.capwords)) is string.capwords
    with pytest.raises(UntrustedDataError):
        serializer.loads(program(name("os", "system")))


@pytest.mark.parametrize(
    ("modules", "words"),
    [
        (["*"], "names nothing"),
        ([""], "names nothing"),
        (["shop."], "names nothing"),
        ([".shop"], "names nothing"),
        (["shop jobs"], "names nothing"),
        (["shop.*:tidy"], "names nothing"),
        (["shop:"], "names nothing"),
        (["shop.jobs.tidy()"], "names nothing"),
        (["builtins"], "eval"),
        (["builtins.*"], "eval"),
        (["tickwright"], "import anything"),
        (["tickwright.*"], "import anything"),
    ],
)
def test_an_entry_that_cannot_be_taken_is_refused(modules: list[str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        PickleSerializer(modules=modules)


@pytest.mark.parametrize("modules", ["shop.jobs", b"shop.jobs", 7, [shop], [None]])
def test_modules_are_a_list_of_names(modules: Any) -> None:
    with pytest.raises(TypeError, match="modules must"):
        PickleSerializer(modules=modules)
