"""Tests of several engines on one store: who is taken for dead, what the frozen are told, and who takes what."""

from __future__ import annotations

import pytest

from tests.core.stage import Hands, Stage, every, statuses
from tickwright.change import Change
from tickwright.core.lease_keeper import PARTS
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.policies import OnLost
from tickwright.run import Run, RunStatus
from tickwright.virtual_clock import VirtualClock


def two_on_one_store(**options) -> tuple[Stage, Stage]:
    """Return two engines that know of each other."""
    first = Stage("first", **options)
    second = Stage("second", store=first.store, clock=first.clock, **options)
    live(5.0, first, second)
    for stage in (first, second):
        stage.log.clear()
    return first, second


def live(seconds: float, *stages: Stage) -> None:
    """Let these go round each second for so long."""
    for _ in range(int(seconds)):
        stages[0].clock.advance(1.0)
        for stage in stages:
            stage.settle_down()


def the_run(stage: Stage) -> Run:
    (run,) = stage.hands.held
    return run


# -- the innocent --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [15.0, 25.0, 60.0, 600.0])
def test_when_nobody_gets_through_for_a_while_nobody_is_taken_for_dead(seconds):
    first, second = two_on_one_store()
    first.add(every(10_000), id="long")
    live(1, first, second)
    run = the_run(first)
    first.faults.is_out = second.faults.is_out = True
    live(seconds, first, second)
    # The one that asks first gets through first; the other is in the middle of a pause.
    second.faults.is_out = False
    live(1, second)
    first.faults.is_out = False
    live(40, second, first)
    assert statuses(first.records_of("long")) == ["scheduled"]
    assert first.hands.lost == []
    first.report(run)
    live(1, first, second)
    assert statuses(first.records_of("long")) == ["succeeded"]


def test_after_an_outage_nobody_pauses_for_so_long_that_it_looks_dead():
    first, second = two_on_one_store(lease=2.0)
    first.add(every(10_000), id="long")
    live(1, first, second)
    first.faults.is_out = second.faults.is_out = True
    live(60, first, second)
    first.faults.is_out = second.faults.is_out = False
    for _ in range(100):
        first.clock.advance(0.1)
        for stage in (second, first):
            stage.step()
    assert statuses(first.records_of("long")) == ["scheduled"]


def test_one_that_stirs_between_the_look_and_the_commit_keeps_its_runs():
    first, second = two_on_one_store()
    first.add(every(10_000), id="long", on_lost=OnLost.RERUN)
    live(1, first, second)
    run = the_run(first)
    # The second finds the first dead; before it has written that down, the first is back.
    second.faults.once_before("commit", lambda: first.store.renew_lease("first", first.clock.now()))
    live(30, second)
    first.settle_down()
    live(5, first, second)
    assert statuses(first.records_of("long")) == ["scheduled"]
    first.report(run)
    live(1, first, second)
    assert statuses(first.records_of("long")) == ["succeeded"]
    assert first.hands.lost == []


# -- the frozen ----------------------------------------------------------------------------------------------------


def test_a_run_that_was_settled_while_its_scheduler_was_frozen_is_told_so():
    first, second = two_on_one_store()
    first.add(every(10_000), id="long", on_lost=OnLost.RERUN)
    live(1, first, second)
    run = the_run(first)
    live(30, second)
    assert statuses(first.records_of("long")) == ["lost", "scheduled"]
    assert first.hands.lost == []
    live(1, first, second)
    assert first.hands.lost == [run.id]
    assert first.logged("took this one for dead; the run is told")
    live(60, first, second)
    assert first.hands.lost == [run.id], "it is told once"
    # Its report is refused, and the attempt that took its place is not touched by it.
    first.report(run)
    live(1, first, second)
    assert statuses(first.records_of("long")) == ["lost", "scheduled"]
    assert first.logged("came too late and is dropped")
    assert first.desk.in_flight == 0


def test_it_is_told_too_where_its_lease_was_not_taken_away_yet():
    # The one who settled the run closes the lease only at a later look, and the frozen one may come in between.
    first, second = two_on_one_store()
    first.add(every(10_000), id="long")
    live(1, first, second)
    run = the_run(first)
    first.store.commit([Change(job_id="long", settled=(run.ended(RunStatus.LOST, first.clock.now()),))])
    first.clock.advance(first.lease)
    assert "first" in {lease.owner.id for lease in first.store.get_leases()}
    first.settle_down()
    assert first.hands.lost == [run.id]


