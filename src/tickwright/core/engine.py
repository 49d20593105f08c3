"""The loop's one body: `step()` reads the mailbox, goes round every job store, and says when to come again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from threading import Lock

from tickwright import events
from tickwright.core.clock_watch import ClockWatch
from tickwright.core.context import Context
from tickwright.core.desk import Desk
from tickwright.core.flights import Flights
from tickwright.core.mailbox import Mailbox, Part, Submit, Suspect
from tickwright.core.parting import part_from
from tickwright.events import ClockJumpEvent
from tickwright.jobstores.base import JobStore
from tickwright.report import Report, Started

__all__ = ["Engine"]


class Engine:
    """Decides and acts for all job stores of one scheduler. It starts no thread; a shell calls `step`.

    `step` is called by one thread at a time, which then is the only owner of scheduling state. Stores and
    executors may be added and removed from any thread: the maps are replaced whole.
    """

    def __init__(self, context: Context, mailbox: Mailbox) -> None:
        self.context = context
        self.mailbox = mailbox
        self.taking = True
        """Whether due jobs are taken. Without, runs in flight are still settled and leases kept."""
        self._desks: dict[str, Desk] = {}
        self._left_behind: dict[int, tuple[JobStore, Flights]] = {}
        """By the identity of stores that failed when they were let go of: what was in flight there. The store is kept
        with it, for as long as it is: an identity that is free again is soon another store's."""
        # Held for one replacement: a store that is added while another is removed must not be forgotten.
        self._changing = Lock()
        self._clock_watch = ClockWatch(context.clock)

    @property
    def desks(self) -> dict[str, Desk]:
        """The desks by the alias of their store, not to be changed."""
        return self._desks

    @property
    def in_flight(self) -> int:
        """How many runs were handed to executors and have no outcome on record."""
        return sum(desk.in_flight for desk in self._desks.values())

    @property
    def unreported(self) -> int:
        """How many of them have not even been reported yet."""
        return sum(desk.unreported for desk in self._desks.values())

    @property
    def waiting(self) -> int:
        """How many of those that were reported cannot be put on record yet, by this scheduler as it is."""
        return sum(desk.waiting for desk in self._desks.values())

    @property
    def is_shared(self) -> bool:
        """Whether other schedulers were seen at any of the stores."""
        return any(desk.is_shared for desk in self._desks.values())

    @property
    def job_due_in(self) -> float | None:
        """Seconds from the last step to the next job that can be taken; None where none is known."""
        return min((desk.job_due_in for desk in self._desks.values() if desk.job_due_in is not None), default=None)

    def announce(self) -> None:
        """Open the leases, before anybody puts a run on record in this engine's name."""
        for desk in self._desks.values():
            desk.announce()

    def add_store(self, alias: str, store: JobStore) -> None:
        """Serve a store from the next step on."""
        # Runs that were in flight when it was let go of, and could not be settled, are in flight still.
        _, flights = self._left_behind.pop(id(store), (store, None))
        desk = Desk(alias, store, self.context, flights)
        with self._changing:
            self._desks = {**self._desks, alias: desk}

    def pack(self, report: Report) -> Report:
        """Return a report with its outcome as its run's job store writes it. The worker's thread calls this."""
        for desk in self._desks.values():
            if desk.is_in_flight(report.run_id):
                return desk.store.pack(report)
        return report

    def is_in_flight(self, run_id: str) -> bool:
        """Return whether the run was handed to an executor and has no outcome on record. Any thread may ask."""
        return any(desk.is_in_flight(run_id) for desk in self._desks.values())

    def recall(self, run_id: str) -> bool:
        """Have a run cancelled that no executor has yet; return whether it is on its way there. Any thread may ask."""
        recalled = self.context.recalled
        # It is said first, and looked at after that; who submits it looks here after saying so.
        recalled.add(run_id)
        is_coming = False
        try:
            is_coming = self._is_on_its_way(run_id) or run_id not in recalled
        finally:
            if not is_coming:
                recalled.discard(run_id)
        return is_coming

    def _is_on_its_way(self, run_id: str) -> bool:
        for desk in self._desks.values():
            if desk.is_handing_over(run_id):
                # An executor that works inline has done with it then.
                letters = self.mailbox.unread()
                return not any(isinstance(letter, Report) and letter.run_id == run_id for letter in letters)
            if desk.is_in_flight(run_id):
                return False
        runs = (desk.store.get_run(run_id) for desk in self._desks.values())
        mine = self.context.owner.id
        is_waiting = any(run is not None and not run.is_settled and run.owner == mine for run in runs)
        # It may have been given to its executor since the look above: that one can be asked then.
        return is_waiting and not self.is_in_flight(run_id)

    def begun(self, run_ids: Collection[str]) -> dict[str, datetime]:
        """Return when those of these runs began that have begun, on record or not. Any thread may ask."""
        # Letters first: they go from the mailbox to the flights, and not back.
        news = (letter for letter in self.mailbox.unread() if isinstance(letter, (Started, Report)))
        known = [(letter.run_id, letter.started_at) for letter in news if letter.run_id in run_ids]
        known += [(run_id, desk.flights.started_at(run_id)) for desk in self._desks.values() for run_id in run_ids]
        return {run_id: started_at for run_id, started_at in known if started_at is not None}

    def has_clock_jumped(self) -> bool:
        """Return whether the wall clock was set since the last step: then it is time for one, which tells of it."""
        return self._clock_watch.has_jumped()

    def step(self) -> float | None:
        """Do all that is to be done now; return the seconds until there is more, None if nothing is known.

        No exception of a store, trigger or executor comes out of here. What wakes earlier is the mailbox.
        """
        self._look_at_clock()
        self.read_mail()
        waits = [desk.go_round(taking=self.taking) for desk in self._desks.values()]
        if len(self.mailbox):
            return 0.0
        return min((wait for wait in waits if wait is not None), default=None)

    def read_mail(self) -> None:
        """Open the letters that have come; a part of each step."""
        for letter in self.mailbox.take():
            if isinstance(letter, (Started, Report)):
                for desk in self._desks.values():
                    if desk.take_in(letter):
                        break
                else:
                    self.context.logger.debug("Run %s is in nobody's hands here; dropped %r", letter.run_id, letter)
            else:
                self._open(letter)

    def close(self) -> None:
        """Put on record what has been reported, and give up the leases; the last thing an engine does."""
        self.read_mail()
        for desk in self._desks.values():
            desk.close()

    def _look_at_clock(self) -> None:
        offset = self._clock_watch.look()
        if offset is None:
            return
        # Nothing needs repair: the next look at each store asks what is due at the new "now". It is told because
        # people want to know why a day's jobs came late, or why an hour of them is still to come.
        seconds = offset.total_seconds()
        self.context.logger.warning("The wall clock jumped by %+.3f s; everything is planned anew", seconds)
        self.context.teller.tell(ClockJumpEvent(events.EVENT_CLOCK_JUMPED, None, offset))

    def _open(self, letter: Submit | Suspect | Part) -> None:
        if isinstance(letter, Part):
            self._part(letter)
        elif letter.alias not in self._desks:
            return
        elif isinstance(letter, Suspect):
            self._desks[letter.alias].suspect()
        else:
            self._desks[letter.alias].submit_committed(letter.run)

    def _part(self, letter: Part) -> None:
        """Serve a store no more, and tidy up there."""
        alias, store = letter.alias, letter.store
        left = [desk.flights for desk in self._desks.values() if desk.store is store]
        # By identity: another store may have taken the alias by now.
        with self._changing:
            self._desks = {name: desk for name, desk in self._desks.items() if desk.store is not store}
        try:
            part_from(alias, store, self.context)
        except self.context.border as error:  # border: a store that is to go, perhaps because it does not work
            self._left_behind.update((id(store), (store, flights)) for flights in left)
            self.context.logger.error(
                "Job store %r failed when it was removed: %r; the runs that it had in flight have no outcome on "
                "record, and are found lost once this scheduler has shut down",
                alias,
                error,
            )
        finally:
            letter.then()
