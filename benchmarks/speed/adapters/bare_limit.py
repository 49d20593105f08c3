"""The bare limit: the least that Python and this machine take for the same work, with no books kept of it."""

from datetime import UTC, datetime, timedelta

from benchmarks.speed.adapters.bare_scheduler import BareScheduler
from benchmarks.speed.adapters.bare_sqlite import BareSQLite, fill_bare

# What a scheduler with threads, times, zones and logs cannot do without.
IMPORT = "import threading, queue, heapq, datetime, zoneinfo, logging, uuid"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def fires(expr, zone, start):
    """Yield an instant every minute, whatever the expression says: an integer is raised, and a datetime made of it."""
    seconds = int(start.timestamp())
    while True:
        seconds += 60
        yield EPOCH + timedelta(0, seconds)


def in_memory(threads, runs):
    """Return a heap, a lock to wait for, and a queue to the threads."""
    return BareScheduler(threads)


def in_sqlite(path, mode, runs):
    """Return a table in a file."""
    return BareSQLite(path, "FULL" if mode == "default" else mode)


fill = fill_bare


def in_processes(workers, runs):
    """Return the standard library's pool."""
    from benchmarks.speed.adapters.bare_processes import BareProcesses

    return BareProcesses(workers)


def in_event_loop():
    """Return a heap and the event loop."""
    from benchmarks.speed.adapters.bare_event_loop import BareEventLoop

    return BareEventLoop()
