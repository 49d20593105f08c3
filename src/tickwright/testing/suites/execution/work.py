"""The functions that the suite has executors call: at the level of a module, where workers elsewhere find them."""

# ruff: noqa: D101, D103 - each is what its name says

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from threading import Event, Lock
from typing import Any, ClassVar
from weakref import WeakSet

from tickwright.active_run import current_run
from tickwright.clock import SystemClock
from tickwright.errors import RunCancelledError

WAIT = 60.0
"""Seconds after which something that should long have happened is taken for stuck."""

# -- outcomes --------------------------------------------------------------------------------------


def nothing() -> None:
    return


def give_back(*args: Any, **kwargs: Any) -> Any:
    return args, kwargs


def fail(text: str) -> None:
    raise ValueError(text)


def fail_while_failing(text: str) -> None:
    try:
        fail(text)
    except ValueError as error:
        raise LookupError(text) from error


class NoError(BaseException):
    """Nothing that `except Exception` would catch."""


LEAVING = {kind.__name__: kind for kind in (SystemExit, KeyboardInterrupt, GeneratorExit, NoError)}


def leave(kind: str) -> None:
    raise LEAVING[kind]("out")


async def leave_in_a_task(kind: str) -> None:
    async def soon() -> None:
        leave(kind)

    await asyncio.create_task(soon())


def exit_3() -> None:
    sys.exit(3)


def cancel_unasked() -> None:
    raise RunCancelledError("nobody asked")


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


def fail_unspeakably() -> None:
    raise Unspeakable


class TwoPart(Exception):
    """Pickles, and then does not load: its `__init__` wants more than its message."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


def fail_in_two_parts() -> None:
    raise TwoPart("this", "that")


class Heavy:
    """Something that is known to be there, in this process, for as long as anything holds it."""

    alive: ClassVar[WeakSet[Heavy]] = WeakSet()

    def __init__(self) -> None:
        self.alive.add(self)

    def __reduce__(self) -> Any:
        return Heavy, ()


def count_heavy() -> int:
    gc.collect()
    return len(Heavy.alive)


def fail_with_heavy_hands() -> None:
    heavy = Heavy()
    raise ValueError(type(heavy).__name__)


def fail_with_heavy_hands_twice() -> None:
    heavy = Heavy()
    try:
        fail_with_heavy_hands()
    except ValueError as error:
        raise LookupError(type(heavy).__name__) from error


def fail_with_heavy_hands_in_between() -> None:
    heavy = Heavy()
    try:
        fail_with_heavy_hands()
    except ValueError:
        raise LookupError(type(heavy).__name__)  # noqa: B904 - the context is to be there, and not the cause


async def fail_with_heavy_hands_in_tasks() -> None:
    async def soon() -> None:
        fail_with_heavy_hands_twice()

    ended = await asyncio.gather(soon(), soon(), return_exceptions=True)
    raise BaseExceptionGroup("both", [error for error in ended if isinstance(error, BaseException)])


class Untouchable(ExceptionGroup[Exception]):
    """Refuses each look at what it is and has."""

    @property
    def refuse(self) -> Any:
        raise RuntimeError("no looking")

    __class__ = __cause__ = __context__ = __traceback__ = exceptions = refuse


def fail_untouchably() -> None:
    raise Untouchable("untouchable", [ValueError()])


def fail_with_a_lock() -> None:
    raise ValueError("locked", Lock())


def give_back_a_lock() -> Any:
    return [Lock()]


class Unloadable:
    """Pickles everywhere, and loads nowhere."""

    def __reduce__(self) -> Any:
        return _refuse, ()


def _refuse() -> None:
    raise RuntimeError("will not be loaded")


def give_back_unloadable() -> Any:
    return Unloadable()


class Leaving:
    """Raises `SystemExit`, which nobody may take for a wish of the worker's: when pickled, or else when loaded."""

    def __init__(self, when: str) -> None:
        self.when = when

    def __reduce__(self) -> Any:
        if self.when == "pickled":
            exit_3()
        return exit_3, ()


def give_back_leaving(when: str) -> Any:
    return Leaving(when)


class LeavingError(Leaving, Exception):
    """The same as an exception."""


def fail_leaving(when: str) -> None:
    raise LeavingError(when)


def give_back_bytes(size: int) -> bytes:
    return b"x" * size


# -- coroutines and generators ---------------------------------------------------------------------


async def add(a: int, b: int) -> int:
    await asyncio.sleep(0)
    return a + b


def add_later(a: int, b: int) -> Awaitable[int]:
    return add(a, b)


async def forget_to_await(a: int, b: int) -> Awaitable[int]:
    return add(a, b)


class Adder:
    async def __call__(self, a: int, b: int) -> int:
        return await add(a, b)


class Later:
    """Not a coroutine, but can be awaited all the same."""

    def __init__(self, a: int, b: int) -> None:
        self.numbers = a, b

    def __await__(self) -> Iterator[Any]:
        return add(*self.numbers).__await__()


async def fail_later(text: str) -> None:
    await asyncio.sleep(0)
    fail(text)


def generate() -> Iterator[int]:
    yield 1


async def generate_later() -> AsyncIterator[int]:
    yield 1


# -- the current run -------------------------------------------------------------------------------


def tell_run() -> dict[str, Any]:
    run = current_run()
    return {
        "id": run.id,
        "job_id": run.job_id,
        "attempt": run.attempt,
        "fire_time": run.fire_time,
        "status": run.status,
        "started_at": run.started_at,
        "cancel_requested": run.cancel_requested,
        "lost_lease": run.lost_lease,
    }


async def tell_run_in_a_task() -> dict[str, Any]:
    async def soon() -> dict[str, Any]:
        return await asyncio.to_thread(tell_run)

    return await asyncio.create_task(soon())


setting: ContextVar[str] = ContextVar("setting", default="untouched")


def change_setting() -> str:
    before = setting.get()
    setting.set("changed")
    return before


# -- gates: files, because the worker may be in another process ------------------------------------


def pass_gate(began: str, opened: str) -> str:
    """Make the file `began`, and return when there is a file `opened`."""
    Path(began).touch()
    wait_for_file(opened)
    return "through"


def wait_to_be_stopped(began: str) -> None:
    """Make the file `began`, and run until asked to stop."""
    Path(began).touch()
    run = current_run()
    wait_until(lambda: run.cancel_requested, "nobody asked this run to stop")
    run.raise_if_cancelled()


def wait_for_the_loss(began: str) -> str:
    """Make the file `began`, and run until told that this run is lost; return what else it sees then."""
    Path(began).touch()
    run = current_run()
    wait_until(lambda: run.lost_lease, "nobody told this run that it is lost")
    return f"cancel_requested={run.cancel_requested}, is_to_stop={run.is_to_stop}"


def stop_at_the_loss(began: str) -> None:
    """Make the file `began`, and run until told that this run is lost; stop then."""
    wait_for_the_loss(began)
    current_run().raise_if_cancelled()


def wait_for_file(path: str) -> None:
    """Return when the file is there."""
    wait_until(Path(path).exists, f"{path} did not appear")


def wait_until(happened: Callable[[], object], trouble: str) -> None:
    """Return when `happened()`, of which nobody gives notice."""
    deadline = SystemClock().monotonic() + WAIT
    while not happened():
        if SystemClock().monotonic() > deadline:
            raise TimeoutError(f"{trouble} within {WAIT:.0f} s")
        Event().wait(0.002)
