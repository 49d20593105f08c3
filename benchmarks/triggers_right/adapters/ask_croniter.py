"""croniter's adapter, with the options that bring it nearest to cron(8)."""

from datetime import datetime

from answering import answer
from croniter import CroniterBadDateError, croniter


def fires(expr, zone, start):
    """Ask for one after the other."""
    iterator = croniter(expr, start, second_at_beginning=True, implement_cron_bug=True)
    while True:
        try:
            yield iterator.get_next(datetime)
        except CroniterBadDateError:  # it found none in the years that it looks at
            return


if __name__ == "__main__":
    answer(fires)
