"""Milestones: the progress of long runs in plain lines, for an output that cannot show a bar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from .board import Row
from .wording import clock


class Milestones:
    """Says once when a run has begun, and when it has come a quarter, a half and three quarters of its way."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, int]] = {}

    def passed(self, rows: Iterable[Row], now: datetime) -> Iterator[str]:
        """Go through what is new, as lines."""
        for row in rows:
            if row.run is None or row.part is None:
                continue
            milestone = row.run.id, int(row.part * 4)
            if self._said.get(row.job_id) != milestone:
                self._said[row.job_id] = milestone
                yield f"{clock(now)}  {row.job_id:<10}  {'running':<9}  {row.part:>7.0%}"
