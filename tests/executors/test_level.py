"""What 10,000 runs and 100 cycles of starting and stopping leave behind: everything stays level."""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, pairwise
from pathlib import Path
from threading import Semaphore
from typing import Any

import pytest

from tests.executors import deeds
from tests.executors.levels import files_and_threads, holdings, objects, resident, traced, worker_pids
from tests.executors.processes import wait_until
from tickwright import BackgroundScheduler, MemoryJobStore, SQLiteJobStore, events
from tickwright.core import tending
from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.stage import Stage, job_of

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
    pytest.mark.timeout(300),
]


@pytest.fixture(autouse=True)
def a_folder_of_its_own_for_temporary_files(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


# A leak grows with the number of runs. What is looked at is the growth over the last 4,000 of 10,000 runs, when all
# that is made once has long been made; with objects, that over the 4,000 before them, too. The bounds are above the
# noise, and below any object that is kept for each run.
PHASES = 2_000, 4_000, 4_000
OBJECTS_A_RUN = 0.05
BYTES_A_RUN = 30
RESIDENT_BYTES_A_RUN = 1_000


def check_that_objects_are_level(levels: list[tuple[int, int]], number: float, size: float) -> None:
    # A leak grows in each phase. What grows in one alone, a memo or a dictionary that was made larger, is none.
    assert min(after - before for (before, _), (after, _) in pairwise(levels)) < number, levels
    assert min(after - before for (_, before), (_, after) in pairwise(levels)) < size, levels


def check_that_all_is_level(do: Callable[[int], None]) -> None:
    """Assert that the runs of the last phase left nothing, here or in the workers."""
    levels: list[tuple[Any, ...]] = []
    with traced():
        for runs in PHASES:
            do(runs)
            workers = worker_pids()
            counted = holdings(), workers, [files_and_threads(pid) for pid in workers]
            levels.append((counted, objects(), [resident(pid) for pid in (os.getpid(), *workers)]))
    _, (before, *_), (after, *_) = levels
    assert after == before
    held = [counted for _, counted, _ in levels]
    check_that_objects_are_level(held, PHASES[-1] * OBJECTS_A_RUN, PHASES[-1] * BYTES_A_RUN)
    for of_process in zip(*[sizes for _, _, sizes in levels], strict=True):
        # As with objects: a leak grows in each phase. The system's allocator takes more now and then.
        assert min(later - earlier for earlier, later in pairwise(of_process)) < RESIDENT_BYTES_A_RUN * PHASES[-1], (
            levels
        )


@pytest.mark.parametrize(
    "pool",
    [ThreadPoolExecutor(4), ProcessPoolExecutor(2), ProcessPoolExecutor(2, start_method="forkserver")],
    ids=["threads", "spawn", "forkserver"],
)
def test_ten_thousand_runs_leave_nothing_in_a_pool_or_its_workers(tmp_path, pool):
    stage = Stage(pool, tmp_path)
    stage.occupy(2)  # so that there are as many workers as there will be
    stage.settle()
    jobs = job_of(deeds.nothing), job_of(deeds.give_back_bytes, 2000), job_of(work.fail, "no"), job_of(deeds.nothing)

    def run(runs: int) -> None:
        for batch in range(runs // 500):
            for _ in range(500):
                stage.submit_run(stage.new_run(), jobs[batch % len(jobs)])
            stage.settle()

    check_that_all_is_level(run)
    stage.close()


def test_ten_thousand_runs_in_each_pool_leave_nothing_in_a_scheduler_with_two_stores(tmp_path, monkeypatch):
    monkeypatch.setattr(tending, "TEND_EVERY", 0.0)  # old history is deleted each second, and not each ten
    stores = {"default": MemoryJobStore(keep_runs=200), "disk": SQLiteJobStore(tmp_path / "db", keep_runs=200)}
    pools = {"default": ThreadPoolExecutor(4), "processes": ProcessPoolExecutor(2)}
    with BackgroundScheduler(timezone="UTC", jobstores=dict(stores), executors=dict(pools)) as scheduler:
        ended = Semaphore(0)
        scheduler.add_listener(lambda event: ended.release(), events.EVENT_JOB_EXECUTED)

        def run(runs: int) -> None:
            """Have 50 jobs for each store and pool catch up with so many fire times."""
            each = runs // 100
            until = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1)
            since = until - timedelta(seconds=each - 1)
            for store in stores:
                for pool in pools:
                    for number in range(50):
                        scheduler.add_job(
                            deeds.nothing,
                            "interval",
                            seconds=1,
                            start_date=since,
                            end_date=until,
                            next_run_time=since,
                            coalesce=False,
                            id=f"{store} {pool} {number}",
                            jobstore=store,
                            executor=pool,
                        )
            for _ in range(2 * runs):
                assert ended.acquire(timeout=work.WAIT)
            wait_until(lambda: not scheduler.get_jobs())
            wait_until(lambda: len(scheduler.get_runs(limit=None)) == 400)

        check_that_all_is_level(run)
        assert scheduler.health().ok


# -- cycles ----------------------------------------------------------------------------------------

CYCLES = 40, 30, 30
# What measures coverage keeps some kilobytes for each thread that there was.
OBJECTS_A_CYCLE, BYTES_A_CYCLE = (0.5, 1_000) if sys.gettrace() is None else (50, 20_000)


def check_that_cycles_leave_nothing(start_use_and_stop: Callable[[], None]) -> None:
    """Assert that a hundred of them leave nothing behind."""
    for _ in range(2):  # what multiprocessing starts once and keeps, its resource tracker and its fork server
        start_use_and_stop()
    levels: list[tuple[Any, ...]] = []
    with traced():
        for cycles in CYCLES:
            for _ in range(cycles):
                start_use_and_stop()
            levels.append((holdings(), objects(), resident(os.getpid())))
            assert worker_pids() == []
            assert multiprocessing.active_children() == []
    first, (_, _, resident_before), (_, _, resident_after) = levels
    assert {holding for holding, *_ in levels} == {first[0]}
    held = [counted for _, counted, _ in levels]
    check_that_objects_are_level(held, CYCLES[-1] * OBJECTS_A_CYCLE, CYCLES[-1] * BYTES_A_CYCLE)
    assert resident_after - resident_before < 100_000 * CYCLES[-1], levels


def make(folder: Path, start_method: str, listener: Callable[[Any], None]) -> BackgroundScheduler:
    """Return a scheduler with each kind of store and pool, and a listener."""
    scheduler = BackgroundScheduler(
        timezone="UTC",
        jobstores={"default": MemoryJobStore(keep_runs=10), "disk": SQLiteJobStore(folder / "db", keep_runs=10)},
        executors={
            "default": ThreadPoolExecutor(2),
            "processes": ProcessPoolExecutor(1, start_method=start_method),  # type: ignore[arg-type]
        },
    )
    scheduler.add_listener(listener, events.EVENT_JOB_EXECUTED | events.EVENT_JOB_ERROR | events.EVENT_JOB_LOST)
    return scheduler


def test_a_hundred_schedulers_leave_nothing_also_when_they_lose_their_worker(tmp_path):
    ended = Semaphore(0)
    start_methods = cycle(["spawn", "forkserver"])

    def start_use_and_stop() -> None:
        with make(tmp_path, next(start_methods), lambda event: ended.release()) as scheduler:
            scheduler.add_job(deeds.nothing)
            scheduler.add_job(work.fail, args=["no"], jobstore="disk")
            scheduler.add_job(deeds.nothing, executor="processes")
            scheduler.add_job(deeds.exit_hard, args=[1], executor="processes", jobstore="disk")
            for _ in range(4):
                assert ended.acquire(timeout=work.WAIT)

    check_that_cycles_leave_nothing(start_use_and_stop)


def test_one_scheduler_that_is_started_a_hundred_times_holds_no_more_for_it(tmp_path):
    ended = Semaphore(0)
    scheduler = make(tmp_path, "spawn", lambda event: ended.release())

    def start_use_and_stop() -> None:
        with scheduler:
            for store in ("default", "disk"):
                scheduler.add_job(deeds.nothing, jobstore=store)
                assert ended.acquire(timeout=work.WAIT)

    check_that_cycles_leave_nothing(start_use_and_stop)


def test_what_is_counted_here_is_seen_when_it_is_kept():
    before = holdings()
    read, write = os.pipe()
    assert holdings() == replace(before, files=before.files + 2)
    os.close(read)
    os.close(write)
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {})
    assert holdings() == replace(before, children=before.children + 1)
    os.waitpid(child, 0)
    assert holdings() == before
    with traced():
        level = objects()
        kept = [[bytes(100)] for _ in range(100)]
        number, size = objects()
        assert number - level[0] >= len(kept)
        assert size - level[1] >= 100 * len(kept)
