"""Worker processes that are killed and stopped at the worst of times, by the dozen: one report for each run."""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import forkserver, resource_tracker
from pathlib import Path

import pytest

from tests.executors import deeds
from tests.executors.processes import is_alive, read_pid, stop, wait_for_death, wait_until
from tickwright import BackgroundScheduler, MemoryJobStore, SQLiteJobStore
from tickwright.errors import RunLostError, WorkerStartError
from tickwright.executors.pool import ProcessPoolExecutor
from tickwright.executors.pool import worker_process as worker_process_module
from tickwright.report import Report
from tickwright.run import Run, RunStatus
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.stage import Stage, job_of

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

SUCCEEDED, FAILED, LOST, CANCELLED = RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.LOST, RunStatus.CANCELLED


@pytest.fixture
def stage(start_method, tmp_path):
    stage = Stage(ProcessPoolExecutor(4, start_method=start_method), tmp_path)
    yield stage
    stage.close()


class Storm:
    """Kills every worker process of this program, again and again: every 50 ms, and every other time when one works.

    So it meets those that only start, and those that have a run.
    """

    def __init__(self, rounds: int, path: Path, over: Callable[[], bool] = lambda: False) -> None:
        self._rounds = rounds
        self._path = path
        # On a busy machine this thread may be so slow that all is done before all rounds are.
        self._over = over
        self._thread = threading.Thread(target=self._rage)
        self.killed = 0

    def _rage(self) -> None:
        pause = threading.Event()
        for number in range(self._rounds):
            if number % 2:
                pause.wait(0.05)
            else:
                size = self._path.stat().st_size
                wait_until(lambda size=size: self._path.stat().st_size > size or self._over())
            for worker in list(worker_process_module._alive):
                with suppress(ProcessLookupError, ValueError):
                    os.kill(worker.pid, signal.SIGKILL)
                    self.killed += 1

    def __enter__(self) -> "Storm":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()


def done(path: Path) -> Counter[int]:
    """Return what was done how often, by what the workers wrote down."""
    return Counter(int(line) for line in path.read_text().splitlines())


def check_the_books(ended: dict[int, Report | Run], path: Path, storm: Storm) -> None:
    """Assert that each report tells what became of its run, and that nothing was lost but what died."""
    times_done = done(path)
    for number, one in ended.items():
        if one.status is SUCCEEDED:
            assert times_done[number] == 1, one
        elif one.status is LOST:
            assert times_done[number] <= 1, one
            assert isinstance(one.exception, RunLostError)
            assert "SIGKILL" in str(one.reason) or "fork server" in str(one.reason), one
        else:
            assert one.status is FAILED, one
            assert isinstance(one.exception, WorkerStartError)
            assert times_done[number] == 0, one
    statuses = Counter(one.status for one in ended.values())
    assert statuses[LOST] + 3 * statuses[FAILED] <= storm.killed
    assert statuses[SUCCEEDED] >= len(ended) - storm.killed
    assert statuses[LOST] > 0
    assert storm.killed > 10


def test_all_workers_killed_again_and_again_among_a_thousand_queued_runs(stage, tmp_path):
    runs = [stage.new_run() for _ in range(1000)]
    path = tmp_path / "done"
    path.touch()
    for number, run in enumerate(runs):
        stage.submit_run(run, job_of(deeds.write_down, str(path), number, 0.005))
    with Storm(30, path, lambda: len(stage.inbox.reports()) == 1000) as storm:
        pass
    ended: dict[int, Report | Run] = {number: stage.inbox.report_of(run.id) for number, run in enumerate(runs)}
    assert len(stage.inbox.reports()) == 1000
    check_the_books(ended, path, storm)
    assert [stage.report(deeds.nothing).status for _ in range(20)] == [SUCCEEDED] * 20


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_a_storm_is_on_record_run_by_run(tmp_path, store, start_method):
    path = tmp_path / "done"
    path.touch()
    jobstore = MemoryJobStore() if store == "memory" else SQLiteJobStore(tmp_path / "db")
    pool = ProcessPoolExecutor(4, start_method=start_method, max_queued=1000)
    told: Counter[str] = Counter()
    everything = threading.Event()

    def note(event):
        told[event.run.id] += 1
        if len(told) == 300:
            everything.set()

    from tickwright import events

    with BackgroundScheduler(timezone="UTC", jobstores={"default": jobstore}, executors={"default": pool}) as scheduler:
        scheduler.add_listener(note, events.EVENT_JOB_EXECUTED | events.EVENT_JOB_ERROR | events.EVENT_JOB_LOST)
        for number in range(300):
            scheduler.add_job(deeds.write_down, args=[str(path), number, 0.01], id=str(number))
        with Storm(20, path, everything.is_set) as storm:
            pass
        assert everything.wait(work.WAIT)
        runs = scheduler.get_runs(limit=None)
        assert len(runs) == 300
        assert told == Counter(run.id for run in runs)
        check_the_books({int(run.job_id): run for run in runs}, path, storm)
        assert scheduler.get_jobs() == []
        assert scheduler.health().ok


