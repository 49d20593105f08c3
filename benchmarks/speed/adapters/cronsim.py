"""The adapter of cronsim, which only knows when."""

from datetime import UTC, datetime

from cronsim import CronSim

from benchmarks.speed.adapters.asking import fires_of

START = datetime(2026, 1, 1, tzinfo=UTC)
fires = fires_of("cronsim")


def read(expr, zone):
    """Read a text; the zone comes with the start."""
    return CronSim(expr, START)
