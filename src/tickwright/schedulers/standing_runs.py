"""Runs as they stand: as they are on record, and running where a worker has begun and the record lags behind."""

from __future__ import annotations

from datetime import datetime

from tickwright.jobstores.base import JobStore
from tickwright.run import UNSETTLED, Run, RunStatus
from tickwright.schedulers.loop import Loop

__all__ = ["runs_as_they_stand"]


def runs_as_they_stand(
    store: JobStore,
    loop: Loop | None,
    job_id: str | None,
    status: RunStatus | None,
    since: datetime | None,
    limit: int | None,
) -> list[Run]:
    """Return what `store.get_runs` does, with the runs running that have begun, as far as the loop (if any) knows.

    To put each beginning on record at once would be one more commit a run. The loop does it when it comes by.
    """
    if loop is None or (status is not None and status not in UNSETTLED):
        return store.get_runs(job_id=job_id, status=status, since=since, limit=limit)
    if status is None:
        return _with_news(store.get_runs(job_id=job_id, since=since, limit=limit), loop)
    # Those that wait first, and all of them, since some have begun. A run that is recorded as running between the two
    # questions is in both answers; asked for the other way round, it would be in none.
    found = {
        run.id: run for run in _with_news(store.get_runs(job_id=job_id, status=RunStatus.SCHEDULED, since=since), loop)
    }
    if status is RunStatus.RUNNING:
        found |= {run.id: run for run in store.get_runs(job_id=job_id, status=status, since=since, limit=limit)}
    chosen = sorted((run for run in found.values() if run.status is status), key=lambda run: run.taken_at, reverse=True)
    return chosen if limit is None else chosen[:limit]


def _with_news(runs: list[Run], loop: Loop) -> list[Run]:
    scheduled = RunStatus.SCHEDULED
    waiting = {run.id for run in runs if run.status is scheduled}
    begun = loop.engine.begun(waiting) if waiting else {}
    if not begun:
        return runs
    return [
        run._replace(status=RunStatus.RUNNING, started_at=begun[run.id]) if run.id in begun else run for run in runs
    ]
