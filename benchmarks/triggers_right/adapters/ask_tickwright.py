"""Tickwright's adapter."""

from answering import answer

from tickwright import CronTrigger


def fires(expr, zone, start):
    """Ask for one after the other."""
    trigger = CronTrigger.from_crontab(expr, zone)
    at = start
    while (at := trigger.get_next_fire_time(at, start)) is not None:
        yield at


if __name__ == "__main__":
    answer(fires)
