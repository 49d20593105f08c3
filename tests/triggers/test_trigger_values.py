"""Triggers are values: immutable, equal by what they say, shown as code, pickled with a version."""

import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import dateutil.tz
import holidays
import pytest

from tickwright.errors import InvalidTriggerError
from tickwright.triggers.base import BaseTrigger, Trigger
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.combining import AndTrigger, OrTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.exclude import ExcludeTrigger
from tickwright.triggers.interval import IntervalTrigger
from tickwright.triggers.rrule import RRuleTrigger

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
LIMITS: dict[str, Any] = {"start_date": "2026-01-01 08:00", "end_date": "2030-01-01", "jitter": 2.5}

TRIGGERS: list[Any] = [
    CronTrigger(hour=3, timezone="UTC"),
    CronTrigger(day_of_week="mon-fri", minute="*/5", timezone="Europe/Berlin", dst_policy="shift", **LIMITS),
    CronTrigger.from_crontab("*/5 * * * *", "America/New_York"),
    CronTrigger.from_crontab("30 0 9 LW * 5L", "+05:45", dst_policy="skip", **LIMITS),
    IntervalTrigger(seconds=0.25, timezone="UTC"),
    IntervalTrigger(weeks=2, hours=1, timezone="Asia/Kathmandu", **LIMITS),
    IntervalTrigger(seconds=10, timezone="UTC").anchored(NOW),
    CalendarIntervalTrigger(days=3, timezone="UTC").anchored(NOW),
    CalendarIntervalTrigger(
        months=2, weeks=1, hour=9, second=5, timezone="America/New_York", dst_policy="wall_clock", **LIMITS
    ),
    CalendarIntervalTrigger(years=1, start_date="2024-02-29", end_date="2400-02-29", timezone="+05:45"),
    DateTrigger("2026-11-23 11:30:00.25", "America/New_York"),
    DateTrigger(timezone="UTC").anchored(NOW),
    RRuleTrigger("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-30 09:00", "Europe/Berlin", jitter=2.5, dst_policy="cron"),
    RRuleTrigger("RRULE:FREQ=HOURLY;INTERVAL=5\nEXDATE:20270101T030000", "2026-01-01 08:00", "+05:45"),
    RRuleTrigger("FREQ=MINUTELY", timezone="UTC").anchored(NOW),
    AndTrigger(
        [CronTrigger(minute="*", timezone="Asia/Tokyo"), CronTrigger(hour=3, timezone="Asia/Tokyo")], jitter=2.5
    ),
    AndTrigger([IntervalTrigger(seconds=4, timezone="UTC"), IntervalTrigger(seconds=6, timezone="UTC")]).anchored(NOW),
    OrTrigger([CronTrigger(hour=3, timezone="UTC"), IntervalTrigger(hours=1, timezone="Asia/Tokyo")]).anchored(NOW),
    OrTrigger([AndTrigger([CronTrigger(day=1, timezone="UTC")]), DateTrigger("2026-11-24", timezone="UTC")]),
    ExcludeTrigger(CronTrigger(hour="*", timezone="Asia/Tokyo"), [("22:00", "06:00"), "2026-12-25"]),
    ExcludeTrigger(CronTrigger(hour=9, timezone="UTC"), holidays.country_holidays("DE"), "Europe/Berlin", jitter=1),
    ExcludeTrigger(
        IntervalTrigger(seconds=9, timezone="UTC"),
        [("2026-12-25T12:00", "2026-12-27T06:00"), ("2026-12-24", "2027-01-02")],
    ).anchored(NOW),
]


@pytest.mark.parametrize("trigger", TRIGGERS, ids=repr)
def test_what_a_trigger_shows_makes_an_equal_one(trigger):
    assert eval(repr(trigger)) == trigger