def test_runs_that_are_rerun_when_lost_are_all_done_in_the_end_but_for_those_that_say_they_never_began(tmp_path):
    path = tmp_path / "done"
    path.touch()
    pool = ProcessPoolExecutor(2, max_queued=1000)
    with BackgroundScheduler(timezone="UTC", executors={"default": pool}) as scheduler:
        for number in range(100):
            scheduler.add_job(deeds.write_down, args=[str(path), number, 0.02], id=str(number), on_lost="rerun")
        with Storm(3, path, lambda: not scheduler.get_jobs()) as storm:
            pass
        wait_until(lambda: not scheduler.get_jobs())
        runs = scheduler.get_runs(limit=None)
    lost = [run for run in runs if run.status is LOST]
    assert len(lost) <= storm.killed
    # A run whose processes were all killed before they could begin it has failed, and says so: it is no loss.
    never_begun = {run.job_id for run in runs if run.status is FAILED}
    done = {int(line.split()[0]) for line in path.read_text().splitlines()}
    assert not done & {int(job_id) for job_id in never_begun}
    succeeded = {run.job_id for run in runs if run.status is SUCCEEDED}
    assert succeeded | never_begun == {str(number) for number in range(100)}
    assert len(runs) == 100 + len(lost)


def test_a_worker_that_is_killed_as_it_is_asked_to_stop_costs_one_report(lone_stage, tmp_path):
    for number in range(10):
        path = tmp_path / f"pid {number}"
        run = lone_stage.submit(deeds.stay, str(path))
        pid = read_pid(path)
        askers = [threading.Thread(target=lone_stage.executor.cancel, args=(run,)) for _ in range(4)]
        for asker in askers[:2]:
            asker.start()
        os.kill(pid, signal.SIGKILL)
        for asker in askers[2:]:
            asker.start()
        assert lone_stage.inbox.report_of(run).status is LOST
        for asker in askers:
            asker.join()
    assert lone_stage.report(deeds.nothing).status is SUCCEEDED


def test_a_worker_that_is_killed_right_after_its_answer_costs_no_earlier_run(lone_stage):
    for _ in range(10):
        pid = lone_stage.report(deeds.tell_pid).result
        if pid is not None:  # else it was lost, as said below
            os.kill(pid, signal.SIGKILL)
    # A task may still reach a process that is dying, which then counts as lost. What has been answered, never.
    assert {report.status for report in lone_stage.inbox.reports()} <= {SUCCEEDED, LOST}


def test_a_stopped_worker_holds_its_own_run_only_and_goes_on_when_it_is_continued(stage, tmp_path):
    held = stage.submit(deeds.stay, str(tmp_path / "pid"), str(tmp_path / "opened"))
    pid = read_pid(tmp_path / "pid")
    stop(pid)
    assert [stage.report(deeds.nothing).status for _ in range(20)] == [SUCCEEDED] * 20
    assert stage.executor.cancel(held)
    (tmp_path / "opened").touch()
    assert held not in {report.run_id for report in stage.inbox.reports()}
    os.kill(pid, signal.SIGCONT)
    assert stage.inbox.report_of(held).result == "stayed"


