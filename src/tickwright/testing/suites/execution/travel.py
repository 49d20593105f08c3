"""Tests of what travels to a worker in another process and back, and of what cannot."""

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
    """Functions by name; arguments, results and exceptions pickled."""

    @pytest.fixture
    def remote_stage(self, stage: Stage) -> Stage:
        """A stage whose functions are called in another process."""
        if not self.is_remote:
            pytest.skip("this executor calls functions in this process")
        return stage

    def test_a_function_without_a_name_is_refused_at_once(self, remote_stage: Stage) -> None:
        with pytest.raises(InvalidJobError, match="name"):
            remote_stage.submit(lambda: None)

    def test_an_argument_that_cannot_travel_is_named(self, remote_stage: Stage) -> None:
        report = remote_stage.report(work.give_back, 1, Lock())
        assert report.status is RunStatus.FAILED
        assert report.started_at is None
        assert isinstance(report.exception, InvalidJobError)
        assert "argument 2" in str(report.exception)
        report = remote_stage.report(work.give_back, 1, key=Lock())
        assert "argument 'key'" in str(report.exception)

    def test_an_argument_that_cannot_be_loaded_is_reported(self, remote_stage: Stage) -> None:
        report = remote_stage.report(work.give_back, work.Unloadable())
        assert report.status is RunStatus.FAILED
        assert report.started_at is None
        assert "will not be loaded" in str(report.exception)

    def test_a_result_that_cannot_travel_is_a_failure(self, remote_stage: Stage) -> None:
        report = remote_stage.report(work.give_back_a_lock)
        assert report.status is RunStatus.FAILED
        assert report.started_at is not None
        assert isinstance(report.exception, UnpicklableResultError)
        assert "the function returned [<unlocked _thread.lock" in str(report.exception)

    def test_a_result_that_cannot_be_loaded_is_a_failure(self, remote_stage: Stage) -> None:
        report = remote_stage.report(work.give_back_unloadable)
        assert report.status is RunStatus.FAILED
        assert isinstance(report.exception, UnpicklableResultError)
        assert "Unloadable" in str(report.exception)

    def test_an_exception_that_cannot_travel_is_told_in_words(self, remote_stage: Stage) -> None:
        report = remote_stage.report(work.fail_with_a_lock)
        assert report.status is RunStatus.FAILED
        assert isinstance(report.exception, UnpicklableResultError)
        assert "ValueError: ('locked', " in str(report.exception)
        assert "fail_with_a_lock" in str(report.traceback)

    def test_an_exception_that_cannot_be_loaded_is_told_in_words(self, remote_stage: Stage) -> None:
        report = remote_stage.report(work.fail_in_two_parts)
        assert report.status is RunStatus.FAILED
        assert isinstance(report.exception, UnpicklableResultError)
        assert "TwoPart: this and that" in str(report.exception)
        assert "TwoPart: this and that" in str(report.traceback)

    def test_the_worker_serves_on_after_all_that(self, remote_stage: Stage) -> None:
        for func in (work.give_back_a_lock, work.give_back_unloadable, work.fail_with_a_lock):
            remote_stage.report(func)
        assert remote_stage.report(work.nothing).status is RunStatus.SUCCEEDED
