"""The adapter of croniter, which only knows when."""

from croniter import croniter

from benchmarks.speed.adapters.asking import fires_of

fires = fires_of("croniter")


def read(expr, zone):
    """Read a text; the zone comes with the start."""
    return croniter(expr, second_at_beginning=True, implement_cron_bug=True)
