"""Tests of what a job knows about itself: its current run, and nothing of the runs before it."""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tickwright.active_run import current_run
from tickwright.errors import NoCurrentRunError
from tickwright.run import RunStatus
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.case import ExecutorCase
from tickwright.testing.suites.execution.stage import Stage, job_of

__all__ = ["ContextTests"]


class ContextTests(ExecutorCase):
    """`current_run()` and context variables."""

    @pytest.mark.parametrize("func", [work.tell_run, work.tell_run_in_a_task])
    def test_a_job_knows_its_run(self, stage: Stage, func: Callable[..., Any]) -> None:
        run = stage.new_run()
        stage.submit_run(run, job_of(func))
        told = stage.inbox.report_of(run.id).result
        assert told.pop("started_at") is not None
        assert told == {
            "id": run.id,
            "job_id": run.job_id,
            "attempt": run.attempt,
            "fire_time": run.fire_time,
            "status": RunStatus.RUNNING,
            "cancel_requested": False,
            "lost_lease": False,
        }

    def test_outside_of_jobs_there_is_no_current_run(self, stage: Stage) -> None:
        stage.report(work.tell_run)
        with pytest.raises(NoCurrentRunError):
            current_run()

    def test_what_a_job_sets_in_its_context_does_not_reach_the_next(self, stage: Stage) -> None:
        assert {stage.report(work.change_setting).result for _ in range(10)} == {"untouched"}
