"""One run ahead: a worker process has the next one in its pipe, and what that must not change."""

import errno
import math
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.executors import deeds, misdeeds
from tests.executors.processes import read_pid, stop, wait_for_death, wait_until
from tickwright.errors import RunCancelledError
from tickwright.executors.pool import ProcessPoolExecutor, ahead_crew, packets, process_worker
from tickwright.report import Started
from tickwright.run import RunStatus
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.stage import Gate, Stage

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

SUCCEEDED, FAILED, LOST, CANCELLED = RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.LOST, RunStatus.CANCELLED


@pytest.fixture(autouse=True)
def runs_at_a_gate_are_quick_too(monkeypatch):
    """Have a run put ahead after every other, so that a test says by gates what is ahead of what."""
    monkeypatch.setattr(process_worker, "QUICK", math.inf)


@pytest.fixture
def make_stage(tmp_path: Path) -> Iterator[Callable[[int], Stage]]:
    stages: list[Stage] = []

    def make(workers: int) -> Stage:
        stages.append(Stage(ProcessPoolExecutor(workers), tmp_path))
        return stages[-1]

    yield make
    for stage in stages:
        stage.close()


@pytest.fixture
def stage(make_stage):
    """One worker, which is there already."""
    stage = make_stage(1)
    stage.report(work.nothing)
    return stage


def workers(stage):
    return stage.executor._crew._workers


def ahead(stage: Stage, *, in_pipe: bool = True) -> set[str]:
    """Return the runs that are ahead now: those in a pipe, or all."""
    return {
        errand.active.id
        for worker in workers(stage)
        for errand in list(worker._errands)[1:]
        if errand.was_sent or not in_pipe
    }


def begin(stage: Stage, *jobs) -> list[str]:
    """Submit runs in one moment, in the eyes of the one worker: it begins the first, and puts the second ahead."""
    with workers(stage)[0]._lock:
        return [stage.submit(*job) for job in jobs]


def gate_of(stage: Stage, tmp_path: Path, name: str = "gate") -> Gate:
    return Gate(tmp_path, name)


def pid_of(stage: Stage) -> int:
    return workers(stage)[0]._process.pid


def lines(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().splitlines()]


# -- a long run ------------------------------------------------------------------------------------


def two_busy(make_stage, tmp_path) -> tuple[Stage, Gate, Gate, str]:
    """Return a stage whose one worker has a long run, and another one ahead of it, and whose other one is busy."""
    stage = make_stage(2)
    first, other = stage.occupy(2)
    long = gate_of(stage, tmp_path, "long")
    stage.submit(work.pass_gate, *long.args)
    waiting = stage.submit(deeds.write_down, str(tmp_path / "done"), 1)
    first.open()
    wait_until(lambda: waiting in ahead(stage))
    return stage, long, other, waiting


def test_a_run_ahead_of_a_long_one_is_taken_by_the_next_who_has_nothing_to_do(make_stage, tmp_path):
    stage, long, other, waiting = two_busy(make_stage, tmp_path)
    assert waiting not in {letter.run_id for letter in stage.inbox.letters}
    other.open()
    report = stage.inbox.report_of(waiting)
    assert report.status is SUCCEEDED
    assert "long" not in {report.run_id for report in stage.inbox.reports()}
    long.open()
    stage.wait_for_all()
    assert lines(tmp_path / "done") == [1]


def test_a_run_that_has_long_been_ahead_goes_before_what_is_in_the_queue(make_stage, tmp_path, monkeypatch):
    monkeypatch.setattr(ahead_crew, "OVERDUE", 0.0)
    stage, long, other, waiting = two_busy(make_stage, tmp_path)
    later = [stage.submit(work.nothing) for _ in range(5)]
    other.open()
    stage.inbox.report_of(later[-1])
    assert waiting in [report.run_id for report in stage.inbox.reports()][:3]
    long.open()


def test_nothing_is_put_ahead_while_somebody_has_nothing_to_do(make_stage):
    stage = make_stage(2)
    for gate in stage.occupy(2):
        gate.open()
    stage.wait_for_all()
    for _ in range(50):
        [gate] = stage.occupy(1)
        assert [stage.report(work.nothing).status for _ in range(3)] == [SUCCEEDED] * 3
        gate.open()
        stage.inbox.report_of(gate.run_id)


