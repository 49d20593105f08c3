"""What the jobs of these programs do."""

import asyncio
import os
import time
from contextlib import suppress

from tickwright import current_run


def has_left_line(job_id, seconds=30.0):
    """Return whether a job has left a line in time, in whatever process it was run."""
    for _ in range(int(seconds / 0.01)):
        with suppress(FileNotFoundError), open("lines.txt") as lines:
            if any(line.startswith(f"{job_id} ") for line in lines):
                return True
        time.sleep(0.01)
    return False


def leave_line(seconds=0.0):
    """Append (job, fire time, attempt, run, process) to a file, then be busy for a while."""
    run = current_run()
    line = f"{run.job_id} {run.fire_time.isoformat()} {run.attempt} {run.id} {os.getpid()}\n"
    # One write with O_APPEND is there whole or not at all, whoever else writes, and outlives a SIGKILL.
    file = os.open("lines.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)
    if seconds:
        time.sleep(seconds)


async def leave_line_later(seconds=0.0):
    """Do the same as a coroutine, without holding up its event loop."""
    leave_line()
    await asyncio.sleep(seconds)


async def stay():
    """Wait for ever."""
    await asyncio.Event().wait()
