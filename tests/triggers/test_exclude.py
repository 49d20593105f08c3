"""Exclude triggers leave out dates and windows, as the wall clock of a zone shows them."""

import copy
import pickle
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triggers.hostile.evil import EvilDate, EvilTime
from tests.triggers.plain import TURNS, OnlyAsked, agrees, calendars
from tickwright.errors import InvalidTriggerError
from tickwright.instants import to_micros
from tickwright.testing import ManualScheduler
from tickwright.triggers import exclude
from tickwright.triggers.base import Trigger
from tickwright.triggers.combining import AndTrigger, OrTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.exclude.closures import ListedDates
from tickwright.triggers.exclude.entries import MOST_ENTRIES
from tickwright.triggers.interval import IntervalTrigger
from tickwright.zones import as_zone

# Here an answer is seldom None, and where it is that is what is asserted.
ExcludeTrigger: Any = exclude.ExcludeTrigger

NOW = datetime(2026, 12, 23, 11, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def cron(text, zone="Europe/Berlin"):
    return CronTrigger.from_crontab(text, zone)


def local(trigger, count, after=NOW):
    return [f"{at.astimezone(trigger.timezone):%m-%d %H:%M}" for at in trigger.next(count, after=after)]


class Everything:
    """Excludes every day, and counts how often it is asked."""

    def __init__(self):
        self.questions = 0

    def __contains__(self, day):
        self.questions += 1
        return True


class Dated(dict):
    """As a `holidays` object: a dict that grows by being asked, and then is no longer equal to a new one."""

    def __contains__(self, day):
        self[day.year] = True
        return (day.month, day.day) == (12, 24)


class Broken:
    """Cannot say."""

    def __contains__(self, day):
        raise RuntimeError("the calendar is on fire")


# -- dates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "calendar",
    [
        [date(2026, 12, 24), date(2026, 12, 25)],
        {date(2026, 12, 24), "2026-12-25"},
        ("20261224", date(2026, 12, 25)),
        frozenset({"2026-12-24", "2026-12-25"}),
        {date(2026, 12, 24): "Christmas Eve", date(2026, 12, 25): "Christmas Day"},
        [(date(2026, 12, 24), date(2026, 12, 25))],
        [["2026-12-24", "2026-12-25"]],
        [("2026-12-24T00:00", "2026-12-26T00:00")],
        [(datetime(2026, 12, 23, 23, tzinfo=UTC), datetime(2026, 12, 26, tzinfo=BERLIN))],
        OnlyAsked({date(2026, 12, 24), date(2026, 12, 25)}),
    ],
    ids=lambda calendar: type(calendar).__name__,
)
def test_days_are_left_out_however_they_are_given(calendar):
    trigger = ExcludeTrigger(cron("0 9 * * *"), calendar)
    assert local(trigger, 3) == ["12-26 09:00", "12-27 09:00", "12-28 09:00"]
    assert trigger.last_fire_time_until(datetime(2026, 12, 26, 7, 59, tzinfo=UTC)).day == 23
    assert trigger.count_fire_times(NOW - 5 * DAY, NOW + 5 * DAY) == 8


def test_real_holidays_are_left_out():
    trigger = ExcludeTrigger(cron("0 9 * * mon-fri"), holidays.country_holidays("DE"))
    assert local(trigger, 5) == ["12-24 09:00", "12-28 09:00", "12-29 09:00", "12-30 09:00", "12-31 09:00"]
    year = trigger.count_fire_times(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert year == 261 - 7  # of nine holidays, one is a Saturday and one a Sunday
    agrees(trigger, datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC))


def test_the_date_is_the_one_on_the_wall_clock_of_the_zone():
    at_night = cron("30 23 * * *", "UTC")
    assert local(ExcludeTrigger(at_night, ["2026-12-24"]), 2) == ["12-23 23:30", "12-25 23:30"]
    tokyo = ExcludeTrigger(at_night, ["2026-12-24"], timezone="Asia/Tokyo")
    assert local(tokyo, 2) == ["12-25 08:30", "12-26 08:30"]
    assert tokyo.timezone.key == "Asia/Tokyo"
    assert ExcludeTrigger(cron("* * * * *"), []).timezone.key == "Europe/Berlin"


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_kind_of_calendar_agrees_with_asking_of_each_fire_time(data):
    zone, turn = data.draw(st.sampled_from(TURNS))
    turn = turn.replace(tzinfo=UTC)
    inner = data.draw(st.sampled_from([cron("*/20 * * * *", zone), cron("30 2,23 * * *", zone), cron("0 0 * * *")]))
    trigger = ExcludeTrigger(inner, data.draw(calendars(turn)), timezone=zone)
    agrees(trigger, turn - 5 * DAY, turn + 5 * DAY)


