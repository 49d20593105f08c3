"""The adapter of schedule: it has no threads and no instants, so it only takes jobs here."""

from schedule import Scheduler as Library

IMPORT = "from schedule import Scheduler"


class Scheduler:
    """A scheduler that the program itself has to ask over and over; nobody does here."""

    def __init__(self):
        self.scheduler = Library()

    def open(self):
        """Nothing is to be started."""

    def go(self):
        """Nothing is to be started."""

    def close(self):
        """Nothing is to be stopped."""

    def add_hourly(self, func, number, first):
        """Add a job for every hour, counted from now."""
        self.scheduler.every(1).hours.do(func, number)


def adds_in_memory(threads, runs):
    """Return it."""
    return Scheduler()
