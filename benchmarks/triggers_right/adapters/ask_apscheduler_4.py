"""APScheduler 4's adapter."""

from answering import answer, just_after
from apscheduler.triggers.cron import CronTrigger


def fires(expr, zone, start):
    """Ask for one after the other; its start is inclusive, and has to be in the zone."""
    trigger = CronTrigger.from_crontab(expr, start_time=just_after(start), timezone=zone)
    while (fire := trigger.next()) is not None:
        yield fire


if __name__ == "__main__":
    answer(fires)
