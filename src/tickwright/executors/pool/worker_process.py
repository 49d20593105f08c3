"""One worker process, seen from the pool: started, given one task at a time, asked how it died."""

from __future__ import annotations

import atexit
import multiprocessing.process
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from threading import Event, Lock
from typing import TYPE_CHECKING

from tickwright.errors import TickwrightError, WorkerStartError, described
from tickwright.executors.pool.ending import Ending
from tickwright.executors.pool.wire import READY, STOP, Answer, News, pack_news, unpack_answer
from tickwright.executors.pool.worker_main import main

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerContext, SpawnContext
    from multiprocessing.process import BaseProcess

__all__ = ["TaskUnreadError", "WorkerDiedError", "WorkerProcess"]

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


class TaskUnreadError(TickwrightError):
    """A worker process was gone before it had read its task: nothing of that was done, and another may do it."""


class WorkerProcess:
    """A process and the two pipes to it: one for tasks and answers, one for news about the task it has.

    Each end is held by one process only, so that either side sees by the end of a pipe that the other is
    gone, however that came about. One thread at a time may use it; `pass_on` may come from any.
    """

    def __init__(self, context: SpawnContext | ForkServerContext, name: str) -> None:
        """Start a process, and return when it is ready.

        Raises `WorkerStartError` where that fails, or `TaskUnreadError` where somebody killed the process.
        """
        self._start_method = context.get_start_method()
        self._tasks, self._news, self._process = _start(context, name)
        self._asking = Lock()
        _alive.add(self)
        if _exiting:
            self.kill()
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        try:
            if self._tasks.poll(START_SECONDS) and self._tasks.recv_bytes() == READY:
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

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid or 0

    def give(self, task: bytes) -> None:
        """Hand over a task. Raises `TaskUnreadError` where nobody is there to take it."""
        try:
            self._tasks.send_bytes(task)
        except OSError:
            raise TaskUnreadError(f"a worker process {self._bury()} before it had read its task") from None

    def answer(self) -> tuple[Answer, bytes | None]:
        """Wait for the answer to the task.

        Raises `WorkerDiedError` where there will be none, or `TaskUnreadError` where it is sure that the task was
        not even read.
        """
        try:
            answer = unpack_answer(self._tasks.recv_bytes())
            return answer, self._tasks.recv_bytes() if answer.has_more else answer.payload
        except ConnectionResetError:
            # The other end was closed with something unread in it, and there was nothing in it but the task. Linux
            # says so; a system that does not ends the pipe as usual, and the run counts as lost.
            raise TaskUnreadError(f"a worker process {self._bury()} before it had read its task") from None
        except (EOFError, OSError):
            raise WorkerDiedError(str(self._bury())) from None
        except Exception as error:  # border: whatever the job wrote into a pipe that is not its own; or more than fits
            self._bury(patience=0)
            raise WorkerDiedError(
                f"sent what cannot be read as an answer, and was killed: {described(error)}"
            ) from None

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
            self._tasks.send_bytes(STOP)
            is_ending = self._tasks.poll(END_SECONDS)  # until the pipe ends, as it does with the process
        self._bury(patience=END_SECONDS if is_ending else 0)

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        # Unless it has ended: then its id may be that of a stranger by now. Of a process of our own the system keeps
        # the id until we ask for its exit code, but the children of a fork server are not ours.
        if self._process.exitcode is None and not self._is_gone():
            self._process.kill()

    def close_pipes(self) -> None:
        """Let go of the pipes and of nothing else: in a fork of this process the worker is not ours."""
        self._tasks.close()
        self._news.close()

    def disown(self) -> None:
        """Have multiprocessing forget that it is a child, of which this process, a fork, is no parent."""
        # A fork that multiprocessing made itself forgets them. In one that `os.fork` made, as gunicorn does, it would
        # wait for them when that exits, and complain of it.
        children: set[object] = getattr(multiprocessing.process, "_children", set())
        children.discard(self._process)

    def _bury(self, patience: float = END_SECONDS) -> Ending:
        """Make sure that the process is dead, let go of everything, and return how it ended.

        Where its pipe has ended it is dying by itself, and needs a moment for that; killed meanwhile, it would look as
        if somebody else had killed it. Where its job closed files that it did not open, it goes on.
        """
        exit_code = self._wait_for_exit_code(patience)
        was_stuck = exit_code is None and not self._is_gone()
        if was_stuck:
            self._process.kill()
            self._wait_for_exit_code(END_SECONDS)
        self._forget()
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

    def _forget(self) -> None:
        _alive.discard(self)
        with self._asking:
            self.close_pipes()
        with suppress(ValueError):  # somebody else fetched the exit code, and it counts as running for ever
            self._process.close()


def _start(context: SpawnContext | ForkServerContext, name: str) -> tuple[Connection, Connection, BaseProcess]:
    """Return our ends of the two pipes, and the process that has the other ends."""
    try:
        tasks, their_tasks = context.Pipe()
        their_news, news = context.Pipe(duplex=False)
        # Not a daemon in the sense of multiprocessing: those may have no children, and a job may want some.
        process = context.Process(target=main, args=(their_tasks, their_news), name=name, daemon=False)
        try:
            with _ctrl_c_held_back(context.get_start_method()):
                process.start()
        finally:
            their_tasks.close()
            their_news.close()
    except (EOFError, ConnectionError, Warning) as error:
        # The helpers of multiprocessing, its fork server and its resource tracker, may be killed too. It starts new
        # ones once it has found out, and warns, which is an error in programs that make errors of warnings.
        raise TaskUnreadError(f"a worker process could not be started: {described(error)}") from error
    except Exception as error:  # border: all that a system may refuse: memory, processes, files
        raise WorkerStartError(
            f"a worker process could not be started: {described(error)}; nothing of the run was done, and the next run "
            f"will ask for a process again"
        ) from error
    return tasks, news, process


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


def _at_exit() -> None:
    # Else multiprocessing would wait for them: it does so for all child processes, in a hook of its own. That
    # one was registered when multiprocessing was imported, above, so it runs after this one.
    global _exiting
    _exiting = True
    for worker in list(_alive):  # in one go: pools in other threads go on to start and to end workers
        with suppress(ValueError):  # it was closed in this very moment
            worker.kill()


def _after_fork_in_child() -> None:
    # A copy of the pipes would keep the workers from seeing that their pool's process has ended.
    for worker in list(_alive):
        worker.close_pipes()
        worker.disown()
    _alive.clear()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
