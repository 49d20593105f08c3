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
        return _with_news(store.get_runs(job_id=job_id, since=since, limit=limit), store, loop)
    # Of what is on its way there is little, and the store finds it without a walk through the history.
    asked_for = [
        run
        for run in reversed(store.get_unsettled_runs())
        if job_id in (None, run.job_id) and (since is None or run.fire_time >= since)
    ]
    return [run for run in _with_news(asked_for, store, loop) if run.status is status][:limit]


def _with_news(runs: list[Run], store: JobStore, loop: Loop) -> list[Run]:
    engine, scheduled = loop.engine, RunStatus.SCHEDULED
    waiting = {run.id: run for run in runs if run.status is scheduled}
    if not waiting:
        return runs
    newer: dict[str, Run | None] = {
        run_id: waiting[run_id]._replace(status=RunStatus.RUNNING, started_at=started_at)
        for run_id, started_at in engine.begun(waiting.keys()).items()
    }
    for run in waiting.values():
        # Its end may have come on record after it was read here, and its news gone with that: somebody who saw it
        # running must not see it wait again.
        if run.owner == engine.context.owner.id and run.id not in newer and not engine.is_in_flight(run.id):
            newer[run.id] = store.get_run(run.id)
    return [now for run in runs if (now := newer.get(run.id, run)) is not None]