def test_days_of_23_and_25_hours_and_a_missing_day():
    for day, hours in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)]:
        noon = datetime.fromisoformat(f"{day}T12:00+00:00")
        trigger = ExcludeTrigger(cron("* * * * *"), [day])
        assert trigger.count_fire_times(noon - DAY, noon + DAY) == (48 - hours) * 60
        assert trigger.get_next_fire_time(None, noon).astimezone(BERLIN).hour == 0
        agrees(trigger, noon - DAY, noon + DAY)
    # Apia went from the 29th to the 31st of December 2011.
    apia = ExcludeTrigger(cron("0 * * * *", "Pacific/Apia"), ["2011-12-29", "2011-12-30"])
    begin = datetime(2011, 12, 29, 12, tzinfo=UTC)
    assert local(apia, 1, begin) == ["12-31 00:00"]
    agrees(apia, begin - 2 * DAY, begin + 2 * DAY)


def test_a_day_that_the_clock_shows_in_two_pieces_is_left_out_in_both():
    # Sao Paulo went back from Sunday 00:00 to Saturday 23:00; Goose Bay from 00:01 to 23:01.
    for zone, day, begin in [
        ("America/Sao_Paulo", "2018-02-17", datetime(2018, 2, 16, tzinfo=UTC)),
        ("America/Goose_Bay", "2010-11-06", datetime(2010, 11, 5, tzinfo=UTC)),
        ("America/Goose_Bay", "2010-11-07", datetime(2010, 11, 5, tzinfo=UTC)),
    ]:
        trigger = ExcludeTrigger(CronTrigger(minute="*", timezone=zone, dst_policy="wall_clock"), [day])
        agrees(trigger, begin, begin + 4 * DAY)


# -- windows -------------------------------------------------------------------------------------------------


def test_a_window_of_datetimes_begins_with_its_start_and_ends_before_its_end():
    hourly = cron("0 * * * *", "UTC")
    trigger = ExcludeTrigger(hourly, [("2026-12-24T10:00", "2026-12-24T12:00")])
    assert local(trigger, 3, NOW + DAY - timedelta(hours=3)) == ["12-24 09:00", "12-24 12:00", "12-24 13:00"]
    aware = ExcludeTrigger(hourly, [("2026-12-24T11:00+01:00", "2026-12-24T13:00+01:00")])
    assert aware == trigger
    naive = ExcludeTrigger(hourly, [("2026-12-24 11:00", "2026-12-24 13:00")], timezone=BERLIN)
    assert naive.calendar == trigger.calendar == [("2026-12-24T10:00:00+00:00", "2026-12-24T12:00:00+00:00")]


def test_a_window_of_times_holds_each_day_and_over_midnight():
    by_day = ExcludeTrigger(cron("0 * * * *"), [(time(9), time(17))])
    assert local(by_day, 3, NOW - timedelta(hours=4)) == ["12-23 17:00", "12-23 18:00", "12-23 19:00"]
    by_night = ExcludeTrigger(cron("0 * * * *"), [("22:00", "06:00")])
    assert by_night.count_fire_times(NOW, NOW + DAY) == 16
    until_midnight = ExcludeTrigger(cron("0 * * * *"), [("06:00", "00:00")])
    assert until_midnight.count_fire_times(NOW, NOW + DAY) == 6
    for trigger in (by_day, by_night, until_midnight):
        for _, turn in TURNS[:2]:
            agrees(trigger, turn.replace(tzinfo=UTC) - 2 * DAY, turn.replace(tzinfo=UTC) + 2 * DAY)


def test_windows_that_overlap_are_one():
    trigger = ExcludeTrigger(
        cron("*/10 * * * *"),
        [("09:00", "12:00"), ("11:00", "13:00"), ("2026-12-24", "2026-12-26"), date(2026, 12, 25), date(2026, 12, 27)],
    )
    agrees(trigger, NOW - 3 * DAY, NOW + 9 * DAY)


# -- leaping -------------------------------------------------------------------------------------------------


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


