"""An outage from its first failure to its end: how often it is asked about, what it costs, what is told, who waits."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.faults import deeds
from tests.faults.stage import LEASE, STORES, MakeStore, Stage, Working, each_store
from tests.schedulers.stage import SOON, in_time, soon
from tickwright import events
from tickwright.clock import Clock
from tickwright.errors import JobStoreUnavailableError
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.testing import Faults, FaultyStore


class TimedFaults(Faults):
    """Faults that also note when the store was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_at: list[float] = []

    def before(self, call: str) -> BaseException | None:
        self.asked_at.append(self.clock.monotonic())
        return super().before(call)


# -- on a virtual clock --------------------------------------------------------------------------------------


def test_an_hour_of_outage_is_told_once_and_asked_about_with_growing_pauses(tmp_path: Path) -> None:
    faults = TimedFaults()
    stage = Stage(STORES["sqlite"](tmp_path), faults)
    plan = stage.add_jobs()
    stage.scheduler.advance(seconds=10)
    lines = len(stage.records)
    faults.asked_at.clear()
    faults.outage(end=timedelta(hours=1))
    stage.scheduler.advance(minutes=30)

    health = stage.scheduler.health()
    assert not health.ok
    out = health.jobstores["default"]
    assert out.error is not None
    assert "planned by Faults" in out.error
    assert out.out_for == pytest.approx(1800, abs=10)
    assert health.jobstores["other"].ok
    (problem,) = health.problems
    assert "'default' is out" in problem
    assert len(stage.records) == lines + 1

    pauses = [after - before for before, after in pairwise(faults.asked_at)]
    pauses = [pause for pause in pauses if pause > 0]
    longest = 0.1
    for pause in pauses:
        assert longest / 2 - 0.001 <= pause <= longest + 0.001
        longest = min(longest * 2, LEASE / 6)
    assert len(set(pauses[-50:])) > 40, "without jitter, all that lost the same server come back together"
    # In thirty minutes, with pauses of half a second to one: no storm, neither of calls nor of lines.
    assert 1_800 <= len(pauses) <= 3_620
    assert len(faults.asked_at) < 3_700

    stage.scheduler.advance(minutes=31)
    stage.check_tidings(outages=1)
    assert stage.scheduler.health().ok
    (recovered,) = [event for event in stage.told if event.code == events.EVENT_JOBSTORE_RECOVERED]
    assert recovered.duration.total_seconds() == pytest.approx(3600, abs=10)
    books = stage.books(plan)
    assert books.complaints == []
    elsewhere = stage.scheduler.get_runs("elsewhere")
    assert len(elsewhere) == 3670
    assert {run.lateness for run in elsewhere} == {timedelta(0)}


def test_two_stores_that_are_out_are_told_apart() -> None:
    stage = Stage(MemoryJobStore(keep_runs=None))
    second = Faults()
    second.clock = stage.clock
    stage.scheduler.add_jobstore(FaultyStore(MemoryJobStore(), second), "second")
    stage.faults.outage(end=timedelta(seconds=30), error=ConnectionResetError("one"))
    second.outage(end=timedelta(seconds=60), error=TimeoutError("two"))
    stage.scheduler.advance(seconds=20)
    assert "one" in str(stage.scheduler.health().jobstores["default"].error)
    assert "two" in str(stage.scheduler.health().jobstores["second"].error)
    stage.scheduler.advance(seconds=25)
    assert stage.scheduler.health().jobstores["default"].ok
    assert not stage.scheduler.health().jobstores["second"].ok
    stage.scheduler.advance(seconds=25)
    outages = [(event.code, event.alias) for event in stage.told if event.code & events.EVENT_JOBSTORE_OUTAGE]
    assert sorted(alias for _, alias in outages) == ["default", "second"]
    assert stage.scheduler.health().ok


@pytest.mark.parametrize(
    "error", [SystemExit("a driver that leaves"), RuntimeError(), OSError(5, "Input/output error")]
)
def test_whatever_a_store_raises_is_an_outage(error: BaseException) -> None:
    stage = Stage(MemoryJobStore(keep_runs=None))
    plan = stage.add_jobs()
    stage.faults.outage(end=timedelta(seconds=5), error=error)
    stage.scheduler.advance(seconds=20)
    stage.check_tidings(outages=1)
    assert stage.books(plan).complaints == []


