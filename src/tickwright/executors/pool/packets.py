"""The pipe between a pool and a worker process: a message is a packet, or, where it is large, goes through a stream."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerContext, SpawnContext

    End: TypeAlias = Connection | socket.socket

__all__ = ["FOLLOWS", "PoolEnd", "WorkerEnd", "make_pipe"]

LARGEST_PACKET = 16 * 1024
"""Bytes of the largest message that goes as a packet."""
ROOM = 8 * LARGEST_PACKET
"""Bytes for which a socket must have room. Two packets are in it at most, each with some bytes of the system's."""
FOLLOWS = b"follows"
"""The packet in place of a message that is too large for one: that comes through the stream."""

NO_PACKETS = {errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT, errno.EPROTOTYPE, errno.EAFNOSUPPORT, errno.EOPNOTSUPP}
"""What systems say that have no packets between processes. macOS is one; Windows has not even the words."""


class WorkerEnd(NamedTuple):
    """What the worker process holds. Without the sockets, all goes through the stream."""

    stream: Connection
    tasks: socket.socket | None
    answers: socket.socket | None

    def prepare(self) -> None:
        """Make it ready for use, in the worker process."""
        for one in (self.tasks, self.answers):
            if one is not None:
                one.setblocking(True)  # whatever the program's main module has made the default

    def send(self, message: bytes) -> None:
        """Send an answer, or a part of one."""
        _send(self.answers, self.stream, message)

    def receive(self) -> bytes:
        """Wait for a task. Raises `EOFError` or `OSError` where the pool is gone."""
        return _receive(self.tasks, self.stream)

    def files(self) -> list[End]:
        """Return all that is open."""
        return [one for one in self if one is not None]

    def close_in_pool(self) -> None:
        """Close in the pool's process what only the worker may hold: its death is seen by the end of that."""
        _close(one for one in (self.stream, self.answers) if one is not None)


class PoolEnd(NamedTuple):
    """What the pool holds: the ends of its own, and the one at which the worker reads its tasks.

    A packet is read once, and whole. So a task that the pool reads there itself is one of which the worker knows
    nothing, and a task that is not there any more is one that the worker has begun; whatever becomes of the worker,
    for what it has not read stays there when it is dead.
    """

    stream: Connection
    tasks: socket.socket | None
    answers: socket.socket | None
    unread: socket.socket | None

    def send(self, task: bytes) -> None:
        """Send a task to a worker that has none."""
        _send(self.tasks, self.stream, task)

    def send_ahead(self, task: bytes) -> bool:
        """Send a task to a worker that is busy, if that can be done without waiting; return whether it was.

        Waiting for room might be waiting for a worker that waits for us to read its answer.
        """
        if self.tasks is None or len(task) > LARGEST_PACKET:
            return False
        with suppress(OSError):
            self.tasks.send(task, socket.MSG_DONTWAIT)
            return True
        return False

    def take_back(self) -> list[bytes]:
        """Return the packets that the worker has not read, and now never will; the oldest first."""
        packets: list[bytes] = []
        if self.unread is not None:
            with suppress(BlockingIOError):
                while True:
                    packets.append(self.unread.recv(LARGEST_PACKET, socket.MSG_DONTWAIT))
        return packets

    def receive(self) -> bytes:
        """Wait for an answer, or a part of one. Raises `EOFError` or `OSError` where the worker is gone."""
        return _receive(self.answers, self.stream)

    def travels_as(self, task: bytes) -> bytes:
        """Return what the worker finds in the place of the packets: the task itself, or that it is in the stream."""
        return FOLLOWS if self.tasks is None or len(task) > LARGEST_PACKET else task

    def is_stream_unread(self) -> bool:
        """Whether a worker that is dead has left something in the stream. Where the system does not say so: False."""
        try:
            if self.stream.poll():
                self.stream.recv_bytes()
        except ConnectionResetError:
            return True
        except (EOFError, OSError):
            return False
        return False

    @property
    def inward(self) -> End:
        """Where something can be read when an answer has come, or when the worker is gone."""
        return self.stream if self.answers is None else self.answers

    def close(self) -> None:
        """Close all."""
        _close(one for one in self if one is not None)


def make_pipe(context: SpawnContext | ForkServerContext) -> tuple[PoolEnd, WorkerEnd]:
    """Return the two ends of a new pipe."""
    with ExitStack() as undoing:
        stream, their_stream = context.Pipe()
        undoing.callback(_close, [stream, their_stream])
        try:
            tasks, their_tasks = _packets()
            undoing.callback(_close, [tasks, their_tasks])
            answers, their_answers = _packets()
        except OSError as error:
            if error.errno not in NO_PACKETS:
                raise
            undoing.pop_all()
            return PoolEnd(stream, None, None, None), WorkerEnd(their_stream, None, None)
        undoing.pop_all()
    return PoolEnd(stream, tasks, answers, their_tasks), WorkerEnd(their_stream, their_tasks, their_answers)


def _packets() -> tuple[socket.socket, socket.socket]:
    if not hasattr(socket, "AF_UNIX"):
        raise OSError(errno.EAFNOSUPPORT, "there are no such sockets")
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for one in pair:
        one.setblocking(True)  # whatever the program has made the default
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
    if pair[0].getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) < ROOM:
        _close(pair)
        raise OSError(errno.EOPNOTSUPP, "there is too little room in them")
    return pair


def _close(files: Iterable[End]) -> None:
    for one in files:
        one.close()


def _send(packets: socket.socket | None, stream: Connection, message: bytes) -> None:
    if packets is not None:
        if len(message) <= LARGEST_PACKET:
            packets.send(message)
            return
        packets.send(FOLLOWS)
    stream.send_bytes(message)


def _receive(packets: socket.socket | None, stream: Connection) -> bytes:
    if packets is None:
        return stream.recv_bytes()
    packet = packets.recv(LARGEST_PACKET)
    if not packet:
        raise EOFError
    return stream.recv_bytes() if packet == FOLLOWS else packet