def test_a_run_that_ended_during_the_freeze_is_told_nothing():
    first, second = two_on_one_store()
    first.add(every(10_000), id="long")
    live(1, first, second)
    run = the_run(first)
    live(30, second)
    first.report(run)
    live(1, first, second)
    assert first.hands.lost == []


def test_a_look_that_fails_is_made_up_for():
    first, second = two_on_one_store()
    first.add(every(10_000), id="long")
    live(1, first, second)
    run = the_run(first)
    live(30, second)

    def fail() -> None:
        raise OSError("not now")

    first.faults.once_before("get_unsettled_runs", fail)
    live(2, first, second)
    assert first.hands.lost == [run.id]


def test_an_executor_that_cannot_pass_it_on_stops_nothing():
    first, second = two_on_one_store()
    first.add(every(10_000), id="long")
    live(1, first, second)

    def break_down(run_id: str) -> None:
        raise RuntimeError("no way to reach it")

    first.hands.lose = break_down  # type: ignore[method-assign]
    live(30, second)
    first.add(every(10_000), id="other")
    live(2, first, second)
    assert first.logged("no way to reach it")
    assert statuses(first.records_of("other")) == ["scheduled"]


# -- who takes what ------------------------------------------------------------------------------------------------


class Pool(Hands):
    """Two workers, and a queue of a hundred before them."""

    def room(self) -> int | None:
        return 102 - len(self.held)

    def idle(self) -> int | None:
        return max(0, 2 - len(self.held))


def with_pools(*stages: Stage) -> None:
    for stage in stages:
        stage.hands = Pool(stage.log)
        stage.context.executors = {"default": stage.hands}


def test_a_scheduler_alone_takes_what_its_queue_holds():
    stage = Stage()
    with_pools(stage)
    for number in range(6):
        stage.add(every(10_000), id=f"job{number}")
    stage.settle_down()
    assert len(stage.hands.held) == 6


def test_where_others_share_the_store_work_goes_to_whoever_has_a_worker_free():
    first, second = two_on_one_store()
    with_pools(first, second)
    for number in range(5):
        first.add(every(10_000), id=f"job{number}")
    live(1, first, second)
    assert [len(first.hands.held), len(second.hands.held)] == [2, 2]
    second.report(second.hands.held[0])
    live(1, first, second)
    assert [len(first.hands.held), len(second.hands.held)] == [2, 2]
    assert sum(len(first.records_of(f"job{number}")) for number in range(5)) == 5


def test_one_that_has_come_since_the_last_watch_gets_its_share():
    first = Stage("first")
    with_pools(first)
    live(6, first)
    second = Stage("second", store=first.store, clock=first.clock)
    with_pools(second)
    second.settle_down()
    for number in range(4):
        first.add(every(10_000), id=f"job{number}")
    first.settle_down()
    second.settle_down()
    assert [len(first.hands.held), len(second.hands.held)] == [2, 2]


def test_a_scheduler_alone_asks_who_else_is_there_only_when_a_run_would_wait():
    stage = Stage()
    with_pools(stage)
    stage.settle_down()
    for number in range(2):
        stage.add(every(10_000), id=f"job{number}")
    stage.log.clear()
    stage.step(1)
    assert "get_leases" not in stage.log
    stage.add(every(10_000), id="one too many")
    stage.step(1)
    assert stage.log.count("get_leases") == 1


def test_a_scheduler_that_is_left_alone_takes_what_its_queue_holds_again():
    first, second = two_on_one_store()
    with_pools(first, second)
    second.engine.close()
    live(6, first)
    for number in range(5):
        first.add(every(10_000), id=f"job{number}")
    live(1, first)
    assert len(first.hands.held) == 5


def test_a_store_that_others_change_is_looked_at_as_often_as_it_says():
    class Watched(MemoryJobStore):
        look_every = 0.5

    assert Stage(store=Watched(), clock=VirtualClock("2026-01-01")).settle_down() == 0.5


def test_where_nobody_rings_for_what_may_happen_it_is_looked_for_each_second():
    quiet = Stage()
    assert quiet.settle_down() == quiet.lease / PARTS  # until the lease is to be renewed
    busy = Stage()
    busy.add(every(10_000))
    assert busy.settle_down() == 1.0  # that a run has begun rings for nobody
    full = Stage(room=0)
    full.add(every(10_000))
    assert full.settle_down() == 1.0  # nor does a stranger's executor that has room again
    first, second = two_on_one_store()
    live(first.lease / PARTS + 1, first, second)
    assert first.engine.is_shared
    assert first.settle_down() == 1.0
