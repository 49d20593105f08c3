"""Every executor of ours passes the public suite, and so does one of another kind, as a user may write it."""

from threading import Lock, Thread

from tickwright.active_run import ActiveRun
from tickwright.errors import SchedulerNotRunningError
from tickwright.executors.base import Executor, ExecutorHost
from tickwright.executors.call import call
from tickwright.executors.debug import DebugExecutor
from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
from tickwright.run import Run
from tickwright.stored_job import StoredJob
from tickwright.testing.suites import ExecutorSuite


class TestDebugExecutor(ExecutorSuite):
    is_inline = True
    is_bounded = False

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


class ThreadForEachRun(Executor):
    """All that the port leaves open, done the other way: no bound, no queue, and no word to runs under way."""

    def start(self, scheduler: ExecutorHost, alias: str) -> None:
        super().start(scheduler, alias)
        self.lock = Lock()
        self.threads: set[Thread] = set()
        self.is_open = True

    def submit(self, run: Run, job: StoredJob) -> None:
        thread = Thread(target=self.perform, args=(run, job), daemon=True)
        with self.lock:
            if not self.is_open:
                raise SchedulerNotRunningError(f"executor {self.alias!r} is shut down")
            self.threads = {one for one in self.threads if one.is_alive()} | {thread}
            thread.start()

    def perform(self, run: Run, job: StoredJob) -> None:
        self.host.deliver(call(ActiveRun(run), job.func, job.args, job.kwargs, self.host))

    def shutdown(self, wait: bool = True) -> None:
        if not hasattr(self, "lock"):
            return
        with self.lock:
            self.is_open = False
        for thread in self.threads if wait else ():
            thread.join()


class TestAnExecutorOfAnotherKind(ExecutorSuite):
    at_once = None
    is_bounded = False
    tells_running = False
    tells_lost = False

    def make_executor(self) -> Executor:
        return ThreadForEachRun()
