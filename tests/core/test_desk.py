"""Tests of one store's round: settle, decide, commit, tell, submit, in this order, whatever fails in between."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.core.stage import NOW, Answering, Hands, Stage, a_run, at, every, fail, make_job, statuses
from tickwright import events
from tickwright.change import Change
from tickwright.core import changing, endings
from tickwright.errors import UnreadableJobError
from tickwright.events import JobExecutionEvent, JobSubmissionEvent, StoreTroubleEvent
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.owner import Owner
from tickwright.policies import OnLost
from tickwright.report import Started
from tickwright.run import RunStatus
from tickwright.stored_job import Schedule
from tickwright.testing.faulty_store import FaultyStore
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger

SUBMITTED = ("tell", events.EVENT_JOB_SUBMITTED)


def all_ended(stage: Stage) -> None:
    """Have every run that the executor holds reported, and go on until nothing is left to do now."""
    stage.settle_down()
    while stage.hands.held:
        stage.report(stage.hands.held[0])
        stage.settle_down()


# -- the order of things -------------------------------------------------------------------------------------


def test_a_round_settles_decides_commits_tells_and_submits_in_this_order():
    stage = Stage()
    stage.add(every(10))
    stage.settle_down()
    stage.clock.advance(10)
    stage.report(stage.hands.held[0])
    stage.log.clear()
    stage.step()
    calls = [entry for entry in stage.log if entry not in ("renew_lease", "get_leases", "get_unsettled_runs")]
    assert calls[:6] == [
        "read_standings",
        "read_due",
        "commit",
        ("tell", events.EVENT_JOB_EXECUTED),
        SUBMITTED,
        ("submit", "job"),
    ]


def test_everything_is_told_before_anything_is_submitted():
    stage = Stage()
    for number in range(3):
        stage.add(every(10), id=f"job{number}")
    stage.step()
    moves = [entry[0] for entry in stage.log if isinstance(entry, tuple)]
    assert moves == ["tell"] * 3 + ["submit"] * 3


def test_all_that_a_round_decides_is_one_commit():
    stage = Stage()
    for number in range(50):
        stage.add(every(10), id=f"job{number}")
    stage.settle_down()
    for run in list(stage.hands.held):
        stage.report(run)
    stage.clock.advance(10)
    stage.log.clear()
    stage.step()
    assert stage.log.count("commit") == 1
    assert len(stage.store.get_runs()) == 100


def test_when_the_executor_gets_a_run_it_and_the_next_fire_time_are_on_record():
    stage = Stage()
    stage.add(every(10))
    submit, seen = stage.hands.submit, []

    def look(run, job):
        stored = stage.store.get_run(run.id)
        seen.append((stored == run, stage.schedule().next_fire_time))
        submit(run, job)

    stage.hands.submit = look  # type: ignore[method-assign]
    stage.step()
    assert seen == [(True, at(10))]


def test_when_the_end_of_a_run_is_told_it_is_on_record():
    stage = Stage()
    stage.add(every(10))
    stage.settle_down()
    tell, seen = stage.ears.tell, []

    def look(event):
        if isinstance(event, JobExecutionEvent) and event.run is not None:
            seen.append(stage.store.get_run(event.run.id) == event.run)
        tell(event)

    stage.ears.tell = look  # type: ignore[method-assign]
    stage.report(stage.hands.held[0])
    stage.settle_down()
    assert seen == [True]


def test_with_nothing_to_write_there_is_no_commit():
    stage = Stage()
    stage.add(every(10))
    stage.settle_down()
    stage.log.clear()
    stage.step(1)
    assert "commit" not in stage.log


def test_each_outcome_has_its_event():
    stage = Stage()
    stage.add(every(10))
    for status in (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.TIMED_OUT, RunStatus.LOST):
        stage.settle_down()
        stage.report(stage.hands.held[0], status)
        stage.settle_down()
        assert stage.ears.codes()[-1] == events.OUTCOME_CODES[status]
        stage.clock.advance(10)


def test_a_skipped_fire_time_is_told_in_both_ways_and_names_it():
    stage = Stage()
    stage.add(every(10))
    stage.settle_down()
    stage.step(10)
    assert stage.ears.codes()[-2:] == [events.EVENT_JOB_SKIPPED, events.EVENT_JOB_MAX_INSTANCES]
    event = stage.ears.events[-1]
    assert isinstance(event, JobSubmissionEvent)
    assert event.scheduled_run_times == [at(10)]


# -- the life of jobs ----------------------------------------------------------------------------------------


def test_a_one_shot_job_is_removed_when_its_run_has_been_reported_and_not_before():
    stage = Stage()
    stage.add(DateTrigger(NOW))
    stage.settle_down()
    assert stage.schedule().is_finished
    assert events.EVENT_JOB_REMOVED not in stage.ears.codes()
    all_ended(stage)
    assert stage.store.lookup_job("job") is None
    assert stage.ears.codes()[-2:] == [events.EVENT_JOB_EXECUTED, events.EVENT_JOB_REMOVED]
    assert statuses(stage.records_of()) == ["succeeded"]


def test_a_job_whose_last_fire_time_is_missed_is_removed_at_once():
    stage = Stage()
    stage.add(DateTrigger(at(-100)), misfire_grace_time=5)
    stage.settle_down()
    assert stage.store.lookup_job("job") is None
    assert statuses(stage.records_of()) == ["missed"]


def test_a_job_whose_last_fire_time_is_skipped_goes_with_the_run_in_its_way():
    stage = Stage()
    stage.add(IntervalTrigger(seconds=10, start_date=NOW, end_date=at(10), timezone="UTC"))
    stage.settle_down()
    stage.step(10)
    assert stage.schedule().is_finished
    all_ended(stage)
    assert stage.store.lookup_job("job") is None
    assert statuses(stage.records_of()) == ["succeeded", "skipped"]


def test_a_backlog_without_coalescing_is_worked_off_one_by_one():
    stage = Stage()
    stage.add(every(10), coalesce=False)
    stage.clock.advance(35)
    all_ended(stage)
    assert [run.fire_time for run in stage.records_of()] == [at(0), at(10), at(20), at(30)]
    assert statuses(stage.records_of()) == ["succeeded"] * 4


def test_a_run_that_was_reported_is_in_nobodys_way_though_its_end_is_not_yet_on_record():
    stage = Stage()
    stage.add(every(10))
    stage.settle_down()
    stage.clock.advance(10)
    stage.report(stage.hands.held[0])
    stage.step()
    assert statuses(stage.records_of()) == ["succeeded", "scheduled"]


def test_more_reports_than_one_round_writes_are_written_by_the_next_at_once(monkeypatch):
    monkeypatch.setattr(endings, "MOST_SETTLED_AT_ONCE", 10)
    stage = Stage()
    for number in range(25):
        stage.add(every(10), id=f"job{number}")
    stage.settle_down()
    for run in list(stage.hands.held):
        stage.report(run)
    left = []
    for wait in (0.0, 0.0, None):
        found = stage.step()
        assert wait is None or found == wait
        left.append(stage.engine.in_flight)
    assert left == [15, 5, 0]


def test_the_next_job_is_known_only_as_long_as_the_store_answers():
    stage = Stage()
    stage.add(every(10))
    stage.settle_down()
    assert stage.engine.job_due_in == 10
    stage.faults.is_out = True
    stage.step(10)
    assert stage.engine.job_due_in is None, "the loop would wake for it, and not rest"
    stage.step(0.01)
    assert stage.engine.job_due_in is None
    stage.faults.is_out = False
    stage.engine.taking = False
    stage.step(60)
    assert stage.engine.job_due_in is None


def test_losses_that_wait_are_in_no_other_reports_way(monkeypatch):
    monkeypatch.setattr(endings, "MOST_SETTLED_AT_ONCE", 2)
    stage = Stage()
    for name in ("a", "b", "c"):
        stage.add(every(10), id=name, on_lost=OnLost.RERUN)
    stage.settle_down()
    stage.engine.taking = False  # nothing is run again meanwhile
    for run, status in zip(list(stage.hands.held), ("lost", "lost", "succeeded"), strict=True):
        stage.report(run, RunStatus(status))
    for _ in range(2):
        stage.settle_down()
    assert [statuses(stage.records_of(name)) for name in ("a", "b", "c")] == [
        ["scheduled"],
        ["scheduled"],
        ["succeeded"],
    ]
    stage.engine.taking = True
    for _ in range(3):
        stage.settle_down()
    assert [statuses(stage.records_of(name)) for name in ("a", "b")] == [["lost", "scheduled"]] * 2


def test_a_run_that_was_reported_is_in_nobodys_way_though_its_end_has_to_wait_for_the_next_round(monkeypatch):
    monkeypatch.setattr(endings, "MOST_SETTLED_AT_ONCE", 1)
    stage = Stage()
    for name in ("a", "b"):
        stage.add(every(10), id=name)
    stage.settle_down()
    for run in list(stage.hands.held):
        stage.report(run)
    stage.clock.advance(10)
    stage.settle_down()
    for name in ("a", "b"):
        assert statuses(stage.records_of(name)) == ["succeeded", "scheduled"]


def test_news_that_a_run_has_begun_is_put_on_record_once_and_without_an_event():
    stage = Stage()
    stage.add(every(10))
    stage.settle_down()
    (run,) = stage.hands.held
    told = len(stage.ears.events)
    stage.post(Started(run_id=run.id, started_at=at(1)))
    stage.settle_down()
    (stored,) = stage.records_of()
    assert (stored.status, stored.started_at) == (RunStatus.RUNNING, at(1))
    assert len(stage.ears.events) == told
    stage.log.clear()
    stage.step(1)
    assert "commit" not in stage.log


# -- executors -----------------------------------------------------------------------------------------------


def test_no_executor_gets_more_runs_than_it_has_room_for():
    stage = Stage(room=3)
    for number in range(10):
        stage.add(every(10_000), id=f"job{number}")
    stage.settle_down()
    assert len(stage.hands.held) == 3
    stage.report(stage.hands.held[0])
    stage.settle_down()
    assert len(stage.hands.held) == 3
    all_ended(stage)
    assert Counter(run.job_id for run in stage.store.get_runs()) == {f"job{number}": 1 for number in range(10)}


def test_the_backlog_of_one_job_does_not_fill_an_executor_beyond_its_room():
    stage = Stage(room=4)
    stage.add(every(1), coalesce=False, max_instances=50)
    stage.clock.advance(29)
    stage.settle_down()
    assert [run.fire_time for run in stage.hands.held] == [at(second) for second in range(4)]
    all_ended(stage)
    assert [run.fire_time for run in stage.records_of()] == [at(second) for second in range(30)]


def test_a_full_executor_does_not_keep_the_jobs_of_another_waiting():
    stage = Stage(room=1, batch=3)
    other = Hands(stage.log)
    stage.context.executors = {**stage.context.executors, "other": other}
    for number in range(20):
        stage.add(every(10_000), id=f"job{number}")
    stage.add(every(10_000), id="later", executor="other")
    stage.settle_down()
    assert len(stage.hands.held) == 1
    assert [run.job_id for run in other.held] == ["later"]


def test_a_full_executor_is_no_reason_to_spin():
    stage = Stage(room=1)
    for number in range(3):
        stage.add(every(10_000), id=f"job{number}")
    assert stage.settle_down() == 1


def test_passing_over_takes_no_room():
    stage = Stage(room=1)
    stage.add(DateTrigger(at(-100)), id="missed", misfire_grace_time=1)
    stage.add(DateTrigger(at(-50)), id="run")
    stage.step()
    stage.settle_down()
    assert [run.job_id for run in stage.hands.held] == ["run"]


def test_a_job_that_was_not_asked_for_is_left_alone():
    class Generous(MemoryJobStore):
        def read_due(self, now, limit, executors=None):
            return super().read_due(now, limit)

    stage = Stage(store=Generous())
    stage.add(every(10), executor="elsewhere")
    stage.step()
    assert stage.hands.held == []
    assert stage.records_of() == []


def test_an_executor_that_cannot_tell_its_room_gets_nothing_and_the_others_go_on():
    class Broken(Hands):
        def room(self):
            raise OSError("who knows")

    stage = Stage()
    stage.context.executors = {**stage.context.executors, "broken": Broken(stage.log)}
    stage.add(every(10), id="a", executor="broken")
    stage.add(every(10), id="b")
    for _ in range(5):
        stage.step(1)
    assert [run.job_id for run in stage.hands.held] == ["b"]
    assert len(stage.logged("cannot tell its room")) == 1
    assert not stage.desk.outage.is_on


def test_without_taking_nothing_is_fired_and_what_ends_is_settled():
    stage = Stage()
    stage.add(every(10))
    stage.settle_down()
    stage.engine.taking = False
    stage.clock.advance(30)
    stage.report(stage.hands.held[0])
    stage.settle_down()
    assert statuses(stage.records_of()) == ["succeeded"]
    stage.engine.taking = True
    stage.settle_down()
    assert [run.coalesced for run in stage.hands.held] == [3]


# -- a store that fails --------------------------------------------------------------------------------------

CALLS = [
    "open_lease",
    "get_leases",
    "get_unsettled_runs",
    "read_standings",
    "read_due",
    "commit",
    "next_due_time",
    "prune_runs",
    "readmit_jobs",
    "find_unreadable_jobs",
]


@pytest.mark.parametrize("call", [*CALLS, "renew_lease"])
@pytest.mark.parametrize("when", ["once_before", "once_after"])
def test_a_call_that_fails_before_or_after_its_work_costs_no_fire_time_and_runs_nothing_twice(call, when):
    stage = Stage()
    stage.add(every(10), coalesce=False, max_instances=3)
    stage.add(DateTrigger(at(15)), id="once")
    getattr(stage.faults, when)(call, fail)
    getattr(stage.faults, when)(call, fail)
    for _ in range(60):
        stage.step(0.5)
        for run in list(stage.hands.held):
            stage.report(run)
    stage.settle_down()
    assert [run.fire_time for run in stage.records_of()] == [at(0), at(10), at(20), at(30)]
    assert [run.fire_time for run in stage.records_of("once")] == [at(15)]
    assert {run.status for run in stage.store.get_runs()} == {RunStatus.SUCCEEDED}
    submitted = Counter(entry for entry in stage.log if entry[0] == "submit")
    assert submitted == {("submit", "job"): 4, ("submit", "once"): 1}
    ended = [event.run.id for event in stage.ears.events if isinstance(event, JobExecutionEvent) and event.run]
    assert len(ended) == len(set(ended)) == 5
    assert stage.engine.in_flight == 0
    assert stage.store.lookup_job("once") is None


def test_a_commit_that_was_carried_out_although_its_answer_never_came_is_submitted_once():
    stage = Stage()
    stage.add(every(10))
    stage.faults.once_after("commit", fail)
    wait = stage.step()
    assert wait is not None
    assert 0 < wait <= 0.1
    assert stage.hands.held == []
    stage.step(0.1)
    stage.settle_down()
    (run,) = stage.hands.held
    assert stage.records_of() == [run]


def test_an_outcome_whose_commit_was_not_answered_is_told_once():
    stage = Stage()
    stage.add(every(10))
    stage.settle_down()
    stage.report(stage.hands.held[0])
    stage.faults.once_after("commit", fail)
    stage.step()
    assert events.EVENT_JOB_EXECUTED not in stage.ears.codes()
    stage.step(0.1)
    stage.settle_down()
    assert stage.ears.codes().count(events.EVENT_JOB_EXECUTED) == 1
    assert stage.engine.in_flight == 0
    assert not stage.logged("came too late")


def test_an_outage_is_told_at_both_ends_waits_longer_and_longer_and_forgets_nothing():
    stage = Stage()
    stage.add(every(10))
    stage.settle_down()
    stage.report(stage.hands.held[0])
    stage.faults.is_out = True
    waits = []
    for _ in range(10):
        wait = stage.step()
        assert wait is not None
        waits.append(wait)
        # Asked again before its time, it does not try.
        assert stage.step() == wait
        stage.clock.advance(wait + 0.001)
    assert waits[0] <= 0.1
    # No longer than from one beat to the next, lest it look dead to those that come back first.
    assert stage.lease / 12 <= waits[-1] <= stage.lease / 6
    assert stage.engine.in_flight == 1
    stage.faults.is_out = False
    stage.settle_down()
    begin, end = (event for event in stage.ears.events if isinstance(event, StoreTroubleEvent))
    assert (begin.code, end.code) == (events.EVENT_JOBSTORE_OUTAGE, events.EVENT_JOBSTORE_RECOVERED)
    assert begin.exception is not None
    assert end.duration.total_seconds() == pytest.approx(sum(waits) + 0.01, abs=0.001)
    assert statuses(stage.records_of())[0] == "succeeded"
    assert len(stage.logged("failed")) == 1


def test_a_store_that_fails_keeps_another_from_nothing():
    stage = Stage()
    second = Stage(name="second")
    second.add(every(10))
    stage.engine.add_store("second", second.store)
    stage.faults.is_out = True
    stage.step()
    assert [run.job_id for run in stage.hands.held] == ["job"]


def test_a_refused_change_is_decided_anew_at_once_on_what_is_there_now():
    stage = Stage()
    job = stage.add(every(10))

    def reschedule() -> None:
        stage.store.update_job(changing.rescheduled(job, DateTrigger(at(-5)), NOW))

    stage.faults.once_before("commit", reschedule)
    assert stage.step() == 0
    stage.settle_down()
    assert [run.fire_time for run in stage.records_of()] == [at(-5)]


def test_an_outcome_that_is_refused_because_its_job_was_changed_meanwhile_is_written_at_once():
    stage = Stage()
    stage.add(every(10_000))
    stage.settle_down()
    (run,) = stage.hands.held
    stage.report(run)
    job = stage.store.lookup_job("job")
    assert job is not None
    stage.faults.once_before("commit", lambda: stage.store.update_job(changing.kept(job)))
    assert stage.step() == 0
    assert stage.engine.in_flight == 1
    stage.step()
    assert statuses(stage.records_of()) == ["succeeded"]
    assert stage.ears.codes().count(events.EVENT_JOB_EXECUTED) == 1


# -- those whom others left ----------------------------------------------------------------------------------


@pytest.mark.parametrize("on_lost", list(OnLost))
def test_what_a_dead_scheduler_left_is_settled_and_run_again_where_its_job_asks_for_it(on_lost):
    stage = Stage(probe=lambda owner: owner.id == "dead")
    stage.add(every(10_000), on_lost=on_lost)
    other = Stage(name="dead", store=stage.store, clock=stage.clock)
    other.settle_down()
    stage.clock.advance(5)
    stage.settle_down()
    lost, *again = stage.records_of()
    assert lost.status is RunStatus.LOST
    assert [run.attempt for run in again] == ([2] if on_lost is OnLost.RERUN else [])
    assert [run.attempt for run in stage.hands.held] == [run.attempt for run in again]
    assert stage.logged(f"Run {lost.id} of job 'job' (fire time {NOW}) is lost: {lost.reason}")
    stage.step(5)
    assert [lease.owner.id for lease in stage.store.get_leases()] == ["me"]


def test_two_that_find_the_same_loss_run_it_again_once():
    stage = Stage(probe=lambda owner: owner.id == "dead")
    other = Stage(name="other", store=stage.store, clock=stage.clock, probe=lambda owner: owner.id == "dead")
    stage.add(every(10_000), on_lost=OnLost.RERUN)
    stage.store.open_lease(Owner(id="dead"), 30, NOW)
    stage.store.update_job(make_job(every(10_000), due=at(10_000), on_lost=OnLost.RERUN))
    stage.store.commit([Change(job_id="job", started=(a_run(owner="dead"),))])
    stage.faults.once_before("commit", other.settle_down)
    stage.settle_down()
    assert len(stage.hands.held) + len(other.hands.held) == 1
    assert statuses(stage.records_of()) == ["lost", "scheduled"]


def left_by_nobody(stage: Stage):
    """Put a run on record whose owner has no lease any more, of a job that is held for it."""
    stage.store.add_job(make_job(every(10_000), schedule=Schedule(next_fire_time=at(-5), version=3)))
    run = a_run(owner="gone")
    stage.store.commit([Change(job_id="job", started=(run,))])
    return run


def test_an_abandoned_run_whose_settling_is_refused_is_looked_for_again_before_a_lease_has_passed():
    stage = Stage()
    left_by_nobody(stage)
    renamed = make_job(every(10_000), name="renamed", schedule=Schedule(next_fire_time=at(-5), version=4))
    stage.faults.once_before("commit", lambda: stage.store.update_job(renamed))
    stage.settle_down()
    assert statuses(stage.records_of()) == ["scheduled"]
    stage.step(stage.lease / 6)
    stage.settle_down()
    assert statuses(stage.records_of()) == ["lost", "scheduled"]


def test_an_abandoned_run_whose_settling_failed_is_looked_for_again_before_a_lease_has_passed():
    stage = Stage()
    left_by_nobody(stage)
    stage.faults.once_before("commit", fail)
    stage.step()
    stage.step(stage.lease / 6)
    stage.settle_down()
    assert statuses(stage.records_of()) == ["lost", "scheduled"]


def test_a_lost_run_whose_job_cannot_be_read_waits_until_it_can():
    stage = Stage()
    stage.store.add_job(make_job(every(10), due=at(10_000), on_lost=OnLost.RECORD))
    stage.store.commit([Change(job_id="job", started=(a_run(owner="dead"),))])

    def unreadable() -> None:
        raise UnreadableJobError("no module")

    stage.faults.once_before("lookup_job", unreadable)
    stage.settle_down()
    assert statuses(stage.records_of()) == ["scheduled"]
    assert not stage.desk.outage.is_on
    stage.clock.advance(30)
    stage.settle_down()
    assert statuses(stage.records_of()) == ["lost"]


# -- the end -------------------------------------------------------------------------------------------------


def test_closing_puts_on_record_what_was_reported_and_gives_up_the_lease():
    stage = Stage()
    for number in range(3):
        stage.add(every(10), id=f"job{number}")
    stage.settle_down()
    for run in list(stage.hands.held)[:2]:
        stage.report(run)
    stage.engine.close()
    assert Counter(run.status for run in stage.store.get_runs()) == {"succeeded": 2, "scheduled": 1}
    assert (stage.engine.in_flight, stage.engine.unreported) == (1, 1)
    assert stage.store.get_leases() == []
    stage.engine.close()


def test_closing_writes_as_many_batches_as_it_takes(monkeypatch):
    monkeypatch.setattr(endings, "MOST_SETTLED_AT_ONCE", 2)
    stage = Stage()
    for number in range(7):
        stage.add(every(10), id=f"job{number}")
    stage.settle_down()
    for run in list(stage.hands.held):
        stage.report(run)
    stage.engine.close()
    assert {run.status for run in stage.store.get_runs()} == {RunStatus.SUCCEEDED}


def test_closing_writes_also_what_is_behind_losses_that_wait(monkeypatch):
    monkeypatch.setattr(endings, "MOST_SETTLED_AT_ONCE", 2)
    stage = Stage()
    for number in range(5):
        stage.add(every(10), id=f"job{number}", on_lost=OnLost.RERUN)
    stage.settle_down()
    for run in list(stage.hands.held):
        stage.report(run, RunStatus.LOST if run.job_id < "job3" else RunStatus.SUCCEEDED)
    stage.engine.taking = False
    stage.engine.close()
    assert Counter(run.status for run in stage.store.get_runs()) == {"scheduled": 3, "succeeded": 2}


def test_closing_while_the_store_is_out_says_what_is_missing_and_ends():
    stage = Stage()
    stage.add(every(10))
    stage.settle_down()
    stage.report(stage.hands.held[0])
    stage.faults.is_out = True
    stage.step()
    stage.engine.close()
    (told,) = stage.logged("failed at shutdown")
    assert "1 run(s) have no outcome on record" in told
    stage.faults.is_out = False
    # The next scheduler finds it lost, which is what is known.
    heir = Stage(name="heir", store=stage.store, clock=stage.clock, probe=lambda owner: owner.id == "me")
    heir.settle_down()
    assert statuses(stage.records_of())[0] == "lost"


def test_a_store_that_refuses_everything_does_not_keep_a_desk_from_closing(monkeypatch):
    stage = Stage()
    stage.add(every(10))
    stage.settle_down()
    stage.report(stage.hands.held[0])
    monkeypatch.setattr(FaultyStore, "commit", lambda self, changes: [False] * len(changes))
    stage.engine.close()
    assert stage.engine.in_flight == 1


def test_a_trigger_that_raises_does_not_stop_the_change_of_the_run_that_ended():
    stage = Stage()
    trigger = Answering(at(10))
    stage.store.add_job(make_job(trigger))
    stage.settle_down()
    trigger.answer = RuntimeError("gone mad")
    stage.clock.advance(10)
    stage.report(stage.hands.held[0])
    stage.settle_down()
    assert statuses(stage.records_of()) == ["succeeded"]
