"""One worker process, seen from the pool: started, given tasks, asked for its answers and for how it died."""

from __future__ import annotations

import atexit
import multiprocessing.connection
import multiprocessing.process
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import resource_tracker
from threading import Event, Lock
from typing import TYPE_CHECKING

from tickwright.errors import TickwrightError, WorkerStartError, described
from tickwright.executors.pool.ending import Ending
from tickwright.executors.pool.packets import FOLLOWS, PoolEnd, make_pipe
from tickwright.executors.pool.wire import READY, STOP, Answer, News, pack_news, unpack_answer
from tickwright.executors.pool.worker_main import main

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerContext, SpawnContext
    from multiprocessing.process import BaseProcess

__all__ = ["TaskUnreadError", "UnreadableAnswerError", "WorkerDiedError", "WorkerProcess"]

START_SECONDS = 120.0
"""How long a worker process may take to start. It imports the program's main module, which can be slow."""
END_SECONDS = 5.0
"""How long a worker process may take that was told to stop, or that ends by itself, before it is killed."""
LOOK_SECONDS = 0.01
"""How long to wait between two looks at whether a process has ended."""
LOST_CODE_LOOKS = 20
"""How often to look for the exit code of a process that is not there any more."""


class WorkerDiedError(TickwrightError):
    """A worker process ended before it answered; the message says how."""


class UnreadableAnswerError(WorkerDiedError):
    """It sent something that is no answer. It is still alive, but not to be trusted with another task."""


class TaskUnreadError(TickwrightError):
    """A worker process was gone before it had read its task: nothing of that was done, and another may do it."""


