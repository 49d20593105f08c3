"""crontab's adapter; with seconds it wants a year too."""

from answering import answer
from crontab import CronTab


def fires(expr, zone, start):
    """Ask for one after the other."""
    table = CronTab(f"{expr} *" if len(expr.split()) == 6 else expr)
    at = start
    while (at := table.next(now=at, return_datetime=True)) is not None:
        yield at


if __name__ == "__main__":
    answer(fires)
