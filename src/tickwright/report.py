"""What an executor hands back: that a run has started, and, exactly once, how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from tickwright.run import RunStatus

__all__ = ["Report", "Started"]


class Started(NamedTuple):
    """A worker has begun to call the function. Told for those who watch; nothing depends on its arrival."""

    run_id: str
    started_at: datetime


class Report(NamedTuple):
    """How a run ended. Every submitted run gets exactly one, whatever happens to its worker."""

    run_id: str
    status: RunStatus
    """An outcome: `succeeded`, `failed`, `cancelled`, `timed_out` or `lost`."""
    finished_at: datetime
    started_at: datetime | None = None
    """None where the function was never called."""
    result: Any = None
    exception: BaseException | None = None
    traceback: str | None = None
    """The exception's traceback as text: it can travel and be stored where the exception cannot."""
    reason: str | None = None
    packed: object = None
    """Result and exception as the job store will write them; its `pack` makes it, and executors leave it alone."""
