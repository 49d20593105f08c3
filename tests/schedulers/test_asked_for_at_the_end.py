"""A run that was asked for just before the end is a run like any other: it is on record, so it is executed."""

import pytest

from tickwright import BackgroundScheduler, SQLiteJobStore
from tickwright.run import RunStatus


@pytest.mark.parametrize("attempt", range(10))
def test_leaving_the_block_at_once_still_runs_what_run_job_was_asked_for(attempt, tmp_path):
    path = tmp_path / "jobs.sqlite"
    with BackgroundScheduler(jobstores={"default": SQLiteJobStore(path)}) as scheduler:
        scheduler.add_job("builtins:len", "interval", hours=1, args=["four"], id="measure")
        scheduler.run_job("measure")
    with BackgroundScheduler(jobstores={"default": SQLiteJobStore(path)}) as scheduler:
        (run,) = scheduler.get_runs("measure")
    assert (run.status, run.result) == (RunStatus.SUCCEEDED, 4)