@pytest.mark.parametrize("trigger", TRIGGERS, ids=repr)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_gives_an_equal_trigger_with_the_same_answers(trigger, protocol):
    again = pickle.loads(pickle.dumps(trigger, protocol))
    assert again == trigger
    assert hash(again) == hash(trigger)
    assert repr(again) == repr(trigger)
    assert again.jitter == trigger.jitter
    assert again.get_next_fire_time(None, NOW) == trigger.get_next_fire_time(None, NOW)


@pytest.mark.parametrize("trigger", TRIGGERS, ids=repr)
def test_a_copy_is_the_trigger_itself(trigger):
    assert copy.copy(trigger) is trigger
    assert copy.deepcopy([trigger])[0] is trigger


@pytest.mark.parametrize("trigger", TRIGGERS, ids=repr)
def test_nothing_of_a_trigger_can_be_set(trigger):
    for name in ("timezone", "jitter", "_end", "anything"):
        with pytest.raises(AttributeError, match="immutable"):
            setattr(trigger, name, None)
        with pytest.raises(AttributeError, match="immutable"):
            delattr(trigger, name)


@pytest.mark.parametrize("trigger", TRIGGERS, ids=repr)
def test_the_pickle_of_a_newer_version_is_refused_saying_so(trigger):
    state = trigger.__getstate__()
    assert state["version"] == 1
    for version in (2, None, "1"):
        empty = object.__new__(type(trigger))
        with pytest.raises(InvalidTriggerError, match="stored by a newer Tickwright"):
            empty.__setstate__({**state, "version": version})


def test_no_two_different_triggers_are_equal():
    for trigger in TRIGGERS:
        assert [other for other in TRIGGERS if other == trigger] == [trigger]
        assert trigger != repr(trigger)


@pytest.mark.parametrize(
    "other",
    [
        CronTrigger(hour=4, timezone="UTC"),
        CronTrigger(hour=3, timezone="Europe/Berlin"),
        CronTrigger(hour=3, timezone="UTC", jitter=1),
        CronTrigger(hour=3, timezone="UTC", start_date=NOW),
        CronTrigger(hour=3, timezone="UTC", end_date=NOW),
        CronTrigger(hour=3, timezone="UTC", dst_policy="skip"),
        CronTrigger(hour=3, minute="*/60", timezone="UTC"),  # a wildcard job
    ],
)
def test_every_parameter_counts_for_equality(other):
    assert CronTrigger(hour=3, timezone="UTC") != other


def test_a_schedule_is_equal_however_it_was_written():
    crontab = CronTrigger.from_crontab("0 9 * * 1-5", "UTC")
    keywords = CronTrigger(day_of_week="0-4", hour=9, timezone=UTC)
    assert crontab == keywords
    assert hash(crontab) == hash(keywords)
    assert len({crontab, keywords}) == 1


def test_equal_zones_are_equal_however_they_were_given():
    assert CronTrigger(hour=3, timezone="Europe/Berlin") == CronTrigger(
        hour=3, timezone=ZoneInfo.no_cache("Europe/Berlin")
    )
    assert CronTrigger(hour=3, timezone=ZoneInfo("UTC")) == CronTrigger(hour=3, timezone=UTC)
    assert CronTrigger(hour=3, timezone="+01:00") == CronTrigger(hour=3, timezone=timezone(timedelta(hours=1), "CET"))


def test_a_zone_that_cannot_be_hashed_is_taken_too():
    zone = dateutil.tz.gettz("Europe/Berlin")
    trigger = CronTrigger.from_crontab("0 9 * * *", zone)
    assert trigger == CronTrigger.from_crontab("0 9 * * *", zone)
    assert hash(trigger) == hash(CronTrigger.from_crontab("0 9 * * *", zone))
    assert pickle.loads(pickle.dumps(trigger)) == trigger
    assert trigger.get_next_fire_time(None, NOW) == datetime(2026, 11, 24, 8, tzinfo=UTC)


