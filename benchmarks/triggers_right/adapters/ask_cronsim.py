"""cronsim's adapter."""

from answering import answer
from cronsim import CronSim, CronSimError


def fires(expr, zone, start):
    """Hand its own iterator on."""
    return CronSim(expr, start)


if __name__ == "__main__":
    answer(fires, (CronSimError,))
