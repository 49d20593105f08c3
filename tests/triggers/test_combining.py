"""And and or triggers fire by what their members fire, nested as one likes, and say when they never do."""

import itertools
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings

from tests.triggers.plain import TURNS, agrees, fires, stages
from tickwright.errors import InvalidTriggerError
from tickwright.testing import ManualScheduler
from tickwright.triggers import combining
from tickwright.triggers.base import Trigger
from tickwright.triggers.composed import MOST_DEEP, MOST_MEMBERS
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.exclude import ExcludeTrigger
from tickwright.triggers.interval import IntervalTrigger

# Here an answer is seldom None, and where it is that is what is asserted.
AndTrigger: Any = combining.AndTrigger
OrTrigger: Any = combining.OrTrigger

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
POLICIES = ("cron", "wall_clock", "skip", "shift")
DAY = timedelta(days=1)


def every(step, start=NOW, **options):
    return IntervalTrigger(timedelta(seconds=step), start_date=start, timezone="UTC", **options)


def cron(text, zone="UTC", **options):
    return CronTrigger.from_crontab(text, zone, **options)


class Hourly(Trigger):
    """A user's own: the one method, and nothing else."""

    def __init__(self, minute=0):
        self.minute = minute

    def get_next_fire_time(self, previous_fire_time, now):
        since = now if previous_fire_time is None else previous_fire_time + MOMENT
        found = since.replace(minute=self.minute, second=0, microsecond=0)
        return found if found >= since else found + timedelta(hours=1)

    def describe(self):
        return f"hourly at {self.minute}"


class Answering(Trigger):
    """Answers the same, whatever it is asked."""

    can_look_back = True

    def __init__(self, answer):
        self.answer = answer

    def get_next_fire_time(self, previous_fire_time, now):
        return self.answer

    def last_fire_time_until(self, instant):
        return self.answer


class Counting(Trigger):
    """Asks another trigger, and counts how often it is asked."""

    can_look_back = True

    def __init__(self, trigger):
        self.trigger = trigger
        self.timezone = trigger.timezone
        self.questions = 0

    def get_next_fire_time(self, previous_fire_time, now):
        self.questions += 1
        return self.trigger.get_next_fire_time(previous_fire_time, now)

    def last_fire_time_until(self, instant):
        self.questions += 1
        return self.trigger.last_fire_time_until(instant)

    def count_fire_times(self, after, until):
        self.questions += 1
        return self.trigger.count_fire_times(after, until)


# -- what they fire ------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(stages())
def test_any_nesting_agrees_with_plain_sets_in_every_direction(stage):
    agrees(*stage)


@settings(max_examples=25, deadline=None)
@given(stages(timedelta(hours=4), with_seconds=True))
def test_dense_members_agree_with_plain_sets_too(stage):
    agrees(*stage)


@pytest.mark.parametrize(("zone", "turn"), TURNS)
def test_two_crons_agree_around_a_change_of_clocks_under_any_two_policies(zone, turn):
    begin = turn.replace(tzinfo=UTC) - timedelta(hours=4)
    texts = ["10 0-3 * * *", "30 0-3 * * *", "*/15 * * * *", "0,25-40/5 0-3 * * *"]
    members = [cron(text, zone, dst_policy=policy) for text in texts for policy in POLICIES]
    for one, other in itertools.combinations(members, 2):
        agrees(AndTrigger([one, other]), begin, begin + timedelta(hours=8))


@pytest.mark.parametrize("policy", POLICIES)
def test_a_rhythm_of_seconds_agrees_with_a_cron_around_a_change_of_clocks(policy):
    for zone, turn in (TURNS[0], TURNS[3]):
        begin = turn.replace(tzinfo=UTC) - timedelta(minutes=90)
        for text in ("5-59/5 10,40 1-3 * * *", "* * * * * *", "0 10 * * * *"):
            for span in ({}, {"start_date": begin + timedelta(minutes=80), "end_date": begin + timedelta(minutes=160)}):
                member = cron(text, zone, dst_policy=policy, **span)
                agrees(AndTrigger([every(1, begin), member]), begin, begin + timedelta(minutes=190))


