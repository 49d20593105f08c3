"""Keeps this engine's lease in one store, and finds the runs of those who let theirs lapse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from tickwright.core.context import Context
from tickwright.core.lease_watch import LeaseWatch
from tickwright.jobstores.base import JobStore
from tickwright.owner import Silence
from tickwright.run import Run

__all__ = ["Abandoned", "LeaseKeeper"]

# A lease of L seconds is renewed every L/6 and watched every L/6; a beat that stood still for 2L/3 is death. So a
# death is found within L at the latest (2/3 + 1/6 + 1/6), and an owner that is merely slow has missed three beats.
PARTS = 6

OWN_LATENESS = 2
"""Beats that this engine may be late with itself and still judge others: beyond, what kept it may have kept them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """What the dead have left."""

    runs: tuple[Run, ...] = ()
    """Runs that nobody will report."""
    silences: Mapping[str, Silence] = field(default_factory=dict)
    """By the id of the owner that a run has: what was last seen of it."""
    owners: tuple[Silence, ...] = ()
    """Dead owners without such runs, whose leases can go. The others' stay until a later look finds none."""


class LeaseKeeper:
    """One engine's lease in one store."""

    def __init__(self, store: JobStore, context: Context) -> None:
        self._store = store
        self._context = context
        self._clock = context.clock
        self._watch = LeaseWatch(context.owner.id, context.probe)
        self._known: set[str] | None = None
        self.is_shared = False
        """Whether other schedulers were seen at this store at the last look."""
        self._is_open = False
        self._beats = 0
        """How many were asked for, heard of or not: no lease of this engine was ever at more."""
        # Instants are kept and compared as they are: a difference of two can fall a hair short of the interval
        # while the wait that was worked out from it is zero, and the loop would spin on that hair.
        self._beat_at = -inf
        self._doubtful_after = -inf
        self._renew_at = -inf
        self._watch_at = -inf
        self._search_at = -inf

    @property
    def interval(self) -> float:
        """Seconds between two renewals."""
        return self._context.lease / PARTS

    def is_in_doubt(self) -> bool:
        """Return whether so long has passed since the last beat that others may take this engine for dead."""
        return self._clock.monotonic() > self._doubtful_after

    def keep(self) -> bool:
        """Open or renew the lease where it is time.

        Return False where others may have taken this engine for dead: the lease was gone, or its beat came so late.
        """
        clock, owner = self._context.clock, self._context.owner
        # Taken before the call: a beat counts from when it was asked for, not from when the answer came.
        asked_at = clock.monotonic()
        if asked_at < self._renew_at:
            return True
        was_open = self._is_open
        self._beats += 1
        is_there = was_open and self._store.renew_lease(owner.id, clock.now())
        if not is_there:
            # With a beat that none of the earlier ones was: a watcher that saw one of those stand still, and did not
            # look while the lease was gone, would think it dead still.
            self._store.open_lease(owner, self._context.lease, clock.now(), self._beats)
        if was_open and not is_there:
            self._context.logger.warning(
                "Job store %r: this scheduler was taken for dead while it was stopped; runs it had in hand may have "
                "been settled as lost",
                self._store.alias,
            )
        was_in_doubt = self.is_in_doubt()
        if clock.monotonic() > self._beat_at + OWN_LATENESS * self.interval:
            # A file that somebody locks for a minute stops everybody's beat. Whoever gets through first must not
            # take the others, who have waited like itself, for dead.
            self._watch.start_over()
        self._is_open = True
        self._beat_at, self._renew_at = asked_at, asked_at + self.interval
        self._doubtful_after = asked_at + self._context.lease / 2
        return not was_open or (is_there and not was_in_doubt)

    def find_abandoned(self) -> Abandoned:
        """Return the runs of dead owners, where it is time to look; nothing otherwise."""
        monotonic = self._context.clock.monotonic()
        if monotonic < self._watch_at:
            return Abandoned()
        leases = self._store.get_leases()
        dead = {owner.id: owner for owner in self._watch.look(leases, monotonic)}
        living = {lease.owner.id for lease in leases} - dead.keys() | {self._context.owner.id}
        runs: list[Run] = []
        # All runs are looked through only when somebody came, went or died, and once in a lease to be certain: they
        # may be many, and then they belong to the living.
        if dead or living != self._known or monotonic >= self._search_at:
            runs = [run for run in self._store.get_unsettled_runs() if run.owner not in living]
            if any(run.owner not in dead for run in runs):
                # An owner without a lease is dead, unless it has come since we asked: it opens its lease before it
                # takes a run, so that whoever sees the run sees the lease.
                living |= {lease.owner.id for lease in self._store.get_leases()} - dead.keys()
                runs = [run for run in runs if run.owner not in living]
            self._search_at = monotonic + self._context.lease
        self._watch_at = monotonic + self.interval
        self._known = living
        self.is_shared = len(living) > 1
        left = {run.owner for run in runs}
        beats = {lease.owner.id: lease.beat for lease in leases}
        return Abandoned(
            runs=tuple(runs),
            silences={name: Silence(owner=name, beat=beats.get(name)) for name in left},
            owners=tuple(Silence(owner=name, beat=beats[name]) for name in dead if name not in left),
        )

    def look_who_shares(self) -> None:
        """See whether others have come, for a decision that cannot wait until it is time to watch."""
        self.is_shared = any(lease.owner.id != self._context.owner.id for lease in self._store.get_leases())

    def may_be_dead(self, owner_id: str) -> bool:
        """Return whether nothing shows yet that an owner lives: it has not been watched for long enough."""
        return not self._watch.has_seen_beating(owner_id)

    def search_again(self) -> None:
        """Look through all runs at the next look, because some of the dead's could not be settled at this one."""
        self._search_at = -inf

    def look_now(self) -> None:
        """Look at the next call of `find_abandoned`, and do not wait until it is time."""
        self._watch_at = -inf

    def bury(self, dead: Silence) -> None:
        """Close the lease of a dead owner, whose runs are settled; unless it has stirred since it was looked at."""
        self._store.close_lease(dead.owner, dead.beat)

    def seconds_to_next(self) -> float:
        """Return the seconds until the lease is to be renewed or the others watched."""
        return max(0.0, min(self._renew_at, self._watch_at) - self._context.clock.monotonic())

    def close(self) -> None:
        """Give the lease up."""
        if self._is_open:
            self._is_open, self._renew_at = False, -inf
            self._store.close_lease(self._context.owner.id)
