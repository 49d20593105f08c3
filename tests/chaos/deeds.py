"""A job that ends when a test lets it."""

from __future__ import annotations

import time
from pathlib import Path

from tests.durability.deeds import say_called, say_ended

__all__ = ["hold"]


def hold(log: str, gate: str) -> str:
    """Say that it began, and go on until there is a file `gate`, for a minute at the most."""
    say_called(log)
    until = time.monotonic() + 60
    while not Path(gate).exists() and time.monotonic() < until:
        time.sleep(0.01)
    say_ended(log)
    return "let go"