def test_members_keep_to_their_own_start_and_end():
    for minute in range(0, 120, 7):
        span = {"start_date": NOW + timedelta(minutes=minute), "end_date": NOW + timedelta(minutes=minute + 40)}
        bounded = cron("*/7 * * * *", "Europe/Berlin", **span)
        for other in (cron("*/15 * * * *", "Europe/Berlin"), cron("*/15 * * * *"), every(600)):
            agrees(AndTrigger([bounded, other]), NOW, NOW + timedelta(hours=4))


def test_a_cron_of_some_weekdays_is_a_rhythm_of_weeks_at_a_fixed_offset():
    for zone in ("UTC", "+05:30", "-11:00"):
        for text in (
            "0 9 * * mon",
            "0 9,15 * * tue,sun",
            "30 0 9 * * sat",
            "5 9 * * *",
            "7 * * * *",
            "0 9 * 11 mon",
            "0 9 2 * *",
        ):
            agrees(AndTrigger([every(300, NOW - timedelta(minutes=25)), cron(text, zone)]), NOW, NOW + 15 * DAY)


def test_what_several_of_many_fire_at_once_is_counted_once():
    zone = "Europe/Berlin"
    dense = [every(1), cron("* * * * * *", zone), cron("*/2 * * * * *", "UTC"), every(3), cron("*/5 * * * * *", zone)]
    for count in (2, 3, 4, 5):
        for members in itertools.combinations(dense, count):
            agrees(OrTrigger(members), NOW, NOW + timedelta(minutes=18))
    rhythms = [every(step, NOW + timedelta(seconds=step % 5)) for step in (2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 15, 21)]
    agrees(OrTrigger(rhythms), NOW, NOW + timedelta(minutes=40))
    agrees(OrTrigger([*rhythms[:3], *dense, cron("7 * * * * *", "UTC")]), NOW, NOW + timedelta(minutes=25))


def test_what_is_shared_once_in_a_while_is_counted_once_however_rarely():
    # Of two that fire each second, at whole seconds and a microsecond late, one joins the other once in six hours.
    late = OrTrigger([Late(), cron("0 0 */6 * * *")])
    trigger = OrTrigger([Counting(late), cron("* * * * * *", "Europe/Berlin")])
    assert trigger.count_fire_times(NOW, NOW + timedelta(hours=13)) == 2 * 13 * 3_600


class Late(Trigger):
    """Fires a microsecond after each full second."""

    can_look_back = True

    def get_next_fire_time(self, previous_fire_time, now):
        since = now if previous_fire_time is None else previous_fire_time + MOMENT
        found = since.replace(microsecond=1)
        return found if found >= since else found + timedelta(seconds=1)

    def last_fire_time_until(self, instant):
        found = instant.replace(microsecond=1)
        return found if found <= instant else found - timedelta(seconds=1)

    def count_fire_times(self, after, until):
        return max(0, int((self.last_fire_time_until(until) - self.last_fire_time_until(after)).total_seconds()))


def test_both_at_once_and_either_once():
    ten, fifteen = every(600), every(900)
    both, either = AndTrigger([ten, fifteen]), OrTrigger([ten, fifteen])
    minutes = [int((at - NOW) / timedelta(minutes=1)) for at in both.next(3, after=NOW)]
    assert minutes == [30, 60, 90]
    minutes = [int((at - NOW) / timedelta(minutes=1)) for at in either.next(6, after=NOW)]
    assert minutes == [10, 15, 20, 30, 40, 45]
    assert either.count_fire_times(NOW, NOW + timedelta(minutes=60)) == 6 + 4 - 2


def test_one_member_is_that_member():
    for kind in (AndTrigger, OrTrigger):
        agrees(kind([cron("*/7 2-3 * * *", "Europe/Berlin")]), NOW, NOW + 3 * DAY)


def test_members_that_cannot_look_back_make_a_trigger_that_cannot():
    for kind in (AndTrigger, OrTrigger):
        assert kind([every(60), cron("* * * * *")]).can_look_back
        trigger = kind([every(60), Hourly(30)])
        assert not trigger.can_look_back
        assert not kind([every(60), kind([trigger])]).can_look_back
        with pytest.raises(NotImplementedError, match="Hourly cannot look back"):
            trigger.last_fire_time_until(NOW)
        with pytest.raises(NotImplementedError, match="Hourly cannot look back"):
            trigger.count_fire_times(NOW, NOW)
        end = NOW + timedelta(hours=5)
        assert trigger.next(5, after=NOW) == sorted(fires(trigger, NOW + MOMENT, NOW + 9 * DAY))[:5]
        assert trigger.get_next_fire_time(end, NOW) > end


