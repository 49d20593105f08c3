"""What pools leave behind when they have been started and stopped: nothing."""

import gc
import multiprocessing
import sys
import threading

import pytest

from tests.executors import deeds
from tests.executors.processes import open_files
from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.stage import Stage

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

CYCLES = 20


def held() -> tuple[int, int, int]:
    gc.collect()
    return threading.active_count(), open_files(), len(multiprocessing.active_children())


def cycle(pool, folder, *funcs):
    stage = Stage(pool, folder)
    for func in funcs:
        stage.report(*func)
    stage.close()


def test_twenty_thread_pools_leave_nothing(tmp_path):
    before = held()
    for _ in range(CYCLES):
        cycle(ThreadPoolExecutor(3), tmp_path, [work.nothing], [work.fail, "x"], [work.add, 1, 2])
    assert held() == before


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
def test_twenty_process_pools_leave_nothing(tmp_path, start_method):
    # What multiprocessing starts once and keeps (its resource tracker, the fork server) is there before we count.
    cycle(ProcessPoolExecutor(1, start_method=start_method), tmp_path, [deeds.nothing])
    before = held()
    for _ in range(CYCLES):
        cycle(ProcessPoolExecutor(1, start_method=start_method), tmp_path, [deeds.nothing], [deeds.exit_hard, 1])
    assert held() == before


def test_a_pool_left_without_waiting_leaves_nothing(tmp_path):
    cycle(ProcessPoolExecutor(1), tmp_path, [deeds.nothing])
    before = held()
    stage = Stage(ProcessPoolExecutor(1), tmp_path)
    stage.report(deeds.nothing)
    stage.executor.shutdown(wait=False)
    stage.close()
    assert held() == before
