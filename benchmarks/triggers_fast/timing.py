"""Timing: what runs in a peer's own environment. It steps through fire times and prints seconds, as one line of JSON.

    python timing.py ADAPTER

The adapter is one of those in `triggers_right/adapters`: a function `fires(expr, zone, start)` that returns an
iterator. It needs nothing but Python.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

ZONES = ("UTC", "America/New_York")
STEPS = ("* * * * *", "*/5 * * * *", "0 9 * * 1-5", "30 2 * * *", "0 0 L * *", "*/10 * * * * *", "0 0 29 2 *")
NEW_TEXTS = tuple(f"{minute} {hour} * * {day}" for minute in (5, 35) for hour in range(24) for day in range(1, 6))
START = datetime(2026, 1, 1, tzinfo=UTC)

CHUNKS = 12
BATCHES = 25
SECONDS_A_BATCH = 0.004
MOST_STEPS = 1_000

Fires = Callable[[str, ZoneInfo, datetime], Iterator[datetime]]


def main() -> None:
    """Time everything that the adapter's library takes."""
    path = Path(sys.argv[1])
    sys.path.insert(0, str(path.parent))
    fires: Fires = importlib.import_module(path.stem).fires
    found: dict[str, float | None] = {}
    for name in ZONES:
        zone = ZoneInfo(name)
        for expr in STEPS:
            found[f"{expr} in {name}"] = _or_none(lambda expr=expr, zone=zone: _step_seconds(fires, expr, zone))
    zone = ZoneInfo(ZONES[1])
    chunks = [NEW_TEXTS[number::CHUNKS] for number in range(CHUNKS)]
    found["a new text to its first fire time"] = _or_none(
        lambda: min([_text_seconds(fires, chunk, zone) for chunk in chunks])
    )
    found["a text seen before to its first fire time"] = _or_none(
        lambda: min(_text_seconds(fires, NEW_TEXTS[:20], zone) for _ in range(BATCHES))
    )
    print(json.dumps(found))


def _or_none(measure: Callable[[], float]) -> float | None:
    try:
        return measure()
    except Exception:  # the border to the library: what it does not take has no time
        return None


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


def _text_seconds(fires: Fires, texts: tuple[str, ...], zone: ZoneInfo) -> float:
    """Return the seconds from a text to its first fire time, on average."""
    start = START.astimezone(zone)
    next(fires("1 2 3 4 *", zone, start))  # what a library does once, at its first call
    began = perf_counter()
    for text in texts:
        next(fires(text, zone, start))
    return (perf_counter() - began) / len(texts)


if __name__ == "__main__":
    main()
