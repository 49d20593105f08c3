"""A: how long the next fire time takes, and reading a cron expression."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.speed.names import APSCHEDULER_3
from benchmarks.speed.reach import AsGoodAs, AtMost, Reach
from benchmarks.speed.row import MICROS, Row

TITLE = "A: the next fire time"
ZONES = ("UTC", "America/New_York")
STEPS = ("* * * * *", "*/5 * * * *", "0 9 * * 1-5", "30 2 * * *", "0 0 L * *", "*/10 * * * * *")
LEAP_DAY = "0 0 29 2 *"
NEW_TEXTS = tuple(f"{minute} {hour} * * {day}" for minute in (5, 35) for hour in range(24) for day in range(1, 6))
START = datetime(2026, 1, 1, tzinfo=UTC)

NEW, SEEN, FIRST = "reading a new text", "reading a text seen before", "a new text to its first fire time"

CHUNKS = 12
BATCHES = 25
SECONDS_A_BATCH = 0.004
MOST_STEPS = 1_000

Fires = Callable[[str, ZoneInfo, datetime], Iterator[datetime]]


def cases(quick: bool) -> list[dict[str, Any]]:
    """Return one case for stepping and reading to the first fire time, and one for reading alone."""
    steps = [f"{expr} in {zone}" for zone in ZONES for expr in (*STEPS, LEAP_DAY)]
    return [
        {"needs": "fires", "keys": [*steps, FIRST], "seconds": 120},
        {"needs": "read", "keys": [NEW, SEEN], "seconds": 120},
    ]


def rows(quick: bool) -> list[Row]:
    """Return a row for each expression and zone, and for reading."""
    steps = [
        Row(key=f"{expr} in {zone}", label=f"`{expr}` in {zone}", unit=MICROS, reach=_reach(expr))
        for zone in ZONES
        for expr in (*STEPS, LEAP_DAY)
    ]
    return [
        *steps,
        Row(key=NEW, label=NEW, unit=MICROS, reach=(AsGoodAs(8, APSCHEDULER_3),)),
        Row(key=SEEN, label=SEEN, unit=MICROS, reach=(AsGoodAs(8, APSCHEDULER_3), AtMost(1))),
        Row(key=FIRST, label=FIRST, unit=MICROS, reach=(AsGoodAs(8, APSCHEDULER_3),)),
    ]


def _reach(expr: str) -> tuple[Reach, ...]:
    return (
        (AsGoodAs(10, APSCHEDULER_3),) if expr == LEAP_DAY else (AsGoodAs(10, APSCHEDULER_3), AsGoodAs(1, "cronexpr"))
    )


def measure(adapter: Any, case: dict[str, Any]) -> dict[str, float]:
    """Time what the library takes; an expression that it refuses has no time."""
    zone = ZoneInfo(ZONES[1])
    start = START.astimezone(zone)
    if case["needs"] == "read":
        return _reading(lambda text: adapter.read(text, zone), NEW, SEEN)
    found = {}
    for name in ZONES:
        for expr in (*STEPS, LEAP_DAY):
            with suppress(Exception):  # the border to the library
                found[f"{expr} in {name}"] = _step_seconds(adapter.fires, expr, ZoneInfo(name))
    return found | _reading(lambda text: next(adapter.fires(text, zone, start)), FIRST, "")


def _step_seconds(fires: Fires, expr: str, zone: ZoneInfo) -> float:
    """Return the seconds that a step takes: those of the quickest batch, which other work has disturbed least."""
    start = START.astimezone(zone)
    steps, seconds = 4, 0.0
    while seconds < SECONDS_A_BATCH and steps < MOST_STEPS:
        steps *= 2
        seconds = _walk(fires(expr, zone, start), steps)
    return min(_walk(fires(expr, zone, start), steps) for _ in range(BATCHES)) / steps


def _walk(iterator: Iterator[datetime], steps: int) -> float:
    next(iterator)  # reading the text is another question
    began = perf_counter()
    deque(islice(iterator, steps), maxlen=0)
    return perf_counter() - began


def _reading(read: Callable[[str], object], new: str, seen: str) -> dict[str, float]:
    """Return the seconds for a text, as one of those that are new, and if asked, as one of those seen before."""
    read("1 2 3 4 *")  # what a library does once, at its first call
    chunks = [NEW_TEXTS[number::CHUNKS] for number in range(CHUNKS)]
    found = {new: min([_text_seconds(read, chunk) for chunk in chunks])}
    if seen:
        found[seen] = min(_text_seconds(read, chunks[0]) for _ in range(BATCHES))
    return found


def _text_seconds(read: Callable[[str], object], texts: tuple[str, ...]) -> float:
    began = perf_counter()
    for text in texts:
        read(text)
    return (perf_counter() - began) / len(texts)