def test_what_is_excluded_is_leapt_over_and_not_walked_through():
    inner = Counting(cron("* * * * * *"))
    trigger = ExcludeTrigger(inner, [("2026-12-23", "2027-06-30"), ("00:00", "08:00"), "2027-07-01"])
    assert local(trigger, 1) == ["07-02 08:00"]
    assert inner.questions < 15
    inner.questions = 0
    assert trigger.last_fire_time_until(NOW + 30 * DAY).day == 22
    assert inner.questions < 15
    inner.questions = 0
    # From 12:30 in Berlin until midnight, the first second not counted; then 29 days from 08:00 on.
    assert trigger.count_fire_times(NOW - 30 * DAY, NOW + 30 * DAY) == 11.5 * 3_600 - 1 + 29 * 16 * 3_600
    assert inner.questions < 80


def test_a_month_of_seconds_without_holidays_is_counted_in_some_questions():
    inner = Counting(cron("* * * * * *"))
    trigger = ExcludeTrigger(inner, holidays.country_holidays("DE"))
    assert trigger.count_fire_times(NOW, NOW + 30 * DAY) == 27 * 86_400
    assert inner.questions < 10


@pytest.mark.parametrize("text", ["0 9 * * *", "* * * * * *", "0 0 29 2 *"])
def test_where_everything_is_excluded_it_never_fires_and_says_so_soon(text):
    calendar = Everything()
    trigger = ExcludeTrigger(cron(text), calendar)
    assert trigger.get_next_fire_time(None, NOW) is None
    assert trigger.last_fire_time_until(NOW) is None
    assert calendar.questions < 31_000
    assert trigger.count_fire_times(NOW, NOW + 30 * DAY) == 0
    assert ExcludeTrigger(cron(text), [("0001-01-01", "9999-12-31")]).get_next_fire_time(None, NOW) is None
    halves = [("00:00", "12:00"), ("12:00", "00:00")]
    assert ExcludeTrigger(cron(text), halves).get_next_fire_time(None, NOW) is None


def test_one_of_several_that_is_excluded_for_ever_is_looked_for_no_further_than_the_others_fire():
    calendar = Everything()
    never = ExcludeTrigger(cron("0 9 * * *"), calendar)
    for members in ([never, cron("0 * * * *")], [cron("0 * * * *"), never]):
        trigger = OrTrigger(members)
        agrees(trigger, NOW, NOW + 3 * DAY)
        assert trigger.count_fire_times(NOW, NOW + 30 * DAY) == 30 * 24
    assert calendar.questions < 500


def test_forty_years_of_exclusions_are_not_taken_for_never():
    trigger = ExcludeTrigger(cron("0 9 * * *"), Until(date(2066, 12, 1)))
    assert trigger.get_next_fire_time(None, NOW).astimezone(BERLIN).date() == date(2066, 12, 1)
    assert ExcludeTrigger(cron("0 9 * * *"), [("2026-01-01", "2900-01-01")]).get_next_fire_time(None, NOW).year == 2900


class Until:
    """Excludes the days before one."""

    def __init__(self, end):
        self.end = end

    def __contains__(self, day):
        return day < self.end


@given(st.sampled_from(TURNS), st.data())
def test_a_stretch_is_excluded_as_a_whole_or_not_at_all(turn, data):
    zone, moment = turn
    middle = to_micros(moment.replace(tzinfo=UTC))
    trigger = ExcludeTrigger(cron("0 0 * * *"), data.draw(st.lists(ENTRIES, max_size=5)), timezone=zone)
    closures = ListedDates(trigger._calendar.entries, as_zone(zone))
    instant = middle + data.draw(st.integers(-4 * 86_400_000_000, 4 * 86_400_000_000))
    stretch = closures.stretch_at(instant)
    assert stretch.begin <= instant < stretch.end
    for other in (stretch.begin, stretch.end - 1, data.draw(st.integers(stretch.begin, stretch.end - 1))):
        assert closures.stretch_at(other).excluded == stretch.excluded


ENTRIES = st.one_of(
    st.dates(date(2026, 3, 1), date(2026, 11, 30)),
    st.tuples(st.dates(date(2026, 3, 1), date(2026, 6, 30)), st.dates(date(2026, 7, 1), date(2026, 11, 30))),
    st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] != pair[1]),
    st.tuples(st.just("2026-03-29T00:30:00.000001"), st.just("2026-10-25T01:00")),
)


