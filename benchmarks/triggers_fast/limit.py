"""The bare limit: an integer is raised and a datetime made of it, which any trigger must do at least."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def fires(expr, zone, start):
    """Yield an instant every minute, whatever the expression says."""
    seconds = int(start.timestamp())
    while True:
        seconds += 60
        yield EPOCH + timedelta(0, seconds)
