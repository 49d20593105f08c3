"""The agreement: the instants that several lines share, found by leaping from one to the next."""

from __future__ import annotations

from typing import NamedTuple

from tickwright.triggers.lines.by_day import count_by_day
from tickwright.triggers.lines.line import GaveUpError, Line, Patience

__all__ = ["Agreement"]


class Agreement(NamedTuple):
    """What two or more lines share.

    Each line in turn is asked for its first member from where the others have got to, so that every round leaps
    over at least one member of the line that has the fewest. When all come to the same instant, they agree. A
    search that takes more steps than its patience allows ends as "never".
    """

    lines: tuple[Line, ...]

    def first_from(self, instant: int, patience: Patience | None = None) -> int | None:
        own = Patience() if patience is None else patience
        found, agree = instant, 0
        try:
            while True:
                for line in self.lines:
                    following = line.first_from(found, own)
                    if following is None:
                        return None
                    own.step(following - found)
                    agree = agree + 1 if following == found else 1
                    found = following
                    if agree == len(self.lines):
                        return found
                    if own.limit is not None and found >= own.limit:
                        return None
        except GaveUpError:
            if patience is None:
                return None
            raise

    def last_until(self, instant: int, patience: Patience | None = None) -> int | None:
        own = Patience() if patience is None else patience
        found, agree = instant, 0
        try:
            while True:
                for line in self.lines:
                    earlier = line.last_until(found, own)
                    if earlier is None:
                        return None
                    own.step(found - earlier)
                    agree = agree + 1 if earlier == found else 1
                    found = earlier
                    if agree == len(self.lines):
                        return found
                    if own.limit is not None and found <= own.limit:
                        return None
        except GaveUpError:
            if patience is None:
                return None
            raise

    def count_between(self, begin: int, end: int) -> int:
        """Return their number: by the day where all lines tell it, or walking, however many steps that takes."""
        return count_by_day(self, begin, end)

    @property
    def is_told_by_day(self) -> bool:
        return all(line.is_told_by_day for line in self.lines)

    def bits_between(self, begin: int, end: int) -> int | None:
        common = -1
        for line in self.lines:
            bits = line.bits_between(begin, end)
            if bits is None:
                return None
            common &= bits
            if not common:
                break
        return common

    def not_before(self, instant: int) -> int | None:
        for line in self.lines:
            following = line.not_before(instant)
            if following is None:
                return None
            instant = following
        return instant
