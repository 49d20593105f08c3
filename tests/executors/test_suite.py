"""Every executor of ours passes the public suite."""

from tickwright.executors.base import Executor
from tickwright.executors.debug import DebugExecutor
from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
from tickwright.testing.suites.executor import ExecutorSuite


class TestDebugExecutor(ExecutorSuite):
    is_inline = True

    def make_executor(self) -> Executor:
        return DebugExecutor()


class TestThreadPoolExecutor(ExecutorSuite):
    def make_executor(self) -> Executor:
        return ThreadPoolExecutor(2)


class TestProcessPoolExecutorWithSpawn(ExecutorSuite):
    is_remote = True

    def make_executor(self) -> Executor:
        return ProcessPoolExecutor(2)


class TestProcessPoolExecutorWithForkserver(ExecutorSuite):
    is_remote = True

    def make_executor(self) -> Executor:
        return ProcessPoolExecutor(2, start_method="forkserver")
