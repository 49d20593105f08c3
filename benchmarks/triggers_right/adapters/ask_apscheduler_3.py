"""APScheduler 3's adapter: its trigger is asked as its scheduler asks it."""

from answering import answer, just_after
from apscheduler.triggers.cron import CronTrigger


def fires(expr, zone, start):
    """Ask for one after the other."""
    trigger = CronTrigger.from_crontab(expr, zone)
    fire = trigger.get_next_fire_time(None, just_after(start))
    while fire is not None:
        yield fire
        fire = trigger.get_next_fire_time(fire, fire)


if __name__ == "__main__":
    answer(fires)
