"""What an application says about many new jobs at once: add all of them, or none."""

from __future__ import annotations

from tickwright.errors import (
    ConflictingIdError,
    InvalidJobError,
    JobLookupError,
    SchedulerNotRunningError,
    TickwrightError,
    shortened,
)
from tickwright.policies import UNSET
from tickwright.schedulers.adding import is_illegible
from tickwright.schedulers.jobs import JobCalls
from tickwright.schedulers.outfitting import outfit_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from tickwright.jobstores.base import JobStore
    from tickwright.run import Run
    from tickwright.schedulers.outfit import (
        BatchDecision,
        ExitStack,
        Iterable,
        Job,
        JobEvent,
        Mapping,
        PendingJob,
        changing,
        declare,
        declare_alike,
        events,
        give_up_due,
        make_trigger,
        new_version,
        tell_outcome,
        unless_held,
    )
    from tickwright.stored_job import StoredJob
    from tickwright.triggers.base import Trigger

__all__ = ["BatchAddCalls", "none_done"]

outfit_later(globals())

OWN = frozenset({"id", "args", "kwargs", "name"})
"""What most jobs of a batch have of their own. Where a job has nothing else, the rest is not looked at again."""

OF_JOB = (*sorted(OWN), "misfire_grace_time", "coalesce", "max_instances", "on_lost", "executor")
"""The arguments of `add_job` that `declare` takes by their names."""

OF_ONE = (ConflictingIdError, InvalidJobError, JobLookupError, SchedulerNotRunningError)
"""What is raised about one of many jobs, and is to say what became of the others."""


