"""What an application says about new jobs: add one, add it again after a restart, add those of a file."""

from __future__ import annotations

from tickwright.errors import ConflictingIdError, JobLookupError, UnreadableJobError, described
from tickwright.policies import UNSET, OnLost, Unset
from tickwright.schedulers.looking import LookCalls
from tickwright.schedulers.outfitting import outfit_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime, timedelta
    from typing import Any, TextIO

    from tickwright.jobstores.base import JobStore
    from tickwright.schedulers.outfit import (
        Change,
        Func,
        Job,
        JobEvent,
        PendingJob,
        as_next_run_time,
        changing,
        check_alias,
        checked_flag,
        declare,
        events,
        give_up_due,
        make_trigger,
        new_version,
        read_jobs,
        suppress,
        tell_outcome,
        tell_removed,
        unless_held,
    )
    from tickwright.serializers import Serializer
    from tickwright.stored_job import StoredJob
    from tickwright.triggers.base import Trigger

__all__ = ["AddCalls", "is_illegible"]

outfit_later(globals())


class AddCalls(LookCalls):
    """The calls that add jobs. `jobstore` is an alias."""

    def add_job(
        self,
        /,
        func: Callable[..., Any] | str,
        trigger: Trigger | str | timedelta | datetime | None = None,
        args: Iterable[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        id: str | None = None,
        name: str | None = None,
        misfire_grace_time: float | timedelta | Unset | None = UNSET,
        coalesce: bool | Unset = UNSET,
        max_instances: int | Unset = UNSET,
        next_run_time: datetime | str | Unset | None = UNSET,
        jobstore: str = "default",
        executor: str = "default",
        replace_existing: bool = False,
        *,
        on_lost: OnLost | str | Unset = UNSET,
        **trigger_args: Any,
    ) -> Job:
        """Add a job, and return a handle on it.

        `func` is a callable or `"package.module:name"`. `trigger` is a trigger, an alias with its arguments
        (`"cron", hour=3`), a crontab text, a `timedelta`, a `datetime`; None: run once, now.

        `misfire_grace_time` is in seconds, None for however late; `next_run_time=None` adds the job paused;
        `on_lost` is `"record"` or `"rerun"`. What is left out comes from `job_defaults`.

        With `replace_existing`, a job of the same id takes what is declared here and keeps its next run time, its
        pause and its history, unless its trigger changed or a `next_run_time` is given. Before the scheduler
        is started, the job waits (`job.pending`). One whose trigger has no fire time left is finished: it is not
        stored, and neither is the one that it replaces any more.

        Raises `ConflictingIdError` where the id is taken, `InvalidJobError`, `InvalidTriggerError` or `TypeError`
        where an argument cannot be taken, `JobStoreNotFoundError` for an unknown alias.
        """
        self._check_process()
        job = declare(
            func,
            make_trigger(trigger, trigger_args, self.timezone),
            args=args,
            kwargs=kwargs,
            id=id,
            name=name,
            misfire_grace_time=misfire_grace_time,
            coalesce=coalesce,
            max_instances=max_instances,
            on_lost=on_lost,
            executor=executor,
            defaults=self._configuration.job_defaults,
        )
        pending = self._asked_for(job, jobstore, replace_existing, next_run_time)
        if not self.running:
            with unless_held(self._lock):
                # Under the lock, so that a scheduler that starts just now finds it either pending or stored.
                if not self.running:
                    self._pending.add(pending)
                    return self._handle(jobstore, job)
        return self._handle(jobstore, self._carry_out(pending))

    def _asked_for(
        self, job: StoredJob, jobstore: str, replace_existing: bool, next_run_time: datetime | str | Unset | None
    ) -> PendingJob:
        checked_flag("replace_existing", replace_existing, f"job {job.id!r}")
        check_alias(jobstore, of_job=job.id)
        if next_run_time is not UNSET:
            next_run_time = as_next_run_time(next_run_time, self.timezone, f"job {job.id!r}")
        return PendingJob(job=job, jobstore=jobstore, replace_existing=replace_existing, next_run_time=next_run_time)

    def scheduled_job(
        self,
        trigger: Trigger | str | timedelta | datetime | None = None,
        args: Iterable[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        id: str | None = None,
        name: str | None = None,
        misfire_grace_time: float | timedelta | Unset | None = UNSET,
        coalesce: bool | Unset = UNSET,
        max_instances: int | Unset = UNSET,
        next_run_time: datetime | str | Unset | None = UNSET,
        jobstore: str = "default",
        executor: str = "default",
        *,
        on_lost: OnLost | str | Unset = UNSET,
        **trigger_args: Any,
    ) -> Callable[[Func], Func]:
        """Return a decorator that adds the function as a job, as `add_job(..., replace_existing=True)` does."""

        def decorate(func: Func) -> Func:
            self.add_job(
                func,
                trigger,
                args,
                kwargs,
                id,
                name,
                misfire_grace_time,
                coalesce,
                max_instances,
                next_run_time,
                jobstore,
                executor,
                replace_existing=True,
                on_lost=on_lost,
                **trigger_args,
            )
            return func

        return decorate

    def _carry_out(self, pending: PendingJob) -> StoredJob:
        """Store a job that was declared, and return it as it is stored."""
        store = self._parts.jobstore(pending.jobstore)
        if self._listeners.wants(events.EVENT_JOB_ADDED):
            with self._listeners.first_of(pending.job.id) as tell:
                job = self._stored(store, pending)
                if not job.schedule.is_finished:
                    tell(JobEvent(events.EVENT_JOB_ADDED, job.id, pending.jobstore))
        else:
            job = self._stored(store, pending)
        if job.schedule.is_finished:
            self._say_finished(job)
            return job
        if job.executor not in self._parts.executors:
            self._say_executor_missing(job)
        self._wake_for(job)
        return job

    def _say_executor_missing(self, job: StoredJob) -> None:
        self._configuration.logger.warning(
            "Job %r asks for executor %r, which this scheduler does not have: it stays due until one of that "
            "alias is added, here or in another process",
            job.id,
            job.executor,
        )

    def _say_finished(self, job: StoredJob) -> None:
        self._configuration.logger.warning(
            "Job %r is finished and not kept: its trigger %s has no fire time left to run", job.id, job.trigger
        )

    def _stored(self, store: JobStore, pending: PendingJob) -> StoredJob:
        while (job := self._store_declared(store, pending)) is None:
            pass
        return job

    def _store_declared(self, store: JobStore, pending: PendingJob) -> StoredJob | None:
        """Store it once; return None where somebody else was faster, and it is to be tried again."""
        declared, now = pending.job, self.clock.now()
        if pending.keeps_schedule:
            if declared.schedule.is_finished:
                self._check_free(store, declared.id)
                return declared
            declared = declared.with_schedule(declared.schedule._replace(version=new_version()))
            store.add_job(declared)
            return declared
        stored = self._lookup_or_rebuild(store, declared) if pending.replace_existing else None
        if stored is not None:
            again = changing.added_again(stored, declared, now, pending.next_run_time)
            return self._exchange(pending.jobstore, stored, again, "it was declared anew with another schedule")
        job = changing.added(declared, now, pending.next_run_time, new_version())
        looks_back = pending.replace_existing and isinstance(pending.next_run_time, Unset)
        if looks_back:
            job = self._past_what_ran(store, job, now)
        if job.schedule.is_finished:
            if not pending.replace_existing:
                self._check_free(store, job.id)
            return job
        try:
            if not looks_back:
                store.add_job(job)
            elif not store.add_job_unless_run(job):
                return None  # another process has added, run and finished it since we looked
        except ConflictingIdError:
            if not pending.replace_existing:
                raise
            if not is_illegible(store, job.id):
                return None
            # Not even its schedule can be read: there is nothing to keep, and nothing that a version could guard.
            store.update_job(job)
        return job

    def _lookup_or_rebuild(self, store: JobStore, declared: StoredJob) -> StoredJob | None:
        try:
            return store.lookup_job(declared.id)
        except UnreadableJobError:
            # The function that it named is gone; this declaration mends it, and its schedule is still good.
            standing = store.read_standings([declared.id]).get(declared.id)
            if standing is None:
                return None
            # Its anchor is lost with it. Counting from the next fire time keeps the fire times that it had.
            anchor = standing.schedule.next_fire_time or self.clock.now()
            mended = declared._replace(trigger=declared.trigger.anchored(anchor))
            return mended.with_schedule(standing.schedule)

    def _past_what_ran(self, store: JobStore, job: StoredJob, now: datetime) -> StoredJob:
        """Return the job without the fire times that this id has run before: a restart must not run them again."""
        while (fire_time := job.schedule.next_fire_time) is not None:
            runs = store.get_runs(job_id=job.id, since=fire_time)
            if not any(run.fire_time == fire_time for run in runs):
                break
            job = changing.past(job, now)
        return job

    def import_jobs(
        self, infile: str | TextIO, jobstore: str = "default", *, serializer: Serializer | None = None
    ) -> int:
        """Add the jobs of a file that `export_jobs` wrote; return how many. All of them, or, at an error, none.

        `serializer` must be one that reads what the file was written with. Without it, whoever can write the file can
        run code here, whatever serializer the job store has.
        """
        self._check_process()
        jobs = read_jobs(infile, serializer)
        pending = [PendingJob(job=job, jobstore=jobstore, keeps_schedule=True) for job in jobs]
        with unless_held(self._lock):
            if not self.running:
                self._pending.add_all(pending)
                return len(pending)
        store = self._parts.jobstore(jobstore)
        # Before anything is added: then whatever is there after an error has come with this file.
        remedy = "no job of the file was added; remove that one, or import the file into another job store"
        for one in pending:
            self._check_free(store, one.job.id, remedy)
        added: list[str] = []
        for one in pending:
            added.append(one.job.id)
            try:
                is_finished = self._carry_out(one).schedule.is_finished
            except BaseException as error:
                if isinstance(error, ConflictingIdError):  # somebody else was faster, and it is that one's
                    added.pop()
                self._take_out_again(jobstore, added, error)
                raise
            if is_finished:
                added.pop()
        return len(added)

    def _check_free(self, store: JobStore, job_id: str, *remedy: str) -> None:
        """Raise where the id is taken, by a job that cannot be loaded too."""
        with suppress(UnreadableJobError):
            if store.lookup_job(job_id) is None:
                return
        raise ConflictingIdError.in_store(store.alias, job_id, *remedy)

    def _take_out_again(self, alias: str, job_ids: list[str], error: BaseException) -> None:
        """Remove what an import has added, as far as the store allows; the error tells of the rest.

        The last of them may be there or not: the store failed when it was added.
        """
        store, left, reason = self._parts.jobstore(alias), [], ""
        for job_id in job_ids:
            try:
                store.remove_job(job_id)
            except JobLookupError:
                continue
            except Exception as failure:  # border: a store that has just failed
                left.append(repr(job_id))
                reason = described(failure)
            else:
                self._tell(JobEvent(events.EVENT_JOB_REMOVED, job_id, alias))
        if left:
            error.add_note(
                f"job(s) {', '.join(left)} of the file may be in job store {alias!r} now, and could not be taken out "
                f"again ({reason}); remove them before you import the file once more"
            )

    # -- what they share -----------------------------------------------------------------------------

    def _exchange(self, alias: str, old: StoredJob, new: StoredJob, what: str) -> StoredJob | None:
        """Replace a job, if it is still stored as `old`; return it as it is stored then, or None.

        Fire times that are due, and that the new schedule knows nothing of, go on record as cancelled because of
        `what`. A job that is left with nothing to fire and nothing in flight is removed.
        """
        store, version = self._parts.jobstore(alias), old.schedule.version
        if new.schedule.next_fire_time != old.schedule.next_fire_time:
            reason = f"not run: {what} before it was taken"
            given_up = give_up_due(old, self.clock.now(), self._taker, reason)
            if given_up is not None:
                recorded = given_up.pass_over
                change = Change(job_id=old.id, expected_version=version, schedule=given_up.schedule, recorded=recorded)
                if store.commit([change]) != [True]:
                    return None
                for run in recorded:
                    tell_outcome(self._listeners, alias, run)
                version = given_up.schedule.version
                new = new.with_schedule(new.schedule._replace(version=version + 1))
        if not store.update_job_if(new, version):
            return None
        if new.schedule.is_finished:
            self._remove_finished(alias, new)
        return new

    def _remove_finished(self, alias: str, job: StoredJob) -> None:
        """Remove a job with nothing left to fire, unless a run is in flight, which then takes it along."""
        store = self._parts.jobstore(alias)
        standing = store.read_standings([job.id]).get(job.id)
        while standing is not None and standing.schedule.is_finished and not standing.unsettled:
            change = Change(job_id=job.id, expected_version=standing.schedule.version, remove=True)
            if store.commit([change]) == [True]:
                tell_removed(self._listeners, alias, job.id)
                return
            standing = store.read_standings([job.id]).get(job.id)

    def _wake_for(self, job: StoredJob) -> None:
        """Wake the loop if the job is due before it would wake by itself."""
        if self._loop is not None:
            self._loop.wake_for(job.schedule.next_run_time)


def is_illegible(store: JobStore, job_id: str) -> bool:
    """Return whether a job is stored, and neither what it is nor when it is due can be read."""
    try:
        store.lookup_job(job_id)
    except UnreadableJobError:
        return job_id not in store.read_standings([job_id])
    return False
