"""Looks at a report before anything is made of it: executors are subclassed by users."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tickwright.clock import Clock
from tickwright.report import Report
from tickwright.run import RunStatus

__all__ = ["checked"]

OUTCOMES: Final = frozenset(
    {RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.TIMED_OUT, RunStatus.LOST}
)


def checked(report: Report, clock: Clock) -> Report:
    """Return the report, or, where it cannot be put on record, one that says so: `failed`, now.

    One bad value must not fail the commit in which all other outcomes are written.
    """
    problem = _problem_of(report)
    if problem is None:
        return report
    reason = f"its executor sent a report that cannot be recorded: {problem}"
    return Report(run_id=report.run_id, status=RunStatus.FAILED, finished_at=clock.now(), reason=reason)


def _problem_of(report: Report) -> str | None:
    _, status, finished_at, started_at, _, exception, traceback, reason, _ = report
    if status not in OUTCOMES:
        return f"status {status!r} is no outcome of a run"
    if not _is_aware(finished_at):
        return f"finished_at must be an aware datetime, not {finished_at!r}"
    if started_at is not None and not _is_aware(started_at):
        return f"started_at must be an aware datetime, not {started_at!r}"
    if traceback is not None and not isinstance(traceback, str):
        return f"traceback must be text, not {type(traceback).__name__}"
    if reason is not None and not isinstance(reason, str):
        return f"reason must be text, not {type(reason).__name__}"
    if exception is not None and not isinstance(exception, BaseException):
        return f"exception must be an exception, not {type(exception).__name__}"
    return None


def _is_aware(instant: object) -> bool:
    return isinstance(instant, datetime) and (instant.tzinfo is UTC or instant.utcoffset() is not None)
