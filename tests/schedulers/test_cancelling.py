"""Runs that are asked to stop."""

from threading import Event

from tickwright import BackgroundScheduler, RunStatus, ThreadPoolExecutor, current_run
from tickwright.events import EVENT_JOB_CANCELLED, EVENT_JOB_EXECUTED

PATIENCE = 20


def test_a_run_that_executes_stops_where_it_looks_and_one_that_waits_never_starts():
    started, asked, ended = Event(), Event(), []
    both_ended = Event()

    def long_work():
        started.set()
        assert asked.wait(PATIENCE)
        current_run().raise_if_cancelled()

    def note(event):
        ended.append(event.job_id)
        if len(ended) == 2:
            both_ended.set()

    with BackgroundScheduler(executors={"default": ThreadPoolExecutor(max_workers=1)}) as scheduler:
        scheduler.add_listener(note, EVENT_JOB_CANCELLED | EVENT_JOB_EXECUTED)
        scheduler.add_job(long_work, "interval", hours=1, id="executes")
        scheduler.add_job(long_work, "interval", hours=1, id="waits")
        executes = scheduler.run_job("executes")
        assert started.wait(PATIENCE)
        waits = scheduler.run_job("waits")
        while not scheduler.cancel_run(waits.id):
            pass  # it is on record before the loop hands it to the pool
        assert scheduler.cancel_run(executes.id)
        asked.set()
        assert both_ended.wait(PATIENCE)
        runs = {run.job_id: run for run in scheduler.get_runs()}
        assert {run.status for run in runs.values()} == {RunStatus.CANCELLED}
        assert runs["waits"].started_at is None
        assert runs["executes"].started_at is not None
        assert not scheduler.cancel_run(executes.id)
        assert not scheduler.cancel_run("nobody's")
