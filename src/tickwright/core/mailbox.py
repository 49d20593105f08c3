"""The mailbox: where other threads leave letters for the loop, the only owner of scheduling state."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tickwright.jobstores.base import JobStore
from tickwright.report import Report, Started
from tickwright.run import Run

__all__ = ["Letter", "Mailbox", "Part", "Submit", "Suspect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """A run that a caller of `run_job` has put on record: hand it to its executor."""

    alias: str
    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A commit of this alias's store failed outside the loop: look whether it was carried out after all."""

    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A job store is removed: let go of it, which nobody else can do while the loop may be busy with it."""

    alias: str
    store: JobStore
    then: Callable[[], object]
    """Called when that is done."""


Letter = Report | Started | Submit | Suspect | Part


class Mailbox:
    """Letters in the order they came. Any thread may post; one thread takes them."""

    def __init__(self, ring: Callable[[], None]) -> None:
        # A deque's append and popleft are atomic: a post takes no lock, which is what makes thousands of
        # reports a second cheap.
        self._letters: deque[Letter] = deque()
        # News that runs have begun, by their ids. Nearly every run has ended when the loop next looks; then its report
        # tells it all, and the loop never hears of the news.
        self._news: dict[str, Started] = {}
        self._in_hand: Letter | None = None
        self._ring = ring
        self._enough = 0

    def post(self, letter: Letter) -> None:
        """Leave a letter and wake the loop. News that a run has started can wait for the next look."""
        if isinstance(letter, Started):
            self._news[letter.run_id] = letter
            return
        if isinstance(letter, Report):
            self._file(letter)
        else:
            self._letters.append(letter)
        if len(self._letters) >= self._enough:
            self._ring()

    def _file(self, report: Report) -> None:
        """Put a report where letters are, in the place of the news that its run has begun."""
        if report.started_at is None and (news := self._news.get(report.run_id)) is not None:
            report = report._replace(started_at=news.started_at)
        self._letters.append(report)
        # After that: at each moment one of them says when the run began.
        self._news.pop(report.run_id, None)

    @contextmanager
    def gathering(self, enough: int) -> Iterator[Callable[[], bool]]:
        """Wake the loop, for as long as this context lasts, only with so many letters; give a way to ask for that.

        News that a run has begun does not count. Whoever gathers looks at the letters after it, whatever came of it.
        """
        self._enough = enough
        try:
            yield lambda: len(self._letters) >= enough
        finally:
            self._enough = 0

    def take(self) -> Iterator[Letter]:
        """Yield the letters that are there now, oldest first; one that was not asked for stays.

        News that runs have begun comes last, and none of such as have ended. Letters that come meanwhile wait: workers
        that report as fast as this reads must not hold it for ever.
        """
        try:
            with suppress(IndexError):  # somebody else has taken the rest
                for _ in range(len(self._letters)):
                    self._in_hand = self._letters[0]
                    yield self._letters.popleft()
        finally:
            self._in_hand = None
        for run_id in list(self._news):
            if (news := self._news.get(run_id)) is not None:
                yield news
                self._news.pop(run_id, None)

    def unread(self) -> Iterator[Letter]:
        """Yield the letters that are there now, and leave them there; the one that is being read, too, as the last.

        Any thread may ask.
        """
        # Each in one step, as no iteration over what is in use is. And in this order: news makes room for a letter, and
        # a letter is in hand afterwards.
        yield from list(self._news.values())
        yield from self._letters.copy()
        if (in_hand := self._in_hand) is not None:
            yield in_hand

    def __len__(self) -> int:
        return len(self._letters) + len(self._news)
