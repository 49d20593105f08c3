"""The desk for one job store: in each round it collects what is to be decided, commits, tells and submits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from math import inf

from tickwright import events
from tickwright.change import Change
from tickwright.core.context import Context
from tickwright.core.endings import Endings
from tickwright.core.firing import MOST_RUNS_AT_ONCE, as_change, fire
from tickwright.core.flights import Flights
from tickwright.core.lease_keeper import LeaseKeeper
from tickwright.core.outage import Outage
from tickwright.core.reports import checked
from tickwright.core.round import Round
from tickwright.core.submitting import Submitting
from tickwright.core.telling import TOLD_OF_CHANGES, tell_change, tell_outcome
from tickwright.core.tending import Tending
from tickwright.core.trigger_trouble import TriggerTrouble
from tickwright.core.zone_rules import ZoneRules
from tickwright.due import Due, DueJobs
from tickwright.events import StoreTroubleEvent
from tickwright.executors.base import Executor
from tickwright.jobstores.base import JobStore
from tickwright.report import Report, Started
from tickwright.run import Run

__all__ = ["Desk"]

LOOK_EVERY = 1.0
"""Seconds between two looks while something may happen that nobody rings for."""

Question = Callable[[Executor], int | None]


class Desk:
    """What the loop knows and does about one job store."""

    def __init__(self, alias: str, store: JobStore, context: Context, flights: Flights | None = None) -> None:
        self.alias = alias
        self.store = store
        self._context = context
        self._flights = Flights() if flights is None else flights
        self._lease = LeaseKeeper(store, context)
        # No longer than between two beats: whoever pauses while the others come back looks dead to them.
        self.outage = Outage(min(context.longest_retry_pause, self._lease.interval), context.random)
        self._trouble = TriggerTrouble(alias, context)
        self._submitting = Submitting(store, context, self._flights, self._lease)
        self._tending = Tending(alias, store, context, self._trouble)
        self._zone_rules = ZoneRules(alias, store, context, self._lease)
        self._endings = Endings(store, context, self._flights, self._lease, self._tending)
        self._again = False
        self.job_due_in: float | None = None
        """Seconds from the last round to the next job that can be taken; None where none is known, or not asked for."""
        self._told_rooms: set[str] = set()

    @property
    def in_flight(self) -> int:
        """How many runs of this store have no outcome on record here."""
        return len(self._flights)

    def is_in_flight(self, run_id: str) -> bool:
        """Return whether the run is one of them. Any thread may ask."""
        return run_id in self._flights

    def is_handing_over(self, run_id: str) -> bool:
        """Return whether the run is just being given to its executor. Any thread may ask."""
        return self._submitting.handing_over == run_id

    @property
    def unreported(self) -> int:
        """How many of them no report has come for."""
        return self._flights.unreported

    @property
    def flights(self) -> Flights:
        """What is in flight of this store."""
        return self._flights

    @property
    def waiting(self) -> int:
        """How many reports wait until somebody can do what their jobs ask for."""
        return self._endings.waiting

    @property
    def is_shared(self) -> bool:
        """Whether other schedulers were seen at this store."""
        return self._lease.is_shared

    @property
    def triggers_failing(self) -> int:
        """How many jobs' triggers raised when they were last asked."""
        return len(self._trouble)

    @property
    def missing_executors(self) -> list[str]:
        """The aliases that due jobs ask for and this scheduler lacks."""
        return sorted(self._tending.missing - self._context.executors.keys())

    @property
    def unreadable_jobs(self) -> set[str]:
        """The ids of the jobs that were found unreadable and have not come back."""
        return self._tending.unreadable

    # -- letters -------------------------------------------------------------------------------------

    def take_in(self, letter: Report | Started) -> bool:
        """Note a letter about a run; return whether the run is this desk's."""
        if isinstance(letter, Report):
            letter = checked(letter, self._context.clock)
        return self._flights.hear(letter)

    def announce(self) -> None:
        """Open the lease, before anybody puts a run on record in this engine's name: without one it would look lost."""
        try:
            self._lease.keep()
        except self._context.border as error:  # border: a store call; the first round tries again
            self._failed(error)

    def suspect(self) -> None:
        """Look in the next round for runs that were committed in this engine's name and never submitted."""
        self._submitting.is_doubtful = True

    def submit_committed(self, run: Run) -> None:
        """Submit, in the next round, a run that `run_job` put on record."""
        self._submitting.ask_for(run)

    # -- the round -----------------------------------------------------------------------------------

    def go_round(self, *, taking: bool) -> float | None:
        """Do what is to be done at this store; return the seconds until there is more."""
        self.job_due_in = None
        monotonic = self._context.clock.monotonic()
        if wait := self.outage.seconds_to_wait(monotonic):
            return wait
        try:
            wait_for_next = self._go_round(taking)
        except self._context.border as error:  # border: a store call in the loop
            # Nobody knows whether a failed commit was carried out, so the next round that gets through asks.
            self._submitting.is_doubtful = True
            self._lease.search_again()
            return self._failed(error)
        except BaseException:
            self._submitting.is_doubtful = True
            raise
        self._worked()
        return wait_for_next

    def close(self) -> None:
        """Write the last outcomes and give up the lease."""
        try:
            # Those that wait are put off, and let the others come up.
            for _ in range(self._endings.rounds_for_all()):
                self._settle_and_commit()
            self._lease.close()
        except self._context.border as error:  # border: a store call at the end of the loop
            self._context.logger.error(
                "Job store %r failed at shutdown: %r; %d run(s) have no outcome on record, "
                "and the next scheduler that opens it will find them lost",
                self.alias,
                error,
                self.in_flight,
            )

    def _go_round(self, taking: bool) -> float | None:
        self._again = False
        if not self._lease.keep():
            self._submitting.is_doubtful = True
        self._submitting.catch_up()
        self._zone_rules.look()
        now = self._context.clock.now()
        plan = Round()
        self._again = self._endings.settle_reports(plan, now, taking)
        abandoned = self._endings.settle_abandoned(plan, now, taking)
        if taking:
            self._fire_due(plan, now)
        self._note_begun(plan)
        self._commit(plan)
        for owner in abandoned.owners:
            self._lease.bury(owner)
        self._tending.look(is_busy=self._again)
        return self._seconds_to_next(taking)

    def _settle_and_commit(self) -> None:
        plan = Round()
        self._endings.settle_reports(plan, self._context.clock.now(), taking=False)
        self._commit(plan)

    # -- decide --------------------------------------------------------------------------------------

    def _fire_due(self, plan: Round, now: datetime) -> None:
        rooms = self._rooms(plan)
        if not rooms:
            return
        # No more than there is room for: a job is decoded when it is read, and read again when it did not fit.
        bounds = [room for room in rooms.values() if room is not None]
        limit = min(self._context.batch, sum(bounds)) if len(bounds) == len(rooms) else self._context.batch
        batch = self.store.read_due(now, limit, rooms.keys())
        self._tending.note_unreadable(batch.set_aside)
        if not self._lease.is_shared and self._some_would_wait(batch):
            # Before any of them is queued here: another scheduler may have come since the last watch.
            self._lease.look_who_shares()
            if self._lease.is_shared:
                rooms = self._rooms(plan)
        for due in batch.due:
            alias = due.job.executor
            room = rooms.get(alias, 0)
            if room is None:
                self._fire_one(plan, due, now, MOST_RUNS_AT_ONCE)
            elif room > 0:
                most = room if room < MOST_RUNS_AT_ONCE else MOST_RUNS_AT_ONCE
                rooms[alias] = room - self._fire_one(plan, due, now, most)
        self._again = self._again or len(batch.due) >= limit

    def _fire_one(self, plan: Round, due: Due, now: datetime, most: int) -> int:
        """Decide about a due job; return how many runs it starts, `most` at the most."""
        job, schedule = due.job, due.job.schedule
        # What is reported, or found lost, has ended, though this round only now writes it down.
        unsettled = plan.unsettled(job.id, due.unsettled)
        uncertain: Collection[str] = ()
        if unsettled:
            unsettled = [run for run in unsettled if not self._flights.is_reported(run.id)]
            uncertain = {run.id for run in unsettled if self._lease.may_be_dead(run.owner)}
        try:
            firing = fire(job, unsettled, now, self._context.taker, most, uncertain)
        except self._context.border as error:  # border: a trigger
            plan.add(
                Change(
                    job_id=job.id,
                    expected_version=schedule.version,
                    schedule=self._trouble.postponed(job, error, now),
                )
            )
            return 0
        self._trouble.is_over(job.id)
        plan.add(as_change(firing, job, unsettled), job)
        return len(firing.start)

    def _note_begun(self, plan: Round) -> None:
        for job_id, started in self._flights.begun():
            plan.add(Change(job_id=job_id, begun=(started,)))

    def _some_would_wait(self, batch: DueJobs) -> bool:
        """Return whether more jobs are due than workers are free."""
        due = Counter([one.job.executor for one in batch.due])
        return any(free is not None and due[alias] > free for alias, free in self._ask_all(_idle).items())

    def _rooms(self, plan: Round | None = None) -> dict[str, int | None]:
        """Return the executors that take runs now, with how many (None: no bound) besides those that a plan starts."""
        started = plan.started_for() if plan is not None else {}
        # Where others share the store, a run that would have to wait here is left to whoever has a worker free.
        rooms = self._ask_all(_idle if self._lease.is_shared else _room)
        left = {alias: None if room is None else room - started.get(alias, 0) for alias, room in rooms.items()}
        return {alias: room for alias, room in left.items() if room is None or room > 0}

    def _ask_all(self, question: Question) -> dict[str, int | None]:
        return {alias: self._ask(alias, executor, question) for alias, executor in self._context.executors.items()}

    def _ask(self, alias: str, executor: Executor, question: Question) -> int | None:
        try:
            return question(executor)
        except self._context.border as error:  # border: an executor that cannot tell how it is
            if alias not in self._told_rooms:
                self._told_rooms.add(alias)
                self._context.logger.error("Executor %r cannot tell its room and gets no runs: %r", alias, error)
            return 0

    # -- commit, tell, submit ------------------------------------------------------------------------

    def _commit(self, plan: Round) -> None:
        if not plan.changes:
            return
        taken = self.store.commit(plan.changes)
        self._flights.forget_begun()
        # Submitting comes after all telling, and both after the commit. If we die in between, the runs are
        # found lost and their jobs' policy decides; in the other order they might run twice.
        written = [change for change, is_taken in zip(plan.changes, taken, strict=True) if is_taken]
        self._land(written)
        self._tell(written)
        for change in written:
            for run in change.started:
                self._submitting.submit(run, plan.jobs[run.id])
        # Refusals ask the store again, and it may fail: what was written has gone its way by then.
        if len(written) < len(taken):
            for change, is_taken in zip(plan.changes, taken, strict=True):
                if not is_taken:
                    self._refused(change)
        # A submission that was put off because the lease is in doubt is made up for at once.
        self._again = self._again or self._submitting.is_doubtful

    def _land(self, written: Iterable[Change]) -> None:
        own, land = self._context.owner.id, self._flights.land
        for change in written:
            for run in change.settled:
                land(run.id)
                if run.owner != own:
                    self._context.logger.warning(
                        "Run %s of job %r (fire time %s) is lost: %s", run.id, run.job_id, run.fire_time, run.reason
                    )

    def _tell(self, written: Iterable[Change]) -> None:
        teller = self._context.teller
        if teller.wants(TOLD_OF_CHANGES):
            for change in written:
                tell_change(teller, self.alias, change)

    def _refused(self, change: Change) -> None:
        """Find out what a refusal means; whatever is still to do is done in the next round."""
        self._again = self._again or not change.begun
        for settled in change.settled:
            if settled.id not in self._flights:
                # A run that somebody dead has left, and that may still be nobody's.
                self._lease.search_again()
                continue
            stored = self.store.get_run(settled.id)
            if stored is not None and not stored.is_settled and stored.owner == self._context.owner.id:
                continue
            self._flights.land(settled.id)
            if stored is not None and (stored.status, stored.finished_at) == (
                settled.status,
                settled.finished_at,
            ):
                # An earlier commit of the same outcome was carried out although its answer never came.
                tell_outcome(self._context.teller, self.alias, settled)
                continue
            self._context.logger.warning(
                "Run %s of job %r ended as %s, but its record says %s: the report came too late and is dropped",
                settled.id,
                settled.job_id,
                settled.status,
                stored.status if stored else "nothing",
            )

    # -- the rest ------------------------------------------------------------------------------------

    def _seconds_to_next(self, taking: bool) -> float | None:
        if self._again:
            return 0.0
        lease, wait = self._lease.seconds_to_next(), self._tending.seconds_to_next
        open_to: Collection[str] = self._rooms().keys() if taking else ()
        if lease < inf:  # without end is that of a scheduler without others, which a test drives by hand
            is_full = taking and len(open_to) < len(self._context.executors)
            wait = min(wait, lease, self._seconds_to_look(is_full=is_full))
        next_time = self.store.next_due_time(open_to) if open_to else None
        if next_time is None:
            return None if wait == inf else wait
        self.job_due_in = max(0.0, (next_time - self._context.clock.now()) / timedelta(seconds=1))
        return min(wait, self.job_due_in)

    def _seconds_to_look(self, *, is_full: bool) -> float:
        """Return after how long to look again for what nobody rings for."""
        every = inf if self.store.look_every is None else self.store.look_every
        # That a run has begun, what a scheduler beside this one did, and that a stranger's executor has room again.
        return min(every, LOOK_EVERY) if is_full or self._flights.unreported or self._lease.is_shared else every

    def _failed(self, error: BaseException) -> float:
        # A call may take its time before it fails: pauses count from now.
        monotonic = self._context.clock.monotonic()
        if self.outage.failed(error, monotonic):
            self._tell_outage(error, "it is tried again with growing pauses, nothing is forgotten meanwhile")
        return self.outage.seconds_to_wait(monotonic)

    def _worked(self) -> None:
        monotonic = self._context.clock.monotonic()
        trouble = self._tending.trouble
        if trouble is not None:
            if self.outage.ails(trouble, monotonic):
                self._tell_outage(
                    trouble, "its jobs go on, but old history may stay, and jobs that were mended not come back"
                )
            return
        duration = self.outage.worked(monotonic)
        if duration is None:
            return
        self._context.logger.info("Job store %r answers again after %.1f s", self.alias, duration.total_seconds())
        self._context.teller.tell(StoreTroubleEvent(events.EVENT_JOBSTORE_RECOVERED, self.alias, None, duration))

    def _tell_outage(self, error: BaseException, what: str) -> None:
        self._context.logger.error("Job store %r failed: %r; %s", self.alias, error, what, exc_info=error)
        self._context.teller.tell(StoreTroubleEvent(events.EVENT_JOBSTORE_OUTAGE, self.alias, error))


def _room(executor: Executor) -> int | None:
    return executor.room()


def _idle(executor: Executor) -> int | None:
    return executor.idle()