def test_runs_that_come_together_do_not_wait_behind_the_long_one_among_them(make_stage, tmp_path):
    stage = make_stage(2)
    for gate in stage.occupy(2):
        gate.open()
    stage.wait_for_all()
    for number in range(50):
        long = gate_of(stage, tmp_path, f"long {number}")
        runs = [stage.submit(work.nothing) for _ in range(number % 4)]
        held = stage.submit(work.pass_gate, *long.args)
        runs += [stage.submit(work.nothing) for _ in range(4)]
        for run in runs:
            assert stage.inbox.report_of(run).status is SUCCEEDED
        long.open()
        stage.inbox.report_of(held)


def test_what_waits_at_the_shutdown_is_still_taken_from_behind_a_long_run(make_stage, tmp_path):
    stage, long, other, waiting = two_busy(make_stage, tmp_path)
    stopping = threading.Thread(target=stage.executor.shutdown)
    stopping.start()
    other.open()
    assert stage.inbox.report_of(waiting).status is SUCCEEDED
    assert stopping.is_alive()
    long.open()
    stopping.join(work.WAIT)
    assert not stopping.is_alive()


def test_after_runs_that_were_not_quick_nothing_is_put_ahead(stage, tmp_path, monkeypatch):
    monkeypatch.setattr(process_worker, "QUICK", 0.0)
    stage.report(work.nothing)
    long = gate_of(stage, tmp_path)
    with workers(stage)[0]._lock:
        stage.submit(work.pass_gate, *long.args)
        stage.submit(work.nothing)
    long.wait_for_arrival()
    assert not ahead(stage, in_pipe=False)
    long.open()


# -- who has begun ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "args"),
    [
        (deeds.exit_hard, (3,)),
        (deeds.kill_self, (signal.SIGKILL,)),
        (deeds.kill_self, (signal.SIGHUP,)),
        (deeds.close_everything, ()),
        (misdeeds.close_and_reopen, ("/dev/null",)),
        (misdeeds.give_back_and_die, (10_000_000,)),
    ],
)
def test_only_the_run_that_a_dead_process_had_begun_is_lost(stage, tmp_path, deed, args):
    pid = pid_of(stage)
    path = tmp_path / "done"
    victim, survivor = begin(stage, (deed, *args), (deeds.write_down, str(path), 1))
    assert stage.inbox.report_of(victim).status is LOST
    assert stage.inbox.report_of(survivor).status is SUCCEEDED
    assert lines(path) == [1]
    assert pid_of(stage) != pid


def test_a_run_that_writes_into_pipes_is_lost_and_not_the_one_after_it_which_may_have_begun(stage, tmp_path):
    path = tmp_path / "done"
    pids = set()
    for number in range(10):
        pids.add(pid_of(stage))
        jobs = (misdeeds.write_into_all_sockets,), (deeds.write_down, str(path), number), (work.nothing,)
        victim, *others = begin(stage, *jobs)
        report = stage.inbox.report_of(victim)
        assert report.status is LOST
        assert "cannot be read as an answer" in str(report.reason)
        assert [stage.inbox.report_of(run).status for run in others] == [SUCCEEDED] * 2
        assert stage.report(work.nothing).status is SUCCEEDED
    assert lines(path) == list(range(10))
    assert len(pids) == 10


def test_of_two_runs_that_a_process_has_not_read_none_is_lost_when_it_dies(stage, tmp_path):
    path, pid = tmp_path / "done", pid_of(stage)
    stop(pid)
    runs = begin(stage, *((deeds.write_down, str(path), number) for number in range(3)))
    wait_until(lambda: runs[1] in ahead(stage))
    os.kill(pid, signal.SIGKILL)
    assert [stage.inbox.report_of(run).status for run in runs] == [SUCCEEDED] * 3
    assert lines(path) == [0, 1, 2]


def test_a_run_that_was_ahead_is_lost_when_it_has_begun(stage, tmp_path):
    first, victim, last = begin(stage, (work.nothing,), (deeds.stay, str(tmp_path / "pid")), (deeds.tell_pid,))
    pid = read_pid(tmp_path / "pid")
    wait_until(lambda: last in ahead(stage))
    os.kill(pid, signal.SIGKILL)
    assert stage.inbox.report_of(first).status is SUCCEEDED
    report = stage.inbox.report_of(victim)
    assert report.status is LOST
    assert Started(victim, report.started_at) in stage.inbox.letters
    assert stage.inbox.report_of(last).result != pid


