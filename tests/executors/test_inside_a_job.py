"""What a job may do to the executor that runs it, and the oddities of the place where it is called."""

import asyncio
import inspect
import threading
from datetime import UTC, datetime, timedelta

import pytest

from tickwright.active_run import ActiveRun, current_run
from tickwright.clock import Clock
from tickwright.errors import NoCurrentRunError
from tickwright.executors.debug import DebugExecutor
from tickwright.executors.pool import ThreadPoolExecutor
from tickwright.executors.pool.thread_crew import PlainCrew
from tickwright.run import Run, RunStatus
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.stage import FIRE_TIME, Inbox, Stage, job_of


@pytest.fixture
def stage(tmp_path):
    stage = Stage(ThreadPoolExecutor(2), tmp_path)
    yield stage
    stage.close()


# -- shutting down from inside ---------------------------------------------------------------------------------


def test_a_job_may_shut_its_executor_down(stage):
    report = stage.report(stage.executor.shutdown, wait=True)
    assert report.status is RunStatus.SUCCEEDED


def test_two_jobs_may_shut_their_executor_down_at_once(stage):
    both = threading.Barrier(2)

    def meet_and_shut_down():
        both.wait(work.WAIT)
        stage.executor.shutdown(wait=True)

    runs = [stage.submit(meet_and_shut_down) for _ in range(2)]
    assert {stage.inbox.report_of(run).status for run in runs} == {RunStatus.SUCCEEDED}


def test_a_coroutine_may_shut_its_executor_down_from_another_thread(stage):
    async def shut_down():
        await asyncio.to_thread(stage.executor.shutdown, wait=True)

    assert stage.report(shut_down).status is RunStatus.SUCCEEDED


def test_a_job_may_shut_down_a_debug_executor(tmp_path):
    stage = Stage(DebugExecutor(), tmp_path)
    assert stage.report(stage.executor.shutdown).status is RunStatus.SUCCEEDED


def test_an_inline_job_can_be_told_to_stop_by_another_thread(tmp_path):
    stage = Stage(DebugExecutor(), tmp_path)

    def cancel_self():
        thread = threading.Thread(target=stage.executor.cancel, args=(current_run().id,))
        thread.start()
        thread.join()
        current_run().raise_if_cancelled()

    assert stage.report(cancel_self).status is RunStatus.CANCELLED


# -- the place of the call -------------------------------------------------------------------------------------


def test_a_coroutine_job_runs_inline_in_a_thread_that_has_its_event_loop(tmp_path):
    stage = Stage(DebugExecutor(), tmp_path)

    async def main():
        return stage.report(work.add, 1, 2)

    assert asyncio.run(main()).result == 3


def test_an_event_loop_that_cannot_be_made_fails_the_run(stage, monkeypatch):
    def refuse(*_):
        raise OSError("too many open files")

    monkeypatch.setattr(asyncio, "run", refuse)
    report = stage.report(work.add, 1, 2)
    assert report.status is RunStatus.FAILED
    assert isinstance(report.exception, OSError)


class SteppedClock(Clock):
    """A clock that somebody sets back by an hour, each time between two looks at it."""

    def __init__(self):
        self.looks = 0

    def now(self):
        self.looks += 1
        return datetime(2030, 1, 1, tzinfo=UTC) - timedelta(hours=self.looks)

    def monotonic(self):
        return float(self.looks)


def test_a_clock_set_back_does_not_make_a_duration_negative(tmp_path):
    stage = Stage(ThreadPoolExecutor(1), tmp_path, Inbox(SteppedClock()))
    report = stage.report(stage.inbox.clock.now)
    assert report.started_at
    assert report.finished_at - report.started_at == timedelta(seconds=1)
    stage.close()


def test_a_result_that_cannot_be_looked_at_fails_the_run(stage):
    class Lazy:
        def __getattribute__(self, name):
            raise RuntimeError("not now")

    report = stage.report(Lazy)
    assert report.status is RunStatus.FAILED
    assert str(report.exception) == "not now"


def test_a_system_without_threads_to_spare_is_told_by_submit_or_else_does_with_fewer(stage, monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError):
            stage.submit(work.nothing)
    [gate] = stage.occupy(1)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        stage.submit(work.nothing)
    gate.open()


class BrokenWorker:
    def perform(self, active, job):
        raise MemoryError("none left")

    def close(self):
        return


def test_a_worker_that_breaks_is_reported_and_replaced_by_nobody(tmp_path):
    inbox = Inbox()
    crew = PlainCrew(1, lambda host: BrokenWorker(), inbox, "broken")
    for number in range(3):
        run = Run(id=f"run-{number}", job_id="job", fire_time=FIRE_TIME, due_at=FIRE_TIME)
        crew.take(run, job_of(work.nothing))
    crew.close(finish=True)
    crew.join()
    assert [report.status for report in inbox.reports()] == [RunStatus.FAILED] * 3
    assert all("none left" in str(report.reason) for report in inbox.reports())


# -- the current run -------------------------------------------------------------------------------------------


@pytest.fixture
def run():
    return Run(id="this", job_id="job", fire_time=FIRE_TIME, due_at=FIRE_TIME, lateness=timedelta(seconds=2))


def test_an_active_run_has_all_that_a_run_has(run):
    active = ActiveRun(run)
    for name in [*Run._fields, "taken_at", "is_settled"]:
        assert getattr(active, name) == getattr(run, name), name


def test_types_know_all_that_an_active_run_has():
    declared = inspect.getsource(ActiveRun)  # type checkers read it, nothing of it is there at runtime
    for name in Run._fields:
        assert f" {name}: " in declared or f".{name}: " in declared or f" {name}(self)" in declared


def test_an_active_run_shows_what_it_is(run):
    assert repr(ActiveRun(run)) == "<ActiveRun 'this' of job 'job', attempt 1>"
    with pytest.raises(AttributeError):
        ActiveRun(run).colour  # noqa: B018


def test_a_request_to_stop_is_relayed_once(run):
    active = ActiveRun(run)
    relayed = []
    active.relay_to(lambda: relayed.append(1))
    active.request_cancel()
    active.request_cancel()
    assert relayed == [1]
    assert active.cancel_requested


def test_a_bare_thread_of_a_job_has_no_current_run_but_can_be_given_it(stage):
    def look_in_a_thread():
        found = []

        def look(given):
            found.append(given.id)
            try:
                current_run()
            except NoCurrentRunError as error:
                found.append(str(error))

        thread = threading.Thread(target=look, args=(current_run(),))
        thread.start()
        thread.join()
        return found

    report = stage.report(look_in_a_thread)
    assert report.result[0] == report.run_id
    assert "current_run() before" in report.result[1]
