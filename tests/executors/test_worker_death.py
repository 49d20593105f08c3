"""The process pool when its workers die: the run that one had is lost, no other is, and the pool serves on."""

import os
import signal
import sys
from collections import Counter

import pytest

from tests.executors import deeds
from tests.executors.processes import is_alive, read_pid, stop, wait_for_death
from tickwright.errors import RunCancelledError, RunLostError, WorkerStartError
from tickwright.executors.pool import ProcessPoolExecutor
from tickwright.executors.pool import worker_process as worker_process_module
from tickwright.report import Started
from tickwright.run import RunStatus
from tickwright.testing.suites.execution.stage import Stage, job_of

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture
def stage(start_method, tmp_path):
    stage = Stage(ProcessPoolExecutor(2, start_method=start_method), tmp_path)
    yield stage
    stage.close()


def test_a_run_whose_worker_is_killed_is_lost_and_no_other(stage, tmp_path):
    [gate] = stage.occupy(1)
    victim = stage.submit(deeds.stay, str(tmp_path / "pid"))
    os.kill(read_pid(tmp_path / "pid"), signal.SIGKILL)
    report = stage.inbox.report_of(victim)
    assert report.status is RunStatus.LOST
    assert isinstance(report.exception, RunLostError)
    assert str(report.exception) == report.reason
    assert victim in report.reason
    assert "SIGKILL" in report.reason
    assert report.started_at is not None
    assert report.started_at <= report.finished_at
    gate.open()
    assert stage.inbox.report_of(gate.run_id).status is RunStatus.SUCCEEDED
    assert [stage.report(deeds.nothing).status for _ in range(4)] == [RunStatus.SUCCEEDED] * 4


def test_the_exit_code_of_a_lost_run_is_told(lone_stage):
    report = lone_stage.report(deeds.exit_hard, 3)
    assert report.status is RunStatus.LOST
    assert "exit code 3" in report.reason
    assert lone_stage.report(deeds.nothing).status is RunStatus.SUCCEEDED


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGABRT, signal.SIGUSR1])
def test_the_signal_of_a_lost_run_is_named(lone_stage, number):
    report = lone_stage.report(deeds.kill_self, number)
    assert report.status is RunStatus.LOST
    assert number.name in report.reason


def test_a_worker_that_dies_while_idle_costs_no_run(lone_stage):
    pid = lone_stage.report(deeds.tell_pid).result
    os.kill(pid, signal.SIGKILL)
    wait_for_death(pid)
    report = lone_stage.report(deeds.tell_pid)
    assert report.status is RunStatus.SUCCEEDED
    assert report.result != pid


def test_a_worker_that_dies_before_it_reads_its_task_costs_no_run(lone_stage):
    pid = lone_stage.report(deeds.tell_pid).result
    stop(pid)
    run = lone_stage.submit(deeds.tell_pid)
    lone_stage.inbox.wait_until(lambda letters: Started in {type(one) for one in letters if one.run_id == run})
    os.kill(pid, signal.SIGKILL)
    report = lone_stage.inbox.report_of(run)
    assert report.status is RunStatus.SUCCEEDED
    assert report.result != pid


def test_a_worker_that_dies_among_a_thousand_runs_costs_one(stage):
    runs = [stage.new_run() for _ in range(1000)]
    for number, run in enumerate(runs):
        stage.submit_run(run, job_of(deeds.die_once, number, 500))
    stage.executor.shutdown()
    statuses = Counter(report.status for report in stage.inbox.reports())
    assert statuses == {RunStatus.SUCCEEDED: 999, RunStatus.LOST: 1}
    assert stage.inbox.report_of(runs[500].id).status is RunStatus.LOST


def test_a_job_that_closes_what_is_not_its_own_is_lost(lone_stage):
    assert lone_stage.report(deeds.close_everything).status is RunStatus.LOST
    assert lone_stage.report(deeds.nothing).status is RunStatus.SUCCEEDED


@pytest.mark.parametrize("deed", [deeds.leave_a_program_behind, deeds.leave_a_fork_behind])
def test_what_a_dead_worker_left_running_does_not_hide_its_death(lone_stage, tmp_path, deed):
    run = lone_stage.submit(deed, str(tmp_path / "pid"))
    report = lone_stage.inbox.report_of(run)
    left = read_pid(tmp_path / "pid")
    assert is_alive(left)
    os.kill(left, signal.SIGKILL)
    assert report.status is RunStatus.LOST


def test_a_job_cannot_interrupt_its_worker(lone_stage):
    report = lone_stage.report(deeds.interrupt_self)
    assert report.result == "went on"


# Not with the fork server: what that starts runs no exit handlers.
@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_a_worker_ends_in_good_order(lone_stage, tmp_path):
    lone_stage.report(deeds.at_exit_make, str(tmp_path / "made at exit"))
    lone_stage.executor.shutdown()
    assert (tmp_path / "made at exit").exists()


def test_a_worker_that_does_not_end_is_killed(lone_stage, monkeypatch):
    monkeypatch.setattr(worker_process_module, "END_SECONDS", 0.1)
    pid = lone_stage.report(deeds.tell_pid).result
    lone_stage.report(deeds.leave_a_thread_behind)
    lone_stage.executor.shutdown()
    assert not is_alive(pid)


