"""A program that has blocked a signal, to wait for it in a thread of its choice, gets it there and nowhere else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

PROJECT = Path(__file__).resolve().parents[2]

PROGRAM = dedent(
    """
    import os
    import signal
    from threading import Event

    from tickwright import BackgroundScheduler
    from tickwright.events import EVENT_JOB_EXECUTED
    from tickwright.executors.pool import ProcessPoolExecutor

    if __name__ == "__main__":
        signals = {signal.SIGTERM, signal.SIGINT}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        done = Event()
        with BackgroundScheduler(executors={"default": ProcessPoolExecutor(1)}) as scheduler:
            scheduler.add_listener(lambda event: done.set(), EVENT_JOB_EXECUTED)
            scheduler.add_job(os.getpid)
            assert done.wait(60)
            for number in signals:
                # Now, while nobody waits for it: it must stay pending until somebody does.
                os.kill(os.getpid(), number)
            print(sorted(signal.sigwait(signals) for _ in signals) == sorted(signals))
    """
)


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be blocked here")
def test_a_signal_that_the_program_blocks_is_blocked_in_the_threads_of_the_pool_too(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)], env=environment, capture_output=True, text=True, timeout=100
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
