"""Tests of the decision about a run that ended: what goes on record, and what becomes of its job."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.core.stage import NOW, a_report, a_run, at, every, make_job, make_taker
from tickwright.change import Change
from tickwright.core.settling import MOST_ATTEMPTS, lost_report, settle
from tickwright.due import Standing
from tickwright.errors import RunLostError
from tickwright.policies import OnLost
from tickwright.run import RunStatus
from tickwright.stored_job import Schedule

GOING_ON = Schedule(next_fire_time=at(10), next_run_time=at(10), version=4)
HELD = Schedule(next_fire_time=at(10), next_run_time=None, version=4)
FINISHED = Schedule(version=4)
PAUSED = Schedule(paused=True, version=4)

RUN = a_run()
OTHER = a_run(number=2)
RERUN_JOB = make_job(every(10), on_lost=OnLost.RERUN)


def settled(standing, run=RUN, job=None, **report):
    return settle(run, a_report(run, when=at(5), **report), standing, job, at(7), make_taker())


def standing(schedule, *unsettled):
    return Standing(schedule=schedule, unsettled=unsettled)


def lost(run=RUN, job=RERUN_JOB, stands=GOING_ON, reason="it died"):
    report = lost_report(run, at(5), "ended")._replace(reason=reason)
    return settle(run, report, standing(stands, run), job, at(7), make_taker())


# -- the record ----------------------------------------------------------------------------------------------


def test_the_record_says_all_that_the_report_says():
    error = ValueError("no")
    change = settled(
        standing(GOING_ON, RUN),
        status=RunStatus.FAILED,
        started_at=at(1),
        result="a result",
        exception=error,
        traceback="the traceback",
        reason="a reason",
    )
    (run,) = change.settled
    assert run == RUN._replace(
        status=RunStatus.FAILED,
        started_at=at(1),
        finished_at=at(5),
        result="a result",
        exception=error,
        traceback="the traceback",
        reason="a reason",
    )


def test_what_the_report_leaves_out_stays_as_it_was_known():
    run = RUN._replace(started_at=at(2), reason="asked for by run_job")
    (ended,) = settled(standing(GOING_ON, run), run=run).settled
    assert (ended.started_at, ended.reason, ended.finished_at) == (at(2), "asked for by run_job", at(5))


@pytest.mark.parametrize("status", sorted(status for status in RunStatus if status.is_final))
def test_the_end_of_a_run_of_a_job_that_goes_on_changes_nothing_but_its_record(status):
    change = settled(standing(GOING_ON, RUN, OTHER), status=status)
    # It names the version all the same: another scheduler may be about to hold the job for this run.
    assert change == Change(job_id="job", expected_version=4, settled=change.settled)


def test_a_run_whose_job_is_gone_is_still_put_on_record():
    change = settled(None)
    assert change == Change(job_id="job", settled=change.settled)
    assert len(change.settled) == 1


# -- the job -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("others", [(), (OTHER,)])
def test_a_held_job_is_due_as_soon_as_one_of_its_runs_ends(others):
    change = settled(standing(HELD, RUN, *others))
    assert change.schedule == Schedule(next_fire_time=at(10), next_run_time=at(7), version=5)
    assert change.expected_version == 4
    assert not change.remove
    assert change.waits_for == ()


def test_a_finished_job_goes_with_its_last_run():
    change = settled(standing(FINISHED, RUN))
    assert (change.remove, change.expected_version, change.schedule) == (True, 4, None)


def test_a_finished_job_with_a_run_of_which_the_store_has_not_heard_goes_too():
    assert settled(standing(FINISHED)).remove


def test_a_finished_job_waits_for_the_others_by_their_names():
    third = a_run(number=3)
    change = settled(standing(FINISHED, RUN, OTHER, third))
    assert change == Change(job_id="job", expected_version=4, settled=change.settled, waits_for=(OTHER.id, third.id))


def test_a_paused_job_stays_paused_and_stays():
    change = settled(standing(PAUSED, RUN))
    assert change == Change(job_id="job", expected_version=4, settled=change.settled)


# -- lost runs -----------------------------------------------------------------------------------------------


def test_a_lost_run_is_recorded_and_no_more_unless_its_job_asks_for_more():
    change = lost(job=make_job(every(10)))
    assert change.started == ()
    (run,) = change.settled
    assert (run.status, run.reason, run.finished_at) == (RunStatus.LOST, "it died", at(5))
    assert isinstance(run.exception, RunLostError)


def test_a_lost_run_of_a_job_that_asks_for_it_is_run_again_as_the_next_attempt():
    run = a_run(at(-3), due_at=at(-2), lateness=timedelta(seconds=1), coalesced=4)
    change = lost(run)
    (again,) = change.started
    assert (again.fire_time, again.due_at, again.coalesced, again.attempt) == (at(-3), at(-2), 4, 2)
    assert again.lateness == timedelta(seconds=9)
    assert again.taken_at == at(7)
    assert again.id != run.id
    assert again.owner == "me"
    assert again.status is RunStatus.SCHEDULED
    assert again.reason == "run again (on_lost='rerun'): attempt 1 was lost"
    assert [one.reason for one in change.settled] == ["it died; the fire time is run again as attempt 2"]


@pytest.mark.parametrize("stands", [GOING_ON, HELD, FINISHED, PAUSED])
def test_a_run_that_is_run_again_leaves_its_job_to_the_next_attempt(stands):
    change = lost(stands=stands)
    assert len(change.started) == 1
    # The job counts as changed: who decided about it without the new attempt is refused.
    assert (change.remove, change.waits_for, change.expected_version) == (False, (), stands.version)
    assert change.schedule == stands._replace(version=stands.version + 1)


def test_the_tenth_attempt_is_the_last():
    assert MOST_ATTEMPTS == 10
    assert [run.attempt for run in lost(RUN._replace(attempt=9)).started] == [10]
    change = lost(RUN._replace(attempt=10), stands=FINISHED)
    assert change.started == ()
    assert change.remove
    assert [run.reason for run in change.settled] == ["it died; not run again after 10 attempts"]


def test_a_loss_without_a_reason_says_at_least_what_is_done_about_it():
    assert [run.reason for run in lost(reason=None).settled] == ["the fire time is run again as attempt 2"]


def test_a_lost_run_of_a_job_that_cannot_be_loaded_is_recorded():
    change = lost(job=None, stands=FINISHED)
    assert change.started == ()
    assert change.remove


@pytest.mark.parametrize("status", sorted(status for status in RunStatus if status is not RunStatus.LOST))
def test_no_other_outcome_is_run_again(status):
    if status.is_final:
        assert settled(standing(GOING_ON, RUN), job=RERUN_JOB, status=status).started == ()


def test_the_report_on_a_lost_run_says_where_it_was_lost_and_carries_an_error():
    report = lost_report(RUN._replace(host="box7"), at(5), "ended")
    assert (report.status, report.run_id, report.finished_at) == (RunStatus.LOST, RUN.id, at(5))
    assert report.reason == "its scheduler on box7 ended before the run was reported"
    assert isinstance(report.exception, RunLostError)
    assert str(report.exception) == report.reason
    assert "on this host" in str(lost_report(RUN._replace(host=""), NOW, "ended").reason)
