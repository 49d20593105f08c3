"""The adapter of celery, which only knows when."""

from celery.schedules import crontab

from benchmarks.speed.adapters.asking import fires_of

fires = fires_of("celery")


def read(expr, zone):
    """Read a text; the zone comes with the start."""
    return crontab.from_string(expr)
