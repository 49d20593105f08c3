"""Tests of the taker: whose runs they are, and when they were taken."""

from __future__ import annotations

from datetime import timedelta

from tests.core.stage import NOW, at, make_job, make_taker
from tickwright.run import RunStatus


def test_a_run_is_taken_in_the_name_of_its_owner():
    run = make_taker("somebody").take(
        make_job(executor="pool"), NOW, at(1), at(3), attempt=2, coalesced=5, reason="why"
    )
    assert (run.owner, run.host, run.executor, run.job_id) == ("somebody", "here", "pool", "job")
    assert (run.fire_time, run.due_at, run.lateness, run.taken_at) == (NOW, at(1), timedelta(seconds=2), at(3))
    assert (run.attempt, run.coalesced, run.reason, run.status) == (2, 5, "why", RunStatus.SCHEDULED)
    assert not run.is_settled


def test_a_record_of_what_is_passed_over_has_ended_when_it_begins():
    run = make_taker().pass_over(make_job(), NOW, at(1), at(3), RunStatus.SKIPPED, "why", coalesced=5)
    assert (run.status, run.finished_at, run.started_at, run.reason, run.coalesced) == (
        "skipped",
        at(3),
        None,
        "why",
        5,
    )
    assert run.is_settled


def test_ids_are_unique_among_takers_of_different_owners():
    takers = [make_taker("a"), make_taker("b")]
    ids = [taker.take(make_job(), NOW, NOW, NOW).id for taker in takers for _ in range(3)]
    assert len(set(ids)) == 6
