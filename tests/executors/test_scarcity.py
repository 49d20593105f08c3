"""A system that has nothing left to start worker processes with: no files, no processes, no memory."""

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.executors import deeds
from tests.executors.processes import open_files, wait_for_death
from tickwright.errors import WorkerStartError
from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
from tickwright.report import Report
from tickwright.run import RunStatus
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.stage import Stage

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture(params=["spawn", "forkserver"])
def lone_stage(request, tmp_path) -> Iterator[Stage]:
    """A stage whose one worker process has just been killed, so that the next run needs another one."""
    stage = Stage(ProcessPoolExecutor(1, start_method=request.param), tmp_path)
    kill_worker(stage)
    yield stage
    stage.close()


def kill_worker(stage: Stage) -> None:
    pid = stage.report(deeds.tell_pid).result
    os.kill(pid, signal.SIGKILL)
    wait_for_death(pid)


@contextmanager
def limited(kind: int, number: int) -> Iterator[None]:
    """Allow this process no more than this of something."""
    before = resource.getrlimit(kind)
    resource.setrlimit(kind, (number, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(kind, before)


def lowest_free_file() -> int:
    descriptor = os.open("/dev/null", os.O_RDONLY)
    os.close(descriptor)
    return descriptor


def check_that_it_says(report: Report, number: int) -> None:
    assert report.status is RunStatus.FAILED
    assert report.started_at is None
    assert isinstance(report.exception, WorkerStartError)
    assert os.strerror(number) in str(report.reason)
    assert "nothing of the run was done" in str(report.reason)


def test_without_files_to_open_no_worker_starts_and_each_run_says_so(lone_stage):
    with limited(resource.RLIMIT_NOFILE, lowest_free_file()):
        reports = [lone_stage.report(deeds.nothing) for _ in range(5)]
    for report in reports:
        check_that_it_says(report, errno.EMFILE)
    assert lone_stage.report(deeds.nothing).status is RunStatus.SUCCEEDED


@pytest.mark.parametrize("lone_stage", ["spawn"], indirect=True)  # with the other, multiprocessing itself leaves some
def test_with_too_few_files_to_open_nothing_is_left_open(lone_stage):
    left_open = []
    for spare in range(16):
        with limited(resource.RLIMIT_NOFILE, lowest_free_file() + spare):
            report = lone_stage.report(deeds.nothing)
        if report.status is RunStatus.SUCCEEDED:
            break
        check_that_it_says(report, errno.EMFILE)
        left_open.append(open_files())
    assert len(left_open) > 3
    assert len(set(left_open)) == 1
    assert lone_stage.report(deeds.nothing).status is RunStatus.SUCCEEDED


def test_a_job_that_opens_all_files_there_are_is_reported(lone_stage):
    report = lone_stage.report(open_too_much)
    assert report.status is RunStatus.FAILED
    assert isinstance(report.exception, OSError)
    assert lone_stage.report(deeds.nothing).status is RunStatus.SUCCEEDED


def open_too_much() -> None:
    hoard = []
    while True:
        hoard.append(os.open("/dev/null", os.O_RDONLY))


# An event loop that could not be made is complained about when it is thrown away, by way of a module that pytest loads.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_threads_go_on_without_files_to_open(tmp_path):
    import tracemalloc  # noqa: F401

    stage = Stage(ThreadPoolExecutor(1), tmp_path)
    with limited(resource.RLIMIT_NOFILE, lowest_free_file()):
        reports = [stage.report(work.fail, "no"), stage.report(work.nothing), stage.report(work.add, 1, 2)]
    assert [report.status for report in reports] == [RunStatus.FAILED, RunStatus.SUCCEEDED, RunStatus.FAILED]
    assert "Too many open files" in str(reports[2].exception)  # an event loop needs some
    assert stage.report(work.add, 1, 2).result == 3
    stage.close()


# -- processes -------------------------------------------------------------------------------------

PROGRAM = """
import os, resource, signal, sys
from pathlib import Path
from tests.executors import deeds
from tests.executors.processes import wait_for_death
from tickwright.executors.pool import ProcessPoolExecutor

if __name__ == "__main__":
    from tickwright.testing.suites.execution.stage import Stage

    stage = Stage(ProcessPoolExecutor(1), Path(sys.argv[1]))
    pid = stage.report(deeds.tell_pid).result
    os.kill(pid, signal.SIGKILL)
    wait_for_death(pid)
    is_root = os.getuid() == 0
    before = resource.getrlimit(resource.RLIMIT_NPROC)
    if is_root:
        os.setresuid(54321, 54321, 0)  # the limit does not hold for root
    resource.setrlimit(resource.RLIMIT_NPROC, (0, before[1]))
    for _ in range(3):
        report = stage.report(deeds.nothing)
        print(report.status, type(report.exception).__name__, report.reason)
    resource.setrlimit(resource.RLIMIT_NPROC, before)
    if is_root:
        os.setresuid(0, 0, 0)
    print(stage.report(deeds.nothing).status)
    stage.close()
"""


def test_without_processes_to_start_each_run_says_so_and_later_ones_are_served(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    *refused, last = done.stdout.splitlines()
    assert len(refused) == 3
    for line in refused:
        assert line.startswith("failed WorkerStartError a worker process could not be started: BlockingIOError"), line
        assert os.strerror(errno.EAGAIN) in line
    assert last == "succeeded"
