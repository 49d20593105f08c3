"""Loads random pickles, restricted, for so many rounds from a seed, and watches what they do to the process.

    python -m tests.serializers.random_programs SEED ROUNDS [recipe]

A pickle is put together from instructions, names that are admitted and names that are not. Python tells an audit
hook of whatever is opened, imported, compiled or started (PEP 578); each such thing is a finding, and so is a
class, a function or a member that is another one afterwards. Prints what it found, and how far the pickles came.

With `recipe` it is Python's own unpickler that loads them, with the same `find_class`: there are findings, which shows
that they would be seen.
"""

from __future__ import annotations

import pickle
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

from tests.serializers import shop
from tests.serializers.test_restricted_pickle import FORBIDDEN, SHOP, name, text
from tickwright.policies import OnLost
from tickwright.run import RunStatus
from tickwright.serializers.admission import Admission
from tickwright.serializers.plain_names import PLAIN_NAMES
from tickwright.serializers.restricted_pickle import RestrictedUnpickler, find_admitted, get_zone_loader
from tickwright.triggers.cron import CronTrigger

WATCHED = (
    "open",
    "import",
    "exec",
    "compile",
    "os.",
    "subprocess.",
    "socket.",
    "ctypes.",
    "shutil.",
    "pickle.",
    "code.",
)
ADMITTED = ["tidy", "with_default", "cached", "decorated", "Order", "Order.Line", "Colour", "Rights", "Empty", "Parcel",
            "Caller", "OwnError", "Weekly", "Slotted", "Order.price"]  # fmt: skip
# What is harmless in itself, and would take for ever or all memory with the wrong arguments: told in security.md.
GREEDY = {"builtins:" + kind for kind in ("bytes", "bytearray")}
WORDS = [
    *("true", "__class__", "__dict__", "__defaults__", "__code__", "__str__", "_unpickle", "get_next_fire_time"),
    *("ship", "number", "version", "__setstate__", "record", "red", "system", "__globals__", "_value_", "UTC"),
]

ADMISSION = Admission([SHOP])
PLAIN = sorted(PLAIN_NAMES - GREEDY)
TOUCHED: list[Any] = [
    shop.Order,
    shop.tidy,
    shop.with_default,
    shop.Colour,
    shop.Colour.RED,
    UUID,
    Counter,
    CronTrigger,
    OnLost.RECORD,
    RunStatus.FAILED,
    get_zone_loader,
]


def a_name(draw: random.Random) -> bytes:
    kind = draw.random()
    if kind < 0.35:
        return name(SHOP, draw.choice(ADMITTED))
    if kind < 0.75:
        return name(*draw.choice(PLAIN).split(":"))
    if kind < 0.8:
        return name("builtins", "getattr")
    return name(*draw.choice(FORBIDDEN))


def a_value(draw: random.Random, depth: int = 0) -> bytes:
    """Return instructions that leave one value on the stack."""
    choices: list[Callable[[], bytes]] = [
        lambda: a_name(draw),
        lambda: text(draw.choice(WORDS)),
        lambda: b"K" + bytes([draw.randrange(9)]),
        lambda: draw.choice([b"N", b"\x88", b")", b"]", b"}", b"\x8f"]),
        lambda: b"h" + bytes([draw.randrange(6)]),
    ]
    if depth < 5:
        inner = lambda: a_value(draw, depth + 1)  # noqa: E731 - said in one line, it reads
        many = lambda: b"".join(inner() for _ in range(draw.randrange(4)))  # noqa: E731 - as above
        choices += [
            lambda: a_name(draw) + b"(" + many() + b"tR",
            lambda: inner() + b"(" + many() + b"tR",
            lambda: a_name(draw) + b"(" + many() + b"t\x81",
            lambda: a_name(draw) + b"(" + many() + b"t" + b"}(" + text(draw.choice(WORDS)) + inner() + b"u\x92",
            lambda: inner() + inner() + b"b",
            lambda: inner() + b"N}(" + text(draw.choice(WORDS)) + inner() + b"u\x86b",
            lambda: inner() + b"}(" + text(draw.choice(WORDS)) + inner() + b"ub",
            lambda: inner() + text(draw.choice(WORDS)) + inner() + b"s",
            lambda: inner() + b"(" + text(draw.choice(WORDS)) + inner() + b"u",
            lambda: inner() + inner() + b"a",
            lambda: inner() + b"(" + many() + b"e",
            lambda: inner() + b"(" + many() + b"\x90",
            lambda: b"(" + many() + b"t",
            lambda: b"(" + many() + b"\x91",
            lambda: inner() + b"\x94",
        ]
    return draw.choice(choices)()


def a_program(draw: random.Random) -> bytes:
    data = b"\x80\x04" + b"".join(a_value(draw) + b"\x94" for _ in range(draw.randrange(1, 4))) + b"."
    if draw.random() < 0.2:  # and some that are not well-formed
        damaged = bytearray(data)
        damaged[draw.randrange(2, len(data))] = draw.randrange(256)
        return bytes(damaged)
    return data


def look() -> list[Any]:
    return [
        dict(vars(thing)) | {"": (getattr(thing, "__defaults__", 0), getattr(thing, "__class__", 0))}
        for thing in TOUCHED
    ]


class Recipe(pickle.Unpickler):
    def find_class(self, module: str, path: str) -> Any:
        return find_admitted(f"{module}:{path}", ADMISSION)


def main(seed: int, rounds: int, recipe: bool = False) -> int:
    warnings.simplefilter("ignore")
    draw = random.Random(seed)
    seen: list[str] = []
    watching = False

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if watching and event.startswith(WATCHED):
            seen.append(f"{event} {str(args)[:100]}")

    for full in PLAIN:  # so that no import is left to do for what is admitted
        try:
            __import__(full.partition(":")[0])
        except ModuleNotFoundError:
            PLAIN.remove(full)  # of another version of Python
    sys.addaudithook(hook)
    before, modules, outcomes, findings = look(), set(sys.modules), Counter[str](), 0
    for number in range(rounds):
        program = a_program(draw)
        seen.clear()
        watching = True
        try:
            (Recipe(BytesIO(program)) if recipe else RestrictedUnpickler(program, ADMISSION)).load()
            outcome = "loaded"
        except Exception as error:
            outcome = type(error).__name__
        watching = False
        outcomes[outcome] += 1
        # A zone is read from the database, which is looked for in some folders, as is the package tzdata.
        bad = [one for one in seen if not ("zoneinfo" in one and one.startswith("open")) and "os.listdir" not in one]
        bad += sorted(module for module in set(sys.modules) - modules if not module.startswith("tzdata"))
        if bad or look() != before:
            findings += 1
            print(f"FOUND in round {number}: {bad[:3] or 'something was changed'}: {program!r}", flush=True)
            before, modules = look(), set(sys.modules)
    print(
        f"{rounds} pickles, {findings} findings:",
        ", ".join(f"{kind} {count}" for kind, count in outcomes.most_common(8)),
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), "recipe" in sys.argv[3:]))
