"""What an application says about many jobs at once: add, remove, pause, resume all of them, or none."""

from __future__ import annotations

from tickwright.errors import ConflictingIdError, InvalidJobError, JobLookupError, TickwrightError, shortened
from tickwright.policies import UNSET
from tickwright.schedulers.jobs import JobCalls
from tickwright.schedulers.outfitting import outfit_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Any

    from tickwright.jobstores.base import JobStore
    from tickwright.run import Run
    from tickwright.schedulers.outfit import (
        BatchDecision,
        Change,
        ExitStack,
        Iterable,
        Job,
        JobEvent,
        Mapping,
        PendingJob,
        changing,
        events,
        give_up_due,
        new_version,
        tell_outcome,
        tell_removed,
        unless_held,
    )
    from tickwright.stored_job import StoredJob

__all__ = ["BatchCalls"]

outfit_later(globals())


class BatchCalls(JobCalls):
    """The calls about many jobs. Each is one transaction of one job store: all of it is done, or nothing.

    A job store that does not promise that (its `writes_batches` says so) is given one job after the other; what was
    written is taken back where the rest is refused or fails.
    """

    def add_jobs(self, jobs: Iterable[Mapping[str, Any]], **common: Any) -> list[Job]:
        """Add all of these jobs, or none; return handles on them, in order.

        Each of `jobs` has the arguments of `add_job` by their names, `{"func": send, "trigger": "cron", "hour": 3}`;
        `common` are those that all have where they do not say otherwise. They mean what they mean to `add_job`,
        `replace_existing` too, and all jobs of one call go into one job store.

        Raises `InvalidJobError`, which names the first that cannot be taken by its place and its id, and
        `ConflictingIdError` where an id is taken or stands twice in the batch.
        """
        self._check_process()
        pending = self._read_batch(jobs, common)
        if not pending:
            return []
        alias = pending[0].jobstore
        if not self.running:
            with unless_held(self._lock):
                if not self.running:
                    self._pending.add_all(pending)
                    return [self._handle(alias, one.job) for one in pending]
        return [self._handle(alias, job) for job in self._carry_out_all(alias, pending)]

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
            except JobLookupError:
                if wanted is None:
                    continue  # one of those that were chosen is gone since
                raise
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

    # -- adding --------------------------------------------------------------------------------------

    def _read_batch(self, jobs: Iterable[Mapping[str, Any]], common: Mapping[str, Any]) -> list[PendingJob]:
        """Return what a batch declares. Raises where any of it cannot be taken."""
        pending: list[PendingJob] = []
        places: dict[str, int] = {}
        for place, given in enumerate(jobs):
            if not isinstance(given, Mapping):
                raise TypeError(
                    f"jobs[{place}] must be a mapping of the arguments of add_job, such as "
                    f"{{'func': send, 'trigger': 'interval', 'hours': 1}}, not {shortened(given)}"
                )
            arguments = {**common, **given}
            try:
                if "func" not in arguments:
                    raise TypeError("it has no func")
                one = self._declare(**arguments)
            except (TickwrightError, TypeError, ValueError) as error:
                shown = f" (id {shortened(arguments['id'])})" if arguments.get("id") is not None else ""
                raise InvalidJobError(f"jobs[{place}]{shown}: {error}; none of the jobs was added") from error
            job_id = one.job.id
            if places.setdefault(job_id, place) != place:
                raise ConflictingIdError(
                    f"jobs[{places[job_id]}] and jobs[{place}] have the same id {job_id!r}; none of the jobs was added"
                )
            if one.jobstore != (first := pending[0] if pending else one).jobstore:
                raise InvalidJobError(
                    f"jobs[{place}] (id {job_id!r}) is for job store {one.jobstore!r} and jobs[0] for "
                    f"{first.jobstore!r}: no transaction spans two job stores; call add_jobs once for each"
                )
            pending.append(one)
        return pending

    def _carry_out_all(self, alias: str, pending: Sequence[PendingJob]) -> list[StoredJob]:
        """Store jobs that were declared, and return them as they are stored."""
        store = self._parts.jobstore(alias)
        with ExitStack() as holds:
            tellers = []
            if self._listeners.wants(events.EVENT_JOB_ADDED):
                tellers = [holds.enter_context(self._listeners.first_of(one.job.id)) for one in pending]
            while (decided := self._store_batch(store, pending)) is None:
                pass
            for tell, job in zip(tellers, decided.jobs, strict=False):
                if not job.schedule.is_finished:
                    tell(JobEvent(events.EVENT_JOB_ADDED, job.id, alias))
        for run in decided.given_up:
            tell_outcome(self._listeners, alias, run)
        missing: dict[str, StoredJob] = {}
        for job in decided.jobs:
            if job.schedule.is_finished:
                if job.id in decided.instead_of:
                    self._remove_finished(alias, job)
                self._say_finished(job)
            elif job.executor not in self._parts.executors:
                missing.setdefault(job.executor, job)
        for job in missing.values():
            self._say_executor_missing(job)
        self._wake_for_first(decided.jobs)
        return decided.jobs

    def _store_batch(self, store: JobStore, pending: Sequence[PendingJob]) -> BatchDecision | None:
        """Store them once; return None where somebody else was faster, and it is to be decided anew."""
        decided = self._decide(store, pending)
        instead_of = decided.instead_of
        kept = [job for job in decided.jobs if not job.schedule.is_finished or job.id in instead_of]
        try:
            if store.add_jobs(kept, instead_of, decided.unless_run, decided.given_up):
                return decided
        except ConflictingIdError:
            # Somebody else may have added one that is to be replaced. Where not even its schedule can be read, there is
            # no version that could guard it: that is for `add_job` alone.
            again = [one.job for one in pending if one.replace_existing and one.job.id not in instead_of]
            if not self._stored_already(store, again):
                raise
        return None

    def _decide(self, store: JobStore, pending: Sequence[PendingJob]) -> BatchDecision:
        now = self.clock.now()
        stored = self._stored_already(store, [one.job for one in pending if one.replace_existing])
        looks_back = bool(len(stored) < sum(one.replace_existing for one in pending) and store.get_runs(limit=1))
        decided = BatchDecision([], {}, set(), [])
        for one in pending:
            old = stored.get(one.job.id) if stored else None
            if old is not None:
                job = changing.added_again(old, one.job, now, one.next_run_time)
                decided.instead_of[job.id] = old.schedule.version
                decided.given_up.extend(self._given_up(old, job, now, "it was declared anew with another schedule"))
            else:
                job = changing.added(one.job, now, one.next_run_time, new_version())
                if one.replace_existing and one.next_run_time is UNSET:
                    if looks_back:
                        job = self._past_what_ran(store, job, now)
                    decided.unless_run.add(job.id)
            decided.jobs.append(job)
        return decided

    def _stored_already(self, store: JobStore, declared: Sequence[StoredJob]) -> dict[str, StoredJob]:
        if not declared:
            return {}
        stored = store.lookup_jobs(job.id for job in declared)
        absent = [job for job in declared if job.id not in stored]
        # Those that cannot be loaded are mended by being declared anew.
        unreadable = store.read_standings([job.id for job in absent]) if absent else {}
        for job in absent:
            if job.id in unreadable and (rebuilt := self._lookup_or_rebuild(store, job)) is not None:
                stored[job.id] = rebuilt
        return stored

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
        while True:
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

    def _given_up(self, old: StoredJob, new: StoredJob, now: datetime, what: str) -> tuple[Run, ...]:
        """Return how the fire times go on record that are due, and of which the new schedule knows nothing."""
        if new.schedule.next_fire_time == old.schedule.next_fire_time:
            return ()
        firing = give_up_due(old, now, self._taker, f"not run: {what} before it was taken")
        return () if firing is None else firing.pass_over

    def _wanted(self, ids: Iterable[str] | None, where: Callable[[Job], object] | None) -> list[str] | None:
        """Return the ids that were given, each once; None where `where` is to choose."""
        if (ids is None) == (where is None):
            raise TypeError("give either ids or where=, a function that is called with each job")
        if ids is None:
            return None
        if isinstance(ids, (str, bytes)) or not isinstance(ids, Iterable):
            raise TypeError(f"ids must be a list of ids, not {shortened(ids)}")
        wanted = list(dict.fromkeys(ids))
        for job_id in wanted:
            if not isinstance(job_id, str):
                raise TypeError(f"ids must be texts, not {shortened(job_id)}")
        return wanted

    def _waiting(
        self, wanted: list[str] | None, where: Callable[[Job], object] | None, jobstore: str | None
    ) -> list[PendingJob]:
        """Return those of the jobs that wait for the start which are asked for."""
        waiting = self._pending.of(jobstore)
        if wanted is None:
            return [one for one in waiting if where is not None and where(self._handle(one.jobstore, one.job))]
        by_id: dict[str, PendingJob] = {}
        for one in waiting:
            by_id.setdefault(one.job.id, one)
        for job_id in wanted:
            if job_id not in by_id:
                raise self._no_such_job(job_id, jobstore)
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
                if where is not None and where(self._handle(alias, job))
            ]
        else:
            found: dict[str, tuple[str, StoredJob]] = {}
            for alias, store in stores:
                absent = [job_id for job_id in wanted if job_id not in found]
                found |= {job_id: (alias, job) for job_id, job in store.lookup_jobs(absent).items()}
            for job_id in wanted:
                if job_id not in found:
                    if self._find(job_id, jobstore) is None:  # which raises where it cannot be loaded
                        raise self._no_such_job(job_id, jobstore)
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
                raise self._no_such_job(job_id, jobstore)
        return _one_place([(found[job_id], job_id) for job_id in wanted]), wanted

    def _wake_for_first(self, jobs: Sequence[StoredJob]) -> None:
        """Wake the loop if one of the jobs is due before it would wake by itself."""
        times = [time for job in jobs if (time := job.schedule.next_run_time) is not None]
        if times and self._loop is not None:
            self._loop.wake_for(min(times))


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
