"""The only place that calls a user's function, and makes the report of how that went."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import Context, copy_context
from datetime import datetime, timedelta
from inspect import isasyncgenfunction, isawaitable, iscoroutine, isgeneratorfunction
from types import AsyncGeneratorType, CoroutineType, GeneratorType, TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, final

from tickwright.active_run import ActiveRun, enter_run
from tickwright.errors import InvalidJobError, RunCancelledError
from tickwright.event_loops import running_loop
from tickwright.interrupts import is_ctrl_c
from tickwright.report import Report, Started
from tickwright.run import RunStatus

if TYPE_CHECKING:
    from tickwright.executors.base import ExecutorHost

__all__ = ["ASKED_TO_STOP", "TASK_CANCELLED", "Rest", "await_rest", "call", "call_to_be_awaited", "forget_frames"]


ASKED_TO_STOP = "it was asked to stop"
TASK_CANCELLED = "its task was cancelled, as at the end of its event loop or its scheduler"


@final
class _Outcome(NamedTuple):
    status: RunStatus
    result: Any = None
    exception: BaseException | None = None
    traceback: str | None = None
    reason: str | None = None


_RETURNED_NONE = _Outcome(RunStatus.SUCCEEDED)


def call(
    active: ActiveRun,
    func: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    host: ExecutorHost,
) -> Report:
    """Call `func` as the run `active`, and return the report of it. Nothing that `func` does gets past this.

    A coroutine, or whatever else can be awaited, is awaited in an event loop of its own, and so is a coroutine that
    comes out of that. Anything raised
    makes the run `failed`, be it `SystemExit` or `KeyboardInterrupt`; only `RunCancelledError`, after a request
    to stop or the news that it is lost, makes it `cancelled`. The exception comes without its frames, so that
    keeping the report does not keep what the job had in its hands; the text of the traceback starts at the job's
    own frame.

    `Started` is delivered before the function is called, the report is not: that is the caller's.
    """
    made = call_to_be_awaited(active, func, args, kwargs, host)
    if not isinstance(made, Rest):
        return made
    try:
        return made.context.run(_in_a_loop_of_its_own, made, active, host)
    except BaseException as error:  # border: SystemExit in one of the job's tasks comes out of the loop itself
        return _report(active, _raised(error, active), made.beginning, host)
    finally:
        made.drop()  # where the loop could not even be made


class _Beginning(NamedTuple):
    started_at: datetime
    monotonic: float
    """The same on the clock that measures durations."""


@final
class Rest(NamedTuple):
    """What is left of a call when the function has returned something to be awaited."""

    awaitable: Awaitable[Any]
    context: Context
    """The run's own, in which it is to be awaited."""
    beginning: _Beginning

    def drop(self) -> None:
        """Let it end where it was not awaited, without a warning that it was not."""
        if iscoroutine(self.awaitable):
            self.awaitable.close()


def call_to_be_awaited(
    active: ActiveRun,
    func: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    host: ExecutorHost,
) -> Report | Rest:
    """Do what `call` does, up to where something is to be awaited: then return that, for `await_rest`."""
    clock = host.clock
    started_at = active.started_at = clock.now()
    beginning = _Beginning(started_at, clock.monotonic())
    host.deliver(Started(active.record.id, started_at))
    # A context of its own: what a job sets in context variables does not reach the next one on this thread.
    context = copy_context()
    outcome = context.run(_invoke, active, func, args, kwargs)
    if type(outcome) is _Outcome:  # and not isinstance(), which asks what the function returned what it is
        return _report(active, outcome, beginning, host)
    return Rest(outcome, context, beginning)


async def await_rest(rest: Rest, active: ActiveRun, host: ExecutorHost, *, in_own_loop: bool = False) -> Report:
    """Await the rest of a call in this task, which has the context of the rest; return the report.

    In an event loop that is not the run's own, others may cancel its task: that ends as `cancelled`, if its function
    lets it happen. And Ctrl-C is raised on there.
    """
    try:
        result = await rest.awaitable
        while type(result) is CoroutineType:  # an `await` was forgotten, and nothing has been done
            result = await result
        outcome = _Outcome(RunStatus.SUCCEEDED, result)
    except BaseException as error:  # border: the job's function
        if in_own_loop:
            outcome = _raised(error, active)
        elif is_ctrl_c(error):
            raise
        else:
            outcome = _cancelled_task(error, active) or _raised(error, active)
    return _report(active, outcome, rest.beginning, host)


def _report(active: ActiveRun, outcome: _Outcome, beginning: _Beginning, host: ExecutorHost) -> Report:
    active.is_over = True
    started_at, began = beginning
    # The wall clock may be set while the job runs; a duration may not come out negative.
    elapsed = timedelta(0, host.clock.monotonic() - began)  # in seconds, which takes longer to make by that name
    status, result, exception, traceback, reason = outcome
    return Report(active.record.id, status, started_at + elapsed, started_at, result, exception, traceback, reason)


