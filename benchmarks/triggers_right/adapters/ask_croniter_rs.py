"""croniter-rs's adapter."""

from datetime import UTC, datetime

from answering import answer
from croniter_rs import croniter


def fires(expr, zone, start):
    """Ask for one after the other; an answer without a zone is in the zone of the start."""
    iterator = croniter(expr, start, second_at_beginning=True)
    while True:
        fire = iterator.get_next(datetime)
        yield fire if fire.tzinfo else fire.replace(tzinfo=zone).astimezone(UTC)


if __name__ == "__main__":
    answer(fires)
