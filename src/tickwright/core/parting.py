"""Parting from a job store while its scheduler goes on: what was in flight is put on record, the lease is given up."""

from __future__ import annotations

from tickwright.core.context import Context
from tickwright.core.settling import lost_report, settle
from tickwright.core.telling import tell_outcome, tell_removed
from tickwright.jobstores.base import JobStore

__all__ = ["part_from"]


def part_from(alias: str, store: JobStore, context: Context) -> None:
    """Record the runs in flight as lost, and close the lease. What the store raises comes out.

    Nobody listens to the reports of these runs any more. Left as they are they would look alive, as long as this
    engine lives, to whoever goes on with the store, and their jobs would wait for them.
    """
    for run in store.get_unsettled_runs(context.owner.id):
        now = context.clock.now()
        report = lost_report(run, now, "let go of this job store")
        standing = store.read_standings([run.job_id]).get(run.job_id)
        # Without its job, so that it is never run again: it goes on in this process, only unheard.
        change = settle(run, report, standing, None, now, context.taker)
        (taken,) = store.commit([change])
        if taken:
            tell_outcome(context.teller, alias, change.settled[0])
            if change.remove:
                tell_removed(context.teller, alias, change.job_id)
    store.close_lease(context.owner.id)
