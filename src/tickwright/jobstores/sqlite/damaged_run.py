"""A run whose row is damaged: what can be read of it, so that it is neither hidden nor forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from tickwright.jobstores.sqlite.instants import EPOCH, instant_of, span_of
from tickwright.jobstores.sqlite.outcome import joined
from tickwright.run import Run, RunStatus

__all__ = ["mended", "tell"]

T = TypeVar("T")

logger = logging.getLogger("tickwright.jobstores.sqlite")

MOST_TOLD = 1_000
_told: set[object] = set()
"""The ids of the runs that the log has told of: an unsettled one is read at each look at its job."""


def mended(row: tuple[Any, ...], problem: Exception) -> Run:
    """Return the run of a damaged row, with what was lost put in as far as the rest of the row says it.

    A run without an outcome stays one, so that it is settled when it ends, or when its owner is found dead. That writes
    the whole row anew. Left out, it would never end, and a job that waits for it would wait for ever.
    """
    (
        run_id, owner, job_id, fire_time, due_at, lateness, attempt, coalesced, executor, host,
        status, reason, started_at, finished_at, _, _, traceback,
    ) = row  # fmt: skip
    due = _read(instant_of, due_at) or _read(instant_of, fire_time) or EPOCH
    ended = _read(instant_of, finished_at)
    return Run(
        # These three as they are: what is written about the run finds its row by them.
        id=run_id,
        owner=owner,
        job_id=job_id,
        fire_time=_read(instant_of, fire_time) or due,
        due_at=due,
        attempt=attempt if type(attempt) is int and attempt >= 1 else 1,
        status=_read(RunStatus, status) or (RunStatus.SCHEDULED if finished_at is None else RunStatus.LOST),
        reason=joined(reason if isinstance(reason, str) else None, f"its row was damaged: {problem}"),
        lateness=_read(span_of, lateness) or timedelta(0),
        started_at=_read(instant_of, started_at),
        finished_at=ended,
        traceback=traceback if isinstance(traceback, str) else None,
        executor=executor if isinstance(executor, str) else "",
        host=host if isinstance(host, str) else "",
        coalesced=coalesced if type(coalesced) is int and coalesced >= 1 else 1,
    )


def tell(row: tuple[Any, ...], problem: Exception) -> None:
    """Say once in the log that a run's row is damaged."""
    run_id = row[0]
    if run_id in _told or len(_told) >= MOST_TOLD:
        return
    _told.add(run_id)
    logger.warning(
        "The row of run %r of job %r is damaged (%s); what can be read of it is shown, and it is written anew "
        "when the run is settled",
        run_id,
        row[2],
        problem,
    )


def _read(read: Callable[[Any], T | None], value: Any) -> T | None:
    try:
        return read(value)
    except (TypeError, ValueError, OverflowError):
        return None
