"""Looking at processes from outside: whether they live, and what this one holds open."""

import os
import signal
from pathlib import Path
from threading import Event

from tickwright.clock import SystemClock

WAIT = 60.0


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    return state_of(pid) not in "ZX"


def state_of(pid: int) -> str:
    """Return the letter that the system has for what a process does; X where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def wait_until(happened, seconds: float = WAIT) -> None:
    """Return when `happened()`; what is outside of this process gives no notice."""
    deadline = SystemClock().monotonic() + seconds
    while not happened():
        assert SystemClock().monotonic() < deadline, f"not within {seconds} s"
        Event().wait(0.005)


def wait_for_death(pid: int, seconds: float = WAIT) -> None:
    wait_until(lambda: not is_alive(pid), seconds)


def stop(pid: int) -> None:
    """Stop a process, and return when it stands still: until then it may yet read what it was waiting for."""
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: not is_alive(pid) or state_of(pid) == "T")


def read_pid(path: Path) -> int:
    """Return the process id that somebody writes to this file."""
    wait_until(path.exists)
    return int(path.read_text())


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))
