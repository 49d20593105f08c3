"""Samples: fire times that were checked against other implementations, inputs to refuse, zones that are telling."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

DATA = Path(__file__).parent / "data"

TELLING_ZONES = [
    "Africa/Cairo",  # midnight is left out, and three months once had four changes
    "Africa/Casablanca",  # Ramadan
    "America/New_York",
    "America/Santiago",  # midnight occurs twice
    "America/Sao_Paulo",  # midnight is left out
    "America/St_Johns",  # half past three behind
    "Antarctica/Casey",  # jumps of three hours and of two
    "Antarctica/Troll",  # two hours
    "Asia/Gaza",  # a week between two changes
    "Asia/Tehran",
    "Australia/Lord_Howe",  # half an hour
    "Europe/Dublin",  # winter time is the exception
    "Europe/London",
    "Pacific/Apia",  # a whole day
]


def samples(name):
    """Return the objects of a file of samples, one a line."""
    with (DATA / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def instant(text):
    """Return the instant of a sample."""
    return datetime.fromisoformat(text)


def fire_times(trigger, after, until, limit=None):
    """Return the trigger's fire times with after < fire time <= until, the first `limit` of them."""
    found: list[datetime] = []
    while limit is None or len(found) < limit:
        after = trigger.get_next_fire_time(after, after)
        if after is None or after > until:
            break
        found.append(after)
    return found
