"""What the jobs of the killed program do: leave one line each time, in a file that survives everything."""

from __future__ import annotations

import os
import time

from tickwright import current_run


def leave_line(log: str, seconds: float) -> None:
    """Append (job, fire time, attempt, run) in one write, then be busy for a while."""
    run = current_run()
    line = f"{run.job_id} {run.fire_time.isoformat()} {run.attempt} {run.id}\n"
    # One write with O_APPEND is there whole or not at all, whoever else writes, and outlives a SIGKILL.
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)
    time.sleep(seconds)
