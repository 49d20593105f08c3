"""What an application says about jobs that are there: change, run now, remove."""

from __future__ import annotations

from tickwright.errors import JobLookupError, SchedulerNotRunningError
from tickwright.policies import UNSET, Unset
from tickwright.schedulers.adding import AddCalls
from tickwright.schedulers.outfitting import outfit_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from tickwright.core.engine import Engine
    from tickwright.run import Run
    from tickwright.schedulers.outfit import (
        ALIASES,
        Change,
        Job,
        JobEvent,
        PendingJob,
        SchedulerEvent,
        Submit,
        Suspect,
        as_next_run_time,
        changed,
        changing,
        check_alias,
        check_job_id,
        check_run_id,
        events,
        fire_now,
        make_trigger,
        tell_outcome,
        tell_started,
    )
    from tickwright.stored_job import StoredJob

__all__ = ["JobCalls"]

outfit_later(globals())


class JobCalls(AddCalls):
    """The calls about jobs. Any thread may make them, also a job or a listener; none holds a lock while it does.

    `jobstore` is an alias; left out, `add_job` takes `"default"`, and the others look in all of them.
    """

    # -- change --------------------------------------------------------------------------------------

    def modify_job(self, /, job_id: str, jobstore: str | None = None, **changes: Any) -> Job:
        """Change a job's parameters, and return it; `next_run_time` too (None pauses it). All of them, or none."""
        shown = f"job {job_id!r}"
        next_run_time = as_next_run_time(changes.pop("next_run_time", UNSET), self.timezone, shown)
        trigger = make_trigger(changes["trigger"], {}, self.timezone) if "trigger" in changes else None

        def change(job: StoredJob, now: datetime) -> StoredJob:
            anchored = {} if trigger is None else {"trigger": trigger.anchored(now)}
            job = changed(job, changes | anchored)
            if isinstance(next_run_time, Unset):
                return changing.kept(job)
            return changing.run_next_at(job, next_run_time)

        def change_pending(pending: PendingJob) -> PendingJob:
            job = changed(pending.job, changes | ({} if trigger is None else {"trigger": trigger}))
            if isinstance(next_run_time, Unset):
                return pending._replace(job=job)
            return pending._replace(job=job, next_run_time=next_run_time, keeps_schedule=False)

        return self._change(job_id, jobstore, change, change_pending)

    def reschedule_job(
        self, /, job_id: str, jobstore: str | None = None, trigger: Any = None, **trigger_args: Any
    ) -> Job:
        """Give a job another trigger, due at its first fire time; a paused job goes on."""
        check_alias(jobstore)
        if trigger is None and jobstore in ALIASES and jobstore not in self._parts.jobstores:
            raise TypeError(
                f"job {job_id!r}: {jobstore!r} stands where the job store's alias does; write trigger={jobstore!r}"
            )
        made = make_trigger(trigger, trigger_args, self.timezone)

        def change_pending(pending: PendingJob) -> PendingJob:
            job = pending.job._replace(trigger=made)
            return pending._replace(job=job, next_run_time=UNSET, keeps_schedule=False)

        return self._change(job_id, jobstore, lambda job, now: changing.rescheduled(job, made, now), change_pending)

    def pause_job(self, job_id: str, jobstore: str | None = None) -> Job:
        """Let a job have no fire times until it is resumed. Runs in flight go on."""

        def change_pending(pending: PendingJob) -> PendingJob:
            return pending._replace(next_run_time=None, keeps_schedule=False)

        return self._change(job_id, jobstore, lambda job, _: changing.paused(job), change_pending)

    def resume_job(self, job_id: str, jobstore: str | None = None) -> Job | None:
        """Let a paused job go on from now; where its trigger has nothing left, remove it and return None."""

        def change_pending(pending: PendingJob) -> PendingJob:
            return pending._replace(next_run_time=UNSET, keeps_schedule=False)

        job = self._change(job_id, jobstore, changing.resumed, change_pending)
        if job.pending or job._stored.schedule.next_fire_time is not None:
            return job
        return None

    def remove_job(self, job_id: str, jobstore: str | None = None) -> None:
        """Remove a job, readable or not. Its runs in flight end as they do, and its history stays.

        Raises `JobLookupError` where there is none of that id.
        """
        pending = self._find_pending(job_id, jobstore)
        if pending is not None:
            self._pending.remove(pending)
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
        """Remove all jobs, of all job stores or of one; before the first start, those that wait for it."""
        stores = self._stores(jobstore)
        if self._was_started and not self.running:
            raise SchedulerNotRunningError(
                "this scheduler was shut down, and what is in its job stores is removed only while it runs; nothing "
                "was removed; start it first: start(paused=True) runs nothing"
            )
        for pending in self._pending.of(jobstore):
            self._pending.remove(pending)
        for _, store in stores:
            store.remove_all_jobs()
        self._tell(SchedulerEvent(events.EVENT_ALL_JOBS_REMOVED, jobstore))

    def run_job(self, job_id: str, jobstore: str | None = None) -> Run:
        """Run a job now, through the same machinery, whatever its trigger says; return the run on record.

        The run is `scheduled`; or `skipped`, where `max_instances` are running. The job's schedule stays as it is.
        """
        self._check_process()
        check_job_id(job_id)
        check_alias(jobstore)
        if self._loop is None:
            raise SchedulerNotRunningError(f"job {job_id!r} cannot be run: this scheduler is not running")
        engine = self._loop.engine
        while True:
            found = self._find(job_id, jobstore, self._stores)
            if found is None:
                raise self._no_such_job(job_id, jobstore)
            alias, job = found
            run = self._run_once(engine, alias, job)
            if run is not None:
                return run

    def cancel_run(self, run_id: str) -> bool:
        """Ask a run of this scheduler to stop; return whether it can still be asked.

        One that waits for a worker is taken back and recorded as `cancelled`. One that executes finds
        `current_run().cancel_requested` set, and is `cancelled` if it answers with `raise_if_cancelled()`. In an event
        loop its task is cancelled.
        """
        self._check_process()
        check_run_id(run_id)
        if self._parts.cancel(run_id):
            return True
        loop = self._loop
        # One that was given to its executor between these questions is there now.
        return (loop is not None and loop.engine.recall(run_id)) or self._parts.cancel(run_id)

    def _run_once(self, engine: Engine, alias: str, job: StoredJob) -> Run | None:
        store, context = self._parts.jobstore(alias), engine.context
        standing = store.read_standings([job.id]).get(job.id)
        if standing is None:
            return None
        firing = fire_now(job, standing.unsettled, self.clock.now(), context.taker)
        version = standing.schedule.version
        change = Change(
            job_id=job.id,
            expected_version=version,
            # The schedule stays, and counts as changed: a settlement that knows nothing of this run is refused, and
            # does not remove a finished job under it.
            schedule=standing.schedule._replace(version=version + 1),
            started=firing.start,
            recorded=firing.pass_over,
        )
        try:
            (taken,) = store.commit([change])
            if not taken:
                return None
            for run in firing.pass_over:
                tell_outcome(context.teller, alias, run)
                return run
            tell_started(context.teller, alias, job.id, firing.start)
            engine.mailbox.post(Submit(alias=alias, run=firing.start[0]))
        except BaseException:  # what a signal's handler raises comes anywhere, Ctrl-C in a notebook above all
            # Whether it is on record is not known; the loop looks, and submits it if it is.
            engine.mailbox.post(Suspect(alias=alias))
            raise
        return firing.start[0]

    # -- what they share -----------------------------------------------------------------------------

    def _change(
        self,
        job_id: str,
        jobstore: str | None,
        change: Callable[[StoredJob, datetime], StoredJob],
        change_pending: Callable[[PendingJob], PendingJob],
    ) -> Job:
        """Change a job as it is stored, again where somebody else changed it meanwhile."""
        pending = self._find_pending(job_id, jobstore)
        if pending is not None:
            pending = change_pending(pending)
            if self._pending.change(pending):
                return self._handle(pending.jobstore, pending.job)
        while True:
            found = self._find(job_id, jobstore, self._stores)
            if found is None:
                raise self._no_such_job(job_id, jobstore)
            alias, job = found
            new = self._exchange(alias, job, change(job, self.clock.now()), "it was paused, modified or rescheduled")
            if new is not None:
                break
        self._tell(JobEvent(events.EVENT_JOB_MODIFIED, job_id, alias))
        if new.schedule.is_finished:
            self._say_finished(new)
        self._wake_for(new)
        return self._handle(alias, new)

    def _handle(self, alias: str, job: StoredJob) -> Job:
        return Job(job, alias, self)
