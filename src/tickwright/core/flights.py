"""Runs in flight: handed to an executor, with no outcome on record yet."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from datetime import datetime

from tickwright.report import Report, Started
from tickwright.run import Run, RunStatus

__all__ = ["Flights"]


class Flights:
    """The runs of one store that this engine has submitted, and what has been heard of them.

    A report stays here until its outcome is known to be on record, through any outage.
    """

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        # Ordered, since its `move_to_end` is one step: who asks at any moment finds the report here.
        self._reports: OrderedDict[str, Report] = OrderedDict()
        self._begun: dict[str, Started] = {}
        self._lost: set[str] = set()

    def __len__(self) -> int:
        return len(self._runs)

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._runs

    @property
    def unreported(self) -> int:
        """How many of them no report has come for."""
        return len(self._runs) - len(self._reports)

    def depart(self, run: Run) -> None:
        """Note a run that goes to its executor."""
        self._runs[run.id] = run

    def hear(self, letter: Report | Started) -> bool:
        """Note what was heard of a run; return False where the run is none of these."""
        run = self._runs.get(letter.run_id)
        if run is None:
            return False
        if isinstance(letter, Report):
            begun = self._begun.get(letter.run_id)
            if begun is not None and letter.started_at is None:
                letter = letter._replace(started_at=begun.started_at)
            # The first report counts. An executor that sends two breaks its promise; the second changes nothing.
            self._reports.setdefault(letter.run_id, letter)
            self._begun.pop(letter.run_id, None)  # after that: at each moment one of them says when it began
        elif letter.run_id not in self._reports:
            self._begun[letter.run_id] = letter
        return True

    def reported(self, limit: int) -> list[tuple[Run, Report]]:
        """Return at most `limit` reported runs, those reported first in front; they stay until they `land`."""
        ids = list(self._reports)[:limit]
        return [(self._runs[run_id], self._reports[run_id]) for run_id in ids]

    def put_off(self, run_id: str) -> None:
        """Let other reports go before this one: what it waits for may take long."""
        self._reports.move_to_end(run_id)

    def is_reported(self, run_id: str) -> bool:
        """Return whether the run has ended, on record or not."""
        return run_id in self._reports

    def started_at(self, run_id: str) -> datetime | None:
        """Return when the run began, on record or not; None where that is not known. Any thread may ask."""
        known = self._begun.get(run_id) or self._reports.get(run_id) or self._runs.get(run_id)
        return None if known is None else known.started_at

    def take_lost(self, held: Collection[str]) -> list[Run]:
        """Return the runs without a report that are not `held` on record in this engine's name; each once."""
        # One that was reported may have been settled by this engine itself, in a commit whose answer was not heard.
        lost = [
            run
            for run in self._runs.values()
            if run.id not in held and run.id not in self._reports and run.id not in self._lost
        ]
        self._lost.update(run.id for run in lost)
        return lost

    def begun(self) -> list[tuple[str, Started]]:
        """Return (job id, news) for runs that a worker has begun, as long as `forget_begun` is not called."""
        return [(self._runs[run_id].job_id, started) for run_id, started in self._begun.items()]

    def forget_begun(self) -> None:
        """Drop that news: it is on record."""
        for run_id, started in self._begun.items():
            self._runs[run_id] = self._runs[run_id]._replace(status=RunStatus.RUNNING, started_at=started.started_at)
        self._begun.clear()

    def land(self, run_id: str) -> None:
        """Forget a run: its outcome is on record, or it is in other hands."""
        self._runs.pop(run_id, None)
        self._reports.pop(run_id, None)
        self._begun.pop(run_id, None)
        self._lost.discard(run_id)
