"""What runs in a worker process: it takes tasks from a pipe, performs them, and answers each."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from contextlib import suppress
from multiprocessing.connection import Connection
from socket import socket
from threading import Thread, get_ident

from tickwright.active_run import ActiveRun
from tickwright.clock import Clock, SystemClock
from tickwright.errors import InvalidJobError, described
from tickwright.executors.call import call
from tickwright.executors.pool.packets import WorkerEnd
from tickwright.executors.pool.wire import READY, STOP, News, pack_answer, unpack_news, unpack_task
from tickwright.interrupts import keep_ctrl_c_away
from tickwright.report import Report, Started
from tickwright.run import RunStatus

__all__ = ["main"]

ORPHANED = 70
"""The exit code of a worker process whose pool is gone."""

NEWS_KEPT = 8
"""How many of the last news are kept. News may be faster than their task, and late ones about another may follow."""


def main(pipe: WorkerEnd, news: Connection) -> None:
    """Serve until told to stop, or until the pool's process ends. Any task may be the last."""
    # Ctrl-C in a terminal reaches all processes of the program, and so does the SIGTERM of a service manager that
    # stops a group; the first of them decides what it means. A handler that does nothing instead of SIG_IGN, which
    # the programs that a job starts would inherit.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave_it_to_the_pool)
    keep_ctrl_c_away()
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # blocked by the pool until here
    pipe.prepare()
    _keep_from_forks(*pipe.files(), news)
    worker = _Worker()
    Thread(target=worker.listen, args=(news,), name="tickwright-news", daemon=True).start()
    try:
        pipe.send(READY)
        while (data := pipe.receive()) != STOP:
            for message in worker.perform(data):
                pipe.send(message)
            # While it waits for the next task, nothing of the last one is kept.
            del data, message
    except (EOFError, OSError):
        os._exit(ORPHANED)  # nobody is left to report to
    worker.leaving = True


def _leave_it_to_the_pool(*_: object) -> None:
    """Do nothing about a signal."""


def _keep_from_forks(*pipes: Connection | socket) -> None:
    """See to it that this process alone holds its ends: the pool knows by their end that it has died."""
    for pipe in pipes:
        os.set_inheritable(pipe.fileno(), False)

    def part() -> None:
        for pipe in pipes:
            pipe.close()

    if hasattr(os, "register_at_fork"):
        # This also keeps the pipes open to the very end: the pool waits for exit handlers, and then kills.
        os.register_at_fork(after_in_child=part)
        _let_forks_be_ended()


def _let_forks_be_ended() -> None:
    """Have SIGTERM end what this process forks: a job that uses multiprocessing sends it, and waits for the end."""
    before: dict[int, set[int | signal.Signals]] = {}

    # Blocked meanwhile, so that one which comes before the fork has parted with our handler is kept, and not lost.
    def hold_back() -> None:
        before[get_ident()] = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def release() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, before.pop(get_ident()))

    def part_and_release() -> None:
        if signal.getsignal(signal.SIGTERM) is _leave_it_to_the_pool:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        release()

    os.register_at_fork(before=hold_back, after_in_parent=release, after_in_child=part_and_release)


class _Host:
    """Stands in for the scheduler: the real one is in another process, and is told by the pool."""

    clock: Clock = SystemClock()

    def deliver(self, letter: Report | Started) -> None:
        return

    def pack(self, report: Report) -> Report:
        return report  # the pool does, which knows the job store


class _Worker:
    def __init__(self) -> None:
        self.leaving = False
        self._host = _Host()
        self._active: ActiveRun | None = None
        self._news: deque[News] = deque(maxlen=NEWS_KEPT)

    def perform(self, data: bytes) -> list[bytes]:
        """Run a task, and return the answer to it."""
        clock = self._host.clock
        began = clock.monotonic()
        try:
            task = unpack_task(data)
            func = task.reference.resolve()
        except BaseException as error:  # border: loading the user's objects, importing the user's modules
            report = _not_loaded(error, clock)
        else:
            active = ActiveRun(task.run)
            self._active = active
            for news in tuple(self._news):  # which were faster than the task, or are about another one
                self._tell(news)
            report = call(active, func, task.args, task.kwargs, self._host)
            self._active = None
            _flush_output()
        return pack_answer(report, began, clock.monotonic() - began)

    def listen(self, pipe: Connection) -> None:
        """Pass on what is told about the run; end this process when the pool's has ended, even in mid-job."""
        try:
            while True:
                news = unpack_news(pipe.recv_bytes())
                self._news.append(news)
                self._tell(news)
        except (EOFError, OSError):
            if not self.leaving:
                os._exit(ORPHANED)

    def _tell(self, news: News) -> None:
        active = self._active
        if active is None or active.id != news.run_id:
            return
        if news.cancelled:
            active.request_cancel()
        if news.lost_lease:
            active.lose_lease()


def _flush_output() -> None:
    """Show what the job has printed; else it would stay in this process until some later job fills the buffer."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):  # border: nobody reads it any more, or the job put something else in its place
            stream.flush()


def _not_loaded(error: BaseException, clock: Clock) -> Report:
    refusal = InvalidJobError(f"the job cannot be loaded in its worker process: {described(error)}")
    return Report(
        run_id="",  # the pool knows
        status=RunStatus.FAILED,
        finished_at=clock.now(),
        exception=refusal,
        reason=str(refusal),
    )