def test_what_a_stopped_process_has_ahead_is_done_by_another(make_stage, tmp_path):
    stage = make_stage(2)
    [gate, other] = stage.occupy(2)
    gate.open()
    stage.inbox.report_of(gate.run_id)
    victim = next(one for one in workers(stage) if one.current is None)
    pid, path = victim._process.pid, tmp_path / "done"
    stop(pid)
    with victim._lock:
        runs = [stage.submit(deeds.write_down, str(path), number) for number in range(2)]
    wait_until(lambda: runs[1] in ahead(stage))
    other.open()
    assert stage.inbox.report_of(runs[1]).status is SUCCEEDED
    assert lines(path) == [1]
    os.kill(pid, signal.SIGCONT)
    assert stage.inbox.report_of(runs[0]).status is SUCCEEDED
    assert lines(path) == [1, 0]


# -- taking back -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["cancel", "lose", "shutdown"])
def test_a_run_ahead_is_taken_back_at_once_and_never_begun(stage, tmp_path, how):
    path, long = tmp_path / "done", gate_of(stage, tmp_path)
    held, waiting = begin(stage, (work.pass_gate, *long.args), (deeds.write_down, str(path), 1))
    wait_until(lambda: waiting in ahead(stage))
    if how == "shutdown":
        stage.executor.shutdown(wait=False)
    else:
        getattr(stage.executor, how)(waiting)
    [report] = stage.inbox.reports()[1:]
    assert (report.run_id, report.status, report.started_at) == (waiting, CANCELLED, None)
    assert isinstance(report.exception, RunCancelledError)
    assert {"cancel": "cancelled", "lose": "another scheduler", "shutdown": "shut down"}[how] in str(report.reason)
    long.open()
    assert stage.inbox.report_of(held).result == "through"
    assert not path.exists()
    if how != "shutdown":
        assert stage.report(work.tell_run).result["cancel_requested"] is False
    assert Started not in {type(letter) for letter in stage.inbox.letters if letter.run_id == waiting}


def test_a_run_that_was_ahead_is_told_when_it_has_begun(stage, tmp_path):
    began = tmp_path / "began"
    _, run = begin(stage, (work.nothing,), (work.wait_to_be_stopped, str(began)))
    work.wait_for_file(str(began))
    assert stage.executor.cancel(run)
    report = stage.inbox.report_of(run)
    assert report.status is CANCELLED
    assert report.started_at is not None


def test_runs_that_are_cancelled_at_any_moment_are_done_or_cancelled_and_not_both(stage, tmp_path):
    path = tmp_path / "done"
    path.touch()
    runs = [stage.submit(deeds.write_down, str(path), number) for number in range(600)]
    for number in range(1, 600, 3):
        wait_until(lambda number=number: len(stage.inbox.reports()) >= number - 2)
        stage.executor.cancel(runs[number])
        stage.executor.cancel(runs[number + 1])
    stage.wait_for_all()
    done = lines(path)
    assert done == sorted(done)
    ended = {report.run_id: report for report in stage.inbox.reports()}
    for number, run in enumerate(runs):
        assert (ended[run].status is SUCCEEDED) == (number in done), ended[run]
    assert len(done) < 600


# -- as before -------------------------------------------------------------------------------------


def test_runs_start_in_the_order_in_which_they_came(stage, tmp_path):
    path = tmp_path / "done"
    runs = [stage.submit(deeds.write_down, str(path), number) for number in range(600)]
    stage.wait_for_all()
    assert lines(path) == list(range(600))
    started = [letter.run_id for letter in stage.inbox.letters if isinstance(letter, Started)]
    assert started[1:] == runs
    reports = {report.run_id: report for report in stage.inbox.reports()}
    for run in runs:
        assert reports[run].started_at <= reports[run].finished_at
    for before, after in zip(runs, runs[2:], strict=False):
        assert reports[before].started_at <= reports[after].started_at


def test_a_run_ahead_starts_when_its_function_is_called(stage, tmp_path):
    long = gate_of(stage, tmp_path)
    held, waiting = begin(stage, (work.pass_gate, *long.args), (work.nothing,))
    wait_until(lambda: waiting in ahead(stage))
    opened = stage.inbox.clock.now()
    long.open()
    report = stage.inbox.report_of(waiting)
    assert opened <= report.started_at <= report.finished_at <= stage.inbox.clock.now()
    assert stage.inbox.report_of(held).finished_at <= report.started_at


SIZES = [0, 1_000, 4_000, 5_000, 16_000, 16_384, 17_000, 300_000, 5_000_000]


def test_tasks_and_results_of_all_sizes_go_one_after_the_other(stage):
    sizes = [*SIZES, *reversed(SIZES), *SIZES[::2], *SIZES[1::2]]
    runs = [stage.submit(work.give_back, b"x" * size, size) for size in sizes]
    for run, size in zip(runs, sizes, strict=True):
        assert stage.inbox.report_of(run).result == ((b"x" * size, size), {})


