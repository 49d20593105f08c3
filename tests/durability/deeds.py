"""What the jobs of the killed programs do: leave lines in a file that survives everything."""

from __future__ import annotations

import os
import time

from tickwright import current_run

__all__ = ["leave_line", "note", "say_called", "say_ended"]


def leave_line(log: str, seconds: float) -> None:
    """Say that it was called, be busy for a while, and say that it ended."""
    say_called(log)
    time.sleep(seconds)
    say_ended(log)


def say_called(log: str) -> None:
    """Say which run of what this is, and in which process."""
    run = current_run()
    words = (run.job_id, run.fire_time.isoformat(), run.attempt, run.id, os.getpid(), os.getppid(), time.time())
    note(log, "called", *words)


def say_ended(log: str) -> None:
    """Say that the function is about to return."""
    note(log, "ended", current_run().id, time.time())


def note(path: str | os.PathLike[str], *words: object) -> None:
    """Append the words as one line.

    One write with O_APPEND is there whole or not at all, whoever else writes, and outlives a SIGKILL.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, (" ".join(map(str, words)) + "\n").encode())
    finally:
        os.close(descriptor)
