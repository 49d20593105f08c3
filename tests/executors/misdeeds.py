"""What a job may do wrong in a worker process: die, exit, overflow, and send what cannot be loaded.

It imports little, like `deeds`: each worker that is started for it would pay for that.
"""

import ctypes
import os
import resource
import signal
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

# -- endings ---------------------------------------------------------------------------------------


def exit_softly(code: Any) -> None:
    sys.exit(code)


def quit_as_at_a_prompt() -> None:
    quit()


def abort() -> None:
    _leave_no_core()
    os.abort()


def crash() -> None:
    _leave_no_core()
    ctypes.string_at(0)


def _leave_no_core() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def recurse() -> None:
    recurse()


def take_too_much_memory() -> None:
    """Meet a limit of this process, which Python tells as an error; the kernel's own killer sends SIGKILL."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + 64 * 1024 * 1024, before[1]))
    try:
        bytes(1024 * 1024 * 1024)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


# -- objects that misbehave ------------------------------------------------------------------------


class Leaves(BaseException):
    """Nothing that `except Exception` would catch."""


ERRORS: dict[str, type[BaseException]] = {
    error.__name__: error for error in (ValueError, SystemExit, KeyboardInterrupt, RecursionError, Leaves)
}


def raise_it(kind: str) -> None:
    raise ERRORS[kind]("raised by the object itself")


class NotPickled:
    """Raises an error of this kind when it is pickled."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __reduce__(self) -> Any:
        raise_it(self.kind)

    def method(self) -> None:
        return


class NotLoaded(NotPickled):
    """Pickles, and raises an error of this kind when it is loaded."""

    def __reduce__(self) -> Any:
        return raise_it, (self.kind,)


class NotLoadedInPool(NotPickled):
    """Loads in the worker process that made it, and raises in any other process."""

    def __reduce__(self) -> Any:
        return _load_in, (os.getpid(), NotLoadedInPool, self.kind)


def _load_in(pid: int, made: Callable[[str], Any], kind: str) -> Any:
    if os.getpid() != pid:
        raise_it(kind)
    return made(kind)


class NotPickledError(Exception):
    """Raises when it is pickled."""

    def __reduce__(self) -> Any:
        raise_it(self.args[0])


class NotLoadedError(Exception):
    """Pickles, and raises when it is loaded."""

    def __reduce__(self) -> Any:
        return raise_it, self.args


class NotLoadedInPoolError(Exception):
    """Loads in the worker process that raised it, and in no other."""

    def __reduce__(self) -> Any:
        return _load_in, (os.getpid(), NotLoadedInPoolError, self.args[0])


class Unspeakable(NotPickledError):
    """Raises when it is pickled, and when it is asked for its text."""

    def __str__(self) -> str:
        raise ERRORS[self.args[0]]("no text")

    __repr__ = __str__


class WantsMoreError(Exception):
    """Pickles and does not load: its `__init__` wants more than its message."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


def take(*_: Any, **__: Any) -> None:
    return


def give_back_one(of: str, kind: str) -> Any:
    return globals()[of](kind)


def raise_one(of: str, *args: str) -> None:
    raise globals()[of](*args)


class NoMoreAnError(Exception):
    """Comes back as a text."""

    def __reduce__(self) -> Any:
        return str, self.args


# -- in the middle of things -----------------------------------------------------------------------


def give_back_and_die(size: int) -> bytes:
    """Return much, and be killed when half of that is in the pipe."""
    Connection._send = _send_half_and_die  # type: ignore[attr-defined]
    return b"x" * size


def _send_half_and_die(pipe: Connection, data: bytes) -> None:
    is_large = len(data) > 1000
    part = memoryview(data)[: len(data) // 2 if is_large else len(data)]
    while part:
        part = part[os.write(pipe.fileno(), part) :]
    if is_large:
        os.kill(os.getpid(), signal.SIGKILL)


def write_into_all_sockets() -> None:
    """Write what is a message and no answer into whatever is open, and go on."""
    for descriptor in range(3, 64):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                os.write(descriptor, b"\0\0\0\4junk")


def close_and_reopen(path: str) -> None:
    """Close what is not one's own, and put a file of one's own into the places."""
    os.closerange(3, 1024)
    for _ in range(8):
        os.open(path, os.O_CREAT | os.O_RDWR)


def close_standard_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "close"):  # else this worker has met the next misdeed, which another one had begun before
            stream.close()


def put_nonsense_for_standard_streams() -> None:
    sys.stdout = None
    sys.stderr = object()
