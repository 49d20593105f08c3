"""What a desk does now and then: delete old history, bring unreadable jobs back, name jobs that nobody here can run."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from tickwright import events
from tickwright.core.context import Context
from tickwright.core.telling import tell_trouble, tell_unreadable
from tickwright.core.trigger_trouble import TriggerTrouble
from tickwright.due import UnreadableJob
from tickwright.errors import UnreadableJobError
from tickwright.jobstores.base import JobStore

__all__ = ["Tending"]

TEND_EVERY = 10.0
"""Seconds between two looks."""

FIRST_PAUSE = 1.0
"""Seconds until the next look after one that failed."""

MOST_PRUNED_AT_ONCE = 1_000
"""Old runs that one look deletes: history goes a little at a time, and never makes the loop wait."""

PRUNE_EVERY = 0.05
"""Seconds to the next look for the rest of the old runs, where nothing else is to be done."""

MOST_LOOKED_OVER = 5_000
"""Jobs that are loaded soon after the start to see whether they can be; the others are seen when they are due."""


class Tending:
    """The housekeeping of one job store."""

    def __init__(self, alias: str, store: JobStore, context: Context, trouble: TriggerTrouble) -> None:
        self._alias = alias
        self._store = store
        self._context = context
        self._trouble = trouble
        self._has_more_to_prune = False
        self._was_idle_at = context.clock.monotonic()
        self._look_at = -inf
        self._pause = 0.0
        self.trouble: BaseException | None = None
        """What the store raised at the last look. The jobs do not wait until it is mended: an old page of the history
        may be damaged for good."""
        self._looks = 0
        self.missing: set[str] = set()
        """The executors that due jobs asked for and nobody here had."""
        self.unreadable: set[str] = set()
        """The ids of the jobs that were found unreadable and have not come back."""

    def note_unreadable(self, jobs: Iterable[UnreadableJob]) -> None:
        """Tell of jobs that cannot be loaded, and remember them."""
        for job in jobs:
            if job.job_id in self.unreadable:
                continue
            self.unreadable.add(job.job_id)
            tell_unreadable(self._context, self._alias, job)

    @property
    def seconds_to_next(self) -> float:
        """After how long to come again for nothing else."""
        return PRUNE_EVERY if self._has_more_to_prune else inf

    def look(self, *, is_busy: bool = False) -> None:
        """Do it, where it is time. What the store raises is in `trouble`, until a look goes well.

        Where jobs wait for the next round they come first, for a while.
        """
        monotonic = self._context.clock.monotonic()
        if not is_busy and not self._has_more_to_prune:
            self._was_idle_at = monotonic
        is_time = monotonic >= self._look_at
        is_put_off = is_busy and monotonic < self._was_idle_at + TEND_EVERY
        if is_put_off or not (is_time or self._has_more_to_prune):
            return
        self._look_at = monotonic + TEND_EVERY if is_time else self._look_at
        try:
            self._tend(is_time)
        except self._context.border as error:  # border: a store call in the loop
            self._pause = min(max(self._pause * 2, FIRST_PAUSE), TEND_EVERY)
            self._look_at = monotonic + self._pause
            self.trouble = error
        else:
            if is_time:
                self._pause, self.trouble = 0.0, None

    def _tend(self, is_time: bool) -> None:
        self._prune()
        if is_time:
            self._look_over()
            self._readmit()
            self._name_strangers()
            self._forget_removed()

    def _look_over(self) -> None:
        """See once, soon after the start, which jobs cannot be loaded.

        Who has just deployed should not learn of a renamed function at three in the morning. Not at the first look:
        many a program adds its listeners after the start, and nobody would hear of it.
        """
        if self._looks == 1:
            self.note_unreadable(self._store.find_unreadable_jobs(MOST_LOOKED_OVER))
        self._looks += 1

    def _prune(self) -> None:
        # A busy scheduler makes more history between two looks than one of them deletes.
        self._has_more_to_prune = False
        deleted = self._store.prune_runs(self._context.clock.now(), MOST_PRUNED_AT_ONCE)
        self._has_more_to_prune = deleted >= MOST_PRUNED_AT_ONCE

    def _readmit(self) -> None:
        for job_id in self._store.readmit_jobs():
            self.unreadable.discard(job_id)
            self._context.logger.info("Job %r in job store %r can be loaded again", job_id, self._alias)
            tell_trouble(self._context.teller, events.EVENT_JOB_READABLE, job_id, self._alias, "it can be loaded again")

    def _name_strangers(self) -> None:
        """Say once which executors due jobs ask for that this scheduler lacks. The jobs stay due."""
        now = self._context.clock.now()
        earliest = self._store.next_due_time()
        if earliest is None or earliest > now:
            return
        batch = self._store.read_due(now, self._context.batch)
        self.note_unreadable(batch.set_aside)
        for due in batch.due:
            wanted, known = due.job.executor, self._context.executors
            if wanted in known or wanted in self.missing:
                continue
            self.missing.add(wanted)
            self._context.logger.error(
                "Job %r is due and asks for executor %r, but this scheduler has %s; it stays due until an "
                "executor of that alias is added, here or in another process",
                due.job.id,
                wanted,
                sorted(known),
            )

    def _forget_removed(self) -> None:
        """Count removed jobs as unreadable, and their triggers as failing, no more."""
        # To list all that cannot be loaded is to try every job in the store, and the loop waits meanwhile. So each
        # known one is asked for first; the list is needed where that finds no job, as where a damaged row has no id.
        if not all(map(self._is_unreadable, self.unreadable)):
            self.unreadable &= {job.job_id for job in self._store.get_unreadable_jobs()}
        failing = self._trouble.job_ids()
        if failing:
            for job_id in set(failing) - self._store.read_standings(failing).keys():
                self._trouble.is_over(job_id)

    def _is_unreadable(self, job_id: str) -> bool:
        try:
            self._store.lookup_job(job_id)
        except UnreadableJobError:
            return True
        return False
