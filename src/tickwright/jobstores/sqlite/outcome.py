"""The outcome of a run as bytes: its result and its exception, none of which may ever stand in the way.

A run that ended is recorded as it ended, whatever it returned. What cannot be stored, or cannot be loaded
where somebody reads the history, is left out, and a remark in the run's reason says so.

A serializer that signs covers the run's id and which of the two it is. A result may come from outside, such as
the text of a page; signed for its own place only, it is good for nothing else.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tickwright.errors import UnpicklableResultError, described
from tickwright.serializers import Serializer

__all__ = ["Outcome", "joined", "pack_outcome", "unpack_outcome"]

LARGEST = 256 * 1024 * 1024
"""More bytes than this are left out: SQLite takes a billion in one row, and refuses the row beyond."""


class Outcome(NamedTuple):
    """What of a run has to be serialised, and what else must then be said."""

    result: bytes | None = None
    exception: bytes | None = None
    remark: str | None = None
    """What could not be stored, and why."""


EMPTY = Outcome()


def pack_outcome(run_id: str, result: object, exception: BaseException | None, serializer: Serializer) -> Outcome:
    """Return a run's result and exception as bytes. Never raises; runs the user's code, so not under a lock."""
    if result is None and exception is None:
        return EMPTY
    remark = packed_result = packed_exception = None
    if result is not None:
        try:
            packed_result = _bounded(serializer.within("result", run_id).dumps(result))
        except BaseException as error:  # border: __getstate__ and __reduce__ are the user's
            remark = f"its result, a {type(result).__qualname__}, is not stored: {described(error)}"
    if exception is not None:
        serializer = serializer.within("exception", run_id)
        try:
            packed_exception = _pack_exception(exception, serializer)
        except BaseException as error:  # border: its class is the user's
            packed_exception = _stand_in(exception, serializer)
            remark = joined(remark, f"its exception is not stored, only its type and text: {described(error)}")
    return Outcome(packed_result, packed_exception, remark)


def unpack_outcome(
    run_id: str, outcome: Outcome, serializer: Serializer
) -> tuple[Any, BaseException | None, str | None]:
    """Return result, exception and a remark. Never raises; runs the user's code, so not under a lock."""
    result: Any = None
    exception: BaseException | None = None
    remark = outcome.remark
    if outcome.result is not None:
        try:
            result = serializer.within("result", run_id).loads(outcome.result)
        except (Exception, SystemExit) as error:  # border: as for a job's body
            remark = joined(remark, f"its result cannot be loaded here: {described(error)}")
    if outcome.exception is not None:
        try:
            exception = serializer.within("exception", run_id).loads(outcome.exception)
            if not isinstance(exception, BaseException):
                raise TypeError(f"a {type(exception).__qualname__} is stored in its place")
        except (Exception, SystemExit) as error:  # border: as above
            exception = None
            remark = joined(remark, f"its exception cannot be loaded here: {described(error)}")
    return result, exception, remark


def joined(reason: str | None, more: str | None) -> str | None:
    """Return two remarks as one."""
    return f"{reason}; {more}" if reason and more else reason or more


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
