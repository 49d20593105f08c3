"""How a scheduler is, told as a value."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Health", "StoreHealth"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHealth:
    """How one job store is."""

    ok: bool
    error: str | None = None
    """What it raised last, while it is out."""
    out_for: float = 0.0
    """Seconds since the outage began; 0 where there is none."""
    in_flight: int = 0
    """Runs that were taken and have no outcome on record."""
    unrecorded: int = 0
    """Those of them that have ended and whose outcome waits to be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a scheduler is. `ok` says whether anything needs a person's attention; `problems` says what."""

    ok: bool
    state: str
    """`stopped`, `running`, `paused` or `stopping`."""
    loop_alive: bool
    """Whether the loop's thread is there."""
    last_step: float | None
    """Seconds since the loop last went round, or saw that it need not; some more than 1 mean that it is held up."""
    jobstores: dict[str, StoreHealth] = field(default_factory=dict)
    executors: dict[str, int | None] = field(default_factory=dict)
    """How many more runs each would take now (None: no bound)."""
    triggers_failing: int = 0
    """Jobs whose trigger raised when it was last asked."""
    listener_errors: int = 0
    """Calls of listeners that raised, since the scheduler was made."""
    events_waiting: int = 0
    """Events that listeners have not been told yet."""
    problems: tuple[str, ...] = ()
    """What is wrong, a sentence each."""
