"""Tests of how a run ends: whatever its function does, there is one report, and it tells the truth."""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Thread
from typing import Any

import pytest

from tickwright.errors import InvalidJobError, RunCancelledError
from tickwright.report import Started
from tickwright.run import RunStatus
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.case import ExecutorCase
from tickwright.testing.suites.execution.stage import Stage, job_of

__all__ = ["OutcomeTests"]


class OutcomeTests(ExecutorCase):
    """What the report says."""

    # -- it returned ---------------------------------------------------------------------------------

    def test_a_function_that_returns_has_succeeded(self, stage: Stage) -> None:
        report = stage.report(work.give_back, 1, "two", three=[3])
        assert report.status is RunStatus.SUCCEEDED
        assert report.result == ((1, "two"), {"three": [3]})
        assert report.exception is None
        assert report.traceback is None
        assert report.reason is None

    def test_the_times_are_those_of_the_run(self, stage: Stage) -> None:
        before = stage.inbox.clock.now()
        report = stage.report(work.nothing)
        after = stage.inbox.clock.now()
        assert report.result is None
        assert report.started_at is not None
        assert report.started_at.utcoffset() == report.finished_at.utcoffset() == timedelta(0)
        assert before <= report.started_at <= report.finished_at <= after

    def test_a_start_is_told_before_the_report(self, stage: Stage) -> None:
        report = stage.report(work.nothing)
        assert stage.inbox.letters == [
            Started(run_id=report.run_id, started_at=report.started_at or report.finished_at),
            report,
        ]

    def test_a_large_result_comes_whole(self, stage: Stage) -> None:
        assert stage.report(work.give_back_bytes, 10_000_000).result == b"x" * 10_000_000

    # -- it raised -----------------------------------------------------------------------------------

    def test_a_function_that_raises_has_failed(self, stage: Stage) -> None:
        report = stage.report(work.fail, "oh no")
        assert report.status is RunStatus.FAILED
        assert isinstance(report.exception, ValueError)
        assert report.exception.args == ("oh no",)
        assert report.result is None
        assert report.started_at is not None

    @pytest.mark.parametrize("func", [work.fail, work.fail_later, work.fail_while_failing])
    def test_the_traceback_starts_in_the_job(self, stage: Stage, func: Callable[..., Any]) -> None:
        report = stage.report(func, "oh no")
        assert report.traceback is not None
        lines = report.traceback.splitlines()
        assert lines[0] == "Traceback (most recent call last):"
        assert "work.py" in lines[1]
        assert "in fail" in lines[1]
        assert lines[-1].endswith("Error: oh no")
        assert "call.py" not in report.traceback

    def test_wrong_arguments_are_a_failure(self, stage: Stage) -> None:
        report = stage.report(work.fail)
        assert report.status is RunStatus.FAILED
        assert isinstance(report.exception, TypeError)

    @pytest.mark.parametrize("func", [work.leave, work.leave_in_a_task])
    @pytest.mark.parametrize("kind", work.LEAVING)
    def test_no_exception_leaves_the_run(self, stage: Stage, func: Callable[..., Any], kind: str) -> None:
        report = stage.report(func, kind)
        assert report.status is RunStatus.FAILED
        assert type(report.exception) is work.LEAVING[kind]
        assert kind in str(report.reason)
        assert stage.report(work.nothing).status is RunStatus.SUCCEEDED

    def test_a_function_that_exits_has_failed(self, stage: Stage) -> None:
        report = stage.report(work.exit_3)
        assert report.status is RunStatus.FAILED
        assert isinstance(report.exception, SystemExit)
        assert report.exception.code == 3

    def test_a_cancellation_that_nobody_asked_for_is_a_failure(self, stage: Stage) -> None:
        report = stage.report(work.cancel_unasked)
        assert report.status is RunStatus.FAILED
        assert isinstance(report.exception, RunCancelledError)

    def test_an_exception_without_a_text_is_reported(self, stage: Stage) -> None:
        report = stage.report(work.fail_unspeakably)
        assert report.status is RunStatus.FAILED
        assert isinstance(report.exception, work.Unspeakable)
        assert "Unspeakable" in str(report.traceback)

    def test_an_exception_that_refuses_to_be_looked_at_is_reported(self, stage: Stage) -> None:
        report = stage.report(work.fail_untouchably)
        assert report.status is RunStatus.FAILED
        assert "Untouchable" in str(report.traceback)

    # -- coroutines and generators -------------------------------------------------------------------

    @pytest.mark.parametrize(
        "func",
        [work.add, partial(work.add, 1), work.add_later, work.forget_to_await, work.Adder(), work.Later],
        ids=["function", "partial", "coroutine function", "coroutine in a coroutine", "object", "class"],
    )
    def test_what_can_be_awaited_is_awaited(self, stage: Stage, func: Callable[..., Any]) -> None:
        report = stage.report(func, *((2,) if isinstance(func, partial) else (1, 2)))
        assert report.status is RunStatus.SUCCEEDED, report
        assert report.result == 3

    def test_a_coroutine_that_raises_has_failed(self, stage: Stage) -> None:
        report = stage.report(work.fail_later, "oh no")
        assert report.status is RunStatus.FAILED
        assert isinstance(report.exception, ValueError)

    @pytest.mark.parametrize("func", [work.generate, work.generate_later])
    def test_a_generator_that_nobody_goes_through_is_refused(self, stage: Stage, func: Callable[..., Any]) -> None:
        report = stage.report(func)
        assert report.status is RunStatus.FAILED
        assert isinstance(report.exception, InvalidJobError)
        assert "generator" in str(report.exception)

    # -- what stays behind ---------------------------------------------------------------------------

    def test_nothing_of_a_run_is_kept_when_it_is_over(self, stage: Stage) -> None:
        heavy = work.Heavy()
        for func in (work.give_back, work.fail, work.fail_later):
            stage.report(func, heavy)
            stage.inbox.forget_results()
        del heavy
        self.wait_until_nothing_heavy_is_held(stage)

    @pytest.mark.parametrize(
        "func",
        [
            work.fail_with_heavy_hands,
            work.fail_with_heavy_hands_twice,
            work.fail_with_heavy_hands_in_between,
            work.fail_with_heavy_hands_in_tasks,
        ],
    )
    def test_an_exception_that_is_kept_does_not_keep_what_the_job_had(
        self, stage: Stage, func: Callable[..., Any]
    ) -> None:
        report = stage.report(func)
        self.wait_until_nothing_heavy_is_held(stage)
        assert report.exception is not None
        assert report.exception.__traceback__ is None
        assert "heavy = Heavy()" not in str(report.traceback)
        assert "fail_with_heavy_hands" in str(report.traceback)

    def wait_until_nothing_heavy_is_held(self, stage: Stage) -> None:
        # The report is out a moment before its worker has put everything down.
        work.wait_until(lambda: work.count_heavy() == 0, "something of the job is held here, and was not let go of")
        work.wait_until(
            # More than once, so that no worker is left out that had the job.
            lambda: not any(stage.report(work.count_heavy).result for _ in range(4)),
            "something of the job is held by its worker, and was not let go of",
        )

    # -- many ----------------------------------------------------------------------------------------

    def test_a_thousand_runs_from_several_threads_are_reported_once_each(self, stage: Stage) -> None:
        runs = [[stage.new_run() for _ in range(250)] for _ in range(4)]
        good, bad = work.nothing, work.exit_3

        def submit(mine: list[Any]) -> None:
            for number, run in enumerate(mine):
                stage.submit_run(run, job_of(bad if number % 10 == 0 else good))

        threads = [Thread(target=submit, args=(mine,)) for mine in runs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stage.wait_for_all()
        statuses = [report.status for report in stage.inbox.reports()]
        assert statuses.count(RunStatus.SUCCEEDED) == 900
        assert statuses.count(RunStatus.FAILED) == 100
