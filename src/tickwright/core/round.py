"""A round: what one look at one job store decided, collected to be committed at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import reduce

from tickwright.change import Change
from tickwright.due import Standing
from tickwright.run import Run
from tickwright.stored_job import StoredJob

__all__ = ["Round"]


class Round:
    """Changes in the order in which they are to be written, and the jobs of the runs that they start."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.jobs: dict[str, StoredJob] = {}
        self._standings: dict[str, Standing | None] = {}
        # What was decided about a job that somebody asked for, as far as nobody has asked again: nearly always that is
        # the one change of this round, and nobody does.
        self._since: dict[str, tuple[Change, ...]] = {}
        self._ended: set[str] = set()
        self._started: dict[str, tuple[Run, ...]] = {}

    def add(self, change: Change, job: StoredJob | None = None) -> None:
        """Add a change; `job` is that of the runs it starts."""
        self.changes.append(change)
        job_id = change.job_id
        for run in change.settled:
            self._ended.add(run.id)
        if change.started:
            self._started[job_id] = self._started.get(job_id, ()) + change.started
            if job is not None:
                for run in change.started:
                    self.jobs[run.id] = job
        if job_id not in self._standings:
            return
        if change.remove:
            # How it stood is let go of at once: what a round keeps alive until its end has Python's garbage collector
            # come once for each round, and go through all jobs now and then.
            self._standings[job_id] = None
        else:
            self._since[job_id] = (*self._since.get(job_id, ()), change)

    def know(self, standings: Mapping[str, Standing | None]) -> None:
        """Note how jobs stand in the store, for decisions of this round that build on one another.

        What this round has decided about a job since it was first asked for stays.
        """
        self._standings = {**standings, **self._standings}

    def standing(self, job_id: str) -> Standing | None:
        """Return how a job will stand once the changes so far are written; None where it will be gone."""
        if (changes := self._since.pop(job_id, None)) is not None:
            self._standings[job_id] = reduce(_after, changes, self._standings[job_id])
        return self._standings.get(job_id)

    def unsettled(self, job_id: str, stored: Sequence[Run]) -> Sequence[Run]:
        """Return which of a job's runs will have no outcome once the changes so far are written."""
        started = self._started.get(job_id, ())
        return [*[run for run in stored if run.id not in self._ended], *started] if stored else started

    def started_for(self) -> Mapping[str, int]:
        """Return how many runs it starts so far, by executor."""
        if not self._started:
            return {}
        return Counter(run.executor for runs in self._started.values() for run in runs)


def _after(standing: Standing | None, change: Change) -> Standing | None:
    """Return how a job stands when a change is written."""
    if standing is None or change.remove:
        return None
    ended = {run.id for run in change.settled}
    unsettled = tuple([run for run in standing.unsettled if run.id not in ended])
    return Standing(change.schedule or standing.schedule, unsettled + change.started)
