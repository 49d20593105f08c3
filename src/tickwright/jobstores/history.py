"""The history of runs, in memory: what was taken, what has not ended, and what retention lets go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import islice
from threading import RLock
from typing import TYPE_CHECKING

from tickwright.run import Run, RunStatus

if TYPE_CHECKING:
    from tickwright.change import Change

__all__ = ["RunHistory"]


class RunHistory:
    """Keeps runs from the moment they are taken until retention lets them go.

    Any thread may call any method but `admits` and `write`; whoever holds `lock` makes several calls one step. Taking,
    settling and looking up a job's unsettled runs cost the same however long the history is.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        # Each dict is in the order in which the runs were taken: a dict keeps the place of a replaced value.
        self._runs: dict[str, Run] = {}
        self._ids_of: dict[str, dict[str, None]] = {}
        self._unsettled: dict[str, Run] = {}
        self._unsettled_of: dict[str, tuple[Run, ...]] = {}
        # Noted beside the run and put into it when somebody looks: most are settled before anybody does.
        self._begun: dict[str, datetime] = {}
        # A heap of the settled runs by their end. Where a clock was set they do not settle in that order, and
        # a run from a future that was taken back must not keep those after it from being let go.
        # One that was never to be executed ended when it was taken.
        self._ended: list[tuple[datetime, str]] = []
        # By job: the last run of a stored job, taken off the heap until another follows it or the job goes.
        self._last_kept: dict[str, tuple[datetime, str]] = {}

    # -- writing -------------------------------------------------------------------------------------

    def admits(self, change: Change) -> bool:
        """Return whether `write` may be called. The caller holds `lock`.

        All that the change settles is unsettled, in the hands of its owner; no new run has the id of another.
        """
        new, settled = change.started + change.recorded, change.settled
        for run in new:
            if run.id in self._runs:
                return False
        for run in settled:
            held = self._unsettled.get(run.id)
            if held is None or held.owner != run.owner or held.job_id != run.job_id:
                return False
        for run_id in change.waits_for:
            if run_id not in self._unsettled:
                return False
        return (len(new) < 2 or _all_differ(new)) and (len(settled) < 2 or _all_differ(settled))

    def write(self, change: Change) -> None:
        """Write the runs of a change that `admits` has let pass.

        The caller holds `lock`, and has let nobody else write since.
        """
        for run in change.started:
            self._take(run)
            job_id = run.job_id
            self._unsettled[run.id] = run
            others = self._unsettled_of.get(job_id)
            self._unsettled_of[job_id] = (run,) if others is None else (*others, run)
        for run in change.recorded:
            self._take(run)
            heappush(self._ended, (run.finished_at or run.taken_at, run.id))
        for started in change.begun:
            if started.run_id in self._unsettled:
                self._begun.setdefault(started.run_id, started.started_at)
        for run in change.settled:
            self._settle(run)
        if change.remove:
            self._release(change.job_id)

    def release(self, job_id: str) -> None:
        """Note that a job is gone: its last run is now let go like any other."""
        with self.lock:
            self._release(job_id)

    def _release(self, job_id: str) -> None:
        if (kept := self._last_kept.pop(job_id, None)) is not None:
            heappush(self._ended, kept)

    def release_all(self) -> None:
        """Note that all jobs are gone."""
        with self.lock:
            for job_id in list(self._last_kept):
                self._release(job_id)

    def _take(self, run: Run) -> None:
        run_id, job_id = run.id, run.job_id
        self._runs[run_id] = run
        ids = self._ids_of.get(job_id)
        if ids is None:
            self._ids_of[job_id] = {run_id: None}
        else:
            ids[run_id] = None
            self._release(job_id)

    def _settle(self, run: Run) -> None:
        run_id, job_id = run.id, run.job_id
        self._runs[run_id] = run
        del self._unsettled[run_id]
        self._begun.pop(run_id, None)
        of_job = self._unsettled_of[job_id]
        if len(of_job) == 1:
            del self._unsettled_of[job_id]
        else:
            self._unsettled_of[job_id] = tuple(other for other in of_job if other.id != run_id)
        heappush(self._ended, (run.finished_at or run.taken_at, run_id))

    # -- reading -------------------------------------------------------------------------------------

    def get(self, run_id: str) -> Run | None:
        """Return the run, or None."""
        with self.lock:
            run = self._runs.get(run_id)
            return None if run is None else _as_seen(run, self._begun)

    def select(
        self,
        *,
        job_id: str | None = None,
        status: RunStatus | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Run]:
        """Return the runs that match all that is given, those taken last in front.

        Costs what it returns where neither `status` nor `since` is given; else as much as the history (of the
        job) is long.
        """
        limit = None if limit is None else max(limit, 0)
        with self.lock:
            ids = self._runs if job_id is None else self._ids_of.get(job_id, {})
            all_are_wanted = status is None and since is None
            newest_first = islice(reversed(ids), limit if all_are_wanted else None)
            # Copied in one go and looked through without the lock: a long history must not hold up the loop.
            runs = list(map(self._runs.__getitem__, newest_first))
            begun = self._begun.copy()
        found = (
            run
            for run in (_as_seen(run, begun) for run in runs)
            if (status is None or run.status == status) and (since is None or run.fire_time >= since)
        )
        return list(islice(found, limit))

    def unsettled(self, owner: str | None = None) -> list[Run]:
        """Return the runs without an outcome, of this owner or of all, in the order they were taken."""
        with self.lock:
            held = list(self._unsettled.values())
            begun = self._begun.copy()
        return [_as_seen(run, begun) for run in held if owner is None or run.owner == owner]

    def unsettled_of(self, job_id: str) -> tuple[Run, ...]:
        """Return the runs of this job without an outcome, in the order they were taken."""
        # One look into a dict, which needs no lock: nearly always there is none, and the loop asks for each due job.
        runs, begun = self._unsettled_of.get(job_id, ()), self._begun
        for run in runs:
            if run.id in begun:
                return tuple([_as_seen(run, begun) for run in runs])
        return runs

    # -- retention -----------------------------------------------------------------------------------

    def prune(
        self,
        now: datetime,
        limit: int,
        *,
        keep_runs: int | None,
        keep_runs_for: timedelta | None,
        is_stored: Callable[[str], bool] | None = None,
    ) -> int:
        """Delete at most `limit` settled runs that are no longer kept, oldest end first; return how many.

        Kept are the `keep_runs` that ended last (None: all), and of these such as ended no longer ago than
        `keep_runs_for` (None: whenever). A run that never started ended when it was taken.

        `is_stored` says whether a job is still there: then its last run stays besides, so that a job which
        runs once a month is not forgotten because another runs every second. It is called with the lock held,
        and must be a look into memory. Without it, last runs go like any other.
        """
        oldest_kept = _oldest_kept(now, keep_runs_for)
        deleted = 0
        with self.lock:
            while self._ended and deleted < limit:
                is_one_too_many = keep_runs is not None and len(self._ended) > keep_runs
                if not is_one_too_many and self._ended[0][0] >= oldest_kept:
                    break
                ended = heappop(self._ended)
                run = self._runs[ended[1]]
                if is_stored is not None and self._is_last(run) and is_stored(run.job_id):
                    self._last_kept[run.job_id] = ended
                else:
                    self._delete(run)
                    deleted += 1
        return deleted

    def _is_last(self, run: Run) -> bool:
        return next(reversed(self._ids_of[run.job_id])) == run.id

    def _delete(self, run: Run) -> None:
        del self._runs[run.id]
        ids = self._ids_of[run.job_id]
        del ids[run.id]
        if not ids:
            del self._ids_of[run.job_id]


def _oldest_kept(now: datetime, keep_runs_for: timedelta | None) -> datetime:
    """Return the earliest end of a run that is young enough."""
    ever = datetime.min.replace(tzinfo=UTC)
    if keep_runs_for is None:
        return ever
    try:
        return now - keep_runs_for
    except OverflowError:  # longer than there has been time
        return ever


def _as_seen(run: Run, begun: Mapping[str, datetime]) -> Run:
    """Return the run as it stands, with the news that a worker has begun it."""
    started_at = begun.get(run.id)
    return run if started_at is None else run._replace(status=RunStatus.RUNNING, started_at=started_at)


def _all_differ(runs: Collection[Run]) -> bool:
    """Return whether no two of them have the same id."""
    return len({run.id for run in runs}) == len(runs)