class BatchAddCalls(JobCalls):
    """The call that adds many jobs, in one transaction of one job store."""

    def add_jobs(self, /, jobs: Iterable[Mapping[str, Any]], **common: Any) -> list[Job]:
        """Add all of these jobs, or none; return handles on them, in order.

        Each of `jobs` has the arguments of `add_job` by their names, `{"func": send, "trigger": "cron", "hour": 3}`;
        `common` are those that all have where they do not say otherwise. They mean what they mean to `add_job`,
        `replace_existing` too, and all jobs of one call go into one job store. Before the scheduler is started they
        wait, and the start stores them together.

        Raises `InvalidJobError`, which names the first that cannot be taken by its place and its id, and
        `ConflictingIdError` where an id is taken or stands twice in the batch.
        """
        self._check_process()
        pending = self._read_batch(jobs, common)
        if not pending:
            return []
        alias = pending[0].jobstore
        try:
            if not self.running:
                with unless_held(self._lock):
                    if not self.running:
                        self._pending.add_all(pending)
                        return [self._handle(alias, one.job) for one in pending]
            return [self._handle(alias, job) for job in self._carry_out_all(alias, pending)]
        except (ConflictingIdError, InvalidJobError) as error:
            places = (place for place, one in enumerate(pending) if one.job.id == error.job_id)
            shown = "".join(f"jobs[{place}] (id {error.job_id!r}): " for place in places)
            raise none_done(error, "none of the jobs was added", shown) from error

    # -- how it is done -------------------------------------------------------------------------------

    def _read_batch(self, jobs: Iterable[Mapping[str, Any]], common: Mapping[str, Any]) -> list[PendingJob]:
        """Return what a batch declares. Raises where any of it cannot be taken."""
        if isinstance(jobs, (str, bytes, Mapping)) or not isinstance(jobs, Iterable):
            raise TypeError(f"jobs must be a list of mappings of the arguments of add_job, not {shortened(jobs)}")
        pending: list[PendingJob] = []
        places: dict[str, int] = {}
        own = {name: value for name, value in common.items() if name in OWN}
        template: PendingJob | None = None
        for place, given in enumerate(jobs):
            if not isinstance(given, (dict, Mapping)):  # a dict first: to ask the other costs ten times as much
                raise TypeError(
                    f"jobs[{place}] must be a mapping of the arguments of add_job, such as "
                    f"{{'func': send, 'trigger': 'interval', 'hours': 1}}, not {shortened(given)}"
                )
            is_alike = given.keys() <= OWN
            try:
                if is_alike and template is not None:
                    one = PendingJob(
                        job=declare_alike(template.job, **(given if not own else {**own, **given})),
                        jobstore=template.jobstore,
                        replace_existing=template.replace_existing,
                        next_run_time=template.next_run_time,
                    )
                else:
                    one = self._declare_item({**common, **given})
            except (TickwrightError, TypeError, ValueError) as error:
                job_id = given.get("id", common.get("id"))
                shown = "" if job_id is None else f" (id {shortened(job_id)})"
                raise InvalidJobError(f"jobs[{place}]{shown}: {error}; none of the jobs was added") from error
            if is_alike and template is None:
                template = one
            job_id = one.job.id
            if places.setdefault(job_id, place) != place:
                raise ConflictingIdError(
                    f"jobs[{places[job_id]}] and jobs[{place}] have the same id {job_id!r}; none of the jobs was added"
                )
            if pending and one.jobstore != pending[0].jobstore:
                raise InvalidJobError(
                    f"jobs[{place}] (id {job_id!r}) is for job store {one.jobstore!r} and jobs[0] for "
                    f"{pending[0].jobstore!r}: no transaction spans two job stores; call add_jobs once for each"
                )
            pending.append(one)
        return pending

    def _declare_item(self, given: dict[str, Any]) -> PendingJob:
        """Return what these arguments of `add_job` declare."""
        if "func" not in given:
            raise TypeError("it has no func")
        func, trigger = given.pop("func"), given.pop("trigger", None)
        asked = (
            given.pop("jobstore", "default"),
            given.pop("replace_existing", False),
            given.pop("next_run_time", UNSET),
        )
        of_job = {name: given.pop(name) for name in OF_JOB if name in given}
        made = make_trigger(trigger, given, self.timezone)  # the others are the trigger's
        return self._asked_for(declare(func, made, **of_job, defaults=self._configuration.job_defaults), *asked)

    def _add_pending_jobs(self, jobstore: str | None = None) -> None:
        """Store what was added before the start, call by call: all jobs of a call, or none."""
        for batch in self._pending.batches(jobstore):
            try:
                if len(batch) == 1:
                    self._carry_out(batch[0])
                else:
                    self._carry_out_all(batch[0].jobstore, batch)
            except (ConflictingIdError, InvalidJobError) as error:
                # Notes that are there tell what a store without transactions could not take back.
                if len(batch) > 1 and not hasattr(error, "__notes__"):
                    error.add_note(f"none of the {len(batch)} jobs that were added together was stored; all wait on")
                raise
            for pending in batch:
                self._pending.remove(pending)

    def _carry_out_all(self, alias: str, pending: Sequence[PendingJob]) -> list[StoredJob]:
        """Store jobs that were declared, and return them as they are stored."""
        store = self._parts.jobstore(alias)
        with ExitStack() as holds:
            tellers = []
            if self._listeners.wants(events.EVENT_JOB_ADDED):
                tellers = [holds.enter_context(self._listeners.first_of(one.job.id)) for one in pending]
            illegible: set[str] = set()
            while (decided := self._store_batch(store, pending, illegible)) is None:
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

    def _store_batch(self, store: JobStore, pending: Sequence[PendingJob], illegible: set[str]) -> BatchDecision | None:
        """Store them once; return None where it is to be decided anew, since things are not as they seemed.

        Of stored jobs that are `illegible` not even the schedule can be read. To ask for that costs a look at each, so
        it is found out where they are in the way, and noted there.
        """
        decided = self._decide(store, pending, illegible)
        instead_of = decided.instead_of
        kept = [job for job in decided.jobs if not job.schedule.is_finished or job.id in instead_of]
        if len(kept) < len(pending):
            for one, job in zip(pending, decided.jobs, strict=True):
                if job.schedule.is_finished and not one.replace_existing:
                    self._check_free(store, job.id)  # as for those that are kept
        try:
            if store.add_jobs(kept, instead_of, decided.unless_run, decided.given_up):
                return decided
        except ConflictingIdError:
            # Somebody else may have added one that is to be replaced, or not even its schedule can be read.
            again = [one.job for one in pending if one.replace_existing and one.job.id not in instead_of]
            found = {job.id for job in again if is_illegible(store, job.id)}
            if not found and not self._stored_already(store, again):
                raise
            illegible |= found
        return None

    def _decide(self, store: JobStore, pending: Sequence[PendingJob], illegible: set[str]) -> BatchDecision:
        now = self.clock.now()
        stored = self._stored_already(store, [one.job for one in pending if one.replace_existing])
        looks_back = bool(len(stored) < sum(one.replace_existing for one in pending) and store.get_runs(limit=1))
        decided = BatchDecision([], {}, set(), [])
        version = new_version()  # it is new to each of them
        first: tuple[Trigger, StoredJob] | None = None
        for one in pending:
            if one.keeps_schedule:
                decided.jobs.append(one.job.with_schedule(one.job.schedule._replace(version=version)))
                continue
            old = stored.get(one.job.id) if stored else None
            if old is not None:
                job = changing.added_again(old, one.job, now, one.next_run_time)
                decided.instead_of[job.id] = old.schedule.version
                decided.given_up.extend(self._given_up(old, job, now, "it was declared anew with another schedule"))
            else:
                # Jobs that were declared with one trigger have the same first fire time.
                if one.next_run_time is not UNSET:
                    job = changing.added(one.job, now, one.next_run_time, version)
                elif first is not None and one.job.trigger is first[0]:
                    job = changing.added_beside(one.job, first[1])
                else:
                    job = changing.added(one.job, now, UNSET, version)
                    first = one.job.trigger, job
                if one.replace_existing and one.next_run_time is UNSET:
                    if looks_back:
                        job = self._past_what_ran(store, job, now)
                    decided.unless_run.add(job.id)
                if job.id in illegible and is_illegible(store, job.id):  # still, and nothing of it is kept
                    decided.instead_of[job.id] = None
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

    # -- what the calls about many jobs share ---------------------------------------------------------

    def _given_up(self, old: StoredJob, new: StoredJob, now: datetime, what: str) -> tuple[Run, ...]:
        """Return how the fire times go on record that are due, and of which the new schedule knows nothing."""
        if new.schedule.next_fire_time == old.schedule.next_fire_time:
            return ()
        firing = give_up_due(old, now, self._taker, f"not run: {what} before it was taken")
        return () if firing is None else firing.pass_over

    def _wake_for_first(self, jobs: Sequence[StoredJob]) -> None:
        """Wake the loop if one of the jobs is due before it would wake by itself."""
        times = [time for job in jobs if (time := job.schedule.next_run_time) is not None]
        if times and self._loop is not None:
            self._loop.wake_for(min(times))


def none_done(error: TickwrightError, of_the_others: str, place: str = "") -> TickwrightError:
    """Return the error about one of many jobs with its place among them, and with what became `of_the_others`."""
    is_told = hasattr(error, "__notes__")  # by notes of what a store without transactions could not take back
    kind = next(kind for kind in OF_ONE if isinstance(error, kind))
    again = kind(f"{place}{error}" if is_told else f"{place}{error}; {of_the_others}")
    vars(again).update(vars(error))  # the id of the job, and those notes
    return again