# -- combined ------------------------------------------------------------------------------------------------


def test_exclusions_within_combinations_hold_for_their_own_member_only():
    nightly = ExcludeTrigger(cron("0 2 * * *"), ["2026-12-24"])
    either = OrTrigger([nightly, cron("0 9 * * *")])
    assert either.next(2, after=NOW) == [datetime(2026, 12, 24, 8, tzinfo=UTC), datetime(2026, 12, 25, 1, tzinfo=UTC)]
    agrees(either, NOW - 3 * DAY, NOW + 9 * DAY)
    both = AndTrigger([ExcludeTrigger(cron("*/2 * * * * *"), ["2026-12-23"]), cron("*/3 * * * * *")])
    assert both.get_next_fire_time(None, NOW) == datetime(2026, 12, 23, 23, tzinfo=UTC)
    assert both.count_fire_times(NOW, NOW + 2 * DAY) == 86_400 // 6 + (12 * 60 + 30) * 10 + 1
    never = AndTrigger([ExcludeTrigger(cron("*/2 * * * * *"), ["2026-12-23"]), cron("1-59/2 * * * * *")])
    assert never.get_next_fire_time(None, NOW) is None


def test_a_trigger_that_cannot_look_back_makes_one_that_cannot():
    class Daily(Trigger):
        def get_next_fire_time(self, previous_fire_time, now):
            since = now - MOMENT if previous_fire_time is None else previous_fire_time
            return since.replace(hour=0, minute=0, second=0, microsecond=0) + DAY

    trigger = ExcludeTrigger(Daily(), [date(2026, 12, 24)])
    assert not trigger.can_look_back
    assert trigger.get_next_fire_time(None, NOW) == datetime(2026, 12, 25, tzinfo=UTC)
    with pytest.raises(NotImplementedError, match="Daily cannot look back"):
        trigger.last_fire_time_until(NOW)


def test_anchoring_reaches_the_trigger_within():
    declared = ExcludeTrigger(IntervalTrigger(hours=1, timezone="UTC"), ["2026-12-24"])
    trigger = declared.anchored(NOW)
    assert trigger == declared
    assert trigger.anchored(NOW + DAY) is trigger
    assert trigger.trigger.start_date == NOW + timedelta(hours=1)
    assert declared.get_next_fire_time(None, NOW) == NOW + timedelta(hours=1)
    assert pickle.loads(pickle.dumps(trigger)).trigger.start_date == trigger.trigger.start_date


# -- values --------------------------------------------------------------------------------------------------


def test_what_is_given_is_copied():
    given_days = [date(2026, 12, 24)]
    trigger = ExcludeTrigger(cron("0 9 * * *"), given_days)
    given_days.clear()
    trigger.calendar.clear()
    assert trigger.calendar == ["2026-12-24"]
    assert trigger == ExcludeTrigger(cron("0 9 * * *"), {"2026-12-24"})
    assert hash(trigger) == hash(ExcludeTrigger(cron("0 9 * * *"), {"2026-12-24"}))
    assert trigger != ExcludeTrigger(cron("0 9 * * *"), {"2026-12-24"}, timezone="UTC")
    assert trigger == ExcludeTrigger(cron("0 9 * * *"), {"2026-12-24"}, timezone="Europe/Berlin")
    assert trigger != ExcludeTrigger(cron("0 9 * * *"), [])
    assert trigger != ExcludeTrigger(cron("0 8 * * *"), {"2026-12-24"})
    assert trigger != ExcludeTrigger(cron("0 9 * * *"), {"2026-12-24"}, jitter=1)


@pytest.mark.parametrize("calendar", [lambda: holidays.country_holidays("DE"), Dated])
def test_being_asked_changes_no_calendar_so_that_a_restart_changes_nothing(calendar):
    mine = calendar()
    trigger = ExcludeTrigger(cron("0 9 * * *"), mine)
    stored = pickle.dumps(trigger)
    assert trigger.get_next_fire_time(None, NOW) is not None
    assert mine == calendar()
    assert trigger == ExcludeTrigger(cron("0 9 * * *"), calendar())
    assert pickle.loads(pickle.dumps(trigger)) == trigger == pickle.loads(stored)
    assert date(2026, 12, 24) in mine or date(2026, 12, 25) in mine
    assert mine != calendar()
    assert trigger == ExcludeTrigger(cron("0 9 * * *"), calendar())