class WorkerProcess:
    """A process and the pipes to it: one for tasks and answers, one for news about the task it has.

    Either side sees by the end of a pipe that the other is gone, however that came about. One thread at a time may use
    it. `pass_on` may come from any, and so may what is about tasks ahead, which its user has to keep in order.
    """

    def __init__(self, context: SpawnContext | ForkServerContext, name: str) -> None:
        """Start a process, and return when it is ready.

        Raises `WorkerStartError` where that fails, or `TaskUnreadError` where somebody killed the process.
        """
        self._start_method = context.get_start_method()
        self._pipe, self._news, self._process = _start(context, name)
        self._asking = Lock()
        self._was_reset = False
        """Whether its end of the stream was closed with something unread in it."""
        _alive.add(self)
        if _exiting:
            self.kill()
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        try:
            if self._has_answer(START_SECONDS) and self._pipe.receive() == READY:
                return
            self._bury(patience=0)
            how = f"did not get ready within {START_SECONDS:.0f} s"
        except (EOFError, OSError):
            ending = self._bury()
            if ending.is_violent:
                raise TaskUnreadError(f"a worker process {ending} before it was ready") from None
            how = f"{ending} before it was ready"
        raise WorkerStartError(
            f"a worker process {how}. Each worker imports the main module of the program: {_advice_about_main()}. "
            f"What the worker itself had to say is on the standard error stream"
        )

    def _has_answer(self, seconds: float) -> bool:
        """Whether within so much time there is an answer, or the end of the pipe."""
        return bool(multiprocessing.connection.wait([self._pipe.inward], seconds))

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid or 0

    def give(self, task: bytes) -> None:
        """Hand over a task to a process that has none. Where that is dead, `answer` will say so."""
        with suppress(OSError):
            self._pipe.send(task)

    def travels_as(self, task: bytes) -> bytes:
        """Return the packet in which a task goes to it: the task, if it can be taken back, or that it is too large."""
        return self._pipe.travels_as(task)

    def give_ahead(self, task: bytes) -> bool:
        """Hand over a task that it takes when it has answered the others; return whether that could be done."""
        return self._pipe.send_ahead(task)

    def take_back(self) -> list[bytes]:
        """Return the packets that it has not read and now never will; the oldest first."""
        return self._pipe.take_back()

    def has_begun(self, packet: bytes, taken_back: list[bytes]) -> bool:
        """Whether it had begun a task when it died, where `taken_back` is what it left of those that it had."""
        if packet == FOLLOWS and (self._was_reset or self._pipe.is_stream_unread()):
            return False
        return packet not in taken_back

    def answer(self) -> tuple[Answer, bytes | None]:
        """Wait for the answer to a task.

        Raises `WorkerDiedError` where there will be none. Then `bury` is to be called, which this leaves undone so
        that what it has not read can be taken back. Raises `UnreadableAnswerError` where `end` is to be called before.
        """
        try:
            answer = unpack_answer(self._pipe.receive())
            return answer, self._pipe.receive() if answer.has_more else answer.payload
        except (EOFError, OSError) as end:
            self._was_reset = isinstance(end, ConnectionResetError)
            raise WorkerDiedError(str(self._end())) from None
        except Exception as error:  # border: whatever the job wrote into a pipe that is not its own; or more than fits
            raise UnreadableAnswerError(
                f"sent what cannot be read as an answer, and was killed: {described(error)}"
            ) from None

    def end(self) -> None:
        """End the process at once, so that what it has not read is what it has not begun."""
        self._end(patience=0)

    def pass_on(self, news: News) -> None:
        """Tell it something about its run. The process ignores it where it has another one by then."""
        # The lock keeps the pipe from being closed meanwhile: its number might be that of another file by now. Sending
        # takes no time, since there is far more room in the pipe than all news about one run can fill.
        with self._asking, suppress(OSError):  # it has just died, or was closed: nobody to tell
            self._news.send_bytes(pack_news(news))

    def stop(self) -> None:
        """End the process, which has no task now. It is killed where it does not end by itself."""
        is_ending = True
        with suppress(OSError):
            self._pipe.send(STOP)
            is_ending = self._has_answer(END_SECONDS)  # until the pipe ends, as it does with the process
        self._bury(patience=END_SECONDS if is_ending else 0)

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        # Unless it has ended: then its id may be that of a stranger by now. Of a process of our own the system keeps
        # the id until we ask for its exit code, but the children of a fork server are not ours.
        if self._process.exitcode is None and not self._is_gone():
            self._process.kill()

    def close_pipes(self) -> None:
        """Let go of the pipes and of nothing else: in a fork of this process the worker is not ours."""
        self._pipe.close()
        self._news.close()

    def disown(self) -> None:
        """Have multiprocessing forget that it is a child, of which this process, a fork, is no parent."""
        # A fork that multiprocessing made itself forgets them. In one that `os.fork` made, as gunicorn does, it would
        # wait for them when that exits, and complain of it.
        children: set[object] = getattr(multiprocessing.process, "_children", set())
        children.discard(self._process)

    def bury(self) -> None:
        """Let go of a process that is dead."""
        _alive.discard(self)
        with self._asking:
            self.close_pipes()
        # Multiprocessing goes through its processes when the program ends, and stumbles over one that is closed.
        with _closing, suppress(ValueError):  # somebody else fetched the exit code, and it counts as running for ever
            if not _exiting:
                self._process.close()

    def _bury(self, patience: float = END_SECONDS) -> Ending:
        ending = self._end(patience)
        self.bury()
        return ending

    def _end(self, patience: float = END_SECONDS) -> Ending:
        """Make sure that the process is dead, and return how it ended.

        Where its pipe has ended it is dying by itself, and needs a moment for that; killed meanwhile, it would look as
        if somebody else had killed it. Where its job closed files that it did not open, it goes on.
        """
        exit_code = self._wait_for_exit_code(patience)
        was_stuck = exit_code is None and not self._is_gone()
        if was_stuck:
            self._process.kill()
            self._wait_for_exit_code(END_SECONDS)
        return Ending(exit_code, self._start_method, was_stuck)

    def _wait_for_exit_code(self, seconds: float) -> int | None:
        """Return the exit code when there is one, or None where there is none in time."""
        # By looking, since nothing gives notice that others cannot hold back: the programs that a job has started may
        # hold each pipe, and other threads and a fork server fetch exit codes, and write them down a moment later.
        pause = Event()
        looks = int(seconds / LOOK_SECONDS)
        while (exit_code := self._process.exitcode) is None and looks > 0:
            looks = min(looks - 1, LOST_CODE_LOOKS) if self._is_gone() else looks - 1
            pause.wait(LOOK_SECONDS)
        return exit_code

    def _is_gone(self) -> bool:
        """Whether there is no such process any more, whoever fetched its exit code."""
        if os.name != "posix":
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return True  # a stranger has its id
        return False


