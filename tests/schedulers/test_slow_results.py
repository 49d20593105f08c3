"""Results and exceptions that are slow, or deadly, to serialise: that is the worker's time, and nobody else's."""

from __future__ import annotations

from threading import Event, current_thread
from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import SOON, soon
from tickwright import events
from tickwright.executors.base import Executor
from tickwright.executors.debug import DebugExecutor
from tickwright.executors.pool import ThreadPoolExecutor
from tickwright.jobstores.sqlite import SQLiteJobStore

pytestmark = pytest.mark.timeout(60)


class Pickling:
    """What a test knows of the values that are being pickled."""

    begun = Event()
    let_go = Event()
    thread = ""


@pytest.fixture(autouse=True)
def _fresh():
    Pickling.begun, Pickling.let_go = Event(), Event()
    yield
    Pickling.let_go.set()


def wait_in_pickle() -> None:
    Pickling.thread = current_thread().name
    Pickling.begun.set()
    assert Pickling.let_go.wait(SOON)


class SlowResult:
    def __reduce__(self) -> Any:
        wait_in_pickle()
        return str, ("slow",)


class SlowError(Exception):
    def __reduce__(self) -> Any:
        wait_in_pickle()
        return ValueError, ("slow",)


class DeadlyResult:
    def __init__(self, error: type[BaseException]) -> None:
        self.error = error

    def __reduce__(self) -> Any:
        raise self.error("not to be pickled")


def raise_slowly() -> None:
    raise SlowError


@pytest.mark.parametrize("func", [SlowResult, raise_slowly])
def test_a_result_that_is_slow_to_serialise_delays_no_other_job(background, heard, tmp_path, func):
    scheduler = background(jobstores={"default": SQLiteJobStore(tmp_path / "db")})
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(deeds.note, "interval", seconds=0.05, id="quick")
    scheduler.add_job(func, id="slow")
    assert Pickling.begun.wait(SOON)
    count = len(heard.of(events.EVENT_JOB_EXECUTED))
    heard.wait_for(events.EVENT_JOB_EXECUTED, count + 5)  # while it is being pickled
    assert [run.is_settled for run in scheduler.get_runs("slow")] == [False]
    Pickling.let_go.set()
    assert soon(lambda: scheduler.get_runs("slow")[0].is_settled)
    (run,) = scheduler.get_runs("slow")
    assert "slow" in (run.result, str(run.exception))
    assert run.reason is None
    assert Pickling.thread.startswith("tickwright-default-")


def test_a_worker_that_serialises_takes_up_its_place(background, heard, tmp_path):
    # Else a run would be taken from the store to wait for it, and could not be run by anybody else.
    executor = ThreadPoolExecutor(max_workers=1, max_queued=0)
    scheduler = background(
        jobstores={"default": SQLiteJobStore(tmp_path / "db")},
        executors={"default": executor, "other": ThreadPoolExecutor(max_workers=1)},
    )
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(SlowResult, id="slow")
    assert Pickling.begun.wait(SOON)
    assert executor.room() == 0
    scheduler.add_job(deeds.note, id="next")
    for count in (1, 2):  # the loop goes round for each of these, and the second time it has surely seen "next"
        scheduler.add_job(deeds.note, id=f"beside {count}", executor="other")
        heard.wait_for(events.EVENT_JOB_EXECUTED, count)
    assert scheduler.get_runs("next") == []
    Pickling.let_go.set()
    executed = [heard.wait_for(events.EVENT_JOB_EXECUTED, count).job_id for count in (1, 2, 3, 4)]
    assert executed[:2] == ["beside 1", "beside 2"]
    assert sorted(executed[2:]) == ["next", "slow"]


@pytest.mark.parametrize("error", [ValueError, RecursionError, SystemExit, KeyboardInterrupt, GeneratorExit])
@pytest.mark.parametrize("executor", [ThreadPoolExecutor(max_workers=1), DebugExecutor()])
def test_whatever_serialising_a_result_raises_is_told_on_the_run_and_nothing_dies_of_it(
    background, heard, tmp_path, error, executor
):
    scheduler = background(jobstores={"default": SQLiteJobStore(tmp_path / "db")}, executors={"default": executor})
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(DeadlyResult, args=[error], id="deadly")
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    (run,) = scheduler.get_runs("deadly")
    assert (run.status, run.result) == ("succeeded", None)
    assert f"its result, a DeadlyResult, is not stored: {error.__name__}" in run.reason
    scheduler.add_job(deeds.note, id="after")
    heard.wait_for(events.EVENT_JOB_EXECUTED, 2)
    assert scheduler.health().ok


class FromElsewhere(Executor):
    """An executor as a user writes it: it knows of `deliver` alone."""

    def submit(self, run: Any, job: Any) -> None:
        from threading import Thread

        from tickwright.active_run import ActiveRun
        from tickwright.executors.call import call

        def work() -> None:
            self.host.deliver(call(ActiveRun(run), job.func, job.args, job.kwargs, self.host))

        Thread(target=work, name="elsewhere", daemon=True).start()


def test_an_executor_of_a_users_serialises_in_its_own_thread_too(background, heard, tmp_path):
    scheduler = background(jobstores={"default": SQLiteJobStore(tmp_path / "db")}, executors={"own": FromElsewhere()})
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(SlowResult, id="slow", executor="own")
    assert Pickling.begun.wait(SOON)
    Pickling.let_go.set()
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    assert Pickling.thread == "elsewhere"
    assert scheduler.get_runs("slow")[0].result == "slow"
