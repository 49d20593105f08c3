"""Tests of taking runs back, of shutting down, and of how much an executor takes."""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from tickwright.errors import RunCancelledError, SchedulerNotRunningError
from tickwright.run import RunStatus
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.case import ExecutorCase
from tickwright.testing.suites.execution.stage import Stage

__all__ = ["StoppingTests"]


class StoppingTests(ExecutorCase):
    """`cancel`, `shutdown`, `start` again, and `room`."""

    # -- cancel --------------------------------------------------------------------------------------

    def test_a_run_that_waits_is_taken_back(self, stage: Stage) -> None:
        stage.occupy(self.skip_unless_runs_can_wait())
        waiting = stage.submit(work.nothing)
        assert stage.executor.cancel(waiting)
        report = stage.inbox.report_of(waiting)
        assert report.status is RunStatus.CANCELLED
        assert report.started_at is None
        assert report.reason
        assert isinstance(report.exception, RunCancelledError)

    def test_a_run_that_has_started_is_told(self, stage: Stage, tmp_path: Path) -> None:
        self.skip_if_inline()
        if not self.tells_running:
            pytest.skip("this executor does not reach runs that have started")
        began = str(tmp_path / "began")
        running = stage.submit(work.wait_to_be_stopped, began)
        work.wait_for_file(began)
        assert stage.executor.cancel(running)
        report = stage.inbox.report_of(running)
        assert report.status is RunStatus.CANCELLED
        assert report.started_at is not None

    def test_a_run_that_does_not_listen_ends_as_it_would(self, stage: Stage) -> None:
        self.skip_if_inline()
        [gate] = stage.occupy(1)
        stage.executor.cancel("run-1")
        gate.open()
        report = stage.inbox.report_of("run-1")
        assert report.status is RunStatus.SUCCEEDED
        assert report.result == "through"

    def test_cancelling_one_run_leaves_the_next_alone(self, stage: Stage) -> None:
        self.skip_if_inline()
        [gate] = stage.occupy(1)
        stage.executor.cancel("run-1")
        gate.open()
        assert [stage.report(work.tell_run).result["cancel_requested"] for _ in range(4)] == [False] * 4

    def test_there_is_nothing_to_cancel_about_a_run_that_is_over(self, stage: Stage) -> None:
        assert not stage.executor.cancel("unheard of")
        over = stage.report(work.nothing)
        assert not stage.executor.cancel(over.run_id)

    # -- shutdown ------------------------------------------------------------------------------------

    def test_shutting_down_finishes_what_was_taken(self, stage: Stage) -> None:
        runs = [stage.submit(work.nothing) for _ in range(20)]
        stage.executor.shutdown(wait=True)
        assert {report.run_id: report.status for report in stage.inbox.reports()} == dict.fromkeys(
            runs, RunStatus.SUCCEEDED
        )

    def test_shutting_down_waits_for_those_that_run(self, stage: Stage) -> None:
        self.skip_if_inline()
        gates = stage.occupy(1)
        stopping = Thread(target=stage.executor.shutdown)
        stopping.start()
        gates[0].open()
        stopping.join(work.WAIT)
        assert not stopping.is_alive()
        assert [report.result for report in stage.inbox.reports()] == ["through"]

    def test_shutting_down_without_waiting_takes_back_what_has_not_started(self, stage: Stage) -> None:
        busy = self.skip_unless_runs_can_wait()
        gates = stage.occupy(busy)
        waiting = {stage.submit(work.nothing) for _ in range(10)}
        stage.executor.shutdown(wait=False)
        reports = stage.inbox.reports()
        assert {report.run_id for report in reports} == waiting
        assert {report.status for report in reports} == {RunStatus.CANCELLED}
        assert all("shut down" in str(report.reason) for report in reports)
        for gate in gates:
            gate.open()
        for number in range(busy):
            assert stage.inbox.report_of(f"run-{number + 1}").status is RunStatus.SUCCEEDED

    def test_shutting_down_twice_or_before_the_start_is_fine(self, stage: Stage) -> None:
        self.make_executor().shutdown()
        stage.executor.shutdown(wait=False)
        stage.executor.shutdown(wait=True)
        stage.executor.shutdown(wait=False)

    def test_nothing_is_taken_after_the_shutdown(self, stage: Stage) -> None:
        stage.executor.shutdown()
        with pytest.raises(SchedulerNotRunningError, match="shut down"):
            stage.submit(work.nothing)

    def test_it_can_be_started_again(self, stage: Stage) -> None:
        for wait in (True, False, True):
            assert stage.report(work.nothing).status is RunStatus.SUCCEEDED
            stage.executor.shutdown(wait=wait)
            stage.restart()
        assert stage.report(work.nothing).status is RunStatus.SUCCEEDED

    # -- room ----------------------------------------------------------------------------------------

    def test_room_shrinks_with_each_run_and_is_back_when_it_is_reported(self, stage: Stage) -> None:
        room = stage.executor.room()
        if room is None:
            pytest.skip("this executor takes any number of runs")
        assert room > 0
        stage.report(work.nothing)
        assert stage.executor.room() == room
        if self.is_inline:
            return
        [gate] = stage.occupy(1)
        assert stage.executor.room() == room - 1
        gate.open()
        stage.inbox.report_of("run-2")
        assert stage.executor.room() == room