def _start(context: SpawnContext | ForkServerContext, name: str) -> tuple[PoolEnd, Connection, BaseProcess]:
    """Return our ends of the two pipes, and the process that has the other ends."""
    try:
        with ExitStack() as undoing:
            pipe, their_pipe = make_pipe(context)
            undoing.callback(pipe.close)
            undoing.callback(their_pipe.close_in_pool)
            their_news, news = context.Pipe(duplex=False)
            # Not a daemon in the sense of multiprocessing: those may have no children, and a job may want some.
            process = context.Process(target=main, args=(their_pipe, their_news), name=name, daemon=False)
            try:
                with _ctrl_c_held_back(context.get_start_method()):
                    process.start()
            finally:
                their_news.close()
            undoing.pop_all()
            their_pipe.close_in_pool()
    except (EOFError, ConnectionError, Warning) as error:
        # The helpers of multiprocessing, its fork server and its resource tracker, may be killed too. It starts new
        # ones once it has found out, and warns, which is an error in programs that make errors of warnings.
        raise TaskUnreadError(f"a worker process could not be started: {described(error)}") from error
    except Exception as error:  # border: all that a system may refuse: memory, processes, files
        raise WorkerStartError(
            f"a worker process could not be started: {described(error)}; nothing of the run was done, and the next run "
            f"will ask for a process again"
        ) from error
    return pipe, news, process


def _advice_about_main() -> str:
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    if path is not None and not os.path.exists(path):
        return f"that one is {path!r}, which is not there, so start the program from a file that stays"
    return (
        "if that one starts a scheduler or other work when it is imported, put this under `if __name__ == '__main__':`"
    )


@contextmanager
def _ctrl_c_held_back(start_method: str) -> Iterator[None]:
    """Start processes that do not see Ctrl-C before they have said what they do about it."""
    # A blocked signal stays blocked in what this thread starts. Not with the forkserver: its processes come
    # from a server that lives on, and others use it too.
    if start_method != "spawn" or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        # Multiprocessing would start its tracker in between, and it unblocks SIGINT and SIGTERM afterwards, whatever
        # they were before. Left so, this thread would be where a SIGTERM strikes that the program has blocked
        # everywhere, to wait for it.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_SETMASK, before | {signal.SIGINT})
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# -- when this process exits, or is forked ---------------------------------------------------------

_alive: set[WorkerProcess] = set()
_exiting = False
_closing = Lock()
"""Held to close a process, or to see to it that none is closed any more."""


def _at_exit() -> None:
    # Else multiprocessing would wait for them: it does so for all child processes, in a hook of its own. That
    # one was registered when multiprocessing was imported, above, so it runs after this one.
    global _exiting
    with _closing:
        _exiting = True
    for worker in list(_alive):  # in one go: pools in other threads go on to start and to end workers
        with suppress(ValueError):  # it was closed in this very moment
            worker.kill()


def _after_fork_in_child() -> None:
    # Somebody may have held it, who is not in the fork.
    global _closing
    _closing = Lock()
    # A copy of the pipes would keep the workers from seeing that their pool's process has ended.
    for worker in list(_alive):
        worker.close_pipes()
        worker.disown()
    _alive.clear()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
