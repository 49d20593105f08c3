"""Tests of telling the dead from the living by nothing but their beats."""

from __future__ import annotations

import pytest

from tests.core.stage import at
from tickwright.core.lease_watch import LeaseWatch
from tickwright.owner import Lease, Owner

OTHER = Owner(id="other", host="there", pid=7)


def lease(beat: int, seconds: float = 30.0, owner: Owner = OTHER, seen_at=None) -> Lease:
    return Lease(owner=owner, seconds=seconds, beat=beat, seen_at=seen_at)


def watch(probe=lambda owner: False) -> LeaseWatch:
    return LeaseWatch("me", probe)


def test_a_beat_that_stands_still_for_two_thirds_of_its_lease_is_death():
    looking = watch()
    assert looking.look([lease(1)], 0.0) == []
    assert looking.look([lease(1)], 19.999) == []
    assert looking.look([lease(1)], 20.0) == [OTHER]
    assert looking.look([lease(1)], 25.0) == [OTHER]


def test_a_beat_that_moves_is_life_however_slowly():
    looking = watch()
    for beat in range(50):
        assert looking.look([lease(beat)], beat * 19.9) == []


def test_a_beat_that_moves_again_is_life_again():
    looking = watch()
    looking.look([lease(1)], 0.0)
    assert looking.look([lease(1)], 50.0) == [OTHER]
    assert looking.look([lease(2)], 51.0) == []
    assert looking.look([lease(2)], 70.0) == []
    assert looking.look([lease(2)], 71.0) == [OTHER]


def test_each_owner_is_held_to_its_own_lease():
    quick = Owner(id="quick")
    looking = watch()
    leases = [lease(1), lease(1, 3.0, quick)]
    looking.look(leases, 0.0)
    assert looking.look(leases, 2.0) == [quick]
    assert looking.look(leases, 20.0) == [OTHER, quick]


def test_nobody_is_dead_at_the_first_look_however_long_ago_its_last_beat_was():
    assert watch().look([lease(1, seen_at=at(-(10**8)))], 1e9) == []


@pytest.mark.parametrize("year", [-31_536_000, 31_536_000])
def test_a_wall_clock_that_is_wrong_by_a_year_changes_nothing(year):
    looking = watch()
    looking.look([lease(1, seen_at=at(year))], 0.0)
    assert looking.look([lease(1, seen_at=at(-year))], 19.9) == []
    assert looking.look([lease(2, seen_at=at(year))], 20.0) == []
    assert looking.look([lease(2, seen_at=at(year))], 40.0) == [OTHER]


def test_an_owner_has_been_seen_beating_once_its_beat_has_moved_and_until_it_is_dead():
    looking = watch()
    assert looking.has_seen_beating("me")
    looking.look([lease(1)], 0.0)
    assert not looking.has_seen_beating("other")
    looking.look([lease(2)], 5.0)
    looking.look([lease(2)], 10.0)
    assert looking.has_seen_beating("other")
    looking.look([lease(2)], 25.0)
    assert not looking.has_seen_beating("other")
    looking.look([lease(3)], 26.0)
    assert looking.has_seen_beating("other")
    looking.look([], 27.0)
    assert not looking.has_seen_beating("other")


def test_it_does_not_judge_itself():
    own = Owner(id="me")
    looking = watch(probe=lambda owner: True)
    assert looking.look([lease(1, owner=own)], 0.0) == []
    assert looking.look([lease(1, owner=own)], 1e6) == []


def test_an_owner_that_is_known_to_be_dead_needs_no_waiting():
    looking = watch(probe=lambda owner: owner.pid == 7)
    assert looking.look([lease(1)], 0.0) == [OTHER]


def test_an_owner_that_left_and_came_back_is_watched_from_then_on():
    looking = watch()
    looking.look([lease(1)], 0.0)
    looking.look([], 10.0)
    assert looking.look([lease(1)], 25.0) == []
    assert looking.look([lease(1)], 44.9) == []
    assert looking.look([lease(1)], 45.0) == [OTHER]
