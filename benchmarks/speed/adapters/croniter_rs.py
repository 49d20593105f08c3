"""The adapter of croniter-rs, which only knows when."""

from datetime import UTC, datetime

from croniter_rs import croniter

from benchmarks.speed.adapters.asking import fires_of

START = datetime(2026, 1, 1, tzinfo=UTC)
fires = fires_of("croniter_rs")


def read(expr, zone):
    """Read a text; the zone comes with the start."""
    return croniter(expr, START, second_at_beginning=True)
