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
from tickwright.testing.suites.execution.stage import Gate, Stage

__all__ = ["StoppingTests"]


class StoppingTests(ExecutorCase):
    """`cancel`, `shutdown`, `start` again, and `room`."""

    # -- cancel --------------------------------------------------------------------------------------

    def test_a_run_that_waits_is_taken_back(self, stage: Stage) -> None:
        if not self.runs_wait:
            self.check_that_no_run_waits(stage)
            return
        stage.occupy(self.at_once or 1)
        waiting = stage.submit(work.nothing)
        assert stage.executor.cancel(waiting)
        report = stage.inbox.report_of(waiting)
        assert report.status is RunStatus.CANCELLED
        assert report.started_at is None
        assert report.reason
        assert isinstance(report.exception, RunCancelledError)

    def check_that_no_run_waits(self, stage: Stage) -> None:
        """Assert what an executor without a queue does instead of keeping runs in it."""
        if self.is_inline:
            run = stage.submit(work.nothing)
            assert [report.run_id for report in stage.inbox.reports()] == [run]
        else:
            stage.occupy(20)  # returns when all of them are under way

    def test_a_run_that_has_started_is_told(self, stage: Stage, tmp_path: Path) -> None:
        if not self.tells_running:
            self.check_that_a_running_one_is_not_reached(stage)
            return
        began = str(tmp_path / "began")
        running = stage.begin(work.wait_to_be_stopped, began)
        work.wait_for_file(began)
        assert stage.executor.cancel(running)
        report = stage.inbox.report_of(running)
        assert report.status is RunStatus.CANCELLED
        assert report.started_at is not None
        assert isinstance(report.exception, RunCancelledError)

    def check_that_a_running_one_is_not_reached(self, stage: Stage) -> None:
        """Assert that `cancel` says so where it can do nothing."""
        [gate] = stage.occupy(1)
        assert not stage.executor.cancel(gate.run_id)
        assert not stage.inbox.reports()

    def test_a_run_that_does_not_listen_ends_as_it_would(self, stage: Stage) -> None:
        [gate] = stage.occupy(1)
        stage.executor.cancel(gate.run_id)
        gate.open()
        report = stage.inbox.report_of(gate.run_id)
        assert report.status is RunStatus.SUCCEEDED
        assert report.result == "through"

    def test_cancelling_one_run_leaves_the_next_alone(self, stage: Stage) -> None:
        [gate] = stage.occupy(1)
        stage.executor.cancel(gate.run_id)
        gate.open()
        assert [stage.report(work.tell_run).result["cancel_requested"] for _ in range(4)] == [False] * 4

    def test_there_is_nothing_to_cancel_about_a_run_that_is_over(self, stage: Stage) -> None:
        assert not stage.executor.cancel("unheard of")
        over = stage.report(work.nothing)
        assert not stage.executor.cancel(over.run_id)

    # -- lose ----------------------------------------------------------------------------------------

    def test_a_run_that_is_lost_while_it_waits_is_not_started(self, stage: Stage, tmp_path: Path) -> None:
        if not (self.runs_wait and self.tells_lost):
            stage.executor.lose("unheard of")
            return
        stage.occupy(self.at_once or 1)
        waiting = stage.submit(work.wait_for_the_loss, str(tmp_path / "began"))
        stage.executor.lose(waiting)
        report = stage.inbox.report_of(waiting)
        assert report.status is RunStatus.CANCELLED
        assert report.reason
        assert not (tmp_path / "began").exists()

    def test_a_run_that_is_lost_while_it_runs_is_told_so(self, stage: Stage, tmp_path: Path) -> None:
        if not self.tells_lost:
            return
        began = str(tmp_path / "began")
        running = stage.begin(work.wait_for_the_loss, began)
        work.wait_for_file(began)
        for _ in range(2):  # told twice is told once
            stage.executor.lose(running)
        report = stage.inbox.report_of(running)
        assert (report.status, report.result) == (RunStatus.SUCCEEDED, "cancel_requested=False, is_to_stop=True")

    def test_a_run_that_stops_because_it_is_lost_ends_as_cancelled(self, stage: Stage, tmp_path: Path) -> None:
        if not self.tells_lost:
            return
        began = str(tmp_path / "began")
        running = stage.begin(work.stop_at_the_loss, began)
        work.wait_for_file(began)
        stage.executor.lose(running)
        report = stage.inbox.report_of(running)
        assert report.status is RunStatus.CANCELLED
        assert "taken" in str(report.exception) or "took" in str(report.exception)

    def test_losing_one_run_leaves_the_next_alone(self, stage: Stage) -> None:
        [gate] = stage.occupy(1)
        stage.executor.lose(gate.run_id)
        gate.open()
        assert [stage.report(work.tell_run).result["lost_lease"] for _ in range(4)] == [False] * 4

    # -- shutdown ------------------------------------------------------------------------------------

    def test_shutting_down_finishes_what_was_taken(self, own_stage: Stage) -> None:
        runs = [own_stage.submit(work.nothing) for _ in range(20)]
        own_stage.executor.shutdown(wait=True)
        assert {report.run_id: report.status for report in own_stage.inbox.reports()} == dict.fromkeys(
            runs, RunStatus.SUCCEEDED
        )

    def test_shutting_down_waits_for_those_that_run(self, own_stage: Stage) -> None:
        [gate] = own_stage.occupy(1)
        stopping = Thread(target=own_stage.executor.shutdown)
        stopping.start()
        assert not own_stage.inbox.reports()
        gate.open()
        stopping.join(work.WAIT)
        assert not stopping.is_alive()
        assert [report.result for report in own_stage.inbox.reports()] == ["through"]

    def test_shutting_down_without_waiting_takes_back_what_has_not_started(self, own_stage: Stage) -> None:
        gates = own_stage.occupy((self.runs_wait and self.at_once) or 1)
        waiting = {own_stage.submit(work.nothing) for _ in range(10)} if self.runs_wait else set()
        own_stage.executor.shutdown(wait=False)
        reports = own_stage.inbox.reports()
        assert {report.run_id for report in reports} == waiting
        assert all(report.status is RunStatus.CANCELLED for report in reports)
        assert all("shut down" in str(report.reason) for report in reports)
        for gate in gates:
            gate.open()
        for gate in gates:
            assert own_stage.inbox.report_of(gate.run_id).status is RunStatus.SUCCEEDED

    def test_shutting_down_twice_or_before_the_start_is_fine(self, own_stage: Stage) -> None:
        self.make_executor().shutdown()
        own_stage.executor.shutdown(wait=False)
        own_stage.executor.shutdown(wait=True)
        own_stage.executor.shutdown(wait=False)

    def test_nothing_is_taken_after_the_shutdown(self, own_stage: Stage) -> None:
        own_stage.executor.shutdown()
        with pytest.raises(SchedulerNotRunningError, match="shut down"):
            own_stage.submit(work.nothing)

    def test_it_can_be_started_again(self, own_stage: Stage) -> None:
        for wait in (True, False, True):
            assert own_stage.report(work.nothing).status is RunStatus.SUCCEEDED
            own_stage.executor.shutdown(wait=wait)
            own_stage.restart()
        assert own_stage.report(work.nothing).status is RunStatus.SUCCEEDED

    def test_runs_that_can_go_on_are_not_given_up(self, stage: Stage) -> None:
        if self.is_inline:
            gates: list[Gate] = []
        else:
            gates = stage.occupy(self.at_once or 1)
            stage.submit(work.nothing)
        assert stage.executor.trouble() is None
        stage.executor.give_up()
        assert not [report for report in stage.inbox.reports() if report.status is RunStatus.CANCELLED]
        for gate in gates:
            gate.open()
            assert stage.inbox.report_of(gate.run_id).status is RunStatus.SUCCEEDED

    # -- room ----------------------------------------------------------------------------------------

    def test_it_is_idle_for_as_many_runs_as_it_begins_at_once(self, stage: Stage) -> None:
        room, idle = stage.executor.room(), stage.executor.idle()
        if room is None or idle is None:
            assert idle == room
            return
        assert 0 < idle <= room
        if self.at_once is None or self.is_inline:
            return
        stage.occupy(self.at_once)
        assert stage.executor.idle() == idle - self.at_once

    def test_room_shrinks_with_each_run_and_is_back_when_it_is_reported(self, stage: Stage) -> None:
        room = stage.executor.room()
        if not self.is_bounded:
            assert room is None, "an executor that tells its room says `is_bounded = True` to this suite"
            stage.occupy(1)
            assert stage.executor.room() is None
            return
        assert room is not None, "an executor without a bound says `is_bounded = False` to this suite"
        assert room > 0
        stage.report(work.nothing)
        assert stage.executor.room() == room
        [gate] = stage.occupy(1)
        assert stage.executor.room() == room - 1
        gate.open()
        stage.inbox.report_of(gate.run_id)
        assert stage.executor.room() == room