def test_a_task_that_is_too_large_for_the_pipe_is_ahead_at_hand_and_is_taken_back(stage, tmp_path):
    long = gate_of(stage, tmp_path)
    with workers(stage)[0]._lock:
        stage.submit(work.pass_gate, *long.args)
        large = stage.submit(work.give_back, b"x" * 1_000_000)
    wait_until(lambda: large in ahead(stage, in_pipe=False))
    assert not ahead(stage)
    assert stage.executor.cancel(large)
    assert stage.inbox.report_of(large).status is CANCELLED
    long.open()


def test_behind_a_large_task_that_a_stopped_process_has_not_read_a_small_one_can_be_cancelled(stage):
    pid = pid_of(stage)
    stop(pid)
    with workers(stage)[0]._lock:
        large = stage.submit(work.give_back, b"x" * 20_000)
        small = stage.submit(work.nothing)
    wait_until(lambda: small in ahead(stage, in_pipe=False))
    assert stage.executor.cancel(small)
    assert stage.inbox.report_of(small).status is CANCELLED
    os.kill(pid, signal.SIGCONT)
    assert stage.inbox.report_of(large).result == ((b"x" * 20_000,), {})
    assert stage.report(work.give_back, b"y" * 20_000).result == ((b"y" * 20_000,), {})


def test_a_process_that_dies_with_a_large_task_unread_costs_no_run(stage):
    pid = pid_of(stage)
    stop(pid)
    run = stage.submit(work.give_back, b"x" * 20_000)
    stage.inbox.wait_until(lambda letters: Started in {type(one) for one in letters if one.run_id == run})
    os.kill(pid, signal.SIGKILL)
    assert stage.inbox.report_of(run).status is SUCCEEDED


def test_what_cannot_be_pickled_is_reported_though_it_was_ahead(stage, tmp_path):
    long = gate_of(stage, tmp_path)
    with workers(stage)[0]._lock:
        stage.submit(work.pass_gate, *long.args)
        bad = stage.submit(misdeeds.take, misdeeds.NotPickled("SystemExit"))
        good = stage.submit(work.nothing)
    wait_until(lambda: bad in ahead(stage, in_pipe=False))
    long.open()
    assert stage.inbox.report_of(bad).status is FAILED
    assert stage.inbox.report_of(good).status is SUCCEEDED


def test_a_program_may_have_a_time_out_for_sockets(make_stage):
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(0.001)
    try:
        stage = make_stage(1)
        pid = stage.report(deeds.tell_pid).result
        [gate] = stage.occupy(1)
        threading.Event().wait(0.05)
        gate.open()
        assert stage.report(deeds.tell_pid).result == pid
    finally:
        socket.setdefaulttimeout(before)


# -- where there are no packets --------------------------------------------------------------------


@pytest.fixture
def no_packets(monkeypatch):
    def refuse():
        raise OSError(errno.EPROTONOSUPPORT, "no packets here")

    monkeypatch.setattr(packets, "_packets", refuse)


def test_without_packets_runs_are_ahead_at_hand_only(no_packets, make_stage, tmp_path):
    stage = make_stage(2)
    first, other = stage.occupy(2)
    long = gate_of(stage, tmp_path, "long")
    stage.submit(work.pass_gate, *long.args)
    waiting = stage.submit(work.give_back, "x")
    first.open()
    wait_until(lambda: waiting in ahead(stage, in_pipe=False))
    assert not ahead(stage)
    other.open()
    assert stage.inbox.report_of(waiting).status is SUCCEEDED
    long.open()


def test_without_packets_a_worker_that_dies_costs_what_it_had_begun(no_packets, make_stage, tmp_path):
    stage = make_stage(1)
    pid = stage.report(deeds.tell_pid).result
    runs = [stage.submit(deeds.write_down, str(tmp_path / "done"), number) for number in range(100)]
    victim = stage.submit(deeds.exit_hard, 3)
    after = stage.submit(deeds.tell_pid)
    assert stage.inbox.report_of(victim).status is LOST
    pid_after = stage.inbox.report_of(after).result
    assert pid_after != pid
    assert lines(tmp_path / "done") == list(range(100))
    assert {stage.inbox.report_of(run).status for run in runs} == {SUCCEEDED}
    stop(pid_after)
    run = stage.submit(deeds.tell_pid)
    stage.inbox.wait_until(lambda letters: Started in {type(one) for one in letters if one.run_id == run})
    os.kill(pid_after, signal.SIGKILL)
    wait_for_death(pid_after)
    assert stage.inbox.report_of(run).status is SUCCEEDED