def test_a_stopped_worker_that_was_asked_to_stop_hears_of_it_when_it_is_continued(lone_stage, tmp_path):
    began = tmp_path / "began"
    pid = lone_stage.report(deeds.tell_pid).result
    run = lone_stage.submit(work.wait_to_be_stopped, str(began))
    work.wait_for_file(str(began))
    stop(pid)
    assert lone_stage.executor.cancel(run)
    os.kill(pid, signal.SIGCONT)
    assert lone_stage.inbox.report_of(run).status is CANCELLED


def test_a_stopped_worker_does_not_hold_up_the_shutdown(lone_stage, monkeypatch):
    monkeypatch.setattr(worker_process_module, "END_SECONDS", 0.2)
    pid = lone_stage.report(deeds.tell_pid).result
    stop(pid)
    lone_stage.executor.shutdown()
    assert not is_alive(pid)


# -- the helpers of multiprocessing ----------------------------------------------------------------


@pytest.fixture
def forking_stage(tmp_path):
    stage = Stage(ProcessPoolExecutor(1, start_method="forkserver"), tmp_path)
    yield stage
    stage.close()


def kill_fork_server() -> None:
    pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    os.kill(pid, signal.SIGKILL)
    wait_for_death(pid)


def test_workers_outlive_their_fork_server_and_new_ones_come_from_a_new_one(forking_stage):
    first = forking_stage.report(deeds.tell_pid).result
    kill_fork_server()
    assert forking_stage.report(deeds.tell_pid).result == first
    os.kill(first, signal.SIGKILL)
    second = forking_stage.report(deeds.tell_pid)
    # Nobody fetches the exit code of the first one any more, and it may read a task as it dies.
    assert second.status in {SUCCEEDED, LOST}
    assert forking_stage.report(deeds.tell_pid).result != first
    assert [forking_stage.report(deeds.nothing).status for _ in range(3)] == [SUCCEEDED] * 3


def test_a_run_under_way_outlives_the_fork_server(forking_stage, tmp_path):
    run = forking_stage.submit(deeds.stay, str(tmp_path / "pid"), str(tmp_path / "opened"))
    read_pid(tmp_path / "pid")
    kill_fork_server()
    (tmp_path / "opened").touch()
    assert forking_stage.inbox.report_of(run).result == "stayed"


def test_where_nobody_knows_how_a_worker_ended_the_report_says_so(forking_stage, tmp_path):
    run = forking_stage.submit(deeds.stay, str(tmp_path / "pid"))
    pid = read_pid(tmp_path / "pid")
    kill_fork_server()
    os.kill(pid, signal.SIGKILL)
    report = forking_stage.inbox.report_of(run)
    assert report.status is LOST
    assert "in an unknown way because its fork server ended before it" in str(report.reason)


def test_a_resource_tracker_that_was_killed_costs_no_run(lone_stage):
    first = lone_stage.report(deeds.tell_pid).result
    for pid in {resource_tracker._resource_tracker._pid} - {None}:  # type: ignore[attr-defined]
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda pid=pid: not is_alive(pid))
    os.kill(first, signal.SIGKILL)
    wait_for_death(first)
    # multiprocessing warns that it was gone, which is an error in this program, and starts another one.
    report = lone_stage.report(deeds.tell_pid)
    assert report.status is SUCCEEDED
    assert report.result != first


# -- process ids of others -------------------------------------------------------------------------


def test_a_worker_that_has_ended_is_sent_no_signal_since_its_id_may_be_a_strangers(lone_stage, monkeypatch):
    pid = lone_stage.report(deeds.tell_pid).result
    os.kill(pid, signal.SIGKILL)
    wait_for_death(pid)
    sent = []
    kill = os.kill

    def note_and_kill(pid, number):
        sent.append((pid, number))
        kill(pid, number)

    monkeypatch.setattr(os, "kill", note_and_kill)
    assert lone_stage.report(deeds.tell_pid).status is SUCCEEDED
    assert (pid, signal.SIGKILL) not in sent
