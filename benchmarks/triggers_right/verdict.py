"""The verdict: what a peer's answer to one case is worth."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from benchmarks.triggers_right.cases import Case

__all__ = ["Answer", "Verdict", "judge"]


class Verdict(StrEnum):
    """One word for a case, over all of its fire times."""

    RIGHT = "right"
    OTHER_RULE = "by another rule"
    MISSED = "missed"
    DOUBLED = "doubled"
    EXTRA = "extra"
    WRONG_TIME = "wrong time"
    REFUSED = "refused"
    CRASHED = "crashed"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a peer said: fire times in the order it gave them, or why there are none."""

    fires: tuple[datetime, ...] = ()
    failure: Verdict | None = None
    """`REFUSED`, `CRASHED` or `TIMED_OUT`."""


def judge(case: Case, answer: Answer, other_rules: tuple[tuple[datetime, ...], ...] = ()) -> Verdict:
    """Return the verdict; `other_rules` are the answers to the same case by rules other than cron's."""
    if answer.failure is not None:
        is_fine = case.is_never and answer.failure is Verdict.REFUSED
        return Verdict.RIGHT if is_fine else answer.failure
    found = _within(case, answer.fires)
    if found == case.expected:
        return Verdict.RIGHT
    if any(found == _within(case, fires) for fires in other_rules):
        return Verdict.OTHER_RULE
    missed = set(case.expected) - set(found)
    added = Counter(found) - Counter(case.expected)
    if missed:
        return Verdict.WRONG_TIME if added else Verdict.MISSED
    zone = ZoneInfo(case.zone)
    walls = {fire.astimezone(zone).replace(tzinfo=None) for fire in case.expected}
    if all(fire.astimezone(zone).replace(tzinfo=None) in walls for fire in added):
        return Verdict.DOUBLED  # also if it only gave them out of order: some come after they should have
    return Verdict.EXTRA


def _within(case: Case, fires: tuple[datetime, ...]) -> tuple[datetime, ...]:
    return tuple(fire for fire in fires if fire <= case.horizon)