def test_a_job_without_holidays_survives_a_restart():
    scheduler = ManualScheduler("2026-12-23 11:30", timezone="UTC")

    def declared():
        return ExcludeTrigger(IntervalTrigger(hours=20), holidays.country_holidays("DE"), timezone="Europe/Berlin")

    job = scheduler.add_job(print, declared(), id="work")
    scheduler.advance(hours=30)
    due = job.next_run_time
    assert due is not None
    assert scheduler.add_job(print, declared(), id="work", replace_existing=True).next_run_time == due


def test_a_container_is_kept_and_compared_as_it_is():
    calendar = OnlyAsked({date(2026, 12, 24)})
    trigger = ExcludeTrigger(cron("0 9 * * *"), calendar)
    assert trigger.calendar is calendar
    assert trigger == ExcludeTrigger(cron("0 9 * * *"), OnlyAsked({date(2026, 12, 24)}))
    assert hash(trigger) == hash(copy.deepcopy(trigger))
    assert trigger != ExcludeTrigger(cron("0 9 * * *"), OnlyAsked(set()))


def test_what_a_calendar_raises_comes_out_and_says_which_day_it_was():
    trigger = ExcludeTrigger(cron("0 9 * * *"), Broken())
    for question in (
        lambda: trigger.get_next_fire_time(None, NOW),
        lambda: trigger.last_fire_time_until(NOW),
        lambda: trigger.count_fire_times(NOW, NOW + DAY),
    ):
        with pytest.raises(RuntimeError, match="on fire") as caught:
            question()
        assert "whether 2026-12-2" in caught.value.__notes__[0]


def test_it_is_shown_so_that_it_can_be_read_back():
    trigger = ExcludeTrigger(
        cron("0 9 * * *"),
        [(time(22), time(6)), ("2026-12-24T22:00", "2026-12-25T06:00"), ("2026-12-24", "2027-01-02"), "2026-10-03"],
        timezone="Asia/Tokyo",
        jitter=5,
    )
    assert repr(trigger) == (
        "ExcludeTrigger(CronTrigger.from_crontab('0 9 * * *', timezone='Europe/Berlin'), ['2026-10-03', "
        "('2026-12-24', '2027-01-02'), ('2026-12-24T13:00:00+00:00', '2026-12-24T21:00:00+00:00'), "
        "('22:00', '06:00')], timezone='Asia/Tokyo', jitter=5)"
    )
    assert eval(repr(trigger)) == trigger
    shown = "['2026-10-03', ('2026-12-24', '2027-01-02'), ('20…"
    assert str(trigger) == f"exclude[cron[hour='9', minute='0'], {shown}]"
    assert "holidays.country_holidays('DE')" in repr(ExcludeTrigger(cron("@daily"), holidays.country_holidays("DE")))


class Named(Trigger):
    timezone = UTC

    def get_next_fire_time(self, previous_fire_time, now):
        return None

    def describe(self):
        return "every day at 09:00"


@pytest.mark.parametrize(
    ("calendar", "zone", "words"),
    [
        ([], None, "every day at 09:00"),
        (["2026-12-25"], None, "every day at 09:00, but not on 2026-12-25"),
        (["2026-12-25", "2026-12-26"], "UTC", "every day at 09:00, but not on 2026-12-25 or 2026-12-26"),
        ([("22:00", "06:00")], "Asia/Tokyo", "every day at 09:00, but not between 22:00 and 06:00 in Asia/Tokyo"),
        (
            ["2026-10-03", ("2026-12-24", "2027-01-02"), ("2026-12-24T22:00", "2026-12-25T06:00")],
            None,
            "every day at 09:00, but not on 2026-10-03, from 2026-12-24 to 2027-01-02 or from 2026-12-24 22:00 until "
            "2026-12-25 06:00",
        ),
        (
            [f"2026-12-{day}" for day in range(10, 20)],
            None,
            "every day at 09:00, but not on 10 dates from 2026-12-10 to 2026-12-19",
        ),
        ([(f"{hour:02}:00", f"{hour:02}:30") for hour in range(9)], None, ", but not in 9 windows of time"),
        (
            holidays.country_holidays("DE"),
            "Europe/Berlin",
            "every day at 09:00, but not on the dates of holidays.country_holidays('DE') in Europe/Berlin",
        ),
    ],
)
def test_it_is_described(calendar, zone, words):
    assert ExcludeTrigger(Named(), calendar, timezone=zone).describe().endswith(words)


