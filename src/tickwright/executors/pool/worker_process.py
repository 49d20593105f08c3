"""One worker process, seen from the pool: started, given one task at a time, asked how it died."""

from __future__ import annotations

import atexit
import multiprocessing.process
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from threading import Event
from typing import TYPE_CHECKING
from weakref import WeakSet

from tickwright.errors import TickwrightError, WorkerStartError
from tickwright.executors.pool.wire import READY, STOP, Answer, unpack_answer
from tickwright.executors.pool.worker_main import main

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

__all__ = ["TaskUnreadError", "WorkerDiedError", "WorkerProcess"]

START_SECONDS = 120.0
"""How long a worker process may take to start. It imports the program's main module, which can be slow."""
END_SECONDS = 5.0
"""How long a worker process that was told to stop may take, before it is killed."""


class WorkerDiedError(TickwrightError):
    """A worker process ended before it answered; the message says how."""


class TaskUnreadError(TickwrightError):
    """A worker process ended before it had read its task, so nothing of that was done."""


class WorkerProcess:
    """A process and the two pipes to it: one for tasks and answers, one for requests about the task it has.

    Each end is held by one process only, so that either side sees by the end of a pipe that the other is
    gone, however that came about. One thread at a time may use it; `request_cancel` may come from any.
    """

    def __init__(self, context: SpawnContext | ForkServerContext, name: str) -> None:
        """Start a process, and return when it is ready. Raises `WorkerStartError` where that fails."""
        self._tasks, tasks = context.Pipe()
        requests, self._requests = context.Pipe(duplex=False)
        # Not a daemon in the sense of multiprocessing: those may have no children, and a job may want some.
        self._process = context.Process(target=main, args=(tasks, requests), name=name, daemon=False)
        try:
            with _ctrl_c_held_back(context.get_start_method()):
                self._process.start()
        except BaseException:
            self._forget()
            raise
        finally:
            tasks.close()
            requests.close()
        _alive.add(self)
        if _exiting:
            self._process.kill()
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        try:
            if self._tasks.poll(START_SECONDS) and self._tasks.recv_bytes() == READY:
                return
            how = f"did not get ready within {START_SECONDS:.0f} s"
            self._bury()
        except (EOFError, OSError):
            how = self._bury()
        raise WorkerStartError(
            f"a worker process {how} before it was ready. Each worker imports the main module of the "
            f"program: if that one starts a scheduler or other work when it is imported, put this under "
            f"`if __name__ == '__main__':`. What the worker itself had to say is on the standard error stream"
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
            return answer, self._tasks.recv_bytes() if answer.has_payload else None
        except ConnectionResetError:
            # The other end was closed with something unread in it, and there was nothing in it but the task. Linux
            # says so; a system that does not ends the pipe as usual, and the run counts as lost.
            raise TaskUnreadError(f"a worker process {self._bury()} before it had read its task") from None
        except (EOFError, OSError):
            raise WorkerDiedError(self._bury()) from None
        except Exception as error:  # border: whatever the job wrote into a pipe that is not its own
            self._bury()
            raise WorkerDiedError(f"sent what is no answer, and was killed: {error!r}") from None

    def request_cancel(self, run_id: str) -> None:
        """Pass on that this run is to stop. The process ignores it where it has another one by then."""
        with suppress(OSError, ValueError):  # it has just died, or was closed: nothing to cancel
            self._requests.send_bytes(run_id.encode())

    def stop(self) -> None:
        """End the process, which has no task now. It is killed where it does not end by itself."""
        with suppress(OSError):
            self._tasks.send_bytes(STOP)
            self._tasks.poll(END_SECONDS)  # until the pipe ends, as it does with the process
        self._bury()

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        self._process.kill()

    def close_pipes(self) -> None:
        """Let go of the pipes and of nothing else: in a fork of this process the worker is not ours."""
        self._tasks.close()
        self._requests.close()

    def disown(self) -> None:
        """Have multiprocessing forget that it is a child, of which this process, a fork, is no parent."""
        # A fork that multiprocessing made itself forgets them. In one that `os.fork` made, as gunicorn does, it would
        # wait for them when that exits, and complain of it.
        children: set[object] = getattr(multiprocessing.process, "_children", set())
        children.discard(self._process)

    def _bury(self) -> str:
        """Make sure that the process is dead, let go of everything, and return how it ended."""
        # Where its pipe has ended it is dying, unless its job closed what was not its own. Killing a dying
        # process does not change its exit code, and makes sure that waiting for it has an end.
        self._process.kill()
        self._process.join()
        how = _how_it_ended(self._exit_code())
        self._forget()
        return how

    def _exit_code(self) -> int | None:
        # Another thread that looks after child processes (as multiprocessing does whenever it starts one) may
        # have fetched the exit code, and be about to write it down.
        pause = Event()
        for _ in range(100):
            if self._process.exitcode is not None:
                break
            pause.wait(0.01)
        return self._process.exitcode

    def _forget(self) -> None:
        _alive.discard(self)
        self.close_pipes()
        with suppress(ValueError):  # somebody else fetched the exit code, and it counts as running for ever
            self._process.close()


def _how_it_ended(exit_code: int | None) -> str:
    if exit_code is None:
        return "ended in an unknown way"
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    hint = ", as the kernel does when memory runs out" if name == "SIGKILL" else ""
    return f"was killed by {name}{hint}"


@contextmanager
def _ctrl_c_held_back(start_method: str) -> Iterator[None]:
    """Start processes that do not see Ctrl-C before they have said what they do about it."""
    # A blocked signal stays blocked in what this thread starts. Not with the forkserver: its processes come
    # from a server that lives on, and others use it too.
    if start_method != "spawn" or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # multiprocessing would start it in between, and unblock signals after that
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# -- when this process exits, or is forked ---------------------------------------------------------

_alive: WeakSet[WorkerProcess] = WeakSet()
_exiting = False


def _at_exit() -> None:
    # Else multiprocessing would wait for them: it does so for all child processes, in a hook of its own. That
    # one was registered when multiprocessing was imported, above, so it runs after this one.
    global _exiting
    _exiting = True
    for worker in list(_alive):
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
