"""A job store's file is locked by another process for a while: does the loop live through it, with whole books?

    python -m tests.faults.locked SECONDS

Prints the books, and ends with 1 where they are not whole.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from tests.faults.books import Books
from tests.faults.stage import Working
from tests.schedulers.stage import in_time
from tickwright import events
from tickwright.jobstores.sqlite import SQLiteJobStore

LOCK = """
import sqlite3, sys
sql = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
sql.execute("BEGIN " + sys.argv[2])
print("locked", flush=True)
sys.stdin.read()
sql.execute("COMMIT")
sql.close()
"""


@dataclass
class Left:
    """What a lock has left."""

    books: Books
    outages: int
    error: str
    complaints: list[str]


@contextmanager
def by_another_process(path: Path, how: str) -> Iterator[None]:
    """Have another process lock the file for the length of the block."""
    command = [sys.executable, "-c", LOCK, str(path), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        yield
        process.stdin.close()
        process.wait(60)


def live_through(folder: Path, seconds: float, how: str) -> Left:
    """Have the file locked for so long while threads work on it, and return what that has left."""
    path, complaints, error = folder / "jobs.db", [], ""
    one = Working(SQLiteJobStore(path, timeout=0.3, keep_runs=None), lease=min(6.0, max(2.0, seconds / 4)))
    one.begin()
    assert one.has_run("tick0", 5)
    with by_another_process(path, how):
        one.heard.wait_for(events.EVENT_JOBSTORE_OUTAGE)
        Event().wait(seconds)
        health = one.scheduler.health()
        error = str(health.jobstores["default"].error)
        if not health.loop_alive or health.jobstores["default"].ok or health.jobstores["default"].out_for < seconds / 2:
            complaints.append(f"it does not tell the truth: {health}")
        if not one.has_run("elsewhere", 3):
            complaints.append("the other store stands still")
    one.heard.wait_for(events.EVENT_JOBSTORE_RECOVERED)
    for number in range(3):
        if not one.has_run(f"tick{number}", 5):
            complaints.append(f"tick{number} does not go on")
    books = one.books_at_rest()
    in_time(lambda: one.scheduler.shutdown(timeout=5))
    for text in ("failed: ", "answers again"):
        if (lines := sum(text in record.getMessage() for record in one.records)) != 1:
            complaints.append(f"the log says {text!r} {lines} times")
    return Left(books, len(one.heard.of(events.EVENT_JOBSTORE_OUTAGE)), error, complaints + books.complaints)


def main(seconds: float) -> int:
    """Live through both kinds of locks; return 1 where a promise was broken."""
    status = 0
    for how in ("IMMEDIATE", "EXCLUSIVE"):
        with tempfile.TemporaryDirectory() as folder:
            left = live_through(Path(folder), seconds, how)
        print(
            f"BEGIN {how} for {seconds:g} s, {left.outages} outage told: {left.error}\n{left.books.table()}", flush=True
        )
        for complaint in left.complaints:
            print(f"  {complaint}", flush=True)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
