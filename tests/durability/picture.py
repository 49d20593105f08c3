"""The picture: what a scheduler says of its jobs and runs in a moment in which it takes none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.durability.world import World
from tickwright import BackgroundScheduler, Run

__all__ = ["take_picture"]


def take_picture(scheduler: BackgroundScheduler, world: World) -> None:
    """Write it to a file that is there whole, or not at all."""
    draft = world.folder / "picture.draft"
    draft.write_text(json.dumps(_seen(scheduler, world)))
    draft.rename(world.picture)


def _seen(scheduler: BackgroundScheduler, world: World) -> dict[str, Any]:
    now = datetime.now(UTC)
    ahead = {job.id: job.next_run_time for job in scheduler.get_jobs()}
    # A fire time that waited for a running instance is due when that one ended: the preview tells them apart.
    for upcoming in reversed(scheduler.preview(now + timedelta(minutes=1), limit=100_000)):
        ahead[upcoming.job_id] = upcoming.fire_time
    # Kept first: a run that is pruned between the two looks is then in both, and counts once.
    runs = {run.id: run for run in reversed(scheduler.get_runs())}
    runs = {**{run.id: run for run in world.pruned_runs()}, **runs}
    return {
        "now": now.isoformat(),
        "unreadable": [one.job_id for one in scheduler.get_unreadable_jobs()],
        "jobs": {job_id: fire_time and fire_time.isoformat() for job_id, fire_time in ahead.items()},
        "runs": [_told(run) for run in sorted(runs.values(), key=lambda run: (run.fire_time, run.attempt))],
    }


def _told(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "job": run.job_id,
        "fire_time": run.fire_time.isoformat(),
        "attempt": run.attempt,
        "status": str(run.status),
        "coalesced": run.coalesced,
        "reason": run.reason,
        "owner": run.owner,
        "late": (run.taken_at - run.fire_time).total_seconds(),
        "taken_at": run.taken_at.timestamp(),
        "finished_at": run.finished_at and run.finished_at.timestamp(),
    }
