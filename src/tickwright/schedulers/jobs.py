"""What an application says about jobs and runs: add, look, change, run now, remove."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from tickwright import events
from tickwright.change import Change
from tickwright.core import changing
from tickwright.core.firing import fire_now
from tickwright.core.mailbox import Submit, Suspect
from tickwright.core.telling import tell_outcome, tell_started
from tickwright.due import Standing
from tickwright.errors import ConflictingIdError, JobLookupError, SchedulerNotRunningError, UnreadableJobError
from tickwright.events import JobEvent, SchedulerEvent
from tickwright.job import Job
from tickwright.policies import UNSET, OnLost, Unset
from tickwright.run import Run
from tickwright.schedulers.declaring import as_next_run_time, changed, declare
from tickwright.schedulers.looking import LookCalls
from tickwright.schedulers.pending import PendingJob
from tickwright.schedulers.transfer import read_jobs
from tickwright.stored_job import StoredJob
from tickwright.triggers.base import Trigger
from tickwright.triggers.coerce import make_trigger

if TYPE_CHECKING:
    from tickwright.core.engine import Engine
    from tickwright.jobstores.base import JobStore

__all__ = ["JobCalls"]

Func = TypeVar("Func", bound=Callable[..., Any])


class JobCalls(LookCalls):
    """The calls about jobs. Any thread may make them, also a job or a listener; none holds a lock while it does.

    `jobstore` is an alias; left out, `add_job` takes `"default"`, and the others look in all of them.
    """

    # -- add -----------------------------------------------------------------------------------------

    def add_job(
        self,
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
        is started, the job waits (`job.pending`).

        Raises `ConflictingIdError` where the id is taken, `InvalidJobError`, `InvalidTriggerError` or `TypeError`
        where an argument cannot be taken, `JobStoreNotFoundError` for an unknown alias.
        """
        self._check_process()
        made = make_trigger(trigger, trigger_args, self.timezone)
        job = declare(
            func,
            made,
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
        pending = PendingJob(
            job=job,
            jobstore=jobstore,
            replace_existing=replace_existing,
            next_run_time=as_next_run_time(next_run_time, self.timezone, f"job {job.id!r}"),
        )
        with self._lock:
            # Under the lock, so that a scheduler that starts just now finds it either pending or stored.
            if not self.running:
                self._pending.add(pending)
                return self._handle(jobstore, job)
        return self._handle(jobstore, self._carry_out(pending))

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

    def _add_pending_jobs(self, jobstore: str | None = None) -> None:
        for pending in self._pending.of(jobstore):
            self._carry_out(pending)
            self._pending.remove(pending.job.id)

    def _carry_out(self, pending: PendingJob) -> StoredJob:
        """Store a job that was declared, and return it as it is stored."""
        store = self._parts.jobstore(pending.jobstore)
        while True:
            job = self._store_declared(store, pending)
            if job is not None:
                break
        if job.schedule.is_finished:
            self._configuration.logger.warning(
                "Job %r was not added: its trigger %s has no fire time left to run", job.id, job.trigger
            )
            return job
        if job.executor not in self._parts.executors:
            self._configuration.logger.warning(
                "Job %r asks for executor %r, which this scheduler does not have: it stays due until one of that "
                "alias is added, here or in another process",
                job.id,
                job.executor,
            )
        self._tell(JobEvent(events.EVENT_JOB_ADDED, job.id, pending.jobstore))
        self._wake_for(job)
        return job

    def _store_declared(self, store: JobStore, pending: PendingJob) -> StoredJob | None:
        """Store it once; return None where somebody else was faster, and it is to be tried again."""
        declared, now = pending.job, self.clock.now()
        stored = self._lookup_or_rebuild(store, declared) if pending.replace_existing else None
        if stored is not None:
            again = changing.added_again(stored, declared, now, pending.next_run_time)
            return again if store.update_job_if(again, stored.schedule.version) else None
        job = changing.added(declared, now, pending.next_run_time)
        if pending.replace_existing and isinstance(pending.next_run_time, Unset):
            job = self._past_what_ran(store, job, now)
        if job.schedule.is_finished:
            return job
        try:
            store.add_job(job)
        except ConflictingIdError:
            if pending.replace_existing:
                return None
            raise
        return job

    def _lookup_or_rebuild(self, store: JobStore, declared: StoredJob) -> StoredJob | None:
        try:
            return store.lookup_job(declared.id)
        except UnreadableJobError:
            # The function that it named is gone; this declaration mends it, and its schedule is still good.
            standing = store.read_standings([declared.id]).get(declared.id)
            return None if standing is None else declared.with_schedule(standing.schedule)

    def _past_what_ran(self, store: JobStore, job: StoredJob, now: datetime) -> StoredJob:
        """Return the job without the fire times that this id has run before: a restart must not run them again."""
        while (fire_time := job.schedule.next_fire_time) is not None:
            runs = store.get_runs(job_id=job.id, since=fire_time)
            if not any(run.fire_time == fire_time for run in runs):
                break
            job = changing.past(job, now)
        return job

    def import_jobs(self, infile: str | TextIO, jobstore: str = "default") -> int:
        """Add the jobs of a file that `export_jobs` wrote; return how many. All of them, or, at an error, none."""
        self._check_process()
        store = self._parts.jobstore(jobstore)
        jobs = read_jobs(infile)
        added: list[StoredJob] = []
        try:
            for job in jobs:
                store.add_job(job)
                added.append(job)
        except BaseException:
            for job in added:
                store.remove_job(job.id)
            raise
        for job in jobs:
            self._tell(JobEvent(events.EVENT_JOB_ADDED, job.id, jobstore))
        self.wakeup()
        return len(jobs)

    # -- change --------------------------------------------------------------------------------------

    def modify_job(self, job_id: str, jobstore: str | None = None, **changes: Any) -> Job:
        """Change a job's parameters, and return it; `next_run_time` too (None pauses it). All of them, or none."""
        shown = f"job {job_id!r}"
        next_run_time = as_next_run_time(changes.pop("next_run_time", UNSET), self.timezone, shown)
        trigger = make_trigger(changes["trigger"], {}, self.timezone) if "trigger" in changes else None

        def change(job: StoredJob, now: datetime) -> StoredJob:
            if trigger is not None:
                changes["trigger"] = trigger.anchored(now)
            job = changed(job, changes)
            if isinstance(next_run_time, Unset):
                return changing.kept(job)
            return changing.run_next_at(job, next_run_time)

        return self._change(job_id, jobstore, change, next_run_time)

    def reschedule_job(self, job_id: str, jobstore: str | None = None, trigger: Any = None, **trigger_args: Any) -> Job:
        """Give a job another trigger, due at its first fire time; a paused job goes on."""
        made = make_trigger(trigger, trigger_args, self.timezone)
        return self._change(job_id, jobstore, lambda job, now: changing.rescheduled(job, made, now), UNSET)

    def pause_job(self, job_id: str, jobstore: str | None = None) -> Job:
        """Let a job have no fire times until it is resumed. Runs in flight go on."""
        return self._change(job_id, jobstore, lambda job, _: changing.paused(job), None)

    def resume_job(self, job_id: str, jobstore: str | None = None) -> Job | None:
        """Let a paused job go on from now; where its trigger has nothing left, remove it and return None."""
        job = self._change(job_id, jobstore, changing.resumed, UNSET)
        if job.pending or job._stored.schedule.next_fire_time is not None:
            return job
        store = self._parts.jobstore(job.jobstore)
        standing = store.read_standings([job_id]).get(job_id, Standing(schedule=job._stored.schedule))
        # Its last run removes it; without one in flight that has to be done here.
        if not standing.unsettled:
            self.remove_job(job_id, job.jobstore)
        return None

    def remove_job(self, job_id: str, jobstore: str | None = None) -> None:
        """Remove a job, readable or not. Its runs in flight end as they do, and its history stays.

        Raises `JobLookupError` where there is none of that id.
        """
        self._check_process()
        if self._pending.remove(job_id):
            return
        for alias, store in self._stores(jobstore):
            try:
                store.remove_job(job_id)
            except JobLookupError:
                continue
            self._tell(JobEvent(events.EVENT_JOB_REMOVED, job_id, alias))
            return
        raise self._no_such_job(job_id, jobstore)

    def remove_all_jobs(self, jobstore: str | None = None) -> None:
        """Remove all jobs, of all job stores or of one."""
        self._check_process()
        for pending in self._pending.of(jobstore):
            self._pending.remove(pending.job.id)
        for _, store in self._stores(jobstore):
            store.remove_all_jobs()
        self._tell(SchedulerEvent(events.EVENT_ALL_JOBS_REMOVED, jobstore))

    def run_job(self, job_id: str, jobstore: str | None = None) -> Run:
        """Run a job now, through the same machinery, whatever its trigger says; return the run on record.

        The run is `scheduled`; or `skipped`, where `max_instances` are running. The job's schedule stays as it is.
        """
        self._check_process()
        if self._loop is None:
            raise SchedulerNotRunningError(f"job {job_id!r} cannot be run: this scheduler is not running")
        engine = self._loop.engine
        while True:
            found = self._find(job_id, jobstore)
            if found is None:
                raise self._no_such_job(job_id, jobstore)
            alias, job = found
            run = self._run_once(engine, alias, job)
            if run is not None:
                return run

    def _run_once(self, engine: Engine, alias: str, job: StoredJob) -> Run | None:
        store, context = self._parts.jobstore(alias), engine.context
        standing = store.read_standings([job.id]).get(job.id)
        if standing is None:
            return None
        firing = fire_now(job, standing.unsettled, self.clock.now(), context.taker)
        change = Change(
            job_id=job.id,
            expected_version=standing.schedule.version,
            started=firing.start,
            recorded=firing.pass_over,
        )
        try:
            (taken,) = store.commit([change])
        except Exception:
            # Whether it is on record is not known; the loop looks, and submits it if it is.
            engine.mailbox.post(Suspect(alias=alias))
            raise
        if not taken:
            return None
        for run in firing.pass_over:
            tell_outcome(context.teller, alias, run)
            return run
        tell_started(context.teller, alias, job.id, firing.start)
        engine.mailbox.post(Submit(alias=alias, run=firing.start[0]))
        return firing.start[0]

    # -- what they share -----------------------------------------------------------------------------

    def _change(
        self,
        job_id: str,
        jobstore: str | None,
        change: Callable[[StoredJob, datetime], StoredJob],
        next_run_time: datetime | Unset | None,
    ) -> Job:
        """Change a job as it is stored, again where somebody else changed it meanwhile."""
        self._check_process()
        pending = self._pending.get(job_id)
        if pending is not None:
            job = change(pending.job, self.clock.now())
            self._pending.change(job_id, job, next_run_time)
            return self._handle(pending.jobstore, job)
        while True:
            found = self._find(job_id, jobstore)
            if found is None:
                raise self._no_such_job(job_id, jobstore)
            alias, job = found
            new = change(job, self.clock.now())
            if self._parts.jobstore(alias).update_job_if(new, job.schedule.version):
                break
        self._tell(JobEvent(events.EVENT_JOB_MODIFIED, job_id, alias))
        self._wake_for(new)
        return self._handle(alias, new)

    def _handle(self, alias: str, job: StoredJob) -> Job:
        return Job(job, alias, self)

    def _wake_for(self, job: StoredJob) -> None:
        """Wake the loop if the job is due before it would wake by itself."""
        if self._loop is not None:
            self._loop.wake_for(job.schedule.next_run_time)
