"""cronexpr's adapter; all of it is in UTC."""

from answering import answer
from cronexpr import next_fire


def fires(expr, zone, start):
    """Ask for one after the other."""
    at = start
    while True:
        at = next_fire(expr, at)
        yield at


if __name__ == "__main__":
    answer(fires)
