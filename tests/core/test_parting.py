"""Tests of parting from a store while its scheduler goes on."""

from __future__ import annotations

import pytest

from tests.core.stage import Stage, at, every, fail
from tickwright import events
from tickwright.core.parting import part_from
from tickwright.errors import JobStoreUnavailableError
from tickwright.policies import OnLost
from tickwright.run import RunStatus
from tickwright.testing.faulty_store import FaultyStore
from tickwright.triggers.date import DateTrigger


def test_runs_in_flight_are_recorded_as_lost_and_told_and_the_lease_is_given_up():
    stage = Stage()
    stage.add(every(10), on_lost=OnLost.RERUN)
    stage.add(every(10), id="other")
    stage.settle_down()
    part_from("default", stage.store, stage.context)
    runs = stage.store.get_runs()
    assert [run.status for run in runs] == [RunStatus.LOST] * 2
    assert {run.reason for run in runs} == {
        "its scheduler on here let go of this job store before the run was reported"
    }
    assert stage.ears.codes().count(events.EVENT_JOB_LOST) == 2
    assert stage.store.get_leases() == []
    assert stage.store.get_unsettled_runs() == []


def test_a_finished_job_goes_with_its_last_run_and_that_is_told():
    stage = Stage()
    stage.add(DateTrigger(at(0)))
    stage.settle_down()
    part_from("default", stage.store, stage.context)
    assert stage.store.get_all_jobs() == []
    assert stage.ears.codes()[-2:] == [events.EVENT_JOB_LOST, events.EVENT_JOB_REMOVED]


def test_runs_of_other_owners_go_on():
    stage = Stage()
    other = Stage(name="other", store=stage.store, clock=stage.clock)
    other.add(every(10))
    other.settle_down()
    stage.settle_down()
    part_from("default", stage.store, stage.context)
    assert [run.owner for run in stage.store.get_unsettled_runs()] == ["other"]
    assert [lease.owner.id for lease in stage.store.get_leases()] == ["other"]


def test_what_the_store_raises_comes_out():
    stage = Stage()
    stage.settle_down()
    stage.faults.once_before("close_lease", fail)
    with pytest.raises(JobStoreUnavailableError):
        part_from("default", FaultyStore(stage.store, stage.faults), stage.context)