class EveryHour(Trigger):
    """What a user would write: attributes of its own, and the one method."""

    def __init__(self, minute):
        self.minute = minute

    def get_next_fire_time(self, previous_fire_time, now):
        following = (previous_fire_time or now).replace(minute=self.minute, second=0, microsecond=0)
        while following < now or (previous_fire_time and following <= previous_fire_time):
            following += timedelta(hours=1)
        return following


def test_a_trigger_of_ones_own_needs_one_method():
    trigger = EveryHour(minute=15)
    assert trigger.get_next_fire_time(None, NOW) == NOW + timedelta(minutes=45)
    assert trigger.jitter is None
    assert trigger.anchored(NOW) is trigger
    assert not trigger.can_look_back
    with pytest.raises(NotImplementedError, match="EveryHour cannot look back"):
        trigger.last_fire_time_until(NOW)
    with pytest.raises(NotImplementedError, match="EveryHour cannot look back"):
        trigger.count_fire_times(NOW, NOW)
    assert pickle.loads(pickle.dumps(trigger)).minute == 15
    assert BaseTrigger is Trigger


@pytest.mark.parametrize("trigger", TRIGGERS, ids=repr)
def test_answers_are_in_utc_and_naive_questions_are_refused(trigger):
    berlin = NOW.astimezone(ZoneInfo("Europe/Berlin"))
    answer = trigger.get_next_fire_time(None, berlin)
    assert answer == trigger.get_next_fire_time(None, NOW)
    assert answer is None or answer.tzinfo is UTC
    for question in (
        lambda at: trigger.get_next_fire_time(None, at),
        lambda at: trigger.get_next_fire_time(at, NOW),
    ):
        with pytest.raises(TypeError, match="aware"):
            question(NOW.replace(tzinfo=None))


@pytest.mark.parametrize("trigger", TRIGGERS, ids=repr)
def test_the_ends_of_the_calendar_are_not_the_end_of_the_program(trigger):
    first, last = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    trigger = trigger.anchored(NOW)
    assert trigger.get_next_fire_time(last, last) is None
    assert trigger.last_fire_time_until(first) in (None, first)
    later = trigger.get_next_fire_time(None, first)
    assert later is not None
    assert trigger.get_next_fire_time(first, first) >= later
    assert trigger.last_fire_time_until(last) >= later
    assert trigger.count_fire_times(later, later) == 0


@pytest.mark.parametrize("trigger", TRIGGERS, ids=repr)
def test_a_person_at_a_prompt_is_shown_what_comes_next_in_the_triggers_own_zone(trigger):
    found = trigger.next(3, after=NOW)
    expected: list[datetime] = []
    at = NOW
    anchored = trigger.anchored(NOW)
    while len(expected) < 3 and (at := anchored.get_next_fire_time(at, at)) is not None:
        expected.append(at)
    assert found == expected
    assert all(fire_time.tzinfo is trigger.timezone for fire_time in found)


def test_asked_for_what_comes_next_without_an_instant_it_means_now():
    before = datetime.now(UTC)
    (first,) = IntervalTrigger(hours=1, timezone="UTC").next()
    assert before + timedelta(hours=1) <= first <= datetime.now(UTC) + timedelta(hours=1)
    assert CronTrigger(hour=3, timezone="UTC").next(0) == []
    with pytest.raises(ValueError, match="n must be at least 0, not -1"):
        CronTrigger(hour=3, timezone="UTC").next(-1)
    wrong: list[Any] = [True, 1.5, "3", None]
    for n in wrong:
        with pytest.raises(TypeError, match="n must be a whole number, not "):
            CronTrigger(hour=3, timezone="UTC").next(n)


def test_what_comes_next_at_the_end_of_the_calendar_is_shown_as_it_can_be():
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert IntervalTrigger(seconds=1, start_date=NOW, timezone="+05:00").next(2, after=last - timedelta(seconds=1)) == [
        last
    ]
