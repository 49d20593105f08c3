"""Races of two schedulers that share a store: one settles a run on whose end the other's decision counts."""

from __future__ import annotations

import pytest

from tests.core.stage import Stage, at, every
from tickwright.change import Change
from tickwright.core.firing import fire_now
from tickwright.core.mailbox import Submit
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.run import Run, RunStatus
from tickwright.triggers.base import Trigger
from tickwright.triggers.interval import IntervalTrigger


def two_schedulers() -> tuple[Stage, Stage]:
    """Return two schedulers on one store and one clock, both announced."""
    mine = Stage(name="mine")
    other = Stage(name="other", store=mine.store, clock=mine.clock)
    mine.step()
    other.step()
    return mine, other


def twice() -> Trigger:
    """Return a trigger that fires at 0 and at 10 seconds, and then no more."""
    return IntervalTrigger(seconds=10, start_date=at(0), end_date=at(10), timezone="UTC")


def run_now(stage: Stage) -> Run:
    """Run the job at once, as `run_job` does."""
    job = stage.store.lookup_job("job")
    assert job is not None
    firing = fire_now(job, (), stage.clock.now(), stage.context.taker)
    (run,) = firing.start
    assert stage.store.commit([Change(job_id=run.job_id, started=(run,))]) == [True]
    stage.post(Submit(alias="default", run=run))
    stage.step()
    return run


def settles_just_before_the_commit_of(mine: Stage, other: Stage, run: Run) -> None:
    """Let the other scheduler put the end of a run on record while this one is about to commit."""

    def settle() -> None:
        other.report(run)
        other.step()
        stored = other.store.get_run(run.id)
        assert stored is not None
        assert stored.status is RunStatus.SUCCEEDED

    mine.faults.once_before("commit", settle)


def hold_a_backlog_for_a_run_that_just_ended() -> Stage:
    mine, other = two_schedulers()
    mine.add(every(10), coalesce=False)
    mine.clock.advance(25)
    other.engine.taking = False
    running = run_now(other)
    settles_just_before_the_commit_of(mine, other, running)
    mine.step()
    return mine


def finish_a_job_for_whose_run_its_last_fire_time_is_skipped() -> Stage:
    mine, other = two_schedulers()
    mine.add(twice())
    other.step()
    (running,) = other.hands.held
    other.engine.taking = False
    mine.clock.advance(10)
    settles_just_before_the_commit_of(mine, other, running)
    mine.step()
    return mine


def settle_the_last_two_runs_of_a_finished_job_at_once() -> Stage:
    mine, other = two_schedulers()
    mine.add(twice(), max_instances=2)
    mine.step()
    mine.clock.advance(10)
    other.step()
    ((own,), (others,)) = mine.hands.held, other.hands.held
    assert mine.schedule().is_finished
    mine.report(own)
    settles_just_before_the_commit_of(mine, other, others)
    mine.step()
    return mine


RACES = [
    hold_a_backlog_for_a_run_that_just_ended,
    finish_a_job_for_whose_run_its_last_fire_time_is_skipped,
    settle_the_last_two_runs_of_a_finished_job_at_once,
]


def is_stuck(stage: Stage) -> bool:
    """Return whether the job waits, held or finished, for the end of a run that nobody will tell of."""
    stage.settle_down()
    while stage.hands.held:
        stage.report(stage.hands.held[0])
        stage.settle_down()
    job = stage.store.lookup_job("job")
    assert not stage.store.get_unsettled_runs()
    return job is not None and (job.schedule.is_held or job.schedule.is_finished)


@pytest.mark.parametrize("race", RACES)
def test_a_job_does_not_wait_for_a_run_that_another_settled_just_before(race):
    assert not is_stuck(race())


@pytest.mark.parametrize("race", RACES)
def test_each_race_is_one_that_a_store_which_ignores_waits_for_loses(race, monkeypatch):
    look_at_all = MemoryJobStore.commit

    def commit(self, changes):
        return look_at_all(self, [change._replace(waits_for=()) for change in changes])

    monkeypatch.setattr(MemoryJobStore, "commit", commit)
    assert is_stuck(race())


def test_a_backlog_that_was_held_too_late_is_taken_one_by_one():
    stage = hold_a_backlog_for_a_run_that_just_ended()
    assert not is_stuck(stage)
    fired = [run for run in stage.records_of() if run.reason is None]
    assert [run.fire_time for run in fired] == [at(0), at(10), at(20)]
    assert {run.status for run in fired} == {RunStatus.SUCCEEDED}


def test_the_last_fire_time_is_run_after_all_when_the_run_in_its_way_has_ended():
    stage = finish_a_job_for_whose_run_its_last_fire_time_is_skipped()
    assert not is_stuck(stage)
    assert [(run.fire_time, run.status) for run in stage.records_of()] == [
        (at(0), RunStatus.SUCCEEDED),
        (at(10), RunStatus.SUCCEEDED),
    ]
    assert stage.store.lookup_job("job") is None


def test_of_two_that_settle_the_last_two_runs_exactly_one_removes_the_job():
    stage = settle_the_last_two_runs_of_a_finished_job_at_once()
    assert not is_stuck(stage)
    assert stage.store.lookup_job("job") is None
    assert [run.status for run in stage.records_of()] == [RunStatus.SUCCEEDED] * 2


def test_a_fire_time_that_another_scheduler_took_just_before_is_not_taken_again():
    mine, other = two_schedulers()
    mine.add(every(10))
    mine.faults.once_before("commit", other.step)
    mine.settle_down()
    assert mine.hands.held == []
    assert [run.fire_time for run in other.hands.held] == [at(0)]
    assert len(mine.records_of()) == 1


def test_a_scheduler_that_starts_while_another_looks_for_abandoned_runs_is_not_taken_for_dead():
    mine = Stage(name="mine")
    mine.step()
    mine.add(every(10))
    mine.engine.taking = False
    mine.clock.advance(mine.lease)
    late = Stage(name="late", store=mine.store, clock=mine.clock)
    # It announces itself and takes a run after the leases were read and before the runs are.
    mine.faults.once_after("get_leases", late.step)
    mine.step()
    (run,) = late.hands.held
    assert mine.store.get_unsettled_runs() == [run]


def test_a_report_that_comes_after_others_have_settled_the_run_as_lost_is_dropped():
    mine, other = two_schedulers()
    mine.add(every(1000))
    mine.step()
    (run,) = mine.hands.held
    for _ in range(10):
        other.step(mine.lease / 6)
    stored = mine.store.get_run(run.id)
    assert stored is not None
    assert stored.status is RunStatus.LOST
    mine.report(run)
    mine.settle_down()
    assert mine.store.get_run(run.id) == stored
    assert mine.engine.in_flight == 0
    assert mine.logged("the report came too late")


def test_a_job_that_its_user_removes_between_the_decision_and_the_commit_is_not_run():
    stage = Stage()
    stage.add(every(10))
    stage.faults.once_before("commit", lambda: stage.store.remove_job("job"))
    stage.settle_down()
    assert stage.hands.held == []
    assert stage.records_of() == []
