"""What the jobs of the killed programs do: leave lines in a file that survives everything."""

from __future__ import annotations

import os
import time

from tickwright import current_run

__all__ = ["leave_line", "note"]


def leave_line(log: str, seconds: float) -> None:
    """Say in one write which run of what this is, and in which process; be busy for a while, and say that it ended."""
    run = current_run()
    called = (run.job_id, run.fire_time.isoformat(), run.attempt, run.id, os.getpid(), os.getppid(), time.time())
    note(log, "called", *called)
    time.sleep(seconds)
    note(log, "ended", run.id, time.time())


def note(path: str | os.PathLike[str], *words: object) -> None:
    """Append the words as one line.

    One write with O_APPEND is there whole or not at all, whoever else writes, and outlives a SIGKILL.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, (" ".join(map(str, words)) + "\n").encode())
    finally:
        os.close(descriptor)
