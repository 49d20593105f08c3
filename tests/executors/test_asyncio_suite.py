"""The executor of an event loop passes the suite of all executors."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor as Threads

import pytest

from tests.executors.event_loops import LoopThread
from tickwright.executors.asyncio import AsyncIOExecutor
from tickwright.executors.base import Executor
from tickwright.testing.suites import ExecutorSuite


class InAnEventLoop(ExecutorSuite):
    threads: int
    max_running: int | None = None
    event_loop: LoopThread

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _event_loop(cls) -> Iterator[None]:
        cls.event_loop = thread = LoopThread()
        thread.loop.set_default_executor(Threads(cls.threads))
        yield
        thread.stop()

    def make_executor(self) -> Executor:
        return AsyncIOExecutor(self.event_loop.loop, max_running=self.max_running)


class TestAsyncIOExecutorWithTwoThreads(InAnEventLoop):
    threads = 2
    is_bounded = False


class TestAsyncIOExecutorWithManyThreads(InAnEventLoop):
    threads = 40
    at_once = None
    is_bounded = False


class TestAsyncIOExecutorWithABound(InAnEventLoop):
    threads = 2
    max_running = 6
