"""The asked line: that of any trigger, found by asking it as a scheduler would."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tickwright.errors import InvalidTriggerError
from tickwright.instants import EARLIEST, LATEST, to_datetime, to_micros
from tickwright.triggers.base import Trigger
from tickwright.triggers.lines.line import Patience

__all__ = ["Asked"]


class Asked(NamedTuple):
    """The fire times of a trigger that is known by its methods only; it may be a user's.

    Raises `InvalidTriggerError` where the trigger answers with what lies on the wrong side of the question: no
    search would end.
    """

    trigger: Trigger

    def first_from(self, instant: int, patience: Patience | None = None) -> int | None:
        if instant > LATEST:
            return None
        asked = max(instant, EARLIEST)
        answer = self.trigger.get_next_fire_time(None, to_datetime(asked))
        found = self._micros("get_next_fire_time", answer)
        if found is not None and found < asked:
            raise self._error("get_next_fire_time", answer, "an instant that is not before now")
        return found

    def last_until(self, instant: int, patience: Patience | None = None) -> int | None:
        if instant < EARLIEST:
            return None
        asked = min(instant, LATEST)
        answer = self.trigger.last_fire_time_until(to_datetime(asked))
        found = self._micros("last_fire_time_until", answer)
        if found is not None and found > asked:
            raise self._error("last_fire_time_until", answer, "an instant that is not after the one asked about")
        return found

    def count_between(self, begin: int, end: int) -> int:
        begin, end = max(begin, EARLIEST), min(end, LATEST + 1)
        if begin >= end:
            return 0
        if begin > EARLIEST:
            return self.trigger.count_fire_times(to_datetime(begin - 1), to_datetime(end - 1))
        fires_at_once = self.first_from(EARLIEST) == EARLIEST
        return fires_at_once + self.trigger.count_fire_times(to_datetime(EARLIEST), to_datetime(end - 1))

    @property
    def is_told_by_day(self) -> bool:
        return False

    def bits_between(self, begin: int, end: int) -> int | None:
        return None

    def not_before(self, instant: int) -> int | None:
        return instant

    def _micros(self, method: str, answer: datetime | None) -> int | None:
        if answer is None:
            return None
        if not isinstance(answer, datetime) or answer.tzinfo is None:
            raise self._error(method, answer, "an aware datetime or None")
        return to_micros(answer)

    def _error(self, method: str, answer: object, wanted: str) -> InvalidTriggerError:
        return InvalidTriggerError(method, answer, f"{type(self.trigger).__name__} must return {wanted}")
