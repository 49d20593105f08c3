"""What a process holds: files, threads, children, memory. For tests of what must stay level."""

import gc
import os
import resource
import tempfile
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.executors.processes import open_files
from tickwright.executors.pool import worker_process as worker_process_module


@dataclass(frozen=True)
class Holdings:
    """What is counted one by one, and must be the same again."""

    files: int
    threads: int
    children: int
    """Zombies among them."""
    shared_memory: int
    """Pieces of it, as each semaphore of multiprocessing is one."""
    temporary_files: int
    """All that is in the folder for them, so give the program one of its own."""


def holdings() -> Holdings:
    gc.collect()
    return Holdings(
        files=open_files(),
        threads=threading.active_count(),
        children=sum(len(path.read_text().split()) for path in Path("/proc/self/task").glob("*/children")),
        shared_memory=Path("/proc/self/maps").read_text().count("/dev/shm/"),
        temporary_files=sum(1 for _ in Path(tempfile.gettempdir()).rglob("*")),
    )


def resident(pid: int) -> int:
    """Return how many bytes of memory a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


def files_and_threads(pid: int) -> tuple[int, int]:
    return len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task"))


def worker_pids() -> list[int]:
    return sorted(worker.pid for worker in worker_process_module._alive)


@contextmanager
def traced() -> Iterator[None]:
    """Have Python count the memory of its objects meanwhile."""
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


def objects() -> tuple[int, int]:
    """Return how many objects there are that can hold others, and how many bytes all objects take that were traced.

    The bytes settle slowly, since Python keeps some memory to use again; the number hardly moves.
    """
    gc.collect()
    return len(gc.get_objects()), tracemalloc.get_traced_memory()[0]
