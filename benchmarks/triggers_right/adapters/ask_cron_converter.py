"""cron-converter's adapter."""

from answering import answer
from cron_converter import Cron


def fires(expr, zone, start):
    """Hand its own iterator on."""
    return iter(Cron(expr).schedule(start))


if __name__ == "__main__":
    answer(fires)
