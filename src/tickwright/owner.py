"""An owner: the scheduler that took a run, and what others need to know whether it still lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Lease", "Owner", "Silence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """One scheduler in one process, from its start to its shutdown. A restart is another owner."""

    id: str
    host: str = ""
    pid: int = 0
    process: str = ""
    """What tells this process from a later one with the same pid on the same machine; "" where nothing does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """An owner's sign of life. It is renewed by raising `beat`; nobody compares clocks across machines.

    Whoever watches a lease and sees its beat unchanged for `seconds` of its own monotonic clock may take the
    owner for dead. A wall clock that is wrong on either side changes nothing about that.
    """

    owner: Owner
    seconds: float
    beat: int = 1
    seen_at: datetime | None = None
    """The wall time of the last beat on the owner's clock, for people who look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The last sign of life that was seen of an owner who is taken for dead."""

    owner: str
    beat: int | None
    """Its lease's beat; None where it had no lease."""
