"""The news: what the scheduler tells of runs that ended, kept until the screen has said it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path

from tickwright import BackgroundScheduler, Run, RunStatus
from tickwright.events import JobExecutionEvent

from .paint import Paint
from .progress import how_far
from .telling import line_of, outcome, particulars
from .wording import clock


class News:
    """A listener. The scheduler's listener thread writes it, and the main thread reads it."""

    def __init__(self, scheduler: BackgroundScheduler, data: Path, paint: Paint) -> None:
        self.counts: Counter[RunStatus] = Counter()
        """How many runs have ended how since the start."""
        self._scheduler = scheduler
        self._data = data
        self._paint = paint
        self._lines: deque[str] = deque()
        scheduler.add_listener(self._hear, JobExecutionEvent)

    def unsaid(self) -> Iterator[str]:
        """Go through the lines that were not said yet."""
        while self._lines:
            yield self._lines.popleft()

    def _hear(self, event: JobExecutionEvent) -> None:
        run = event.run
        if run is None:
            return
        self.counts[run.status] += 1
        what = self._loss(run) if run.status is RunStatus.LOST else outcome(run) + particulars(run)
        self._lines.append(line_of(run, what, self._paint))

    def _loss(self, run: Run) -> str:
        """Return how far a lost run had come, and what was done about it."""
        part = how_far(self._data, run)
        where = "before it said how far it was" if part is None else f"at {part:.0%}"
        return f"the run of {clock(run.fire_time)} was lost {where}; {self._remedy(run)}"

    def _remedy(self, run: Run) -> str:
        for other in self._scheduler.get_runs(run.job_id, since=run.fire_time):
            if (other.fire_time, other.attempt) == (run.fire_time, run.attempt + 1):
                return f"it is run again, as attempt {other.attempt} (on_lost='rerun')"
        job = self._scheduler.get_job(run.job_id)
        following = job and job.next_run_time
        next_run = f", the next one is due at {clock(following)}" if following else ""
        return f"it stays on record as lost (on_lost='record'){next_run}"
