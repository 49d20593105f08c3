"""Looking at processes from outside: whether they live, and what this one holds open."""

import os
from pathlib import Path
from threading import Event

from tickwright.clock import SystemClock

WAIT = 60.0


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def wait_until(happened, seconds: float = WAIT) -> None:
    """Return when `happened()`; what is outside of this process gives no notice."""
    deadline = SystemClock().monotonic() + seconds
    while not happened():
        assert SystemClock().monotonic() < deadline, f"not within {seconds} s"
        Event().wait(0.005)


def wait_for_death(pid: int, seconds: float = WAIT) -> None:
    wait_until(lambda: not is_alive(pid), seconds)


def read_pid(path: Path) -> int:
    """Return the process id that somebody writes to this file."""
    wait_until(path.exists)
    return int(path.read_text())


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))