def test_a_worker_that_does_not_get_ready_is_given_up(lone_stage, monkeypatch):
    monkeypatch.setattr(worker_process_module, "START_SECONDS", 0.0)
    report = lone_stage.report(deeds.nothing)
    assert report.status is RunStatus.FAILED
    assert isinstance(report.exception, WorkerStartError)
    assert "__main__" in report.reason
    monkeypatch.undo()
    assert lone_stage.report(deeds.nothing).status is RunStatus.SUCCEEDED


def kill_the_first(number: int, monkeypatch) -> list[int]:
    """Have so many new processes killed before they are given their task; return the list that their ids go to."""
    killed: list[int] = []

    def kill_and_give(process, task):
        if len(killed) < number:
            os.kill(process.pid, signal.SIGKILL)
            wait_for_death(process.pid)
            killed.append(process.pid)
        give(process, task)

    give = worker_process_module.WorkerProcess.give
    monkeypatch.setattr(worker_process_module.WorkerProcess, "give", kill_and_give)
    return killed


def test_new_workers_that_are_killed_before_they_read_their_task_cost_no_run(lone_stage, monkeypatch):
    killed = kill_the_first(2, monkeypatch)
    report = lone_stage.report(deeds.tell_pid)
    assert report.status is RunStatus.SUCCEEDED
    assert len({*killed, report.result}) == 3


def test_a_run_that_is_offered_to_one_killed_process_after_another_fails_and_no_later_one(lone_stage, monkeypatch):
    killed = kill_the_first(3, monkeypatch)
    report = lone_stage.report(deeds.tell_pid)
    assert report.status is RunStatus.FAILED
    assert isinstance(report.exception, WorkerStartError)
    assert "SIGKILL" in report.reason
    assert "nothing of the run was done" in report.reason
    assert len(killed) == 3
    assert lone_stage.report(deeds.tell_pid).status is RunStatus.SUCCEEDED


def kill_while_starting(number: int, monkeypatch) -> list[int]:
    """Have so many processes killed while they start; return the list that their ids go to."""
    killed: list[int] = []

    def kill_and_wait(process):
        if len(killed) < number:
            os.kill(process.pid, signal.SIGKILL)
            killed.append(process.pid)
        wait(process)

    wait = worker_process_module.WorkerProcess._wait_until_ready
    monkeypatch.setattr(worker_process_module.WorkerProcess, "_wait_until_ready", kill_and_wait)
    return killed


def test_workers_that_are_killed_while_they_start_cost_no_run(lone_stage, monkeypatch):
    killed = kill_while_starting(2, monkeypatch)
    assert lone_stage.report(deeds.tell_pid).status is RunStatus.SUCCEEDED
    assert len(killed) == 2


def test_a_run_whose_workers_are_all_killed_while_they_start_fails_and_says_so(lone_stage, monkeypatch):
    kill_while_starting(3, monkeypatch)
    report = lone_stage.report(deeds.tell_pid)
    assert report.status is RunStatus.FAILED
    assert isinstance(report.exception, WorkerStartError)
    assert "was killed by SIGKILL, as the kernel does when memory runs out before it was ready" in report.reason
    assert lone_stage.report(deeds.tell_pid).status is RunStatus.SUCCEEDED


def test_a_run_whose_process_is_still_starting_is_taken_back(lone_stage, monkeypatch):
    def cancel_and_get_ready(process):
        assert lone_stage.executor.cancel("run-1")
        get_ready(process)

    get_ready = worker_process_module.WorkerProcess._wait_until_ready
    monkeypatch.setattr(worker_process_module.WorkerProcess, "_wait_until_ready", cancel_and_get_ready)
    report = lone_stage.report(deeds.tell_pid)
    assert report.run_id == "run-1"
    assert report.status is RunStatus.CANCELLED
    assert report.started_at is None
    assert isinstance(report.exception, RunCancelledError)
    monkeypatch.undo()
    assert lone_stage.report(deeds.tell_pid).status is RunStatus.SUCCEEDED


def test_a_job_may_print_much(tmp_path, capfd):
    stage = Stage(ProcessPoolExecutor(1), tmp_path)
    assert stage.report(deeds.print_much, 10).status is RunStatus.SUCCEEDED
    stage.close()
    assert len(capfd.readouterr().out) == 10 * 16 * 65536


def test_a_result_of_100_mb_comes_whole(lone_stage):
    assert lone_stage.report(deeds.give_back_bytes, 100_000_000).result == b"x" * 100_000_000


def test_a_run_that_is_cancelled_while_its_workers_are_killed_is_cancelled(lone_stage, monkeypatch):
    def cancel_and_be_killed(process):
        assert lone_stage.executor.cancel("run-1")
        os.kill(process.pid, signal.SIGKILL)
        wait(process)

    wait = worker_process_module.WorkerProcess._wait_until_ready
    monkeypatch.setattr(worker_process_module.WorkerProcess, "_wait_until_ready", cancel_and_be_killed)
    report = lone_stage.report(deeds.tell_pid)
    assert (report.run_id, report.status, report.started_at) == ("run-1", RunStatus.CANCELLED, None)
