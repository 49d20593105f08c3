"""Looks at a report before anything is made of it: executors are subclassed by users."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tickwright.report import Report
from tickwright.run import RunStatus

__all__ = ["checked"]

OUTCOMES: Final = frozenset(
    {RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.TIMED_OUT, RunStatus.LOST}
)


def checked(report: Report, now: datetime) -> Report:
    """Return the report, or, where it cannot be put on record, one that says so: `failed`, at `now`.

    One bad value must not fail the commit in which all other outcomes are written.
    """
    problem = _problem_of(report)
    if problem is None:
        return report
    reason = f"its executor sent a report that cannot be recorded: {problem}"
    return Report(run_id=report.run_id, status=RunStatus.FAILED, finished_at=now, reason=reason)


def _problem_of(report: Report) -> str | None:
    if report.status not in OUTCOMES:
        return f"status {report.status!r} is no outcome of a run"
    for name, instant in (("finished_at", report.finished_at), ("started_at", report.started_at)):
        if instant is None and name == "started_at":
            continue
        if not isinstance(instant, datetime) or instant.utcoffset() is None:
            return f"{name} must be an aware datetime, not {instant!r}"
    for name, text in (("traceback", report.traceback), ("reason", report.reason)):
        if text is not None and not isinstance(text, str):
            return f"{name} must be text, not {type(text).__name__}"
    if report.exception is not None and not isinstance(report.exception, BaseException):
        return f"exception must be an exception, not {type(report.exception).__name__}"
    return None
