"""What a process pool and its worker processes say to each other: tasks and news one way, answers the other.

An answer is of plain values, which always travel and always load. The result or exception is among them as it was
pickled, since it may not load; a large one comes after the answer, by itself.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias, cast

from tickwright.errors import InvalidJobError, UnpicklableResultError, described, shortened
from tickwright.instants import MICROSECOND, to_datetime, to_micros
from tickwright.policies import UNSET
from tickwright.reference import Reference, name_now
from tickwright.report import Report
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob

__all__ = [
    "READY",
    "STOP",
    "Answer",
    "News",
    "Task",
    "make_report",
    "pack_answer",
    "pack_news",
    "pack_task",
    "unpack_answer",
    "unpack_news",
    "unpack_task",
]

READY = b"ready"
"""The first that a worker process says: it is up, and takes tasks."""
STOP = b"stop"
"""Said in place of a task: end, there is nothing more to do."""

LARGEST_INSIDE = 4 * 1024
"""Bytes of the largest outcome that is a part of its answer. Of a larger one it would be a copy more on each side."""

# Each border here is for BaseException: what the user's objects raise when they are pickled or loaded is told about
# their run, and SystemExit and KeyboardInterrupt mean no more there than in the job itself.


_Said: TypeAlias = tuple[str, str, int, int, int, str | None, int, str, str, str, int]
"""What a worker process is told of a run, which has no outcome yet. Numbers take a sixth of what datetimes take."""


class Task(NamedTuple):
    """One run to perform. The function travels by its name: code is never sent."""

    run: Run
    reference: Reference
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class News(NamedTuple):
    """What has become known about the run that a worker process has."""

    run_id: str
    cancelled: bool
    """Whether it was asked to stop."""
    lost_lease: bool
    """Whether another scheduler has it on record as lost."""


class Answer(NamedTuple):
    """How a run ended, but for the result or exception itself."""

    status: str
    called: bool
    """Whether the function was called at all."""
    began: float
    """When the worker began, by the machine's monotonic clock."""
    elapsed: float
    """How many seconds the worker was busy with it."""
    reason: str | None = None
    traceback: str | None = None
    about: str = ""
    """What the outcome is, in words, for the case that it cannot be loaded."""
    payload: bytes | None = None
    """The outcome. Without one, here or after it, the result is None."""
    has_more: bool = False
    """Whether the outcome is the message after this one."""


# -- the worker's side -----------------------------------------------------------------------------


def unpack_task(data: bytes) -> Task:
    """Return the task; raises whatever the user's classes raise when they are loaded."""
    said, reference, args, kwargs = pickle.loads(data)
    if isinstance(reference, str):
        reference = Reference(name=reference)
    return Task(_heard(said), reference, args, kwargs)


def _heard(said: _Said) -> Run:
    id, job_id, fire_time, due_at, attempt, reason, lateness, executor, host, owner, coalesced = said
    return Run(
        id=id,
        job_id=job_id,
        fire_time=to_datetime(fire_time),
        due_at=to_datetime(due_at),
        attempt=attempt,
        reason=reason,
        lateness=lateness * MICROSECOND,
        executor=executor,
        host=host,
        owner=owner,
        coalesced=coalesced,
    )


def unpack_news(data: bytes) -> News:
    """Return the news."""
    flags, _, run_id = data.decode().partition(" ")
    return News(run_id, cancelled="c" in flags, lost_lease="l" in flags)


def pack_answer(report: Report, began: float, elapsed: float) -> list[bytes]:
    """Return a report as one or two messages. Where the outcome itself cannot travel, words about it do."""
    answer = Answer(
        status=report.status.value,
        called=report.started_at is not None,
        began=began,
        elapsed=elapsed,
        reason=report.reason,
        traceback=report.traceback,
    )
    payload = None
    if report.exception is not None:
        answer, payload = _with_exception(answer, report.exception)
    elif report.result is not None:
        answer, payload = _with_result(answer, report.result)
    if payload is not None and len(payload) > LARGEST_INSIDE:
        return [_packed(answer._replace(has_more=True)), payload]
    return [_packed(answer._replace(payload=payload))]


def _packed(answer: Answer) -> bytes:
    return pickle.dumps(tuple(answer), pickle.HIGHEST_PROTOCOL)


