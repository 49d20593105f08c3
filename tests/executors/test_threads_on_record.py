"""What a job may do to the thread that runs it: each run is on record and told once, and the pool serves on."""

from collections import Counter
from collections.abc import Iterator
from threading import Semaphore
from typing import Any

import pytest

from tests.executors import deeds, misdeeds
from tickwright import BackgroundScheduler, MemoryJobStore, SQLiteJobStore, ThreadPoolExecutor, events
from tickwright.errors import UnpicklableResultError
from tickwright.run import RunStatus
from tickwright.testing.suites.execution import work

ENDINGS = events.EVENT_JOB_EXECUTED | events.EVENT_JOB_ERROR | events.EVENT_JOB_LOST | events.EVENT_JOB_CANCELLED
FAILED, SUCCEEDED = RunStatus.FAILED, RunStatus.SUCCEEDED


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path) -> Any:
    return MemoryJobStore() if request.param == "memory" else SQLiteJobStore(tmp_path / "db")


@pytest.fixture
def scheduler(store) -> Iterator[BackgroundScheduler]:
    pools = {"default": ThreadPoolExecutor(1), "processes": "processpool"}
    with BackgroundScheduler(timezone="UTC", jobstores={"default": store}, executors=pools) as scheduler:
        yield scheduler


def run_it(
    scheduler: BackgroundScheduler, func: Any, *args: Any, executor: str = "default", times: int = 2
) -> list[Any]:
    """Return the records of some runs of a job, which goes on after them, and each of which is told once."""
    told: list[str] = []
    ended = Semaphore(0)

    def note(event: Any) -> None:
        told.append(event.run.id)
        ended.release()

    scheduler.add_listener(note, ENDINGS)
    scheduler.add_job(func, "interval", hours=1, args=args, id="job", executor=executor)
    for _ in range(times):
        scheduler.run_job("job")
        assert ended.acquire(timeout=work.WAIT)
    scheduler.add_job(deeds.nothing, id="after")
    assert ended.acquire(timeout=work.WAIT)
    runs = scheduler.get_runs()
    assert Counter(told) == Counter(run.id for run in runs)
    assert [run.status for run in runs if run.job_id == "after"] == [SUCCEEDED]
    assert scheduler.get_job("job") is not None
    assert scheduler.health().ok
    return [run for run in runs if run.job_id == "job"]


@pytest.mark.parametrize(
    ("func", "args", "error", "told"),
    [
        (misdeeds.exit_softly, (0,), SystemExit, "the function raised SystemExit"),
        (misdeeds.exit_softly, ("text",), SystemExit, "the function raised SystemExit"),
        (misdeeds.raise_it, ("KeyboardInterrupt",), KeyboardInterrupt, "the function raised KeyboardInterrupt"),
        (misdeeds.raise_it, ("Leaves",), misdeeds.Leaves, "the function raised Leaves"),
        (misdeeds.recurse, (), RecursionError, "in recurse"),
        (misdeeds.take_too_much_memory, (), MemoryError, "in take_too_much_memory"),
    ],
)
def test_what_a_thread_raises_is_on_record(scheduler, func, args, error, told):
    for run in run_it(scheduler, func, *args):
        assert run.status is FAILED
        assert type(run.exception) is error
        assert told in f"{run.reason} {run.traceback}"


@pytest.mark.parametrize("kind", misdeeds.ERRORS)
@pytest.mark.parametrize("of", ["NotPickledError", "NotLoadedError", "Unspeakable"])
def test_an_exception_that_cannot_be_stored_is_on_record_in_words(scheduler, store, of, kind):
    for run in run_it(scheduler, misdeeds.raise_one, of, kind):
        assert run.status is FAILED
        assert of in str(run.traceback)
        if store.keeps_objects:
            assert type(run.exception).__name__ == of
        else:
            assert type(run.exception) is UnpicklableResultError
            assert of in str(run.exception)
            assert "its exception is not stored, only its type and text" in str(run.reason)


# Not what interrupts whoever loads it: in a database, that is between the reader and the serializer.
@pytest.mark.parametrize(
    ("of", "kind"),
    [("NotPickled", kind) for kind in misdeeds.ERRORS]
    + [("NotLoaded", kind) for kind in ("ValueError", "RecursionError", "SystemExit")],
)
def test_a_result_that_cannot_be_stored_or_loaded_is_told_with_the_run_that_succeeded(scheduler, store, of, kind):
    for run in run_it(scheduler, misdeeds.give_back_one, of, kind):
        assert run.status is SUCCEEDED
        if store.keeps_objects:
            assert type(run.result).__name__ == of
        else:
            assert run.result is None
            assert f"{kind}: raised by the object itself" in str(run.reason)


@pytest.mark.parametrize("executor", ["default", "processes"])
def test_a_result_of_300_mb_is_kept_in_memory_and_is_too_large_for_a_row(scheduler, store, executor):
    size = 300_000_000
    for run in run_it(scheduler, deeds.give_back_bytes, size, executor=executor, times=1):
        assert run.status is SUCCEEDED
        if store.keeps_objects:
            assert len(run.result) == size
        else:
            assert run.result is None
            assert "its result, a bytes, is not stored: ValueError: it takes 300000" in str(run.reason)
            assert "at most 268435456 are stored" in str(run.reason)