def _invoke(
    active: ActiveRun, func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> _Outcome | Awaitable[Any]:
    enter_run(active)
    try:
        result = func(*args, **kwargs)
        if result is None:
            return _RETURNED_NONE
        if isawaitable(result):
            return result
        if isinstance(result, (GeneratorType, AsyncGeneratorType)) and _only_makes_a_generator(func):
            return _refused_generator(active)
    except BaseException as error:  # border: the job's function, and its result, which may be a lazy object
        return _raised(error, active)
    return _Outcome(RunStatus.SUCCEEDED, result)


# -- an event loop of its own ------------------------------------------------------------------------


def _in_a_loop_of_its_own(rest: Rest, active: ActiveRun, host: ExecutorHost) -> Report:
    if running_loop() is None:
        return _loop(rest, active, host)
    # Called inline by somebody's coroutine: this thread has its loop, and a thread can have only one.
    from concurrent.futures import Future
    from threading import Thread

    context = copy_context()
    done: Future[Report] = Future()

    def loop() -> None:
        try:
            done.set_result(context.run(_loop, rest, active, host))
        except BaseException as error:  # it is handed on
            done.set_exception(error)

    Thread(target=loop, daemon=True).start()
    return done.result()


def _loop(rest: Rest, active: ActiveRun, host: ExecutorHost) -> Report:
    import asyncio

    coroutine = await_rest(rest, active, host, in_own_loop=True)
    try:
        return asyncio.run(coroutine)
    finally:
        coroutine.close()


# -- what went wrong -------------------------------------------------------------------------------


def _raised(error: BaseException, active: ActiveRun) -> _Outcome:
    text = _traceback_text(error)
    forget_frames(error)
    kind = type(error)  # and not isinstance(), which asks the exception what it is
    if issubclass(kind, RunCancelledError) and active.is_to_stop:
        why = "it was asked to stop" if active.cancel_requested else "it was told that it is lost"
        return _Outcome(RunStatus.CANCELLED, exception=error, reason=f"{why}, and stopped")
    reason = None
    if not issubclass(kind, Exception):
        reason = f"the function raised {kind.__name__}, which ends the run and not its worker"
    return _Outcome(RunStatus.FAILED, exception=error, traceback=text, reason=reason)


def _cancelled_task(error: BaseException, active: ActiveRun) -> _Outcome | None:
    """Return the outcome where the calling task was cancelled, by whomever, and this is how it ends."""
    import asyncio

    # A coroutine that is forgotten ends, too, and there is no task then.
    task = asyncio.current_task() if issubclass(type(error), asyncio.CancelledError) else None
    if task is None or not task.cancelling():
        return None
    forget_frames(error)
    reason = ASKED_TO_STOP if active.cancel_requested else TASK_CANCELLED
    return _Outcome(RunStatus.CANCELLED, exception=error, reason=reason)


def _traceback_text(error: BaseException) -> str:
    try:
        from traceback import format_exception

        return "".join(format_exception(type(error), error, _users_part(error.__traceback__)))
    except BaseException as another:  # border: formatting asks the exception for its text, and that may raise
        return f"{type(error).__qualname__} (its traceback cannot be shown: {type(another).__name__})\n"


def _users_part(traceback: TracebackType | None) -> TracebackType | None:
    """Return the traceback without the leading frames that are this file's, or the event loop's."""
    while traceback is not None:
        module = traceback.tb_frame.f_globals.get("__name__", "")
        if module != __name__ and module.partition(".")[0] != "asyncio":
            break
        traceback = traceback.tb_next
    return traceback


def forget_frames(error: BaseException) -> None:
    """Take the tracebacks from an exception, its causes and contexts, and the members of groups among them.

    A traceback holds its frames, and those hold all that the job had in its hands, for as long as the exception
    is in the history.
    """
    waiting: list[BaseException | None] = [error]
    seen = set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        # What Python itself keeps, past whatever the user's class makes of these names: this runs where nothing may
        # be raised any more.
        BaseException.with_traceback(one, None)
        waiting += _CAUSE.__get__(one), _CONTEXT.__get__(one)
        if issubclass(type(one), BaseExceptionGroup):
            waiting += _MEMBERS.__get__(one)


_CAUSE, _CONTEXT = BaseException.__dict__["__cause__"], BaseException.__dict__["__context__"]
_MEMBERS = BaseExceptionGroup.__dict__["exceptions"]


def _only_makes_a_generator(func: Callable[..., Any]) -> bool:
    called = (func, type(func).__call__)  # an object's own __call__ may be one, too
    return any(isgeneratorfunction(one) or isasyncgenfunction(one) for one in called)


def _refused_generator(active: ActiveRun) -> _Outcome:
    refusal = InvalidJobError(
        f"job {active.job_id!r}: its function is a generator function, and calling it runs nothing of it; "
        f"give the job a function that goes through the generator"
    )
    return _Outcome(RunStatus.FAILED, exception=refusal, reason=str(refusal))
