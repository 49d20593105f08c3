"""Tests of handing runs to their executors: each once, also those whose commit was heard of late or never."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.core.stage import NOW, Stage, a_run, at, every, fail
from tickwright import events
from tickwright.change import Change
from tickwright.core.firing import fire_now
from tickwright.core.mailbox import Letter, Submit, Suspect
from tickwright.errors import ExecutorNotFoundError, JobStoreUnavailableError
from tickwright.run import Run, RunStatus


def ready() -> Stage:
    """Return a scheduler with a job that is not due for long."""
    stage = Stage()
    stage.add(every(10_000), id="job")
    stage.settle_down()
    for run in list(stage.hands.held):
        stage.report(run)
    stage.settle_down()
    stage.log.clear()
    return stage


def put_on_record(stage: Stage) -> Run:
    """Commit a run as `run_job` does, before its letter."""
    job = stage.store.lookup_job("job")
    assert job is not None
    (run,) = fire_now(job, (), stage.clock.now(), stage.context.taker).start
    assert stage.store.commit([Change(job_id="job", started=(run,))]) == [True]
    return run


def submissions(stage: Stage) -> Counter:
    return Counter(entry for entry in stage.log if entry[0] == "submit")


def test_a_run_that_was_asked_for_is_submitted_in_the_next_step():
    stage = ready()
    run = put_on_record(stage)
    stage.post(Submit(alias="default", run=run))
    stage.step()
    assert stage.hands.held == [run]
    assert stage.engine.in_flight == 1


@pytest.mark.parametrize("reported", [False, True])
@pytest.mark.parametrize("letter_first", [False, True])
def test_a_letter_and_a_doubtful_round_submit_a_run_once_between_them(letter_first, reported):
    stage = ready()
    run = put_on_record(stage)
    letters: list[Letter] = [Submit(alias="default", run=run), Suspect(alias="default")]
    for letter in letters if letter_first else letters[::-1]:
        stage.post(letter)
        stage.settle_down()
        if reported and run in stage.hands.held:
            stage.report(run)
            stage.settle_down()
    assert submissions(stage) == {("submit", "job"): 1}


def test_a_letter_and_a_doubt_of_the_same_step_submit_a_run_once():
    stage = ready()
    run = put_on_record(stage)
    stage.post(Submit(alias="default", run=run))
    stage.post(Suspect(alias="default"))
    stage.post(Submit(alias="default", run=run))
    stage.settle_down()
    assert submissions(stage) == {("submit", "job"): 1}


def test_a_letter_for_an_alias_that_is_gone_is_dropped():
    stage = ready()
    stage.post(Submit(alias="removed", run=put_on_record(stage)))
    stage.post(Suspect(alias="removed"))
    stage.settle_down()
    assert stage.hands.held == []


@pytest.mark.parametrize("call", ["get_run", "lookup_job", "get_unsettled_runs"])
@pytest.mark.parametrize("when", ["once_before", "once_after"])
def test_a_store_that_fails_while_a_run_is_looked_up_delays_it_and_no_more(call, when):
    stage = ready()
    run = put_on_record(stage)
    getattr(stage.faults, when)(call, fail)
    stage.post(Suspect(alias="default"))
    stage.post(Submit(alias="default", run=run))
    stage.step()
    stage.step(1)
    stage.settle_down()
    assert submissions(stage) == {("submit", "job"): 1}
    assert stage.hands.held == [run]


def test_a_run_that_others_settled_before_its_letter_was_read_is_not_submitted():
    stage = ready()
    run = put_on_record(stage)
    stage.store.commit([Change(job_id="job", settled=(run.ended(RunStatus.LOST, NOW),))])
    stage.post(Submit(alias="default", run=run))
    stage.settle_down()
    assert submissions(stage) == {}
    assert stage.engine.in_flight == 0


def test_a_run_whose_job_was_removed_before_it_started_is_recorded_as_cancelled():
    stage = ready()
    run = put_on_record(stage)
    stage.store.remove_job("job")
    stage.post(Submit(alias="default", run=run))
    stage.settle_down()
    stored = stage.store.get_run(run.id)
    assert stored is not None
    assert stored.status is RunStatus.CANCELLED
    assert stored.reason == "its job was removed or could not be loaded before it started"
    assert submissions(stage) == {}


def test_runs_of_other_owners_are_not_submitted_in_doubt():
    stage = ready()
    other = Stage(name="other", store=stage.store, clock=stage.clock)
    other.step()
    theirs = a_run(owner="other")
    stage.store.commit([Change(job_id="job", started=(theirs,))])
    stage.post(Suspect(alias="default"))
    stage.settle_down()
    assert stage.hands.held == []


@pytest.mark.parametrize("error", [RuntimeError("full"), JobStoreUnavailableError("odd"), ValueError()])
def test_a_run_that_its_executor_does_not_take_is_one_failed_record(error):
    stage = Stage()
    stage.hands.refuses = error
    stage.add(every(10_000))
    stage.settle_down()
    (run,) = stage.records_of()
    assert run.status is RunStatus.FAILED
    assert run.reason is not None
    assert run.reason.startswith(f"its executor did not take it: {type(error).__name__}")
    assert run.exception is error
    assert run.started_at is None
    assert submissions(stage) == {("submit", "job"): 1}
    assert stage.ears.codes().count(events.EVENT_JOB_ERROR) == 1
    assert not stage.desk.outage.is_on


def test_an_executor_whose_error_cannot_be_shown_is_no_trouble_of_the_store():
    class Unspeakable(Exception):
        def __str__(self):
            raise ZeroDivisionError

        __repr__ = __str__

    stage = Stage()
    stage.hands.refuses = Unspeakable()
    stage.add(every(10_000))
    stage.settle_down()
    assert [run.status for run in stage.records_of()] == [RunStatus.FAILED]
    assert not stage.desk.outage.is_on


def test_a_run_for_an_executor_that_was_removed_since_is_recorded_with_what_to_do():
    stage = ready()
    run = put_on_record(stage)
    stage.context.executors = {}
    stage.post(Submit(alias="default", run=run))
    stage.settle_down()
    stored = stage.store.get_run(run.id)
    assert stored is not None
    assert stored.status is RunStatus.FAILED
    assert isinstance(stored.exception, ExecutorNotFoundError)
    assert "add it with scheduler.add_executor" in (stored.reason or "")


def test_after_a_long_stop_between_commit_and_submission_the_lease_is_renewed_before_anything_starts():
    stage = Stage()
    stage.step()
    stage.add(every(10_000))
    stage.log.clear()
    stage.faults.once_after("commit", lambda: stage.clock.advance(stage.lease * 0.6))
    stage.settle_down()
    assert stage.log.index("renew_lease") < stage.log.index(("submit", "job"))
    assert submissions(stage) == {("submit", "job"): 1}


def test_what_others_settled_as_lost_during_the_stop_is_not_started():
    stage = Stage()
    stage.step()
    stage.add(every(10_000))

    def stop() -> None:
        stage.clock.advance(stage.lease * 2)
        (run,) = stage.store.get_unsettled_runs()
        stage.store.commit([Change(job_id="job", settled=(run.ended(RunStatus.LOST, at(60)),))])
        stage.store.close_lease("me")

    stage.faults.once_after("commit", stop)
    stage.settle_down()
    assert submissions(stage) == {}
    assert [run.status for run in stage.records_of()] == [RunStatus.LOST]
    assert stage.logged("taken for dead while it was stopped")
