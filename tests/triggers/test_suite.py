"""Our triggers, and one as a user would write it, pass the suite that users inherit."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import holidays
import pytest

from tickwright.testing.suites import TriggerSuite
from tickwright.triggers.base import Trigger
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.combining import AndTrigger, OrTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.exclude import ExcludeTrigger
from tickwright.triggers.interval import IntervalTrigger
from tickwright.triggers.rrule import RRuleTrigger


class TestDateTrigger(TriggerSuite):
    def make_trigger(self):
        return DateTrigger("2026-04-01 12:00", timezone="Europe/Berlin")


class TestDateTriggerNow(TriggerSuite):
    def make_trigger(self):
        return DateTrigger(timezone="UTC")


class TestIntervalTrigger(TriggerSuite):
    def make_trigger(self):
        return IntervalTrigger(hours=7, seconds=0.1, timezone="Europe/Berlin")


class TestIntervalTriggerBetween(TriggerSuite):
    def make_trigger(self):
        return IntervalTrigger(
            minutes=1, start_date="2026-03-29 00:00", end_date="2026-03-29 02:30", timezone="America/New_York"
        )


class TestCalendarIntervalTrigger(TriggerSuite):
    def make_trigger(self):
        return CalendarIntervalTrigger(days=1, hour=2, minute=30, timezone="Europe/Berlin")


class TestCalendarIntervalTriggerBetween(TriggerSuite):
    def make_trigger(self):
        return CalendarIntervalTrigger(
            months=1, hour=9, start_date="2025-08-31", end_date="2036-12-31", timezone="Asia/Kathmandu", jitter=30
        )


class TestCronTrigger(TriggerSuite):
    def make_trigger(self):
        return CronTrigger.from_crontab("30 2 * * *", timezone="Europe/Berlin")


class TestCronTriggerOfEveryFewMinutes(TriggerSuite):
    start = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)

    def make_trigger(self):
        return CronTrigger(minute="*/20", second="5,50", timezone="Europe/Berlin", jitter=3)


class TestRRuleTrigger(TriggerSuite):
    def make_trigger(self):
        return RRuleTrigger("FREQ=DAILY;BYHOUR=2,9;BYMINUTE=30", "2006-01-02", "Europe/Berlin")


class TestRRuleTriggerOfEveryFewMinutes(TriggerSuite):
    start = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)

    def make_trigger(self):
        return RRuleTrigger("FREQ=MINUTELY;INTERVAL=7;BYSECOND=5,50", timezone="Europe/Berlin", jitter=3)


class TestRRuleTriggerOfASet(TriggerSuite):
    def make_trigger(self):
        lines = [
            "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1;COUNT=40",
            "RRULE:FREQ=DAILY;INTERVAL=3;UNTIL=20271231",
            "EXRULE:FREQ=WEEKLY;BYDAY=SU",
            "EXDATE:20260401T090000",
        ]
        return RRuleTrigger(lines, "2026-01-02 09:00", "America/New_York")


class TestAndTrigger(TriggerSuite):
    def make_trigger(self):
        return AndTrigger([IntervalTrigger(minutes=10, timezone="UTC"), IntervalTrigger(minutes=15, timezone="UTC")])


class TestAndTriggerInOneZone(TriggerSuite):
    def make_trigger(self):
        every_five = CronTrigger.from_crontab("*/5 * * * *", "Europe/Berlin")
        return AndTrigger([every_five, CronTrigger.from_crontab("0-40 1-3 * * *", "Europe/Berlin")])


class TestOrTrigger(TriggerSuite):
    def make_trigger(self):
        return OrTrigger(
            [
                IntervalTrigger(minutes=40, timezone="UTC"),
                CronTrigger.from_crontab("30 2 * * *", "Europe/Berlin"),
                AndTrigger([CronTrigger(minute="*/7", timezone="UTC"), CronTrigger(hour="0-2", timezone="Asia/Tokyo")]),
            ],
            jitter=3,
        )


class TestExcludeTriggerWithHolidays(TriggerSuite):
    def make_trigger(self):
        return ExcludeTrigger(CronTrigger(hour="2,9", timezone="Europe/Berlin"), holidays.country_holidays("DE"))


class TestExcludeTriggerWithWindows(TriggerSuite):
    def make_trigger(self):
        windows = [("01:30", "03:30"), ("2026-03-28T12:00", "2026-03-28T18:00"), "2026-03-30"]
        return ExcludeTrigger(IntervalTrigger(minutes=10, timezone="Europe/Berlin"), windows)


@dataclass(frozen=True)
class PowersOfTwo(Trigger):
    """Fires 1, 2, 4, 8, ... seconds after an epoch, for a year: a trigger of a user's, which cannot look back."""

    epoch: datetime

    def get_next_fire_time(self, previous_fire_time, now):
        since = now - timedelta.resolution if previous_fire_time is None else previous_fire_time
        step = timedelta(seconds=1)
        while self.epoch + step <= since:
            step *= 2
        return self.epoch + step if step < timedelta(days=365) else None


class TestATriggerOfAUsers(TriggerSuite):
    def make_trigger(self):
        return PowersOfTwo(datetime(2026, 3, 27, tzinfo=UTC))

    @pytest.mark.parametrize("since", [0, 1, 5])
    def test_it_doubles(self, since):
        epoch = datetime(2026, 3, 27, tzinfo=UTC)
        following = self.make_trigger().get_next_fire_time(epoch + timedelta(seconds=since), epoch)
        assert following - epoch in [timedelta(seconds=2**power) for power in range(8)]


class TestAnyOfWhichOneCannotLookBack(TriggerSuite):
    def make_trigger(self):
        return OrTrigger([PowersOfTwo(datetime(2026, 3, 27, tzinfo=UTC)), CronTrigger(hour=3, timezone="UTC")])
