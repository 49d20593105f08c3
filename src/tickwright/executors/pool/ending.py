"""How a worker process ended, in words for the report of the run that it had."""

from __future__ import annotations

import signal
from typing import NamedTuple

from tickwright.executors.pool.worker_main import ORPHANED

__all__ = ["Ending"]

UNKNOWN_TO_FORK_SERVER = 255
"""What multiprocessing says where the fork server, which alone knows the exit code, has ended."""


class Ending(NamedTuple):
    """The end of a worker process. As text it goes on after "a worker process"."""

    exit_code: int | None
    """As multiprocessing has it, the negative of a signal; None where it is not known."""
    start_method: str
    was_stuck: bool = False
    """Whether the pool had to kill it, so that its exit code says nothing."""

    @property
    def is_violent(self) -> bool:
        """Whether somebody else killed it, so that another process may fare better."""
        if self.was_stuck:
            return False
        return self.exit_code is None or self.exit_code < 0 or self._is_hidden

    @property
    def _is_hidden(self) -> bool:
        return self.start_method == "forkserver" and self.exit_code == UNKNOWN_TO_FORK_SERVER

    def __str__(self) -> str:
        if self.was_stuck:
            return f"went on without its pipe to the pool, {_CLOSED}, and was killed"
        if self.exit_code is None:
            return "ended in an unknown way: something else in this program fetched its exit code"
        if self._is_hidden:
            return "ended with exit code 255, or in an unknown way because its fork server ended before it"
        if self.exit_code == ORPHANED:
            return f"ended with exit code {ORPHANED}, because it lost its pipe to the pool, {_CLOSED}"
        if self.exit_code >= 0:
            return f"ended with exit code {self.exit_code}"
        hint = ", as the kernel does when memory runs out" if self.exit_code == -_SIGKILL else ""
        return f"was killed by {_name_of(-self.exit_code)}{hint}"


_CLOSED = "as when a job closes files that it did not open"
_SIGKILL = 9  # everywhere where there are signals; Windows has no name for it


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
