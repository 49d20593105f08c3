"""The expression: a cron schedule as text and as meaning side by side, so that the walk has nothing to parse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.triggers.proof.clocks import DAY
from tests.triggers.proof.days import MatchesDate
from tickwright.triggers.cron import CronTrigger

__all__ = ["Expression", "date_of"]

EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Expression:
    """What a cron schedule says, and the arguments that say it to the trigger."""

    written: str | dict[str, Any]
    """A crontab text, or keyword fields."""
    hours: frozenset[int]
    minutes: frozenset[int]
    seconds: frozenset[int]
    matches_date: MatchesDate
    is_wildcard: bool

    def trigger(self, zone: str, policy: str, **limits: Any) -> CronTrigger:
        """Return the trigger that the tests are about."""
        settings = {"timezone": zone, "dst_policy": policy, **limits}
        if isinstance(self.written, str):
            return CronTrigger.from_crontab(self.written, **settings)
        return CronTrigger(**self.written, **settings)

    def code(self, zone: str, policy: str) -> str:
        """Return the code that makes the trigger, for people to try."""
        if isinstance(self.written, str):
            return f"CronTrigger.from_crontab({self.written!r}, {zone!r}, dst_policy={policy!r})"
        fields = "".join(f"{name}={value!r}, " for name, value in self.written.items())
        return f"CronTrigger({fields}timezone={zone!r}, dst_policy={policy!r})"

    @property
    def per_day(self) -> int:
        """How many times a day matches that matches at all."""
        return len(self.hours) * len(self.minutes) * len(self.seconds)

    def walls(self, begin: int, end: int) -> list[int]:
        """Return the walls that match with begin <= wall < end."""
        found = []
        for day in range(begin // DAY, (end - 1) // DAY + 1):
            if not self.matches_date(date_of(day)):
                continue
            for hour in self.hours:
                hour_begin = day * DAY + hour * 3_600
                if hour_begin + 3_600 <= begin or hour_begin >= end:
                    continue
                for minute in self.minutes:
                    found += [hour_begin + minute * 60 + second for second in self.seconds]
        return [wall for wall in found if begin <= wall < end]


def date_of(day: int) -> date:
    """Return the date of a day counted from 1970-01-01."""
    return date.fromordinal(EPOCH_DAY + day)
