"""The adapter of huey, with its storage in memory and its consumer in this process."""

from huey import MemoryHuey

from benchmarks.speed.books import note, note_time

IMPORT = "from huey import MemoryHuey"


class Scheduler:
    """A consumer with its thread for what is scheduled, which looks once a second, and worker threads."""

    def __init__(self, threads):
        self.huey = MemoryHuey(results=False)
        self.consumer = self.huey.create_consumer(workers=threads, periodic=False, scheduler_interval=1)
        self.tasks = {func: self.huey.task()(func) for func in (note, note_time)}

    def open(self):
        """Nothing takes jobs before the consumer is started."""

    def go(self):
        """Start it."""
        self.consumer.start()

    def close(self):
        """Stop, and wait for the workers."""
        self.consumer.stop(graceful=True)

    def add_once(self, func, number, when):
        """Add a task for an instant."""
        self.tasks[func].schedule(args=(number,), eta=when)


def in_memory(threads, runs):
    """Return it."""
    return Scheduler(threads)
