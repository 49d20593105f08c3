"""A run as a row, and a run made of a row again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tickwright.jobstores.sqlite.damaged_run import mended, tell
from tickwright.jobstores.sqlite.instants import instant_of, micros_of, micros_within, span_of
from tickwright.jobstores.sqlite.outcome import Outcome, joined, pack_outcome, unpack_outcome
from tickwright.run import Run, RunStatus
from tickwright.serializers import Serializer

__all__ = ["COLUMNS", "Row", "end_of", "load_runs", "row_of"]

COLUMNS = (
    "id, owner, job_id, "
    "fire_time, due_at, lateness, attempt, coalesced, executor, host, "
    "status, reason, started_at, finished_at, result, exception, traceback"
)
"""In front what tells one run from all others, and whose it is; then what can be told of it anew."""

Row = tuple[Any, ...]


def row_of(run: Run, serializer: Serializer, packed: object = None) -> Row:
    """Return a run as the values of `COLUMNS`, with its outcome as its worker has `packed` it.

    What was not is packed here. That runs the user's code, so never under a lock.
    """
    if not isinstance(packed, Outcome):
        packed = pack_outcome(run.id, run.result, run.exception, serializer)
    reason, traceback = joined(run.reason, packed.remark), run.traceback
    return (
        run.id,
        run.owner,
        run.job_id,
        micros_of(run.fire_time),
        micros_of(run.due_at),
        micros_within(run.lateness),
        run.attempt,
        run.coalesced,
        run.executor,
        run.host,
        run.status.value,
        None if reason is None else _writable(reason),
        micros_of(run.started_at),
        micros_of(run.finished_at),
        packed.result,
        packed.exception,
        None if traceback is None else _writable(traceback),
    )


def end_of(run: Run) -> int:
    """Return when a settled run ended; one that never started ended when it was taken."""
    return micros_of(run.finished_at or run.taken_at)


def load_runs(rows: Iterable[Row], serializer: Serializer) -> tuple[Run, ...]:
    """Return the runs of these rows. Runs the user's code, so never under a lock.

    A result or exception that cannot be loaded is left out, and of a row that is damaged itself there is what can be
    read; `reason` says so in either case.
    """
    runs = []
    for row in rows:
        try:
            runs.append(_run_of(row, serializer))
        except (TypeError, ValueError, OverflowError) as error:
            tell(row, error)
            runs.append(mended(row, error))
    return tuple(runs)


def _run_of(row: Row, serializer: Serializer) -> Run:
    (
        run_id, owner, job_id, fire_time, due_at, lateness, attempt, coalesced, executor, host,
        status, reason, started_at, finished_at, packed_result, packed_exception, traceback,
    ) = row  # fmt: skip
    if not (type(attempt) is type(coalesced) is int and attempt > 0 and coalesced > 0):
        raise ValueError(f"attempt is {attempt!r} and coalesced is {coalesced!r}")
    if not (type(executor) is type(host) is str and _is_text(reason) and _is_text(traceback)):
        raise TypeError("executor, host, reason or traceback is no text")
    run = Run(
        id=run_id,
        job_id=job_id,
        fire_time=instant_of(fire_time),
        due_at=instant_of(due_at),
        attempt=attempt,
        status=RunStatus(status),
        reason=reason,
        lateness=span_of(lateness),
        started_at=instant_of(started_at),
        finished_at=instant_of(finished_at),
        traceback=traceback,
        executor=executor,
        host=host,
        owner=owner,
        coalesced=coalesced,
    )
    if packed_result is None and packed_exception is None:
        return run
    result, exception, remark = unpack_outcome(run_id, Outcome(packed_result, packed_exception), serializer)
    return run._replace(result=result, exception=exception, reason=joined(reason, remark))


def _is_text(value: Any) -> bool:
    return value is None or type(value) is str


def _writable(text: str) -> str:
    # Half a surrogate pair, as in the name of a file that is no UTF-8, has no place in a database's text.
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
