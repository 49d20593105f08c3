"""Jobs in worker processes that start processes themselves, by every means that Python has."""

import os
import signal
import sys
from collections.abc import Iterator
from multiprocessing import forkserver

import pytest

from tests.executors import deeds
from tests.executors.processes import read_pid, wait_for_death
from tickwright.executors.pool import ProcessPoolExecutor
from tickwright.run import RunStatus
from tickwright.testing.suites.execution.stage import Stage

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

METHODS = ["fork", "spawn", "forkserver"]
SQUARES = [0, 1, 4, 9, 16]


@pytest.fixture(scope="module", autouse=True)
def unwatched() -> Iterator[None]:
    """Let nothing measure coverage in the workers here.

    It has a lock of its own (Collector.lock_data), which a fork may find taken by a thread that is not there any more.
    """
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("COV")]:
            patched.delenv(name)
        forkserver._forkserver._stop()  # type: ignore[attr-defined]
        yield
        forkserver._forkserver._stop()  # type: ignore[attr-defined]


@pytest.fixture(params=["spawn", "forkserver"], scope="module")
def pool(request, tmp_path_factory):
    stage = Stage(ProcessPoolExecutor(1, start_method=request.param), tmp_path_factory.mktemp("stage"))
    yield stage
    stage.close()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "use", [deeds.use_multiprocessing_pool, deeds.use_concurrent_futures, deeds.use_process_and_queue]
)
def test_a_job_may_use_multiprocessing(pool, use, method):
    for _ in range(2):
        report = pool.report(use, method)
        assert report.status is RunStatus.SUCCEEDED, report
        assert report.result == SQUARES


def test_a_fork_is_ended_by_the_first_sigterm_however_early_that_comes(pool):
    assert pool.report(deeds.fork_and_end, 50).result == [signal.SIGTERM] * 50


def test_a_job_may_start_programs(pool):
    assert pool.report(deeds.use_subprocess).result == "16\n"


def test_the_worker_is_the_same_after_all_that(pool):
    pid = pool.report(deeds.tell_pid).result
    for method in METHODS:
        pool.report(deeds.use_multiprocessing_pool, method)
    assert pool.report(deeds.tell_pid).result == pid


@pytest.mark.parametrize("method", METHODS)
def test_a_daemon_process_that_a_job_left_behind_ends_with_its_worker_at_the_latest(tmp_path, method):
    stage = Stage(ProcessPoolExecutor(1), tmp_path)
    assert stage.report(deeds.leave_a_process_behind, method, str(tmp_path / "pid")).status is RunStatus.SUCCEEDED
    assert stage.report(deeds.nothing).status is RunStatus.SUCCEEDED
    stage.close()
    wait_for_death(read_pid(tmp_path / "pid"))
