"""Tests of what travels to a worker in another process and back, of what cannot, and of what need not."""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

from threading import Lock

import pytest

from tickwright.errors import InvalidJobError, UnpicklableResultError
from tickwright.run import RunStatus
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.case import ExecutorCase
from tickwright.testing.suites.execution.stage import Stage

__all__ = ["TravelTests"]


class TravelTests(ExecutorCase):
    """Functions by name; arguments, results and exceptions pickled. In the same process: the things themselves."""

    def test_a_function_without_a_name_is_refused_where_it_would_travel(self, stage: Stage) -> None:
        if self.is_remote:
            with pytest.raises(InvalidJobError, match="name"):
                stage.submit(lambda: None)
        else:
            assert stage.report(lambda: "called").result == "called"

    def test_an_argument_that_cannot_travel_is_named_where_it_would(self, stage: Stage) -> None:
        lock = Lock()
        by_position, by_name = stage.report(work.give_back, 1, lock), stage.report(work.give_back, 1, key=lock)
        if self.is_remote:
            for report, words in (by_position, "argument 2"), (by_name, "argument 'key'"):
                assert report.status is RunStatus.FAILED
                assert report.started_at is None
                assert isinstance(report.exception, InvalidJobError)
                assert words in str(report.exception)
        else:
            assert by_position.result[0][1] is lock
            assert by_name.result[1]["key"] is lock

    def test_an_argument_that_cannot_be_loaded_is_reported_where_it_would_be(self, stage: Stage) -> None:
        argument = work.Unloadable()
        report = stage.report(work.give_back, argument)
        if self.is_remote:
            assert report.status is RunStatus.FAILED
            assert report.started_at is None
            assert "will not be loaded" in str(report.exception)
        else:
            assert report.result[0][0] is argument

    def test_a_result_that_cannot_travel_is_a_failure_where_it_would(self, stage: Stage) -> None:
        report = stage.report(work.give_back_a_lock)
        if self.is_remote:
            assert report.status is RunStatus.FAILED
            assert report.started_at is not None
            assert isinstance(report.exception, UnpicklableResultError)
            assert "the function returned [<unlocked _thread.lock" in str(report.exception)
        else:
            assert report.status is RunStatus.SUCCEEDED
            assert not report.result[0].locked()

    def test_a_result_that_cannot_be_loaded_is_a_failure_where_it_would_be(self, stage: Stage) -> None:
        report = stage.report(work.give_back_unloadable)
        if self.is_remote:
            assert report.status is RunStatus.FAILED
            assert isinstance(report.exception, UnpicklableResultError)
            assert "Unloadable" in str(report.exception)
        else:
            assert report.status is RunStatus.SUCCEEDED
            assert isinstance(report.result, work.Unloadable)

    def test_an_exception_that_cannot_travel_is_told_in_words_where_it_would(self, stage: Stage) -> None:
        report = stage.report(work.fail_with_a_lock)
        assert report.status is RunStatus.FAILED
        assert "fail_with_a_lock" in str(report.traceback)
        if self.is_remote:
            assert isinstance(report.exception, UnpicklableResultError)
            assert "ValueError: ('locked', " in str(report.exception)
        else:
            assert isinstance(report.exception, ValueError)
            assert not report.exception.args[1].locked()

    def test_an_exception_that_cannot_be_loaded_is_told_in_words_where_it_would_be(self, stage: Stage) -> None:
        report = stage.report(work.fail_in_two_parts)
        assert report.status is RunStatus.FAILED
        assert "TwoPart: this and that" in str(report.traceback)
        if self.is_remote:
            assert isinstance(report.exception, UnpicklableResultError)
            assert "TwoPart: this and that" in str(report.exception)
        else:
            assert isinstance(report.exception, work.TwoPart)

    @pytest.mark.parametrize("when", ["pickled", "loaded"])
    def test_what_leaves_when_it_travels_ends_its_run_and_no_worker(self, stage: Stage, when: str) -> None:
        argument, result, exception = (
            stage.report(work.give_back, work.Leaving(when)),
            stage.report(work.give_back_leaving, when),
            stage.report(work.fail_leaving, when),
        )
        assert exception.status is RunStatus.FAILED
        if self.is_remote:
            assert isinstance(argument.exception, InvalidJobError)
            assert isinstance(result.exception, UnpicklableResultError)
            assert isinstance(exception.exception, UnpicklableResultError)
            for report in (argument, result, exception):
                assert report.status is RunStatus.FAILED
                assert "SystemExit" in str(report.exception)
        else:
            assert (argument.status, result.status) == (RunStatus.SUCCEEDED, RunStatus.SUCCEEDED)
            assert isinstance(exception.exception, work.LeavingError)

    def test_the_worker_serves_on_after_all_that(self, stage: Stage) -> None:
        for func in (work.give_back_a_lock, work.give_back_unloadable, work.fail_with_a_lock):
            stage.report(func)
        assert stage.report(work.nothing).status is RunStatus.SUCCEEDED
