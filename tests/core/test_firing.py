"""Tests of the decision about a due job: what it starts, what it passes over and why, and when it is due next."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.stage import (
    MICRO,
    NOW,
    Answering,
    a_report,
    a_run,
    at,
    due_first,
    every,
    make_job,
    make_taker,
    statuses,
    walking,
)
from tickwright.core import backlog
from tickwright.core.backlog import following
from tickwright.core.firing import MOST_RUNS_AT_ONCE, RUN_NOW, Firing, fire, fire_now, give_up_due
from tickwright.core.jitter import due_time
from tickwright.core.settling import settle
from tickwright.due import Standing
from tickwright.errors import InvalidTriggerError
from tickwright.run import Run, RunStatus
from tickwright.stored_job import Schedule, StoredJob
from tickwright.triggers.base import Trigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger


def fired(job: StoredJob, now: datetime, *unsettled: Run, most: int = MOST_RUNS_AT_ONCE) -> Firing:
    return fire(job, unsettled, now, make_taker(), most)


# -- on time -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coalesce", [True, False])
def test_a_due_job_starts_one_run_and_is_due_at_the_next_fire_time(coalesce):
    job = make_job(every(10), coalesce=coalesce, executor="pool", schedule=Schedule(next_fire_time=NOW, version=7))
    firing = fired(job, NOW + MICRO)
    (run,) = firing.start
    assert (run.job_id, run.fire_time, run.due_at, run.lateness) == ("job", NOW, NOW, MICRO)
    assert (run.attempt, run.coalesced, run.status, run.executor) == (1, 1, RunStatus.SCHEDULED, "pool")
    assert (run.owner, run.host, run.reason) == ("me", "here", None)
    assert firing.pass_over == ()
    assert firing.schedule == Schedule(next_fire_time=at(10), next_run_time=at(10), version=8)


def test_no_two_runs_have_the_same_id():
    job, taker = make_job(every(0.1), coalesce=False, max_instances=1000), make_taker()
    runs = [run for _ in range(3) for run in fire(job, (), at(9.95), taker).start]
    assert len({run.id for run in runs}) == len(runs) == 300


def test_a_job_without_a_fire_time_is_no_job_to_decide_about():
    with pytest.raises(ValueError, match="'job' has no fire time"):
        fired(make_job(due=None), NOW)


@pytest.mark.parametrize("coalesce", [True, False])
def test_the_last_fire_time_leaves_the_job_finished(coalesce):
    firing = fired(make_job(DateTrigger(NOW), coalesce=coalesce), at(5))
    assert [run.lateness for run in firing.start] == [timedelta(seconds=5)]
    assert firing.schedule.is_finished
    assert firing.schedule.next_run_time is None


# -- late ----------------------------------------------------------------------------------------------------


def test_what_was_missed_is_run_once_and_says_for_how_many_it_stands():
    firing = fired(make_job(every(10)), at(35))
    (run,) = firing.start
    assert (run.fire_time, run.coalesced, run.lateness) == (at(30), 4, timedelta(seconds=5))
    assert firing.schedule.next_fire_time == at(40)


def test_without_coalescing_each_fire_time_has_a_run_of_its_own():
    firing = fired(make_job(every(10), coalesce=False, max_instances=9), at(35))
    assert [(run.fire_time, run.coalesced) for run in firing.start] == [(at(10 * n), 1) for n in range(4)]
    assert firing.schedule.next_fire_time == at(40)


def test_a_batch_is_a_hundred_runs_and_the_rest_is_due_at_once():
    job = make_job(every(1), coalesce=False, max_instances=1000)
    firing = fired(job, at(250))
    assert len(firing.start) == MOST_RUNS_AT_ONCE == 100
    assert firing.schedule.next_run_time == at(100) < at(250)
    rest = fired(job.with_schedule(firing.schedule), at(250), *firing.start)
    assert [run.fire_time for run in rest.start] == [at(second) for second in range(100, 200)]


def test_no_more_runs_are_started_than_there_is_room_for():
    firing = fired(make_job(every(1), coalesce=False, max_instances=50), at(9), most=3)
    assert [run.fire_time for run in firing.start] == [at(0), at(1), at(2)]
    assert firing.schedule.next_run_time == at(3)


@pytest.mark.parametrize("coalesce", [True, False])
@pytest.mark.parametrize("grace", [0, 0.000001, 0.1, 1, 30])
def test_a_run_may_be_as_late_as_its_grace_and_not_a_microsecond_later(coalesce, grace):
    job = make_job(every(100), coalesce=coalesce, misfire_grace_time=grace)
    just = NOW + timedelta(seconds=grace)
    assert [run.lateness for run in fired(job, just).start] == [timedelta(seconds=grace)]
    firing = fired(job, just + MICRO)
    assert firing.start == ()
    (missed,) = firing.pass_over
    assert missed.status is RunStatus.MISSED
    assert missed.lateness == timedelta(seconds=grace) + MICRO
    assert missed.finished_at == just + MICRO
    assert missed.started_at is None
    assert firing.schedule.next_fire_time == at(100)


def test_a_missed_run_says_how_late_it_was_and_how_late_it_might_have_been():
    (missed,) = fired(make_job(every(10), misfire_grace_time=1.5), at(9)).pass_over
    assert missed.reason == "9 s late, more than its misfire_grace_time of 1.5 s"


def test_when_coalescing_the_latest_fire_time_decides_whether_all_were_missed():
    job = make_job(every(10), misfire_grace_time=5)
    in_time, too_late = fired(job, at(35)), fired(job, at(36))
    assert [(run.fire_time, run.coalesced) for run in in_time.start] == [(at(30), 4)]
    assert [(run.fire_time, run.coalesced, run.status) for run in too_late.pass_over] == [(at(30), 4, "missed")]


def test_without_coalescing_only_those_beyond_their_grace_are_missed_on_one_record():
    firing = fired(make_job(every(10), coalesce=False, max_instances=9, misfire_grace_time=15), at(45))
    assert [(run.fire_time, run.coalesced) for run in firing.pass_over] == [(at(20), 3)]
    assert [run.fire_time for run in firing.start] == [at(30), at(40)]
    assert firing.schedule.next_fire_time == at(50)


# -- while others run ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("coalesce", [True, False])
def test_a_fire_time_that_finds_the_previous_run_executing_is_skipped_on_record(coalesce):
    firing = fired(make_job(every(10), coalesce=coalesce), at(1), a_run(at(-5)))
    assert firing.start == ()
    (skipped,) = firing.pass_over
    assert (skipped.status, skipped.fire_time, skipped.coalesced) == (RunStatus.SKIPPED, NOW, 1)
    assert skipped.reason == "its previous run had not ended (max_instances=1)"
    assert firing.schedule.next_fire_time == at(10)


def test_a_skipped_run_says_how_many_were_in_its_way():
    runs = [a_run(at(-5), number=number) for number in range(3)]
    (skipped,) = fired(make_job(max_instances=3), NOW, *runs).pass_over
    assert skipped.reason == "its 3 previous runs had not ended (max_instances=3)"


@pytest.mark.parametrize("coalesce", [True, False])
def test_fewer_runs_than_max_instances_are_in_nobodys_way(coalesce):
    assert len(fired(make_job(coalesce=coalesce, max_instances=2), NOW, a_run(at(-5))).start) == 1


@pytest.mark.parametrize("coalesce", [True, False])
def test_a_run_that_was_taken_when_this_one_fell_due_is_in_its_way_and_one_taken_later_holds_it(coalesce):
    job = make_job(every(10), coalesce=coalesce)
    assert statuses(fired(job, at(5), a_run(NOW)).pass_over) == ["skipped"]
    held = fired(job, at(5), a_run(NOW + MICRO))
    assert (held.start, held.pass_over) == ((), ())
    assert held.schedule.is_held
    assert held.schedule.next_fire_time == NOW
    assert held.schedule.version == 2


def test_a_held_backlog_waits_whole_and_is_folded_when_it_goes_on():
    job = make_job(every(10))
    held = fired(job, at(15), a_run(at(12)))
    assert held.schedule == Schedule(next_fire_time=NOW, next_run_time=None, version=2)
    freed = job.with_schedule(held.schedule._replace(next_run_time=at(40)))
    (run,) = fired(freed, at(40)).start
    assert (run.fire_time, run.coalesced) == (at(40), 5)


def test_a_backlog_without_coalescing_starts_what_it_may_and_holds_the_rest():
    firing = fired(make_job(every(10), coalesce=False, max_instances=3), at(55), a_run(at(52)))
    assert [run.fire_time for run in firing.start] == [at(0), at(10)]
    assert firing.schedule.is_held
    assert firing.schedule.next_fire_time == at(20)


def test_of_a_backlog_the_part_before_the_running_run_waits_though_the_later_part_would_be_skipped():
    firing = fired(make_job(every(10), coalesce=False), at(55), a_run(at(25)))
    assert (firing.start, firing.pass_over) == ((), ())
    assert firing.schedule.next_fire_time == NOW


def test_missed_skipped_and_started_come_out_of_one_decision_in_order():
    job = make_job(every(10), coalesce=False, misfire_grace_time=25)
    firing = fired(job, at(45), a_run(at(28)))
    assert [(run.status, run.fire_time, run.coalesced) for run in firing.pass_over] == [
        ("missed", at(10), 2),
    ]
    assert firing.schedule.next_fire_time == at(20)
    skipping = fired(job, at(45), a_run(at(20)))
    assert [(run.status, run.fire_time, run.coalesced) for run in skipping.pass_over] == [
        ("missed", at(10), 2),
        ("skipped", at(40), 3),
    ]
    assert skipping.schedule.next_fire_time == at(50)


def test_a_long_walk_is_left_to_the_next_round_after_two_records(monkeypatch):
    monkeypatch.setattr(backlog, "LONGEST_WALK", 10)
    trigger = walking(every(1))
    job = make_job(trigger, coalesce=False, misfire_grace_time=1, max_instances=99)
    firing = fired(job, at(1000))
    assert [(run.status, run.fire_time, run.coalesced) for run in firing.pass_over] == [
        ("missed", at(9), 10),
        ("missed", at(19), 10),
    ]
    assert firing.start == ()
    assert firing.schedule.next_run_time == at(20)
    assert trigger.calls < 30


# -- the time that a user chose ------------------------------------------------------------------------------


@pytest.mark.parametrize("coalesce", [True, False])
@pytest.mark.parametrize("look", [lambda trigger: trigger, walking])
def test_a_time_that_the_user_chose_is_run_and_the_trigger_goes_on_after_it(coalesce, look):
    job = make_job(look(every(10)), due=at(3), coalesce=coalesce)
    firing = fired(job, at(4))
    assert [(run.fire_time, run.lateness) for run in firing.start] == [(at(3), timedelta(seconds=1))]
    assert firing.schedule.next_fire_time == at(10)


def test_a_time_that_the_user_chose_counts_among_those_that_were_missed():
    (run,) = fired(make_job(every(10), due=at(3)), at(25)).start
    assert (run.fire_time, run.coalesced) == (at(20), 3)


@pytest.mark.parametrize("chosen", [-25, 1000])
def test_a_chosen_time_may_lie_before_and_after_all_that_the_trigger_knows(chosen):
    trigger = IntervalTrigger(seconds=10, start_date=NOW, end_date=at(500), timezone="UTC")
    firing = fired(make_job(trigger, due=at(chosen)), at(chosen))
    assert [run.fire_time for run in firing.start] == [at(chosen)]
    assert firing.schedule.next_fire_time == (NOW if chosen < 0 else None)


def test_a_chosen_time_knows_no_jitter():
    job = make_job(every(1000, jitter=900), due=at(3))
    assert due_time("job", job.trigger, at(3)) > at(4)
    (run,) = fired(job, at(4)).start
    assert (run.due_at, run.lateness) == (at(3), timedelta(seconds=1))


@pytest.mark.parametrize("coalesce", [True, False])
def test_a_chosen_time_that_had_to_wait_is_not_put_off_by_jitter_afterwards(coalesce):
    job = make_job(every(1000, jitter=900), due=at(3), coalesce=coalesce)
    held = fired(job, at(4), a_run(at(3.5)))
    assert held.schedule.is_held
    freed = job.with_schedule(held.schedule._replace(next_run_time=at(6)))
    (run,) = fired(freed, at(7)).start
    assert run.fire_time == at(3)
    assert timedelta(0) <= run.lateness <= timedelta(seconds=4)


# -- jitter --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coalesce", [True, False])
def test_a_fire_time_whose_jitter_has_not_passed_is_left_for_later(coalesce):
    job = due_first(every(10, jitter=8), coalesce=coalesce, max_instances=99)
    second = due_time("job", job.trigger, at(10))
    assert second > at(10)
    firing = fired(job, second - MICRO)
    assert [(run.fire_time, run.coalesced) for run in firing.start] == [(NOW, 1)]
    assert firing.schedule == Schedule(next_fire_time=at(10), next_run_time=second, version=2)
    both = fired(job, second)
    assert sum(run.coalesced for run in both.start) == 2


def test_lateness_and_grace_count_from_when_a_run_is_due():
    job = due_first(every(100, jitter=50), misfire_grace_time=2)
    due = job.schedule.next_run_time
    assert due is not None
    assert due > at(2)
    (run,) = fired(job, due + timedelta(seconds=2)).start
    assert (run.due_at, run.lateness) == (due, timedelta(seconds=2))
    assert statuses(fired(job, due + timedelta(seconds=2) + MICRO).pass_over) == ["missed"]


# -- triggers that misbehave ---------------------------------------------------------------------------------


@pytest.mark.parametrize("coalesce", [True, False])
@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (NOW.replace(tzinfo=None), "aware datetime"),
        ("2026-01-01", "aware datetime"),
        (NOW.date(), "aware datetime"),
        (NOW, "after the previous fire time"),
        (NOW - MICRO, "after the previous fire time"),
    ],
)
def test_an_answer_that_leads_nowhere_is_refused_with_what_it_should_be(coalesce, answer, complaint):
    with pytest.raises(InvalidTriggerError, match=complaint):
        fired(make_job(Answering(answer), coalesce=coalesce), at(5))


@pytest.mark.parametrize("coalesce", [True, False])
def test_what_a_trigger_raises_comes_out_of_the_decision(coalesce):
    with pytest.raises(ZeroDivisionError):
        fired(make_job(Answering(ZeroDivisionError()), coalesce=coalesce), at(5))


@pytest.mark.parametrize("coalesce", [True, False])
def test_a_trigger_without_more_fire_times_finishes_its_job(coalesce):
    firing = fired(make_job(Answering(None), coalesce=coalesce), at(5))
    assert len(firing.start) == 1
    assert firing.schedule.is_finished


class LocalTimes(Trigger):
    """Fires every half hour, and answers in the local time of a zone whose clocks go back in autumn."""

    zone = ZoneInfo("Europe/Berlin")

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        since = now if previous_fire_time is None else previous_fire_time + MICRO
        return every(1800).get_next_fire_time(None, since).astimezone(self.zone)  # type: ignore[union-attr]


@pytest.mark.parametrize("coalesce", [True, False])
def test_a_trigger_that_answers_in_local_time_is_not_taken_back_by_an_hour_that_comes_twice(coalesce):
    # 2026-10-25 01:00 UTC: 03:00 in Berlin becomes 02:00.
    start = datetime(2026, 10, 25, 0, 0, tzinfo=NOW.tzinfo)
    job = make_job(LocalTimes(), due=start.astimezone(LocalTimes.zone), coalesce=coalesce, max_instances=9)
    firing = fired(job, start + timedelta(hours=2))
    assert sum(run.coalesced for run in firing.start) == 5
    assert firing.schedule.next_fire_time == start + timedelta(hours=2.5)
    assert firing.schedule.next_fire_time.tzinfo == NOW.tzinfo


class TooFar(IntervalTrigger):
    """Looks back, and sees what has not been."""

    def last_fire_time_until(self, instant: datetime) -> datetime | None:
        return instant + timedelta(seconds=1)


def test_a_fire_time_that_a_trigger_sees_ahead_when_it_looks_back_is_refused():
    with pytest.raises(InvalidTriggerError, match="not after"):
        fired(make_job(TooFar(seconds=10, start_date=NOW, timezone="UTC")), at(15))


# -- run_job -------------------------------------------------------------------------------------------------


def test_a_job_that_is_asked_to_run_now_keeps_its_schedule():
    job = make_job(every(10), due=at(10))
    firing = fire_now(job, (), at(3), make_taker())
    (run,) = firing.start
    assert (run.fire_time, run.due_at, run.lateness, run.reason) == (at(3), at(3), timedelta(0), RUN_NOW)
    assert firing.schedule == job.schedule


def test_a_job_that_runs_as_often_as_it_may_is_skipped_when_asked_to_run_now():
    firing = fire_now(make_job(), [a_run()], at(3), make_taker())
    assert firing.start == ()
    (skipped,) = firing.pass_over
    assert skipped.status is RunStatus.SKIPPED
    assert skipped.reason == f"{RUN_NOW}; its previous run had not ended (max_instances=1)"


# -- what a user's change takes away -------------------------------------------------------------------------


def given_up(job: StoredJob, now: datetime) -> list[tuple[str, datetime, int]]:
    """Return status, fire time and count of what goes on record."""
    firing = give_up_due(job, now, make_taker(), "not run: it was paused")
    return [(run.status, run.fire_time, run.coalesced) for run in firing.pass_over] if firing else []


def test_what_is_due_when_a_job_is_taken_away_from_it_goes_on_record_as_cancelled():
    firing = give_up_due(make_job(every(10)), at(35), make_taker(), "not run: it was paused")
    assert firing is not None
    (run,) = firing.pass_over
    assert (run.status, run.fire_time, run.coalesced, run.reason) == ("cancelled", at(30), 4, "not run: it was paused")
    assert run.lateness == timedelta(seconds=5)
    assert firing.start == ()
    assert firing.schedule == Schedule(next_fire_time=at(40), next_run_time=at(40), version=2)


def test_what_is_not_due_leaves_no_record():
    assert given_up(make_job(every(10)), at(-1)) == []
    assert given_up(make_job(schedule=Schedule(paused=True)), at(5)) == []
    assert given_up(make_job(schedule=Schedule()), at(5)) == []
    jittered = due_first(every(100, jitter=50))
    assert given_up(jittered, due_time("job", jittered.trigger, NOW) - MICRO) == []


@pytest.mark.parametrize("jitter", [None, 900])
def test_a_fire_time_that_is_held_is_due(jitter):
    job = make_job(every(1000, jitter=jitter), schedule=Schedule(next_fire_time=at(3)))
    assert given_up(job, at(4)) == [("cancelled", at(3), 1)]
    firing = give_up_due(job, at(4), make_taker(), "not run: it was paused")
    assert firing is not None
    assert timedelta(0) <= firing.pass_over[0].lateness <= timedelta(seconds=1)


def test_a_fire_time_that_waits_for_its_trigger_to_answer_is_due():
    job = make_job(every(10), schedule=Schedule(next_fire_time=NOW, next_run_time=at(300)))
    assert given_up(job, at(15)) == [("cancelled", at(10), 2)]


@pytest.mark.parametrize("jitter", [None, 900])
def test_a_trigger_that_raises_can_be_replaced_and_what_it_owes_for_certain_is_on_record(jitter):
    trigger = Answering(RuntimeError("broken"))
    trigger.jitter = jitter
    job = make_job(trigger)
    assert given_up(job, at(15)) == [("cancelled", NOW, 1)]
    assert given_up(job, at(-1)) == []


# -- runs of which nobody knows whether they execute -----------------------------------------------------------


@pytest.mark.parametrize("coalesce", [True, False])
def test_a_fire_time_waits_until_it_is_known_whether_the_run_in_its_way_is_alive(coalesce):
    job, run = make_job(every(10), coalesce=coalesce), a_run(at(-5))
    firing = fire(job, [run], at(1), make_taker(), uncertain={run.id})
    assert (firing.start, firing.pass_over) == ((), ())
    assert firing.schedule.is_held
    assert statuses(fire(job, [run], at(1), make_taker(), uncertain={"another"}).pass_over) == ["skipped"]


@pytest.mark.parametrize("coalesce", [True, False])
def test_one_uncertain_run_among_enough_that_execute_changes_nothing(coalesce):
    runs = [a_run(at(-5), number=number) for number in range(3)]
    job = make_job(every(10), coalesce=coalesce, max_instances=2)
    assert statuses(fire(job, runs, at(1), make_taker(), uncertain={runs[0].id}).pass_over) == ["skipped"]


# -- whatever happens ----------------------------------------------------------------------------------------

triggers = st.one_of(
    st.builds(
        lambda micros, jitter: every(micros / 1_000_000, jitter=jitter),
        st.integers(100_000, 20_000_000),
        st.sampled_from([None, None, 0.05, 3, 500]),
    ),
    st.sampled_from(["*", "*/3", "5,6,7,50"]).map(lambda second: CronTrigger(second=second, timezone="UTC")),
    st.sampled_from([0.3, 1, 7]).map(
        lambda seconds: IntervalTrigger(seconds=seconds, start_date=NOW, end_date=at(40), timezone="UTC")
    ),
)

jobs = st.builds(
    due_first,
    triggers.flatmap(lambda trigger: st.sampled_from([trigger, walking(trigger)])),
    coalesce=st.booleans(),
    max_instances=st.integers(1, 3),
    misfire_grace_time=st.sampled_from([None, None, 0, 0.5, 10]),
)

moments = st.lists(
    st.tuples(st.integers(0, 45_000_000), st.sets(st.integers(0, 2)), st.sampled_from([1, 3, MOST_RUNS_AT_ONCE])),
    min_size=1,
    max_size=8,
)


class Life:
    """A job, decided about by nothing but `fire` and `settle`, and all that came of it."""

    def __init__(self, job: StoredJob) -> None:
        self.job = job
        self.first = job.schedule.next_fire_time
        self.taker = make_taker()
        self.unsettled: list[Run] = []
        self.records: list[Run] = []

    def end(self, indices: set[int], now: datetime) -> None:
        """Let some of the runs end."""
        for run in [run for index, run in enumerate(self.unsettled) if index in indices]:
            standing = Standing(schedule=self.job.schedule, unsettled=tuple(self.unsettled))
            change = settle(run, a_report(run, when=now), standing, None, now, self.taker)
            self.unsettled.remove(run)
            if change.schedule is not None:
                self.job = self.job.with_schedule(change.schedule)

    def go(self, now: datetime, most: int) -> None:
        """Decide until nothing is due."""
        for _ in range(2_000):
            due_at = self.job.schedule.next_run_time
            if due_at is None or due_at > now or (most < MOST_RUNS_AT_ONCE and len(self.unsettled) >= most):
                return
            firing = fire(self.job, self.unsettled, now, self.taker, most)
            self.check(firing, now, most)
            self.unsettled += firing.start
            self.records += sorted((*firing.start, *firing.pass_over), key=lambda run: run.fire_time)
            self.job = self.job.with_schedule(firing.schedule)
        raise AssertionError("it is due again and again")

    def check(self, firing: Firing, now: datetime, most: int) -> None:
        job, grace = self.job, self.job.misfire_grace_time
        assert firing.schedule.version == job.schedule.version + 1
        assert len(firing.start) <= most
        assert not firing.start or len(firing.start) + len(self.unsettled) <= job.max_instances
        for run in firing.start:
            assert run.taken_at == now
            assert run.lateness >= timedelta(0)
            assert grace is None or run.lateness <= timedelta(seconds=grace)
        for run in firing.pass_over:
            assert run.lateness >= timedelta(0)
            if run.status is RunStatus.MISSED:
                assert grace is not None
                assert run.lateness > timedelta(seconds=grace)
            else:
                assert sum(other.taken_at <= run.due_at for other in self.unsettled) >= job.max_instances
        moves = firing.schedule.next_fire_time != job.schedule.next_fire_time
        assert moves or (firing.schedule.is_held and self.unsettled)


@given(jobs, moments)
def test_each_fire_time_is_covered_by_exactly_one_record_and_in_order(job, pattern):
    life, now = Life(job), NOW
    for micros, ended, most in pattern:
        now += micros * MICRO
        life.end(ended, now)
        life.go(now, most)
    expected = life.first
    for record in life.records:
        covered, last = 0, None
        while expected is not None and expected <= record.fire_time:
            covered, last = covered + 1, expected
            expected = following(job.trigger, expected, now)
        assert covered == record.coalesced
        assert last == record.fire_time
    # What is next to be decided about is the first that no record covers, so nothing falls in between.
    assert life.job.schedule.next_fire_time == expected
    if not life.unsettled:
        due_at = life.job.schedule.next_run_time
        assert due_at is None or due_at > now
