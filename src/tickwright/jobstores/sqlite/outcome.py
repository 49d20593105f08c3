"""The outcome of a run as bytes: its result and its exception, none of which may ever stand in the way.

A run that ended is recorded as it ended, whatever it returned. What cannot be stored, or cannot be loaded
where somebody reads the history, is left out, and the run's reason says so.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tickwright.errors import UnpicklableResultError
from tickwright.jobstores.body import described
from tickwright.run import Run
from tickwright.serializers import Serializer

__all__ = ["Outcome", "pack_outcome", "unpack_outcome"]

LARGEST = 256 * 1024 * 1024
"""More bytes than this are left out: SQLite takes a billion in one row, and refuses the row beyond."""


class Outcome(NamedTuple):
    """What of a run has to be serialised, and what else must then be said."""

    result: bytes | None
    exception: bytes | None
    reason: str | None


def pack_outcome(run: Run, serializer: Serializer) -> Outcome:
    """Return the run's result and exception as bytes. Never raises; runs the user's code, so not under a lock."""
    if run.result is None and run.exception is None:
        return Outcome(None, None, run.reason)
    reason = run.reason
    result = exception = None
    if run.result is not None:
        try:
            result = _bounded(serializer.dumps(run.result))
        except Exception as error:  # border: __getstate__ and __reduce__ are the user's
            reason = _joined(
                reason, f"its result, a {type(run.result).__qualname__}, is not stored: {described(error)}"
            )
    if run.exception is not None:
        try:
            exception = _pack_exception(run.exception, serializer)
        except (Exception, SystemExit) as error:  # border: its class is the user's
            exception = _stand_in(run.exception, serializer)
            reason = _joined(reason, f"its exception is not stored, only its type and text: {described(error)}")
    return Outcome(result, exception, reason)


def unpack_outcome(outcome: Outcome, serializer: Serializer) -> tuple[Any, BaseException | None, str | None]:
    """Return result, exception and reason. Never raises; runs the user's code, so not under a lock."""
    result: Any = None
    exception: BaseException | None = None
    reason = outcome.reason
    if outcome.result is not None:
        try:
            result = serializer.loads(outcome.result)
        except (Exception, SystemExit) as error:  # border: as for a job's body
            reason = _joined(reason, f"its result cannot be loaded here: {described(error)}")
    if outcome.exception is not None:
        try:
            exception = serializer.loads(outcome.exception)
            if not isinstance(exception, BaseException):
                raise TypeError(f"a {type(exception).__qualname__} is stored in its place")
        except (Exception, SystemExit) as error:  # border: as above
            exception = None
            reason = _joined(reason, f"its exception cannot be loaded here: {described(error)}")
    return result, exception, reason


def _pack_exception(exception: BaseException, serializer: Serializer) -> bytes:
    data = _bounded(serializer.dumps(exception))
    # Many exceptions are written down without complaint and cannot be made again: their __init__ takes other
    # arguments than it hands on. Better found out here, where its type and text can still be told.
    serializer.loads(data)
    return data


def _stand_in(exception: BaseException, serializer: Serializer) -> bytes | None:
    try:
        return serializer.dumps(UnpicklableResultError(described(exception)))
    except Exception:  # a serializer that takes no exceptions at all; the traceback's text still tells
        return None


def _bounded(data: bytes) -> bytes:
    if len(data) > LARGEST:
        raise ValueError(f"it takes {len(data)} bytes, and at most {LARGEST} are stored")
    return data


def _joined(reason: str | None, more: str) -> str:
    return more if reason is None else f"{reason}; {more}"