def test_without_a_jitter_of_its_own_it_has_the_largest_of_its_members():
    members = [every(60, jitter=30), every(120, jitter=5), every(60)]
    for kind in (AndTrigger, OrTrigger):
        trigger = kind(members)
        assert trigger.jitter == 30
        assert kind([trigger, every(60, jitter=31)]).jitter == 31
        assert ExcludeTrigger(trigger, []).jitter == 30
        assert ExcludeTrigger(trigger, [], jitter=0).jitter == 0
        assert kind(members, jitter=7).jitter == 7
        assert kind(members, jitter=0).jitter == 0
        assert kind([every(60)]).jitter is None
        assert trigger.get_next_fire_time(None, NOW) == NOW
        # It is no part of what was declared.
        for declared in (trigger, kind(members, jitter=0), ExcludeTrigger(trigger, ["2026-12-24"], jitter=0)):
            again = pickle.loads(pickle.dumps(declared))
            assert again == declared == eval(repr(declared))
            assert (again.jitter, hash(again)) == (declared.jitter, hash(declared))
        assert "jitter" not in repr(trigger).partition("])")[2]
        assert trigger != kind(members, jitter=30)
        unanchored = kind([IntervalTrigger(seconds=10, jitter=4)])
        assert (unanchored.anchored(NOW).jitter, unanchored.anchored(NOW)) == (4, unanchored)
        with pytest.raises(TypeError, match="jitter must be a number"):
            kind([Jittery()])


class Jittery(Hourly):
    jitter = "soon"  # type: ignore[assignment]


# -- agreement far away, and never ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((86_399, 86_400), 86_399 * 86_400),
        ((86_399.000001, 86_400), 86_399_000_001 * 86_400),
        ((86_397, 86_399, 86_401), None),
        ((3, 7, 11, 13, 10_007), 3 * 7 * 11 * 13 * 10_007),
    ],
)
def test_intervals_agree_exactly_however_far_away(steps, expected):
    trigger = AndTrigger([every(step) for step in steps])
    assert trigger.get_next_fire_time(None, NOW) == NOW
    following = trigger.get_next_fire_time(NOW, NOW)
    if expected is None or NOW.timestamp() + expected > datetime.max.replace(tzinfo=UTC).timestamp():
        assert following is None
        return
    assert following == NOW + timedelta(seconds=expected)
    assert trigger.last_fire_time_until(following - MOMENT) == NOW
    assert trigger.count_fire_times(NOW, following) == 1


def test_phases_that_differ_are_solved_for_and_those_that_cannot_meet_never_do():
    early = AndTrigger([every(86_399, NOW - timedelta(seconds=1)), every(86_400)])
    expected = NOW + timedelta(days=86_398)
    assert early.get_next_fire_time(None, NOW) == expected
    assert (expected - NOW + timedelta(seconds=1)) % timedelta(seconds=86_399) == timedelta(0)
    assert AndTrigger([every(60), every(60, NOW + MOMENT)]).get_next_fire_time(None, NOW) is None
    assert AndTrigger([every(60), every(90, NOW + timedelta(seconds=10))]).get_next_fire_time(None, NOW) is None


def test_an_interval_and_a_daily_cron_in_utc_agree_after_decades():
    trigger = AndTrigger([every(86_399), cron("0 9 * * *")])
    found = trigger.get_next_fire_time(None, NOW)
    assert found.year == 2051
    assert (found.hour, found.minute, (found - NOW) % timedelta(seconds=86_399)) == (9, 0, timedelta(0))
    assert trigger.get_next_fire_time(found, found) - found == timedelta(seconds=86_399 * 86_400)
    weekly = AndTrigger([every(86_399), cron("0 9 * * mon,thu", "+05:30")]).get_next_fire_time(None, NOW)
    local = weekly.astimezone(cron("0 9 * * *", "+05:30").timezone)
    assert (local.hour, local.weekday() in (0, 3), (weekly - NOW) % timedelta(seconds=86_399)) == (9, True, 0 * DAY)


