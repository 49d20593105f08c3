"""Tests of a round: changes that build on one another, so that they stand or fall together."""

from __future__ import annotations

from tests.core.stage import a_report, a_run, at, every, make_job, make_taker
from tickwright.change import Change
from tickwright.core.round import Round
from tickwright.core.settling import settle
from tickwright.due import Standing
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.run import Run, RunStatus
from tickwright.stored_job import Schedule

HELD = Schedule(next_fire_time=at(10), next_run_time=None, version=4)
FINISHED = Schedule(version=4)
FIRST, SECOND, THIRD = runs = [a_run(number=number) for number in range(3)]


def store_with(schedule: Schedule, *unsettled: Run) -> MemoryJobStore:
    store = MemoryJobStore()
    store.add_job(make_job(every(10), schedule=schedule))
    store.commit([Change(job_id="job", started=(run,)) for run in unsettled])
    return store


def plan_to_settle(store: MemoryJobStore, *ended: Run, anew: bool = False) -> Round:
    """Return the round that settles these runs; `anew`: asking the store for each."""
    plan = Round()
    for run in ended:
        if anew or not plan.changes:
            plan.know(store.read_standings(["job"]))
        plan.add(settle(run, a_report(run), plan.standing("job"), None, at(5), make_taker()))
    return plan


def test_changes_stay_in_the_order_in_which_they_were_added():
    plan = Round()
    changes = [Change(job_id=name, recorded=(FIRST._replace(id=name),)) for name in "badc"]
    for change in changes:
        plan.add(change)
    assert plan.changes == changes


def test_a_round_knows_the_jobs_of_the_runs_that_it_starts():
    plan, job = Round(), make_job(every(10))
    plan.add(Change(job_id="job", started=(FIRST, SECOND)), job)
    assert plan.jobs == {FIRST.id: job, SECOND.id: job}


def test_of_a_job_that_nobody_asked_about_nothing_is_known():
    plan = Round()
    plan.add(Change(job_id="job", settled=(FIRST,)))
    assert plan.standing("job") is None


def test_the_last_run_of_a_finished_job_that_ends_in_a_round_takes_the_job_with_it():
    store = store_with(FINISHED, *runs)
    plan = plan_to_settle(store, *runs)
    assert [change.remove for change in plan.changes] == [False, False, True]
    assert store.commit(plan.changes) == [True, True, True]
    assert store.lookup_job("job") is None


def test_a_held_job_becomes_due_once_though_several_of_its_runs_end():
    store = store_with(HELD, *runs)
    plan = plan_to_settle(store, *runs)
    assert [change.schedule is not None for change in plan.changes] == [True, False, False]
    assert store.commit(plan.changes) == [True, True, True]
    assert store.read_standings(["job"])["job"].schedule == HELD._replace(next_run_time=at(5), version=5)


def test_what_was_decided_on_a_refused_change_is_refused_with_it():
    store = store_with(HELD, FIRST, SECOND)
    plan = plan_to_settle(store, FIRST, SECOND)
    store.commit([Change(job_id="job", expected_version=4, schedule=HELD._replace(version=9))])
    assert store.commit(plan.changes) == [False, False]
    again = plan_to_settle(store, FIRST, SECOND)
    assert store.commit(again.changes) == [True, True]
    assert not store.read_standings(["job"])["job"].schedule.is_held


def test_where_another_came_to_the_same_version_the_refused_change_still_does_what_the_job_needs():
    store = store_with(HELD, FIRST, SECOND)
    plan = plan_to_settle(store, FIRST, SECOND)
    store.commit([Change(job_id="job", expected_version=4, schedule=HELD._replace(version=5))])
    assert store.commit(plan.changes) == [False, True]
    assert store.commit(plan_to_settle(store, FIRST).changes) == [True]
    assert not store.read_standings(["job"])["job"].schedule.is_held


def test_asking_the_store_again_does_not_undo_what_the_round_decided():
    for schedule in (HELD, FINISHED):
        store = store_with(schedule, FIRST, SECOND)
        plan = plan_to_settle(store, FIRST, SECOND, anew=True)
        assert store.commit(plan.changes) == [True, True]
        assert store.get_unsettled_runs() == []


def test_a_round_knows_which_runs_will_have_no_outcome_whether_or_not_it_asked_about_the_job():
    for known in ({}, {"job": Standing(schedule=HELD, unsettled=(FIRST, SECOND))}):
        plan = Round()
        plan.know(known)
        plan.add(Change(job_id="job", settled=(FIRST.ended(RunStatus.LOST, at(1)),), started=(THIRD,)))
        assert plan.unsettled("job", (FIRST, SECOND)) == [SECOND, THIRD]
        assert plan.unsettled("other", (SECOND,)) == [SECOND]


def test_a_job_that_the_round_removes_is_gone_for_what_follows():
    store = store_with(FINISHED, FIRST)
    plan = plan_to_settle(store, FIRST)
    assert plan.standing("job") is None
    plan.know(store.read_standings(["job"]))
    assert plan.standing("job") is None


def test_a_run_that_takes_the_place_of_a_lost_one_keeps_a_finished_job():
    plan = Round()
    plan.know({"job": Standing(schedule=FINISHED, unsettled=(FIRST, SECOND))})
    plan.add(Change(job_id="job", settled=(FIRST.ended(RunStatus.LOST, at(1)),), started=(THIRD,)))
    assert plan.standing("job") == Standing(schedule=FINISHED, unsettled=(SECOND, THIRD))
    plan.add(settle(SECOND, a_report(SECOND), plan.standing("job"), None, at(5), make_taker()))
    assert not plan.changes[-1].remove
    assert plan.changes[-1].waits_for == (THIRD.id,)
