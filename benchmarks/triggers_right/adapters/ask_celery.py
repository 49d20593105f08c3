"""celery's adapter: a virtual beat, which is told how long to wait and asks again when that is over."""

from datetime import UTC, timedelta

from answering import answer
from celery import Celery
from celery.schedules import ParseException, crontab


def fires(expr, zone, start):
    """Run it when it says so; who gets no further in a second is stuck."""
    app = Celery(set_as_current=False)
    app.conf.timezone = str(zone)
    now = start
    schedule = crontab.from_string(expr)
    schedule.app, schedule.nowfun = app, lambda: now
    while True:
        wait = schedule.remaining_estimate(now)
        now = (now.astimezone(UTC) + max(wait, timedelta(seconds=1))).astimezone(zone)
        if wait > timedelta(0):
            yield now


if __name__ == "__main__":
    answer(fires, (ValueError, ParseException))