def test_a_leap_day_that_is_a_friday_is_found_decades_away():
    trigger = AndTrigger([cron("0 9 29 2 *", "Europe/Berlin"), cron("0 9 * * fri", "Europe/Berlin")])
    assert trigger.get_next_fire_time(None, NOW) == datetime(2036, 2, 29, 8, tzinfo=UTC)
    assert trigger.last_fire_time_until(NOW) == datetime(2008, 2, 29, 8, tzinfo=UTC)
    assert trigger.count_fire_times(NOW, datetime(2090, 1, 1, tzinfo=UTC)) == 2


def test_what_agrees_only_in_one_missing_hour_a_year_is_found():
    # Both are skipped in spring, and each fires once, at the first instant after the gap.
    trigger = AndTrigger([cron("10 2 * * *", "Europe/Berlin"), cron("30 2 * * *", "Europe/Berlin")])
    found = trigger.next(3, after=NOW)
    assert [at.astimezone(UTC) for at in found] == [
        datetime(2027, 3, 28, 1, tzinfo=UTC),
        datetime(2028, 3, 26, 1, tzinfo=UTC),
        datetime(2029, 3, 25, 1, tzinfo=UTC),
    ]
    assert trigger.last_fire_time_until(NOW) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert trigger.count_fire_times(NOW, found[-1]) == 3
    skipping = AndTrigger([cron("10 2 * * *", "Europe/Berlin", dst_policy="skip"), trigger.triggers[1]])
    assert skipping.get_next_fire_time(None, NOW) is None


def test_a_choice_within_is_distributed_so_that_one_that_never_agrees_hides_no_other():
    even, odd = cron("*/2 * * * * *"), cron("1-59/2 * * * * *")
    trigger = AndTrigger([even, OrTrigger([odd, cron("0 0 1 1 *")])])
    assert trigger.get_next_fire_time(None, NOW) == datetime(2027, 1, 1, tzinfo=UTC)
    apart = OrTrigger([AndTrigger([Hourly(0), Hourly(1)]), cron("0 0 1 1 *")])
    assert apart.get_next_fire_time(None, NOW) == datetime(2027, 1, 1, tzinfo=UTC)
    excluding = ExcludeTrigger(apart, [(f"{NOW.date()}", "2040-01-01")])
    assert excluding.get_next_fire_time(None, NOW) == datetime(2041, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "members",
    [
        [cron("*/2 * * * * *"), cron("1-59/2 * * * * *")],
        [cron("*/2 * * * * *", "Europe/Berlin"), cron("1-59/2 * * * * *", "America/New_York")],
        [cron("0 9 * * *", "Europe/Berlin"), cron("1 9 * * *", "Asia/Tokyo")],
        [cron("0 9 1 * *"), cron("0 9 2 * *", "+05:30")],
        [cron("0 9 1 1 *"), cron("0 9 1 2 *", "+05:30")],
        [cron("* * * * * *"), cron("* * * * * *", "Europe/Berlin"), every(1, NOW + MOMENT)],
        [cron("* * * * mon"), cron("* * * * tue")],
        [every(7), every(7, NOW + timedelta(seconds=1)), cron("* * * * *")],
    ],
)
def test_members_that_never_agree_end_after_a_bounded_number_of_questions(members):
    counting = [Counting(member) for member in members]
    trigger = AndTrigger(counting)
    assert trigger.get_next_fire_time(None, NOW) is None
    assert trigger.last_fire_time_until(NOW) is None
    assert trigger.count_fire_times(NOW, NOW + timedelta(minutes=10)) == 0
    assert sum(member.questions for member in counting) < 34_000
    assert AndTrigger(members).get_next_fire_time(None, NOW) is None
    assert AndTrigger([AndTrigger(counting), AndTrigger(members)]).get_next_fire_time(None, NOW) is None


def test_what_is_promised_of_the_search_holds():
    """Twenty years of a daily pair, four hundred of a monthly one, six hundred of a yearly one; and it ends."""
    for text, shift, years in [("0 9 * * *", DAY / 2, 20), ("0 9 1 * *", 14 * DAY, 400), ("0 9 1 1 *", 180 * DAY, 600)]:
        first = cron(text).get_next_fire_time(None, NOW)
        meeting = cron(text).get_next_fire_time(None, NOW.replace(year=NOW.year + years))
        apart = Counting(cron(text))
        other = Shifted(cron(text), shift, meeting)
        assert AndTrigger([apart, other]).get_next_fire_time(None, first) == meeting


