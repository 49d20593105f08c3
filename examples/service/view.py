"""The view: news and the table on a terminal, news and milestones in plain lines elsewhere."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from tickwright import BackgroundScheduler
from tickwright.errors import JobStoreError

from .board import Row, rows_of
from .milestones import Milestones
from .news import News
from .paint import Paint
from .screen import Screen
from .table import table
from .telling import statuses
from .wording import clock, span


class View:
    """What people see of a scheduler."""

    def __init__(self, screen: Screen, scheduler: BackgroundScheduler, data: Path) -> None:
        self._screen = screen
        self._scheduler = scheduler
        self._data = data
        self._paint = Paint(screen.has_colours)
        self._news = News(scheduler, data, self._paint)
        self._milestones = Milestones()
        self._began = scheduler.clock.now()
        self._rows: list[Row] = []

    def refresh(self, footer: str) -> None:
        """Say what is new, and bring the table up to date, with this as its last line."""
        self.say_news()
        now = self._scheduler.clock.now()
        with suppress(JobStoreError):  # while its file cannot be read the old rows stay, and the title says why
            self._rows = list(rows_of(self._scheduler, self._data, now))
        if self._screen.is_live:
            width, paint = self._screen.width, self._paint
            self._screen.show([*table(self._title(now), self._rows, footer, now=now, width=width, paint=paint)])
        else:
            self._screen.say(*self._milestones.passed(self._rows, now))

    def say_news(self) -> None:
        """Say what is new."""
        self._screen.say(*self._news.unsaid())

    def _title(self, now: datetime) -> str:
        health = "; ".join(self._scheduler.health().problems) or f"healthy, up {span(now - self._began)}"
        return f"{clock(now)}  {health}: {statuses(self._news.counts)}"
