"""The agreement: the instants that several lines share, found by leaping from one to the next."""

from __future__ import annotations

from typing import NamedTuple

from tickwright.instants import EARLIEST, LATEST
from tickwright.triggers.lines.line import ENDLESS, GaveUpError, Line, Patience

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
        """Return their number, walking from one to the next, however many steps lie between them."""
        begin, end = max(begin, EARLIEST), min(end, LATEST + 1)
        walk = Patience(ENDLESS, limit=end)
        count = 0
        while begin < end and (found := self.first_from(begin, walk)) is not None and found < end:
            count += 1
            begin = found + 1
        return count