# -- refusals ------------------------------------------------------------------------------------------------

AWARE = time(9, tzinfo=timezone(timedelta(hours=1)))
BAD: list[tuple[Any, type[Exception], str]] = [
    (None, TypeError, "calendar must be a list of dates and windows or a container"),
    (5, TypeError, "calendar must be"),
    (True, TypeError, "calendar must be"),
    ("2026-12-24", TypeError, "calendar must be"),
    ("x" * 10_000_000, TypeError, "calendar must be"),
    (b"2026", TypeError, "calendar must be"),
    (bytearray(b"2026"), TypeError, "calendar must be"),
    (range(5), TypeError, "calendar must be"),
    (date(2026, 12, 24), TypeError, "calendar must be"),
    (iter([date(2026, 12, 24)]), TypeError, "calendar must be"),
    ((day for day in [date(2026, 12, 24)]), TypeError, "calendar must be"),
    (type(holidays.country_holidays("DE")), TypeError, "calendar must be"),
    (Everything, TypeError, "calendar must be"),
    (len, TypeError, "calendar must be"),
    ([5], TypeError, r"calendar\[0\] must be a date, an ISO 8601 text or a pair of these, not 5"),
    ([None], TypeError, r"calendar\[0\] must be"),
    (["2026-12-24", True], TypeError, r"calendar\[1\] must be"),
    ([b"2026-12-24"], TypeError, r"calendar\[0\] must be"),
    ([timedelta(1)], TypeError, r"calendar\[0\] must be"),
    ([{"2026-12-24"}], TypeError, r"calendar\[0\] must be"),
    ([("2026-12-24", 5)], TypeError, r"calendar\[0\] must be"),
    ({5: "five"}, TypeError, r"calendar\[0\] must be"),
    ([""], InvalidTriggerError, r"calendar\[0\]: this is no ISO 8601 date"),
    (["tomorrow"], InvalidTriggerError, r"calendar\[0\]: this is no ISO 8601 date"),
    (["2026-13-01"], InvalidTriggerError, r"calendar\[0\]: this is no ISO 8601 date"),
    (["2026-02-29"], InvalidTriggerError, r"calendar\[0\]: this is no ISO 8601 date"),
    (["2026"], InvalidTriggerError, r"calendar\[0\]: this is no ISO 8601 date"),
    (["24.12.2026"], InvalidTriggerError, r"calendar\[0\]: this is no ISO 8601 date"),
    (["\uff12\uff10\uff12\uff16-12-24"], InvalidTriggerError, r"calendar\[0\]: this is no ISO 8601 date"),
    (["2026-12-24" * 1_000_000], InvalidTriggerError, r"calendar\[0\]: this is no ISO 8601 date"),
    (["2026-12-24T10:00"], InvalidTriggerError, r"calendar\[0\]: a window is a pair of a start and an end"),
    ([NOW], InvalidTriggerError, r"calendar\[0\]: a window is a pair"),
    ([time(9), time(17)], InvalidTriggerError, r"calendar\[\d\]: a window is a pair"),
    (("22:00", "06:00"), InvalidTriggerError, r"calendar\[\d\]: a window is a pair"),
    ([()], InvalidTriggerError, r"calendar\[0\]: a window is a pair"),
    ([("2026-12-24",)], InvalidTriggerError, r"calendar\[0\]: a window is a pair"),
    ([("2026-12-24", "2026-12-25", "2026-12-26")], InvalidTriggerError, r"calendar\[0\]: a window is a pair"),
    ([["2026-12-24"] * 200_000], InvalidTriggerError, r"calendar\[0\]: a window is a pair"),
    ([("2026-12-25", "2026-12-24")], InvalidTriggerError, r"calendar\[0\]: the window is empty"),
    ([("09:00", "09:00")], InvalidTriggerError, r"calendar\[0\]: the window is empty"),
    ([("25:00", "09:00")], InvalidTriggerError, r"calendar\[0\]: this is no ISO 8601 time"),
    ([(NOW, NOW)], InvalidTriggerError, r"calendar\[0\]: the window is empty"),
    ([(NOW, NOW - DAY)], InvalidTriggerError, r"calendar\[0\]: the window is empty"),
    ([(NOW, date(2026, 12, 30))], InvalidTriggerError, r"calendar\[0\]: both ends of a window are of one kind"),
    ([(date(2026, 12, 24), time(9))], InvalidTriggerError, r"calendar\[0\]: both ends"),
    ([(time(9), NOW)], InvalidTriggerError, r"calendar\[0\]: both ends"),
    ([("09:00", "2026-12-24")], InvalidTriggerError, r"calendar\[0\]: both ends"),
    ([(AWARE, time(17))], InvalidTriggerError, r"calendar\[0\]: times are read off the clock"),
    ([("09:00+01:00", "17:00+01:00")], InvalidTriggerError, r"calendar\[0\]: times are read off the clock"),
    ([("0001-01-01T00:00", "2026-01-01T00:00")], InvalidTriggerError, r"calendar\[0\]: in UTC this lies outside"),
    ([date(2026, 12, 24)] * (MOST_ENTRIES + 1), InvalidTriggerError, "calendar: at most 10,000 dates"),
    ([date(2026, 12, 24)] * 200_000, InvalidTriggerError, "calendar: at most 10,000 dates"),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_what_is_no_calendar_is_refused_with_a_reason(number):
    calendar, error, words = BAD[number]
    trigger = cron("0 9 * * *")
    with pytest.raises(error, match=words) as caught:
        ExcludeTrigger(trigger, calendar)
    assert len(str(caught.value)) < 250


def test_dates_and_times_are_what_they_say_whatever_their_classes_make_of_them():
    evil: list[Any] = [EvilDate(2026, 12, 24), (EvilTime(22), EvilTime(6)), (EvilDate(2027, 1, 1), "2027-01-02")]
    plain: list[Any] = [date(2026, 12, 24), (time(22), time(6)), (date(2027, 1, 1), date(2027, 1, 2))]
    trigger, expected = (ExcludeTrigger(cron("0 * * * *"), listed) for listed in (evil, plain))
    assert trigger == expected == pickle.loads(pickle.dumps(trigger))
    assert (repr(trigger), trigger.describe()) == (repr(expected), expected.describe())
    assert trigger.next(40, after=NOW) == expected.next(40, after=NOW)


class Unclonable(dict):
    def __deepcopy__(self, memo):
        raise RuntimeError("one of a kind")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"trigger": "@daily"}, TypeError, "trigger must be a Trigger, not '@daily'"),
        ({"trigger": None}, TypeError, "trigger must be a Trigger"),
        ({"trigger": [cron("@daily")]}, TypeError, "trigger must be a Trigger"),
        ({"timezone": "Mars/Phobos"}, InvalidTriggerError, "timezone: there is no such zone"),
        ({"timezone": 5}, TypeError, "timezone must be"),
        ({"jitter": -1}, InvalidTriggerError, "jitter: "),
        ({"jitter": "1"}, TypeError, "jitter must be"),
        ({"calendar": Unclonable()}, InvalidTriggerError, "calendar: it cannot be copied"),
    ],
)
def test_the_other_parameters_are_refused_by_name(arguments, error, words):
    with pytest.raises(error, match=words):
        ExcludeTrigger(**{"trigger": cron("@daily"), "calendar": [], **arguments})


def test_the_ends_of_the_calendar_can_be_asked_about():
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for zone in ("UTC", "-12:00", "+14:00"):
        for calendar in (OnlyAsked({date.min, date.max}), [date.min, date.max], [("12:00", "13:00")]):
            trigger = ExcludeTrigger(cron("0 * * * *", "UTC"), calendar, timezone=zone)
            assert trigger.get_next_fire_time(None, first) >= first
            assert trigger.last_fire_time_until(last) <= last
            assert trigger.get_next_fire_time(None, last) is None


def test_its_text_shows_the_calendar_shortened_and_its_hash_tells_triggers_apart():
    assert str(ExcludeTrigger(cron("0 9 * * *"), ["2026-12-25"])) == (
        "exclude[cron[hour='9', minute='0'], ['2026-12-25']]"
    )
    days = [date(2026, 1, 1) + DAY * number for number in range(300)]
    assert len(str(ExcludeTrigger(cron("0 9 * * *"), days))) < 100
    assert "OnlyAsked" in str(ExcludeTrigger(cron("0 9 * * *"), OnlyAsked(days)))
    assert len({hash(ExcludeTrigger(cron(f"0 {hour} * * *"), days)) for hour in range(24)}) == 24
