"""Tests of counting what was missed: right, in order, and without a datetime for each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.stage import MICRO, NOW, Answering, Counting, at, every, make_job, walking
from tickwright.core import backlog
from tickwright.core.backlog import Backlog, first_fire_time, following, sweep
from tickwright.core.jitter import due_time
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger

MONTH = timedelta(days=30)
SECONDS_IN_A_MONTH = 30 * 86_400


@pytest.mark.parametrize("jitter", [None, 0.5, 3_600])
@pytest.mark.parametrize("kind", [every(1), CronTrigger(second="*", timezone="UTC")], ids=["interval", "cron"])
def test_a_month_of_seconds_is_counted_with_a_handful_of_questions(kind, jitter):
    plain = every(1, jitter=jitter) if kind == every(1) else CronTrigger(second="*", timezone="UTC", jitter=jitter)
    trigger = Counting(plain)
    job = make_job(trigger)
    found = sweep(job, NOW, NOW + MONTH + timedelta(seconds=0.999999))
    assert found == Backlog(latest=NOW + MONTH, number=SECONDS_IN_A_MONTH + 1)
    assert trigger.calls <= 8


def test_a_trigger_that_cannot_look_back_is_walked_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(backlog, "LONGEST_WALK", 50)
    trigger = walking(every(1))
    assert sweep(make_job(trigger), NOW, at(49)) == Backlog(latest=at(49), number=50)
    assert sweep(make_job(trigger), NOW, at(500)) == Backlog(latest=at(49), number=50)
    assert trigger.calls <= 101


def test_one_fire_time_stands_for_itself():
    assert sweep(make_job(every(10)), NOW, NOW) == Backlog(latest=NOW, number=1)
    assert sweep(make_job(DateTrigger(NOW)), NOW, at(99)) == Backlog(latest=NOW, number=1)


def test_a_fire_time_at_the_very_instant_belongs_to_it_and_one_a_microsecond_later_does_not():
    assert sweep(make_job(every(10)), NOW, at(10)).number == 2
    assert sweep(make_job(every(10)), NOW, at(10) - MICRO).number == 1


@pytest.mark.parametrize("first", [-5, 3, 20, 77])
def test_an_instant_that_the_user_chose_counts_as_one(first):
    found = sweep(make_job(every(10)), at(first), at(25))
    expected = [at(first)] + [at(10 * n) for n in range(3) if at(first) < at(10 * n)]
    assert found == Backlog(latest=expected[-1], number=len(expected))


@given(
    st.integers(1, 7_000_000),
    st.integers(0, 60_000_000),
    st.sampled_from([None, 0.000001, 0.3, 2, 100]),
    st.integers(-3_000_000, 3_000_000),
)
def test_looking_back_and_walking_agree_and_only_what_is_due_is_counted(step, until, jitter, chosen):
    step = max(step, (until + 6_000_000) // 300)  # a walk of a few hundred steps, whatever is chosen
    trigger = every(step / 1_000_000, jitter=jitter)
    first, until_instant = NOW + chosen * MICRO, NOW + (until + 3_000_000) * MICRO
    found = sweep(make_job(trigger), first, until_instant)
    assert found == sweep(make_job(walking(trigger)), first, until_instant)
    fire_times = [first]
    while (after := trigger.get_next_fire_time(fire_times[-1], NOW)) and due_time(
        "job", trigger, after
    ) <= until_instant:
        fire_times.append(after)
    assert found == Backlog(latest=fire_times[-1], number=len(fire_times))


def test_the_first_fire_time_is_checked_like_any_other():
    assert first_fire_time(every(10), NOW) == NOW
    assert first_fire_time(Answering(None), NOW) is None
    with pytest.raises(InvalidTriggerError, match="aware datetime"):
        first_fire_time(Answering(NOW.replace(tzinfo=None)), NOW)


def test_the_following_fire_time_lies_ahead():
    assert following(every(10), NOW, at(99)) == at(10)
    with pytest.raises(InvalidTriggerError, match="Answering must return an instant after"):
        following(Answering(at(3)), at(3), NOW)
