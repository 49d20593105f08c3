"""Bodies of jobs as somebody may have altered them in a store, in today's form and in the first one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tickwright.jobstores.trigger_code import read_trigger

__all__ = ["altered", "of_the_first_version"]

PLACES = {"version": 0, "func": 1, "trigger": 2, "args": 3}


def altered(record: list[Any], parts: Mapping[str, Any]) -> list[Any]:
    """Return a record with other parts, each in its place."""
    *placed, others = record if len(record) > len(PLACES) else [*record, {}]
    for part, value in parts.items():
        if part in PLACES:
            placed[PLACES[part]] = value
        else:
            others = {**others, part: value}
    return [*placed, others]


def of_the_first_version(record: list[Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as the first version would have written it, with other parts."""
    _, func, trigger, args, *others = record
    named = {"version": 1, "func": func, "trigger": read_trigger(trigger), "args": args}
    return named | (others[0] if others else {}) | dict(parts)