class Shifted(Trigger):
    """Fires as another trigger, later by `shift`, and once when that does."""

    def __init__(self, trigger, shift, exception):
        self.trigger = trigger
        self.shift = shift
        self.exception = exception

    def get_next_fire_time(self, previous_fire_time, now):
        found = self.trigger.get_next_fire_time(None, now - self.shift) + self.shift
        return self.exception if now <= self.exception < found else found


def test_an_answer_that_goes_backwards_is_refused_and_not_searched_for_ever():
    for answer, words in [
        (NOW - MOMENT, "Answering must return an instant that is not before now"),
        (NOW.replace(tzinfo=None), "Answering must return an aware datetime or None"),
        ("soon", "Answering must return an aware datetime or None"),
    ]:
        for kind in (AndTrigger, OrTrigger):
            with pytest.raises(InvalidTriggerError, match=words):
                kind([every(60), Answering(answer)]).get_next_fire_time(None, NOW)
    with pytest.raises(InvalidTriggerError, match="must return an instant that is not after the one asked about"):
        AndTrigger([every(60), Answering(NOW + MOMENT)]).last_fire_time_until(NOW)


# -- a month asleep costs nothing ----------------------------------------------------------------------------


def test_a_month_asleep_is_counted_without_walking():
    month = NOW + timedelta(days=30)
    berlin = "Europe/Berlin"
    seconds = 30 * 86_400
    for trigger, expected in [
        (OrTrigger([every(1), cron("0 9 * * *", berlin)]), seconds),
        (OrTrigger([every(2), every(3)]), seconds // 2 + seconds // 3 - seconds // 6),
        (OrTrigger([cron("*/2 * * * * *", berlin), cron("*/3 * * * * *", berlin)]), seconds * 4 // 6),
        (OrTrigger([every(2), cron("* * * * * *", berlin)]), seconds),
        (AndTrigger([every(1), cron("* * * * * *", berlin)]), seconds),
        (AndTrigger([every(2), cron("* * 9-16 * * *", berlin)]), seconds // 6),
        (AndTrigger([cron("* * * * * *", berlin), cron("*/2 * 9-16 * * *", berlin)]), seconds // 6),
    ]:
        counted = Counted(trigger)
        assert counted.count(NOW, month) == expected
        assert counted.steps < 5_000
        assert trigger.last_fire_time_until(month) <= month


class Counted:
    """Counts the fire times of a trigger, and how many lines of Python that takes."""

    def __init__(self, trigger):
        self.trigger = trigger
        self.steps = 0

    def count(self, after, until):
        import sys

        before = sys.getprofile()

        def profile(frame, event, argument):
            self.steps += event == "call"

        sys.setprofile(profile)
        try:
            return self.trigger.count_fire_times(after, until)
        finally:
            sys.setprofile(before)


# -- anchors -------------------------------------------------------------------------------------------------


def test_anchoring_anchors_the_members_once_and_is_no_part_of_equality():
    for kind in (AndTrigger, OrTrigger):
        declared = kind([IntervalTrigger(seconds=10, timezone="UTC"), kind([IntervalTrigger(seconds=4)])])
        trigger = declared.anchored(NOW)
        assert trigger == declared
        assert hash(trigger) == hash(declared)
        assert repr(trigger) == repr(declared)
        assert trigger.anchored(NOW + DAY) is trigger
        assert [member.start_date for member in (trigger.triggers[0], trigger.triggers[1].triggers[0])] == [
            NOW + timedelta(seconds=10),
            NOW + timedelta(seconds=4),
        ]
        assert pickle.loads(pickle.dumps(trigger)).triggers[0].start_date == NOW + timedelta(seconds=10)
        assert declared.triggers[0].start_date is None
        with pytest.raises(ValueError, match="ask what `anchored"):
            declared.last_fire_time_until(NOW)


def test_asked_without_an_anchor_it_answers_as_if_it_were_added_at_that_moment():
    both = AndTrigger([IntervalTrigger(seconds=10), IntervalTrigger(seconds=15)])
    assert both.get_next_fire_time(None, NOW) == NOW + timedelta(seconds=30)
    assert both.get_next_fire_time(NOW, NOW + DAY) == NOW + timedelta(seconds=30)
    either = OrTrigger([IntervalTrigger(seconds=10), DateTrigger()])
    assert either.get_next_fire_time(None, NOW) == NOW
    assert either.get_next_fire_time(NOW, NOW) == NOW + timedelta(seconds=10)


def test_a_member_whose_anchor_would_lie_beyond_the_calendar_never_fires():
    end = datetime.max.replace(tzinfo=UTC)
    daily, once = IntervalTrigger(days=1, timezone="UTC"), DateTrigger(end, timezone="UTC")
    assert daily.get_next_fire_time(None, end) is None
    for kind in (AndTrigger, OrTrigger):
        for trigger in (kind([daily]), kind([kind([daily]), daily]), ExcludeTrigger(kind([daily]), [])):
            assert trigger.get_next_fire_time(None, end) is None
            assert trigger.get_next_fire_time(end, end) is None
    assert OrTrigger([daily, once]).get_next_fire_time(None, end) == end
    assert OrTrigger([AndTrigger([daily, once]), once]).get_next_fire_time(None, end - MOMENT) == end
    assert AndTrigger([daily, once]).get_next_fire_time(None, end) is None
    with pytest.raises(InvalidTriggerError, match="after the year 9999"):
        OrTrigger([daily, once]).anchored(end)


def test_a_job_is_added_by_alias_and_a_restart_changes_nothing():
    scheduler = ManualScheduler("2026-11-23 11:30")
    members: Any = [IntervalTrigger(minutes=10), IntervalTrigger(minutes=15)]
    job = scheduler.add_job(print, "and", triggers=members, id="both")
    assert job.next_run_time == NOW + timedelta(minutes=30)
    scheduler.advance(minutes=40)
    assert [run.fire_time for run in scheduler.get_runs("both")] == [NOW + timedelta(minutes=30)]
    again = scheduler.add_job(print, AndTrigger(members), id="both", replace_existing=True)
    assert again.next_run_time == NOW + timedelta(minutes=60)
    either = scheduler.add_job(print, "or", triggers=[*members, CronTrigger(hour=12, timezone="UTC")], id="either")
    scheduler.advance(days=30)
    due = either.next_run_time
    assert due is not None
    assert due > scheduler.now


# -- values --------------------------------------------------------------------------------------------------


def test_members_are_copied_and_their_order_counts():
    members = [every(60), cron("* * * * *")]
    trigger = AndTrigger(members)
    members.clear()
    assert trigger.triggers == (every(60), cron("* * * * *"))
    assert trigger == AndTrigger((every(60), cron("* * * * *")))
    assert trigger != AndTrigger([cron("* * * * *"), every(60)])
    assert trigger != OrTrigger(trigger.triggers)
    assert trigger != AndTrigger(trigger.triggers, jitter=0)


def test_a_member_that_cannot_be_hashed_makes_no_difference():
    class Unhashable(Hourly):
        __hash__: ClassVar[None] = None  # type: ignore[assignment]

        def __eq__(self, other):
            return isinstance(other, Unhashable)

    assert AndTrigger([Unhashable(), every(5)]) == AndTrigger([Unhashable(), every(5)])
    assert hash(AndTrigger([Unhashable(), every(5)])) == hash(AndTrigger([Unhashable(), every(5)]))


def test_the_zone_is_the_members_if_they_share_one():
    assert AndTrigger([cron("* * * * *", "Asia/Tokyo"), Hourly()]).timezone.key == "Asia/Tokyo"
    assert OrTrigger([cron("* * * * *", "Asia/Tokyo"), every(5)]).timezone is UTC
    assert OrTrigger([Hourly()]).timezone is UTC


def test_it_is_shown_and_described_with_its_members():
    trigger = AndTrigger([cron("0 9 * * *"), OrTrigger([every(60), Hourly()])])
    assert str(trigger).startswith("and[cron[hour='9', minute='0'], or[interval[0:01:00], <")
    assert repr(AndTrigger([cron("@daily")], jitter=5)) == (
        "AndTrigger(triggers=[CronTrigger.from_crontab('0 0 * * *', timezone='UTC')], jitter=5)"
    )
    one, two, three = Hourly(1), Hourly(2), Hourly(3)
    assert AndTrigger([one]).describe() == "hourly at 1"
    assert OrTrigger([one]).describe() == "hourly at 1"
    assert AndTrigger([one, two]).describe() == "whenever both of these fire: hourly at 1; hourly at 2"
    assert AndTrigger([one, OrTrigger([two, three])]).describe() == (
        "whenever both of these fire: hourly at 1; (whenever any of these fires: hourly at 2; hourly at 3)"
    )
    assert AndTrigger([one, two, three]).describe().startswith("whenever all of these fire: hourly at 1; hourly at 2;")


def nested(depth, kind=AndTrigger):
    trigger: Any = every(5)
    for _ in range(depth):
        trigger = kind([trigger])
    return trigger


def test_the_deepest_nesting_is_pickled_compared_and_asked():
    for kind in (AndTrigger, OrTrigger):
        deepest = nested(MOST_DEEP, kind)
        assert pickle.loads(pickle.dumps(deepest)) == deepest == eval(repr(deepest))
        assert deepest.get_next_fire_time(None, NOW) == NOW
        assert hash(deepest) == hash(nested(MOST_DEEP, kind))
    widest = OrTrigger([every(60, NOW + timedelta(seconds=second)) for second in range(MOST_MEMBERS)])
    assert widest.count_fire_times(NOW, NOW + timedelta(seconds=30)) == 30


BAD: list[tuple[Any, type[Exception], str]] = [
    ([], InvalidTriggerError, "triggers: at least one trigger is needed"),
    ((), InvalidTriggerError, "triggers: at least one"),
    ("and", TypeError, "triggers must be a list of triggers, not 'and'"),
    ("* * * * *", TypeError, "triggers must be a list"),
    ("", TypeError, "triggers must be a list"),
    (b"x", TypeError, "triggers must be a list"),
    (None, TypeError, "triggers must be a list"),
    (5, TypeError, "triggers must be a list"),
    (True, TypeError, "triggers must be a list"),
    (every(5), TypeError, "triggers must be a list"),
    ({every(5)}, TypeError, "triggers must be a list"),
    ({"a": every(5)}, TypeError, "triggers must be a list"),
    (iter([every(5)]), TypeError, "triggers must be a list"),
    ((part for part in [every(5)]), TypeError, "triggers must be a list"),
    ("x" * 10_000_000, TypeError, "triggers must be a list"),
    ([every(5), "* * * * *"], TypeError, r"triggers\[1\] must be a Trigger, not '\* \*"),
    ([None], TypeError, r"triggers\[0\] must be a Trigger, not None"),
    ([every(5), timedelta(seconds=5)], TypeError, r"triggers\[1\] must be"),
    ([every(5), [every(5)]], TypeError, r"triggers\[1\] must be"),
    ([CronTrigger], TypeError, r"triggers\[0\] must be"),
    ([NOW], TypeError, r"triggers\[0\] must be"),
    ([every(5), every(5), True], TypeError, r"triggers\[2\] must be"),
    ([every(5), "x" * 10_000_000], TypeError, r"triggers\[1\] must be"),
    ([every(5)] * (MOST_MEMBERS + 1), InvalidTriggerError, "triggers: a trigger is made of at most 1,000 others"),
    ([every(5)] * 200_000, InvalidTriggerError, "triggers: a trigger is made of at most 1,000 others"),
    ([OrTrigger([every(5)] * 600)] * 2, InvalidTriggerError, "triggers: a trigger is made of at most 1,000 others"),
    ([nested(MOST_DEEP)], InvalidTriggerError, "triggers: triggers are nested at most 50 deep"),
    ([nested(MOST_DEEP, OrTrigger), every(5)], InvalidTriggerError, "triggers: triggers are nested at most 50 deep"),
]


@pytest.mark.parametrize("kind", [AndTrigger, OrTrigger])
@pytest.mark.parametrize("number", range(len(BAD)))
def test_what_is_no_list_of_triggers_is_refused_with_a_reason(kind, number):
    triggers, error, words = BAD[number]
    with pytest.raises(error, match=words) as caught:
        kind(triggers)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("jitter", [-1, float("nan"), float("inf"), 10**30, "5", True, [], timedelta(seconds=1)])
def test_a_jitter_that_is_none_is_refused(jitter):
    for kind in (AndTrigger, OrTrigger):
        with pytest.raises((InvalidTriggerError, TypeError), match="jitter"):
            kind([every(5)], jitter=jitter)
