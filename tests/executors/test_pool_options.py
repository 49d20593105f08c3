"""What the pools can be told, and what they refuse."""

import threading

import pytest

from tickwright.errors import ConfigurationError, SchedulerNotRunningError
from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
from tickwright.run import RunStatus
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.stage import Inbox, Stage, job_of

POOLS = [ThreadPoolExecutor, ProcessPoolExecutor]


def test_there_are_ten_threads_at_most_unless_told_otherwise():
    assert ThreadPoolExecutor().max_workers == 10


def test_there_is_a_process_for_each_cpu_unless_told_otherwise():
    assert ProcessPoolExecutor().max_workers >= 1


@pytest.mark.parametrize("pool", POOLS)
def test_a_number_may_come_as_text_from_a_configuration_file(pool):
    assert pool("3", max_queued="0").max_workers == 3


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("number", [0, -1, "many", 1.5, [], True])
def test_a_number_that_is_none_is_refused(pool, number):
    with pytest.raises(ConfigurationError, match="max_workers"):
        pool(number)


@pytest.mark.parametrize("pool", POOLS)
def test_options_for_another_pool_are_refused(pool):
    with pytest.raises(ConfigurationError, match="pool_kwargs"):
        pool(pool_kwargs={"thread_name_prefix": "x"})


def test_plain_fork_is_refused_with_the_reason():
    with pytest.raises(ConfigurationError, match="lock"):
        ProcessPoolExecutor(start_method="fork")  # type: ignore[arg-type]


def test_an_unknown_start_method_is_refused():
    with pytest.raises(ConfigurationError, match="spawn"):
        ProcessPoolExecutor(start_method="magic")  # type: ignore[arg-type]


@pytest.mark.parametrize("pool", POOLS)
def test_an_executor_serves_one_scheduler_under_one_alias(pool):
    executor = pool(1)
    executor.start(Inbox(), "first")
    with pytest.raises(ConfigurationError, match=r"'first'.*'second'"):
        executor.start(Inbox(), "second")
    executor.shutdown()


@pytest.mark.parametrize("pool", POOLS)
def test_a_pool_that_was_not_started_says_so(pool, tmp_path):
    executor = pool(1)
    with pytest.raises(SchedulerNotRunningError, match="not started"):
        executor.submit(Stage(ThreadPoolExecutor(1), tmp_path).new_run(), job_of(work.nothing))
    assert executor.room() == 0
    assert not executor.cancel("any")


def test_the_queue_is_room_too_and_more_is_taken_all_the_same(tmp_path):
    stage = Stage(ThreadPoolExecutor(1, max_queued=2), tmp_path)
    assert stage.executor.room() == 3
    [gate] = stage.occupy(1)
    for _ in range(5):
        stage.submit(work.nothing)
    assert stage.executor.room() == 0
    gate.open()
    stage.close()
    assert {report.status for report in stage.inbox.reports()} == {RunStatus.SUCCEEDED}


def threads() -> list[str]:
    return sorted(thread.name for thread in threading.enumerate() if thread.name.startswith("tickwright-"))


def test_threads_are_started_when_they_are_needed(tmp_path):
    stage = Stage(ThreadPoolExecutor(5), tmp_path)
    for _ in range(50):
        stage.report(work.nothing)
    assert threads() == ["tickwright-suite-1"]
    stage.occupy(4)
    assert threads() == [f"tickwright-suite-{number}" for number in (1, 2, 3, 4)]
    stage.close()
