"""What an application says about many jobs at once: remove, pause, resume all of them, or none."""

from __future__ import annotations

from tickwright.errors import InvalidJobError, JobLookupError, JobStoreError, SchedulerNotRunningError, shortened
from tickwright.policies import UNSET
from tickwright.schedulers.batch_adding import BatchAddCalls, none_done
from tickwright.schedulers.outfitting import outfit_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tickwright.schedulers.outfit import (
        Change,
        Iterable,
        Job,
        JobEvent,
        PendingJob,
        Run,
        changing,
        events,
        instead_of_job_id,
        tell_outcome,
        tell_removed,
    )
    from tickwright.stored_job import StoredJob

__all__ = ["BatchCalls"]

outfit_later(globals())

MOST_TRIES = 100
"""How often a batch is decided anew because somebody else was faster."""

LEFT_ALONE = "nothing was done to the other jobs"


class BatchCalls(BatchAddCalls):
    """The calls about many jobs. Each is one transaction of one job store: all of it is done, or nothing.

    A job store that does not promise that (its `writes_batches` says so) is given one job after the other; what was
    written is taken back where the rest is refused or fails.
    """

    def remove_jobs(
        self,
        ids: Iterable[str] | None = None,
        *,
        where: Callable[[Job], object] | None = None,
        jobstore: str | None = None,
    ) -> list[str]:
        """Remove all jobs of these ids, or all of which `where(job)` is true; return their ids.

        Those that cannot be loaded can be removed by their ids. Raises `JobLookupError` where there is none of an id,
        and removes none then.
        """
        wanted = self._wanted(ids, where)
        while True:
            self._check_process()
            if not self.running:
                waiting = self._waiting(wanted, where, jobstore)
                if self._pending.remove_all(waiting):
                    return [one.job.id for one in waiting]
                continue
            alias, job_ids = self._place_of_all(wanted, where, jobstore)
            if not job_ids:
                return []
            try:
                self._parts.jobstore(alias).remove_jobs(job_ids)
            except JobLookupError as error:
                if wanted is None:
                    continue  # one of those that were chosen is gone since
                raise none_done(error, LEFT_ALONE) from error
            for job_id in job_ids:
                tell_removed(self._listeners, alias, job_id)
            return job_ids

    def pause_jobs(
        self,
        ids: Iterable[str] | None = None,
        *,
        where: Callable[[Job], object] | None = None,
        jobstore: str | None = None,
    ) -> list[Job]:
        """Pause all jobs of these ids, or all of which `where(job)` is true; return them.

        Raises `JobLookupError` where there is none of an id, and pauses none then.
        """

        def change_pending(pending: PendingJob) -> PendingJob:
            return pending._replace(next_run_time=None, keeps_schedule=False)

        return self._change_all(
            self._wanted(ids, where), where, jobstore, lambda job, _: changing.paused(job), change_pending
        )

    def resume_jobs(
        self,
        ids: Iterable[str] | None = None,
        *,
        where: Callable[[Job], object] | None = None,
        jobstore: str | None = None,
    ) -> list[Job]:
        """Let all jobs of these ids, or all of which `where(job)` is true, go on from now; return those that do.

        Where a trigger has nothing left, the job is removed. Raises `JobLookupError` where there is none of an id, and
        resumes none then.
        """

        def change_pending(pending: PendingJob) -> PendingJob:
            return pending._replace(next_run_time=UNSET, keeps_schedule=False)

        resumed = self._change_all(self._wanted(ids, where), where, jobstore, changing.resumed, change_pending)
        return [job for job in resumed if job.pending or job._stored.schedule.next_fire_time is not None]

    # -- removing and changing -----------------------------------------------------------------------

    def _change_all(
        self,
        wanted: list[str] | None,
        where: Callable[[Job], object] | None,
        jobstore: str | None,
        change: Callable[[StoredJob, datetime], StoredJob],
        change_pending: Callable[[PendingJob], PendingJob],
    ) -> list[Job]:
        """Change jobs as they are stored, again where somebody else changed one of them meanwhile."""
        for _ in range(MOST_TRIES):
            self._check_process()
            if not self.running:
                waiting = [change_pending(one) for one in self._waiting(wanted, where, jobstore)]
                if self._pending.change_all(waiting):
                    return [self._handle(one.jobstore, one.job) for one in waiting]
                continue
            alias, jobs = self._jobs_of_all(wanted, where, jobstore)
            if not jobs:
                return []
            now = self.clock.now()
            given_up: list[Run] = []
            changes: list[Change] = []
            changed = [change(job, now) for job in jobs]
            for old, new in zip(jobs, changed, strict=True):
                recorded = self._given_up(old, new, now, "it was paused, modified or rescheduled")
                given_up += recorded
                version = old.schedule.version
                changes.append(
                    Change(job_id=old.id, expected_version=version, schedule=new.schedule, recorded=recorded)
                )
            if self._parts.jobstore(alias).commit_all(changes):
                break
        else:
            raise JobStoreError(
                f"somebody else changed one of these jobs each of {MOST_TRIES} times that they were read; nothing was "
                f"changed; a function for where= must not change the jobs that it is called with"
            )
        for run in given_up:
            tell_outcome(self._listeners, alias, run)
        for job in changed:
            if self._listeners.wants(events.EVENT_JOB_MODIFIED):
                self._tell(JobEvent(events.EVENT_JOB_MODIFIED, job.id, alias))
            if job.schedule.is_finished:
                self._remove_finished(alias, job)
                self._say_finished(job)
        self._wake_for_first(changed)
        return [self._handle(alias, job) for job in changed]

    def _wanted(self, ids: Iterable[str] | None, where: Callable[[Job], object] | None) -> list[str] | None:
        """Return the ids that were given, each once; None where `where` is to choose."""
        if (ids is None) == (where is None):
            raise TypeError("give either ids or where=, a function that is called with each job")
        if ids is None:
            if not callable(where):
                raise TypeError(f"where= must be a function that is called with each job, not {shortened(where)}")
            return None
        if isinstance(ids, (str, bytes, Run)) or not isinstance(ids, Iterable):
            hint = instead_of_job_id(ids)
            raise TypeError(f"ids must be a list of ids, not {shortened(ids)}" + (f"{hint} in a list" if hint else ""))
        wanted = list(ids)
        for job_id in wanted:
            if not isinstance(job_id, str):
                raise TypeError(f"ids must be texts, not {shortened(job_id)}{instead_of_job_id(job_id)}")
        return list(dict.fromkeys(wanted))

    def _waiting(
        self, wanted: list[str] | None, where: Callable[[Job], object] | None, jobstore: str | None
    ) -> list[PendingJob]:
        """Return those of the jobs that wait for the start which are asked for."""
        waiting = self._pending.of(jobstore)
        if wanted is None:
            if self._was_started and not self.running:  # it may have been started just now
                raise SchedulerNotRunningError(
                    "this scheduler was shut down: where= could choose among the jobs that wait for the next start "
                    "only; start it first, or give ids"
                )
            return [one for one in waiting if _is_chosen(where, self._handle(one.jobstore, one.job))]
        by_id: dict[str, PendingJob] = {}
        for one in waiting:
            by_id.setdefault(one.job.id, one)
        for job_id in wanted:
            if job_id not in by_id:
                raise none_done(self._no_such_job(job_id, jobstore), LEFT_ALONE)
        return [by_id[job_id] for job_id in wanted]

    def _jobs_of_all(
        self, wanted: list[str] | None, where: Callable[[Job], object] | None, jobstore: str | None
    ) -> tuple[str, list[StoredJob]]:
        """Return the jobs that are asked for, and the alias of the job store in which they all are."""
        stores = self._stores(jobstore)
        if wanted is None:
            placed = [
                (alias, job)
                for alias, store in stores
                for job in store.get_all_jobs()
                if _is_chosen(where, self._handle(alias, job))
            ]
        else:
            found: dict[str, tuple[str, StoredJob]] = {}
            for alias, store in stores:
                absent = [job_id for job_id in wanted if job_id not in found]
                found |= {job_id: (alias, job) for job_id, job in store.lookup_jobs(absent).items()}
            for job_id in wanted:
                if job_id not in found:
                    if self._find(job_id, jobstore, self._stores) is None:  # which raises where it cannot be loaded
                        raise none_done(self._no_such_job(job_id, jobstore), LEFT_ALONE)
                    return self._jobs_of_all(wanted, where, jobstore)  # somebody has added it just now
            placed = [found[job_id] for job_id in wanted]
        return _one_place([(alias, job.id) for alias, job in placed]), [job for _, job in placed]

    def _place_of_all(
        self, wanted: list[str] | None, where: Callable[[Job], object] | None, jobstore: str | None
    ) -> tuple[str, list[str]]:
        """Return the ids of the jobs that are asked for, and the alias of the job store in which they all are."""
        if wanted is None:
            alias, jobs = self._jobs_of_all(None, where, jobstore)
            return alias, [job.id for job in jobs]
        stores = self._stores(jobstore)
        if len(stores) == 1:
            return stores[0][0], wanted
        found: dict[str, str] = {}
        for alias, store in stores:
            absent = [job_id for job_id in wanted if job_id not in found]
            found |= dict.fromkeys(store.read_standings(absent), alias)
        for alias, store in stores if len(found) < len(wanted) else ():
            for unreadable in store.get_unreadable_jobs():
                found.setdefault(unreadable.job_id, alias)
        for job_id in wanted:
            if job_id not in found:
                raise none_done(self._no_such_job(job_id, jobstore), LEFT_ALONE)
        return _one_place([(found[job_id], job_id) for job_id in wanted]), wanted


def _is_chosen(where: Callable[[Job], object] | None, job: Job) -> bool:
    answer = where is not None and where(job)
    if hasattr(type(answer), "__await__"):
        if hasattr(answer, "close"):
            answer.close()
        raise TypeError(
            f"where= must answer whether it wants job {job.id!r}, and {shortened(where)} returned "
            f"{shortened(answer)}, which would have to be awaited; give a plain function; nothing was changed"
        )
    return bool(answer)


def _one_place(places: Sequence[tuple[str, str]]) -> str:
    """Return the alias that all of these (alias, job id) pairs have; "" where there are none."""
    first = places[0] if places else ("", "")
    for alias, job_id in places:
        if alias != first[0]:
            raise InvalidJobError(
                f"job {first[1]!r} is in job store {first[0]!r} and job {job_id!r} in {alias!r}: no transaction spans "
                f"two job stores; make the call once for each, with jobstore=; nothing was changed"
            )
    return first[0]
