"""What the standard library's thread pool takes for the same jobs, with nothing to decide when."""

from concurrent.futures import ThreadPoolExecutor


class Submitting:
    """Jobs in a list, and a loop that submits them."""

    def __init__(self, threads):
        self.jobs = []
        self.pool = ThreadPoolExecutor(threads)

    def open(self):
        """Nothing is to be started."""

    def go(self):
        """Submit all."""
        for func, number in self.jobs:
            self.pool.submit(func, number)

    def close(self):
        """Stop."""
        self.pool.shutdown()

    def add_once(self, func, number, when):
        """Keep it."""
        self.jobs.append((func, number))


def submits_in_memory(threads, runs):
    """Return the loop."""
    return Submitting(threads)
