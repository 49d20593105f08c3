"""The misdeeds of jobs in worker processes, each with what must be told about it."""

import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.executors import deeds, misdeeds
from tickwright.errors import InvalidJobError, RunLostError, UnpicklableResultError
from tickwright.report import Report
from tickwright.run import Run, RunStatus

FAILED, LOST, SUCCEEDED = RunStatus.FAILED, RunStatus.LOST, RunStatus.SUCCEEDED


@dataclass(frozen=True)
class Charge:
    """A misdeed: what to call, and how its one report must read."""

    name: str
    func: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    status: RunStatus = FAILED
    error: type[BaseException] | None = None
    told: str = ""
    """A pattern that somebody who reads the record must find there."""
    is_called: bool = True
    """Whether the function was called at all."""
    is_storable: bool = True
    """Whether a database takes such a job: its arguments can be pickled and loaded here."""

    def check(self, told: Report | Run) -> None:
        """Assert that a report, or a run on record, says what it must."""
        assert told.status is self.status, told
        assert type(told.exception) is (self.error or type(None)), told
        if isinstance(told, Report):  # a record has when the run was handed to a worker process
            assert (told.started_at is not None) == self.is_called, told
        text = f"{told.reason} {told.exception and str(told.exception)} {told.traceback}"
        assert re.search(self.told, text), text
        # What is not so must not be said: that the memory ran out, where a job killed its worker otherwise.
        assert ("memory runs out" in text) == ("SIGKILL" in self.told), text


def _endings() -> Iterator[Charge]:
    exits = partial(Charge, func=misdeeds.exit_softly, error=SystemExit, told="the function raised SystemExit")
    for code in (0, 3, "with a text", None):
        yield exits(f"sys.exit({code!r})", args=(code,))
    yield Charge("quit()", misdeeds.quit_as_at_a_prompt, error=SystemExit, told="the function raised SystemExit")
    lost = partial(Charge, status=LOST, error=RunLostError)
    for code in (0, 3, 255):
        told = f"its worker process ended with exit code {code}"
        yield lost(f"os._exit({code})", deeds.exit_hard, (code,), told=told)
    yield lost("abort", misdeeds.abort, told="its worker process was killed by SIGABRT")
    yield lost("crash", misdeeds.crash, told="its worker process was killed by SIGSEGV")
    for number in (signal.SIGKILL, signal.SIGHUP, signal.SIGALRM, signal.SIGXCPU):
        told = f"its worker process was killed by {number.name}"
        yield lost(f"signal {number.name}", deeds.kill_self, (number,), told=told)
    half = (10_000_000,)
    yield lost("killed while it answers", misdeeds.give_back_and_die, half, told="was killed by SIGKILL, as the kernel")
    yield lost("writes into the pipe", misdeeds.write_into_all_sockets, told="sent what cannot be read as an answer")
    closed = "lost its pipe to the pool, as when a job closes files"
    yield lost("closes all files", deeds.close_everything, told=closed)
    yield lost("puts others in their place", misdeeds.close_and_reopen, ("/dev/null",), told=closed)
    yield Charge("recurses", misdeeds.recurse, error=RecursionError, told="in recurse")
    yield Charge("memory", misdeeds.take_too_much_memory, error=MemoryError, told="in take_too_much_memory")
    yield Charge("closes its output", misdeeds.close_standard_streams, status=SUCCEEDED)
    yield Charge("has odd output", misdeeds.put_nonsense_for_standard_streams, status=SUCCEEDED)


def _travels() -> Iterator[Charge]:
    refused = partial(Charge, error=InvalidJobError, is_called=False, is_storable=False)
    unsent = partial(Charge, error=UnpicklableResultError)
    for kind in misdeeds.ERRORS:
        cause = f"{kind}: raised by the object itself"
        there = f"cannot be loaded in its worker process: {cause}"
        bad = misdeeds.NotPickled(kind)
        for name, func, args, kwargs, place in _holding(bad):
            yield refused(f"{name}, {kind} when pickled", func, args, kwargs, told=f"{place} is .* raises {cause}")
        for name, func, args, kwargs, _ in _holding(misdeeds.NotLoaded(kind)):
            yield refused(f"{name}, {kind} when loaded", func, args, kwargs, told=there)
        for of, told in (
            ("NotPickled", f"function returned <.*NotPickled .* sent back from its worker process: {cause}"),
            ("NotLoaded", f"function returned a value of type NotLoaded, which cannot be loaded here: {cause}"),
            ("NotLoadedInPool", f"type NotLoadedInPool, which cannot be loaded here: {cause}"),
        ):
            yield unsent(f"a result, {of}, {kind}", misdeeds.give_back_one, (of, kind), told=told)
        for of, text, told in (
            ("NotPickledError", kind, f"sent back from its worker process: {cause}"),
            ("NotLoadedError", kind, f"sent back from its worker process: {cause}"),
            ("NotLoadedInPoolError", kind, f"cannot be loaded here: {cause}"),
            ("Unspeakable", "its text cannot be shown", f"sent back from its worker process: {cause}"),
        ):
            whole = f"the function raised {of}: {text}, which cannot be {told}".replace("be cannot be", "be")
            yield unsent(f"an exception, {of}, {kind}", misdeeds.raise_one, (of, kind), told=whole)
    told = "the function raised WantsMoreError: this and that, which cannot be sent back"
    yield unsent("an exception that wants more", misdeeds.raise_one, ("WantsMoreError", "this", "that"), told=told)
    told = "the function raised NoMoreAnError: a text, which cannot be sent back .* makes a str of it"
    yield unsent("an exception that is none any more", misdeeds.raise_one, ("NoMoreAnError", "a text"), told=told)


def _holding(
    bad: misdeeds.NotPickled,
) -> Iterator[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any], str]]:
    """Give each way in which a job can hold an object: a name, the function and arguments, and words for the place."""
    yield "an argument", misdeeds.take, (1, bad), {}, "its argument 2"
    yield "an argument by name", misdeeds.take, (), {"key": bad}, "its argument 'key'"
    yield "an argument of a partial", partial(misdeeds.take, bad), (), {}, "its functools.partial"
    yield "the object of a method", bad.method, (), {}, "the object whose method it calls"


CHARGES = [*_endings(), *_travels()]
