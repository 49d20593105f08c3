"""The suite that every trigger must pass: subclass it for your own, and say how to make one."""

from __future__ import annotations

import copy
import itertools
import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tickwright.triggers.base import Trigger

# ruff: noqa: S101 - these are tests: a name is a sentence, and what is pickled here is unpickled here
__all__ = ["TriggerSuite"]

FIRES = 200
"""How many fire times the tests walk through."""


class TriggerSuite:
    """Tests every sentence of the port `Trigger`.

    Name the subclass `Test...`, so that pytest finds it::

        class TestFullMoons(TriggerSuite):
            def make_trigger(self):
                return FullMoons()

    `start` is where the tests begin to ask. A trigger that looks back (`can_look_back`) is held to that too, and one
    that does not is seen to say so.
    """

    start = datetime(2026, 3, 27, 22, 30, tzinfo=UTC)
    """Some hours before a change of clocks in Europe; choose another where that is of more interest."""

    def make_trigger(self) -> Trigger:
        raise NotImplementedError("say how to make the trigger that is tested")

    # -- what the tests share ------------------------------------------------------------------------

    def anchored(self) -> Trigger:
        return self.make_trigger().anchored(self.start)

    def walk(self, trigger: Trigger, first: datetime | None = None) -> list[datetime]:
        """Return fire times one after the other, at most `FIRES` of them."""
        found: list[datetime] = []
        following = trigger.get_next_fire_time(None, first or self.start)
        while following is not None and len(found) < FIRES:
            found.append(following)
            following = trigger.get_next_fire_time(following, following)
        return found

    # -- forwards ------------------------------------------------------------------------------------

    def test_it_fires_at_least_once(self) -> None:
        assert self.walk(self.anchored()), f"from {self.start} on it never fires; choose another `start`"

    def test_fire_times_are_aware_and_each_is_later_than_the_one_before(self) -> None:
        fire_times = self.walk(self.anchored())
        assert all(fire_time.tzinfo is not None for fire_time in fire_times)
        assert all(later > earlier for earlier, later in itertools.pairwise(fire_times))

    def test_the_first_fire_time_is_not_before_now(self) -> None:
        trigger = self.anchored()
        for fire_time in self.walk(trigger):
            assert trigger.get_next_fire_time(None, fire_time) == fire_time
            after = trigger.get_next_fire_time(None, fire_time + timedelta.resolution)
            assert after is None or after > fire_time

    def test_the_next_one_depends_on_the_previous_one_and_not_on_now(self) -> None:
        trigger = self.anchored()
        fire_times = self.walk(trigger)
        much_later = fire_times[-1] + timedelta(days=400)
        for previous, following in itertools.pairwise(fire_times):
            assert trigger.get_next_fire_time(previous, self.start) == following
            assert trigger.get_next_fire_time(previous, much_later) == following

    def test_a_previous_time_between_two_fires_leads_to_the_second(self) -> None:
        trigger = self.anchored()
        fire_times = self.walk(trigger)
        for earlier, later in itertools.pairwise(fire_times):
            between = later - timedelta.resolution
            if between > earlier:
                assert trigger.get_next_fire_time(between, between) == later

    def test_the_zone_of_the_question_does_not_matter(self) -> None:
        trigger = self.anchored()
        elsewhere = timezone(timedelta(hours=-9, minutes=-30))
        for fire_time in self.walk(trigger):
            asked = trigger.get_next_fire_time(fire_time.astimezone(elsewhere), self.start.astimezone(elsewhere))
            assert asked == trigger.get_next_fire_time(fire_time, self.start)

    def test_after_the_last_fire_time_there_is_none(self) -> None:
        trigger = self.anchored()
        fire_times = self.walk(trigger)
        if len(fire_times) < FIRES:
            last = fire_times[-1]
            assert trigger.get_next_fire_time(last, last) is None
            assert trigger.get_next_fire_time(None, last + timedelta.resolution) is None

    # -- no memory -----------------------------------------------------------------------------------

    def test_it_has_no_memory(self) -> None:
        asked = self.anchored()
        fire_times = self.walk(asked)
        for fire_time in reversed(fire_times):
            assert asked.get_next_fire_time(None, fire_time) == fire_time
        assert self.walk(asked) == fire_times

    def test_an_anchor_is_set_once(self) -> None:
        trigger = self.anchored()
        again = trigger.anchored(self.start + timedelta(days=3, seconds=1))
        assert self.walk(again) == self.walk(trigger)

    # -- a value -------------------------------------------------------------------------------------

    def test_two_made_alike_are_equal_so_that_a_restart_changes_nothing(self) -> None:
        assert self.make_trigger() == self.make_trigger()
        assert self.anchored() == self.make_trigger().anchored(self.start + timedelta(days=1))
        assert hash(self.make_trigger()) == hash(self.make_trigger())

    @pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
    def test_it_can_be_stored(self, protocol: int) -> None:
        trigger = self.anchored()
        loaded = pickle.loads(pickle.dumps(trigger, protocol))
        assert loaded == trigger
        assert self.walk(loaded) == self.walk(trigger)

    def test_it_can_be_copied(self) -> None:
        trigger = self.anchored()
        assert copy.copy(trigger) == trigger == copy.deepcopy(trigger)
        assert self.walk(copy.deepcopy(trigger)) == self.walk(trigger)

    def test_its_jitter_is_a_number_of_seconds_or_none(self) -> None:
        jitter = self.make_trigger().jitter
        assert jitter is None or jitter >= 0

    # -- backwards -----------------------------------------------------------------------------------

    def test_looking_back_agrees_with_walking_or_is_refused(self) -> None:
        trigger = self.anchored()
        fire_times = self.walk(trigger)
        if not trigger.can_look_back:
            with pytest.raises(NotImplementedError):
                trigger.last_fire_time_until(self.start)
            return
        for earlier, later in itertools.pairwise(fire_times):
            assert trigger.last_fire_time_until(earlier) == earlier
            assert trigger.last_fire_time_until(later - timedelta.resolution) == earlier

    def test_counting_agrees_with_walking_or_is_refused(self) -> None:
        trigger = self.anchored()
        fire_times = self.walk(trigger)
        if not trigger.can_look_back:
            with pytest.raises(NotImplementedError):
                trigger.count_fire_times(self.start, self.start)
            return
        for number, fire_time in enumerate(fire_times):
            assert trigger.count_fire_times(fire_times[0], fire_time) == number
            assert trigger.count_fire_times(fire_time, fire_time) == 0