def _with_result(answer: Answer, result: Any) -> tuple[Answer, bytes]:
    about = f"the function returned a value of type {type(result).__qualname__}"
    try:
        payload = pickle.dumps(result, pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # border: pickling calls methods of the user's objects
        refusal = UnpicklableResultError(
            f"the function returned {shortened(result)}, which cannot be sent back from its worker process: "
            f"{described(error)}; return something that pickle takes, or None"
        )
        answer = answer._replace(status=RunStatus.FAILED.value, reason=str(refusal))
        payload = pickle.dumps(refusal)
    return answer._replace(about=about), payload


def _with_exception(answer: Answer, exception: BaseException) -> tuple[Answer, bytes]:
    about = f"the function raised {described(exception)}"
    try:
        payload = pickle.dumps(exception, pickle.HIGHEST_PROTOCOL)
        # Many an exception pickles and then does not load, because its __init__ wants more than its message.
        _load_exception(payload)
    except BaseException as error:  # border: as above
        payload = pickle.dumps(
            UnpicklableResultError(f"{about}, which cannot be sent back from its worker process: {described(error)}")
        )
    return answer._replace(about=about), payload


# -- the pool's side -------------------------------------------------------------------------------


def pack_task(run: Run, job: StoredJob) -> bytes:
    """Return a run of `job` as bytes. Raises `InvalidJobError` naming the part that cannot be pickled."""
    try:
        return pickle.dumps((_said(run), _short(job.reference), job.args, dict(job.kwargs)), pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # border: pickling calls methods of the user's objects
        raise InvalidJobError(
            f"job {job.id!r} cannot be sent to a worker process: {_culprit(job) or described(error)}; "
            f"give it what pickle takes, such as a path to open there, or run it in a thread pool"
        ) from error


def _said(run: Run) -> _Said:
    return (
        run.id,
        run.job_id,
        to_micros(run.fire_time),
        to_micros(run.due_at),
        run.attempt,
        run.reason,
        run.lateness // MICROSECOND,
        run.executor,
        run.host,
        run.owner,
        run.coalesced,
    )


def _short(reference: Reference | None) -> Reference | str | None:
    """Return a reference as the worker finds it, as its mere name where it is no more than that."""
    if reference is None:
        return None
    # What was moved, or given a name, is known here; the worker may not have imported who says so.
    name = name_now(reference.name)
    if reference.bound_to is not UNSET or reference.args or reference.kwargs:
        return replace(reference, name=name)
    return name


def _culprit(job: StoredJob) -> str | None:
    for name, value in _parts(job):
        try:
            pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        except BaseException as error:  # border: as above
            return f"{name} is {shortened(value)}, and that raises {described(error)}"
    return None


def _parts(job: StoredJob) -> Iterator[tuple[str, Any]]:
    for position, value in enumerate(job.args, start=1):
        yield f"its argument {position}", value
    for name, value in job.kwargs.items():
        yield f"its argument {name!r}", value
    if job.reference is not None:
        if job.reference.bound_to is not UNSET:
            yield "the object whose method it calls", job.reference.bound_to
        for value in (*job.reference.args, *job.reference.kwargs.values()):
            yield "an argument of its functools.partial", value


def pack_news(news: News) -> bytes:
    """Return news as bytes."""
    return f"{'c' * news.cancelled}{'l' * news.lost_lease} {news.run_id}".encode()


def unpack_answer(header: bytes) -> Answer:
    """Return the answer; it is of plain values, and always loads."""
    return Answer(*pickle.loads(header))


def make_report(
    answer: Answer, payload: bytes | None, run_id: str, started_at: datetime, finished_at: datetime
) -> Report:
    """Return the report of a run that started and ended at these instants."""
    status = RunStatus(answer.status)
    report = Report(
        run_id,
        status,
        finished_at,
        started_at if answer.called else None,
        traceback=answer.traceback,
        reason=answer.reason,
    )
    if payload is None:
        return report
    try:
        if status is RunStatus.SUCCEEDED:
            return report._replace(result=pickle.loads(payload))
        return report._replace(exception=_load_exception(payload))
    except BaseException as error:  # border: unpickling calls methods of the user's objects
        refusal = UnpicklableResultError(f"{answer.about}, which cannot be loaded here: {described(error)}")
        return report._replace(status=RunStatus.FAILED, exception=refusal, reason=str(refusal))


def _load_exception(payload: bytes) -> BaseException:
    exception = pickle.loads(payload)
    if not issubclass(type(exception), BaseException):
        raise TypeError(f"its __reduce__ makes a {type(exception).__qualname__} of it")
    return cast("BaseException", exception)
