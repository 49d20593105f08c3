"""Runs that are asked to stop."""

from collections.abc import Callable
from threading import Event

from tickwright import BackgroundScheduler, Run, RunStatus, ThreadPoolExecutor, current_run
from tickwright.errors import RunCancelledError
from tickwright.events import EVENT_JOB_CANCELLED, EVENT_JOB_EXECUTED
from tickwright.executors.debug import DebugExecutor
from tickwright.stored_job import StoredJob
from tickwright.testing import ManualScheduler

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
        assert scheduler.cancel_run(waits.id)  # on its way to the pool, or there
        assert scheduler.cancel_run(executes.id)
        asked.set()
        assert both_ended.wait(PATIENCE)
        runs = {run.job_id: run for run in scheduler.get_runs()}
        assert {run.status for run in runs.values()} == {RunStatus.CANCELLED}
        assert runs["waits"].started_at is None
        assert runs["executes"].started_at is not None
        assert not scheduler.cancel_run(executes.id)
        assert not scheduler.cancel_run("nobody's")


def test_a_run_that_no_executor_has_heard_of_yet_is_cancelled():
    called: list[int] = []
    scheduler = ManualScheduler()
    scheduler.add_job(called.append, "interval", hours=1, args=[1], id="job")
    run = scheduler.run_job("job")
    assert scheduler.cancel_run(run.id)
    scheduler.step()
    [found] = scheduler.get_runs("job")
    assert (found.status, found.reason) == ("cancelled", "it was cancelled before it started")
    assert isinstance(found.exception, RunCancelledError)
    assert called == []
    assert not scheduler.cancel_run(run.id)
    scheduler.run_job("job")
    scheduler.step()
    assert called == [1]


def test_a_run_that_is_over_and_not_on_record_yet_cannot_be_cancelled():
    scheduler = ManualScheduler()
    scheduler.add_job(print, "interval", hours=1, id="job")
    run = scheduler.run_job("job")
    answers: list[bool] = []

    class LooksAtTheEnd(DebugExecutor):
        def submit(self, run, job):
            super().submit(run, job)
            answers.append(scheduler.cancel_run(run.id))  # its report is a letter that is not opened yet

    scheduler.remove_executor("default")
    scheduler.add_executor(LooksAtTheEnd())
    scheduler.step()
    assert answers == [False]
    assert scheduler.get_runs("job")[0].status == "succeeded"
    assert not scheduler.cancel_run(run.id)
    assert not scheduler.cancel_run("nobody's")


def test_a_run_that_is_cancelled_while_it_is_submitted_is_cancelled():
    executor = ToldWhileItSubmits()
    scheduler = ManualScheduler(executors={"default": executor})
    executor.tell = lambda run_id: executor.answers.append(scheduler.cancel_run(run_id))
    scheduler.add_job(print, "interval", hours=1, id="job")
    run = scheduler.run_job("job")
    scheduler.step()
    assert executor.answers == [True]
    assert executor.cancelled == [run.id]


class ToldWhileItSubmits(DebugExecutor):
    """Is asked to cancel a run before it has taken that."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[bool] = []
        self.cancelled: list[str] = []
        self.has: set[str] = set()
        self.tell: Callable[[str], object] = print

    def submit(self, run: Run, job: StoredJob) -> None:
        self.tell(run.id)
        self.has.add(run.id)

    def cancel(self, run_id: str) -> bool:
        if run_id in self.has:
            self.cancelled.append(run_id)
        return run_id in self.has


class Deaf(DebugExecutor):
    """Has a run that it can do nothing about."""

    def submit(self, run: Run, job: StoredJob) -> None:
        self.held = run, job

    def let_go(self) -> None:
        super().submit(*self.held)

    def cancel(self, run_id: str) -> bool:
        return False


def test_a_run_that_its_executor_can_do_nothing_about_is_not_said_to_be_cancelled():
    executor = Deaf()
    scheduler = ManualScheduler(executors={"default": executor})
    scheduler.add_job(print, "interval", hours=1, id="job")
    run = scheduler.run_job("job")
    scheduler.step()
    assert not scheduler.cancel_run(run.id)
    assert scheduler._loop is not None
    assert scheduler._loop.engine.context.recalled == set()
    executor.let_go()
    scheduler.step()
    assert scheduler.get_runs("job")[0].status == "succeeded"
