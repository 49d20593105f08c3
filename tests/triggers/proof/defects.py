"""Defects: ways to break cron triggers on purpose, each of which the proof must notice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tickwright.triggers.cron import crontab, days, keywords
from tickwright.triggers.cron import trigger as cron_trigger
from tickwright.triggers.cron.trigger import CronTrigger
from tickwright.triggers.dst import treatment

__all__ = ["DEFECTS"]

MOMENT = timedelta(microseconds=1)
# The triggers as they are; a defect changes what others see under these names, in this process and for good.

DayRule = days.DayRule
get_next_fire_time = CronTrigger.get_next_fire_time
last_fire_time_until = CronTrigger.last_fire_time_until
count_fire_times = CronTrigger.count_fire_times


def wildcard_jobs_keep_silent_in_second_passes() -> None:
    _change(cron_trigger, "treatment", lambda policy, is_wildcard: treatment(policy, False))


def a_fold_of_exactly_three_hours_repeats_everything() -> None:
    def changed(*question: Any) -> Any:
        return treatment(*question)._replace(silenced=max(0, treatment(*question).silenced - 1))

    _change(cron_trigger, "treatment", changed)


def a_gap_of_exactly_three_hours_is_made_up_for() -> None:
    def changed(*question: Any) -> Any:
        joined = treatment(*question).joined
        return treatment(*question)._replace(joined=joined and joined + 1)

    _change(cron_trigger, "treatment", changed)


def what_a_gap_left_out_is_not_shifted() -> None:
    _change(cron_trigger, "treatment", lambda *question: treatment(*question)._replace(shifts=False))


def day_or_weekday_becomes_day_and_weekday() -> None:
    _change(crontab, "DayRule", lambda **parts: DayRule(**{**parts, "either": not parts["either"]}))


def the_nearest_workday_leaves_its_month() -> None:
    def in_month(self: days.NearestWorkday, first_weekday: int, length: int) -> int:
        weekday = (first_weekday + self.day - 1) % 7
        day = self.day - 1 + {5: -1, 6: 1}.get(weekday, 0)
        return 1 << day if self.day <= length and day >= 0 else 0

    _change(days.NearestWorkday, "in_month", in_month)


def weeks_are_counted_from_0() -> None:
    _change(keywords, "DayRule", lambda **parts: DayRule(**{**parts, "weeks": parts["weeks"] and parts["weeks"] << 1}))


def the_first_fire_time_is_never_now() -> None:
    def changed(self: CronTrigger, previous: datetime | None, now: datetime) -> datetime | None:
        return get_next_fire_time(self, previous, now + MOMENT)

    _change(CronTrigger, "get_next_fire_time", changed)


def a_fire_time_follows_itself() -> None:
    def changed(self: CronTrigger, previous: datetime | None, now: datetime) -> datetime | None:
        return get_next_fire_time(self, None, previous or now)

    _change(CronTrigger, "get_next_fire_time", changed)


def now_matters_where_the_previous_one_is_known() -> None:
    def changed(self: CronTrigger, previous: datetime | None, now: datetime) -> datetime | None:
        return get_next_fire_time(self, previous and max(previous, now), now)

    _change(CronTrigger, "get_next_fire_time", changed)


def looking_back_never_finds_the_instant_itself() -> None:
    _change(CronTrigger, "last_fire_time_until", lambda self, at: last_fire_time_until(self, at - MOMENT))


def counting_takes_the_first_instant_too() -> None:
    _change(CronTrigger, "count_fire_times", lambda self, after, until: count_fire_times(self, after - MOMENT, until))


def the_end_date_is_exclusive() -> None:
    def changed(self: CronTrigger, previous: datetime | None, now: datetime) -> datetime | None:
        found = get_next_fire_time(self, previous, now)
        return None if found == self.end_date else found

    _change(CronTrigger, "get_next_fire_time", changed)


def _change(owner: object, name: str, value: object) -> None:
    assert hasattr(owner, name), f"{owner} has no {name} any more: put the defect where its rule went"
    setattr(owner, name, value)


DEFECTS: dict[str, Callable[[], None]] = {
    defect.__name__.replace("_", " "): defect
    for defect in (
        wildcard_jobs_keep_silent_in_second_passes,
        a_fold_of_exactly_three_hours_repeats_everything,
        a_gap_of_exactly_three_hours_is_made_up_for,
        what_a_gap_left_out_is_not_shifted,
        day_or_weekday_becomes_day_and_weekday,
        the_nearest_workday_leaves_its_month,
        weeks_are_counted_from_0,
        the_first_fire_time_is_never_now,
        a_fire_time_follows_itself,
        now_matters_where_the_previous_one_is_known,
        looking_back_never_finds_the_instant_itself,
        counting_takes_the_first_instant_too,
        the_end_date_is_exclusive,
    )
}
