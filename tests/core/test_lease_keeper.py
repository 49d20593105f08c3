"""Tests of keeping a lease, and of finding what those left who let theirs lapse."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.stage import Stage, a_run, fail
from tickwright.change import Change
from tickwright.core.lease_keeper import Abandoned, LeaseKeeper
from tickwright.errors import JobStoreUnavailableError
from tickwright.owner import Owner, Silence
from tickwright.run import RunStatus
from tickwright.testing.faulty_store import FaultyStore

LEASE = 30.0
DEAD = Owner(id="dead", host="there")


def keeper_on(stage: Stage) -> LeaseKeeper:
    return LeaseKeeper(FaultyStore(stage.store, stage.faults), stage.context)


def leave(stage: Stage, *numbers: int, owner: str = "dead") -> list:
    """Put runs of an owner on record."""
    runs = [a_run(number=number, owner=owner) for number in numbers]
    for run in runs:
        stage.store.commit([Change(job_id="job", started=(run,))])
    return runs


# -- keeping one's own ---------------------------------------------------------------------------------------


def test_a_lease_is_opened_once_and_renewed_six_times_in_its_length():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    for _ in range(60):
        assert keeper.keep()
        stage.clock.advance(1)
    assert stage.log == ["open_lease"] + ["renew_lease"] * 11
    (lease,) = stage.store.get_leases()
    assert (lease.owner.id, lease.seconds, lease.beat) == ("me", LEASE, 12)


def test_a_lease_that_was_taken_away_is_opened_anew_and_that_is_said():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    assert keeper.keep()
    stage.store.close_lease("me")
    stage.clock.advance(LEASE)
    assert not keeper.keep()
    assert keeper.keep()
    (lease,) = stage.store.get_leases()
    assert (lease.owner.id, lease.beat) == ("me", 2), "never a beat that somebody may have seen before"


def test_a_beat_counts_from_when_it_was_asked_for():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    stage.faults.once_after("open_lease", lambda: stage.clock.advance(LEASE / 2 + 1))
    keeper.keep()
    assert keeper.is_in_doubt()
    keeper.keep()
    assert not keeper.is_in_doubt()


def test_a_renewal_that_failed_is_tried_again_at_once():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    keeper.keep()
    stage.clock.advance(5)
    stage.faults.once_before("renew_lease", fail)
    with pytest.raises(JobStoreUnavailableError):
        keeper.keep()
    assert keeper.keep()
    assert [lease.beat for lease in stage.store.get_leases()] == [2]


def test_an_opening_whose_answer_was_not_heard_is_one_more_beat():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    stage.faults.once_after("open_lease", fail)
    with pytest.raises(JobStoreUnavailableError):
        keeper.keep()
    assert keeper.keep()
    assert [lease.beat for lease in stage.store.get_leases()] == [2]


def test_it_is_in_doubt_before_others_may_take_it_for_dead():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    assert keeper.is_in_doubt()
    keeper.keep()
    stage.clock.advance(LEASE / 2)
    assert not keeper.is_in_doubt()
    stage.clock.advance(0.001)
    assert keeper.is_in_doubt()


def test_it_says_when_it_wants_to_be_asked_again():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    assert keeper.seconds_to_next() == 0
    keeper.keep()
    keeper.find_abandoned()
    assert keeper.seconds_to_next() == LEASE / 6
    stage.clock.advance(2)
    assert keeper.seconds_to_next() == pytest.approx(LEASE / 6 - 2)
    stage.clock.advance(100)
    assert keeper.seconds_to_next() == 0


@given(st.lists(st.floats(0, 20), max_size=30))
def test_after_waiting_as_long_as_it_said_there_is_something_to_do(lags):
    # Otherwise the loop would spin on a difference that is smaller than a float can tell.
    stage = Stage(lease=0.7)
    keeper = keeper_on(stage)
    for lag in lags:
        keeper.keep()
        keeper.find_abandoned()
        wait = keeper.seconds_to_next()
        assert wait > 0
        stage.clock.advance(timedelta(seconds=wait) + timedelta.resolution)
        assert keeper.seconds_to_next() == 0
        stage.clock.advance(lag)


def test_a_beat_that_came_so_late_that_others_may_have_settled_its_runs_is_told():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    keeper.keep()
    stage.clock.advance(LEASE / 2)
    assert keeper.keep()
    stage.clock.advance(LEASE / 2 + 0.001)
    assert not keeper.keep()
    assert keeper.keep()


def test_a_renewal_that_took_so_long_counts_as_late_too():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    keeper.keep()
    stage.clock.advance(LEASE / 6)
    stage.faults.once_before("renew_lease", lambda: stage.clock.advance(LEASE))
    assert not keeper.keep()


def test_it_knows_whether_others_share_the_store():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    assert not keeper.is_shared
    keeper.find_abandoned()
    assert not keeper.is_shared
    announce(stage)
    stage.clock.advance(LEASE / 6)
    keeper.find_abandoned()
    assert keeper.is_shared
    stage.store.close_lease("dead")
    stage.clock.advance(LEASE / 6)
    keeper.find_abandoned()
    assert not keeper.is_shared


def test_closing_twice_or_before_opening_is_fine():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    keeper.close()
    keeper.keep()
    keeper.close()
    keeper.close()
    assert stage.log == ["open_lease", "close_lease"]
    assert stage.store.get_leases() == []
    assert keeper.keep()
    assert len(stage.store.get_leases()) == 1


# -- finding what others left --------------------------------------------------------------------------------


def announce(stage: Stage, owner: Owner = DEAD) -> None:
    stage.store.open_lease(owner, LEASE, stage.clock.now())


def look_until_found(stage: Stage, keeper: LeaseKeeper, step: float) -> float:
    """Look as often as the keeper wants to, and return after how many seconds something was found."""
    began = stage.clock.monotonic()
    while not keeper.find_abandoned().runs:
        stage.clock.advance(min(step, max(keeper.seconds_to_next(), 0.001)))
        keeper.keep()
        assert stage.clock.monotonic() - began < 10 * LEASE, "never found"
    return stage.clock.monotonic() - began


@pytest.mark.parametrize("offset", [0, -31_536_000, 31_536_000])
@pytest.mark.parametrize("head_start", [0.0, 1.3, 4.999])
def test_a_death_is_found_within_the_lease_whatever_the_wall_clock_says(offset, head_start):
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    keeper.keep()
    announce(stage)
    runs = leave(stage, 1, 2)
    keeper.find_abandoned()
    stage.clock.advance(head_start)
    # Its last beat, and then nothing any more.
    stage.store.renew_lease("dead", stage.clock.now())
    stage.clock.jump(timedelta(seconds=offset))
    assert look_until_found(stage, keeper, 1.0) <= LEASE
    stage.clock.advance(LEASE / 6)
    assert [run.id for run in keeper.find_abandoned().runs] == [run.id for run in runs]


def test_runs_of_the_living_are_left_alone_though_the_clocks_jump_about():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    announce(stage)
    leave(stage, 1)
    leave(stage, 2, owner="me")
    for number in range(200):
        keeper.keep()
        stage.store.renew_lease("dead", stage.clock.now())
        assert keeper.find_abandoned() == Abandoned()
        stage.clock.jump(timedelta(days=365 * (-1) ** number))
        stage.clock.advance(4.7)


@pytest.mark.parametrize("seconds", [LEASE / 3 + 0.1, LEASE, 10 * LEASE])
def test_whoever_could_not_beat_itself_does_not_hold_that_time_against_others(seconds):
    # As after a file was locked for a minute: nobody could renew, and somebody is the first to get through again.
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    keeper.keep()
    announce(stage)
    leave(stage, 1)
    keeper.find_abandoned()
    stage.clock.advance(seconds)
    keeper.keep()
    assert keeper.find_abandoned() == Abandoned()
    # From here on it could, and so could the other.
    assert look_until_found(stage, keeper, 1.0) <= LEASE


def test_time_that_a_renewal_itself_was_held_up_is_not_held_against_others_either():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    keeper.keep()
    announce(stage)
    leave(stage, 1)
    keeper.find_abandoned()
    stage.clock.advance(LEASE / 6)
    stage.faults.once_before("renew_lease", lambda: stage.clock.advance(LEASE))
    keeper.keep()
    assert keeper.find_abandoned() == Abandoned()


def test_a_run_whose_owner_has_no_lease_is_found_at_the_first_look():
    stage = Stage(lease=LEASE)
    (run,) = leave(stage, 1)
    keeper = keeper_on(stage)
    keeper.keep()
    assert keeper.find_abandoned().runs == (run,)


def test_a_run_whose_owner_closed_its_lease_is_found_at_the_next_look():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    announce(stage)
    (run,) = leave(stage, 1)
    assert keeper.find_abandoned().runs == ()
    stage.store.close_lease("dead")
    stage.clock.advance(LEASE / 6)
    assert keeper.find_abandoned().runs == (run,)


def test_a_run_that_comes_to_record_after_its_owner_was_closed_is_found_within_a_lease():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    keeper.find_abandoned()
    leave(stage, 1)
    assert look_until_found(stage, keeper, 1.0) <= LEASE + LEASE / 6


def test_a_probe_that_knows_makes_it_quick():
    stage = Stage(lease=LEASE, probe=lambda owner: owner.id == "dead")
    keeper = keeper_on(stage)
    announce(stage)
    (run,) = leave(stage, 1)
    silence = Silence(owner="dead", beat=1)
    assert keeper.find_abandoned() == Abandoned(runs=(run,), silences={"dead": silence})


def test_what_was_last_seen_of_the_dead_is_told_with_their_runs():
    stage = Stage(lease=LEASE, probe=lambda owner: owner.id == "dead")
    keeper = keeper_on(stage)
    announce(stage)
    stage.store.renew_lease("dead", stage.clock.now())
    leave(stage, 1)
    leave(stage, 7, owner="gone")
    silences = keeper.find_abandoned().silences
    assert silences == {"dead": Silence(owner="dead", beat=2), "gone": Silence(owner="gone", beat=None)}


def test_the_dead_are_buried_only_when_nothing_of_theirs_is_left():
    stage = Stage(lease=LEASE, probe=lambda owner: owner.id == "dead")
    keeper = keeper_on(stage)
    announce(stage)
    (run,) = leave(stage, 1)
    assert keeper.find_abandoned().owners == ()
    stage.store.commit([Change(job_id="job", settled=(run.ended(RunStatus.LOST, stage.clock.now()),))])
    stage.clock.advance(LEASE / 6)
    silence = Silence(owner="dead", beat=1)
    assert keeper.find_abandoned() == Abandoned(owners=(silence,))
    keeper.bury(silence)
    assert stage.store.get_leases() == []
    stage.clock.advance(LEASE / 6)
    assert keeper.find_abandoned() == Abandoned()


def test_one_that_stirs_before_it_is_buried_keeps_its_lease():
    stage = Stage(lease=LEASE, probe=lambda owner: owner.id == "dead")
    keeper = keeper_on(stage)
    announce(stage)
    (silence,) = keeper.find_abandoned().owners
    stage.store.renew_lease("dead", stage.clock.now())
    keeper.bury(silence)
    assert [lease.beat for lease in stage.store.get_leases()] == [2]


def test_all_runs_are_looked_through_only_when_somebody_came_went_or_died_or_a_lease_has_passed():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    announce(stage)
    for _ in range(12):
        keeper.find_abandoned()
        stage.store.renew_lease("dead", stage.clock.now())
        stage.clock.advance(LEASE / 6)
    assert stage.log.count("get_leases") == 12
    assert stage.log.count("get_unsettled_runs") == 2


def test_a_look_that_failed_is_tried_again_at_once():
    stage = Stage(lease=LEASE)
    leave(stage, 1)
    keeper = keeper_on(stage)
    for call in ("get_leases", "get_unsettled_runs"):
        stage.faults.once_before(call, fail)
        with pytest.raises(JobStoreUnavailableError):
            keeper.find_abandoned()
    assert len(keeper.find_abandoned().runs) == 1


def test_one_that_announced_itself_and_took_a_run_while_we_looked_is_alive():
    stage = Stage(lease=LEASE)
    keeper = keeper_on(stage)
    leave(stage, 7, owner="gone")

    def come() -> None:
        announce(stage)
        leave(stage, 1)

    stage.faults.once_after("get_leases", come)
    assert [run.owner for run in keeper.find_abandoned().runs] == ["gone"]


def test_one_that_is_dead_is_not_alive_for_having_a_lease():
    stage = Stage(lease=LEASE, probe=lambda owner: owner.id == "dead")
    keeper = keeper_on(stage)
    announce(stage)
    leave(stage, 1)
    leave(stage, 7, owner="gone")
    assert sorted(run.owner for run in keeper.find_abandoned().runs) == ["dead", "gone"]