# -- in real time ---------------------------------------------------------------------------------------------


@pytest.fixture
def working(request: pytest.FixtureRequest, tmp_path: Path) -> object:
    made: list[Working] = []

    def make(maker: MakeStore) -> Working:
        made.append(Working(maker(tmp_path)))
        return made[-1]

    yield make
    for one in made:
        one.faults.clear()
        one.scheduler.shutdown(wait=False)


@each_store
def test_threads_live_through_an_outage_and_the_other_store_does_not_notice(working, make: MakeStore) -> None:
    one = working(make)
    one.begin()
    assert one.has_run("tick0", 5)
    threads = {thread.name for thread in threading.enumerate()}
    one.faults.fail(times=None)
    one.heard.wait_for(events.EVENT_JOBSTORE_OUTAGE)
    assert one.has_run("elsewhere", 10)
    assert one.scheduler.running
    assert one.scheduler.health().loop_alive
    assert not one.scheduler.health().jobstores["default"].ok
    assert threads <= {thread.name for thread in threading.enumerate()}
    with pytest.raises(JobStoreUnavailableError, match="planned"):
        in_time(one.scheduler.get_jobs)
    with pytest.raises(JobStoreUnavailableError, match="planned"):
        in_time(lambda: one.scheduler.pause_job("tick0"))
    one.faults.clear()
    one.heard.wait_for(events.EVENT_JOBSTORE_RECOVERED)
    assert one.has_run("tick0", 5)
    assert one.books_at_rest().complaints == []
    one.check_tidings()


@each_store
@pytest.mark.parametrize("wait", [True, False])
def test_a_shutdown_in_an_outage_ends_and_the_next_start_has_whole_books(working, make: MakeStore, wait: bool) -> None:
    one = working(make)
    one.begin()
    assert one.has_run("tick0", 3)
    one.faults.fail(times=None)
    one.heard.wait_for(events.EVENT_JOBSTORE_OUTAGE)
    in_time(lambda: one.scheduler.shutdown(wait=wait, timeout=2), 2 * SOON)
    assert soon(lambda: not one.scheduler.running)
    one.faults.clear()
    one.scheduler.start()
    assert one.has_run("tick0", 3)
    books = one.books_at_rest()
    assert books.complaints == []
    assert books.doubled == 0


@each_store
def test_a_scheduler_does_not_start_in_an_outage_leaves_nothing_behind_and_starts_later(
    working, make: MakeStore
) -> None:
    one = working(make)
    one.faults.fail("start", error=ConnectionRefusedError("nobody there"))
    before = {thread.ident for thread in threading.enumerate()}
    with pytest.raises(ConnectionRefusedError, match="nobody there"):
        in_time(one.scheduler.start)
    assert not one.scheduler.running
    assert {thread.ident for thread in threading.enumerate()} <= before
    one.begin()
    assert one.has_run("tick0", 3)


@each_store
def test_a_start_that_cannot_store_its_jobs_can_be_made_again(working, make: MakeStore) -> None:
    one = working(make)
    for number in range(3):
        one.scheduler.add_job(deeds.note, "interval", seconds=0.05, id=f"tick{number}")
    one.faults.fail("add_job", spare=1)
    with pytest.raises(JobStoreUnavailableError, match="add_job fails"):
        in_time(one.scheduler.start)
    assert not one.scheduler.running
    in_time(one.scheduler.start)
    assert sorted(job.id for job in one.scheduler.get_jobs()) == ["tick0", "tick1", "tick2"]
    for number in range(3):
        assert one.has_run(f"tick{number}", 2)


def test_an_outage_costs_the_processor_nothing(working) -> None:
    one = working(STORES["memory"])
    one.begin()
    one.scheduler.remove_job("elsewhere")
    one.faults.fail(times=None)
    one.heard.wait_for(events.EVENT_JOBSTORE_OUTAGE)
    before = one.faults.seen.total()
    clock: Clock = one.scheduler.clock
    began = clock.monotonic()
    assert not soon(lambda: False, 3)
    seconds = clock.monotonic() - began
    # Pauses of 0.05 s at least at the beginning, of 0.25 s at least from then on.
    assert one.faults.seen.total() - before <= 5 + seconds / 0.25
