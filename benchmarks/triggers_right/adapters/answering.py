"""Answering: the loop that every adapter shares; it needs nothing but Python.

An adapter says how its library is asked, as a function `fires(expr, zone, start)` that returns an iterator of
aware datetimes after `start`. What it raises before the first one is a refusal, or, if it is no ValueError, a
crash; what it raises later is a crash.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["Fires", "answer", "just_after"]

Fires = Callable[[str, ZoneInfo, datetime], Iterator[datetime]]

MOST_FIRES = 40  # where ten are expected, thirty that should not be there are enough


def answer(fires: Fires, refusals: tuple[type[Exception], ...] = (ValueError,)) -> None:
    """Answer the questions on standard input, one a line, until there are no more."""
    replies, sys.stdout = sys.stdout, sys.stderr  # a library that prints does not break the conversation
    print("ready", file=replies, flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(_reply(fires, question, refusals)), file=replies, flush=True)


def just_after(start: datetime) -> datetime:
    """Return the next second, in the same zone; adding it there would forget which pass of a fold it is."""
    return (start.astimezone(UTC) + timedelta(seconds=1)).astimezone(start.tzinfo)


def _reply(fires: Fires, question: dict[str, object], refusals: tuple[type[Exception], ...]) -> dict[str, object]:
    zone = ZoneInfo(str(question["zone"]))
    start = datetime.fromtimestamp(float(str(question["start"])), zone)
    horizon = float(str(question["horizon"]))
    found: list[float] = []
    try:
        for fire in fires(str(question["expr"]), zone, start):
            found.append(fire.timestamp())
            if found[-1] > horizon or len(found) == MOST_FIRES:
                break
    except Exception as error:  # the border to the library: whatever it raises is its answer
        is_refusal = not found and isinstance(error, refusals)
        return {"failure": "refused" if is_refusal else "crashed", "error": repr(error)}
    return {"fires": found}
