"""What every test of the executor suite is given: a stage, and the hooks that a subclass fills in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from tickwright.executors.base import Executor
from tickwright.testing.suites.execution.stage import Stage

__all__ = ["ExecutorCase"]


class ExecutorCase:
    """The hooks, and the fixture `stage`."""

    at_once: ClassVar[int | None] = 2
    """How many runs the executor performs at a time; None: any number."""
    is_inline: ClassVar[bool] = False
    """Whether `submit` returns only when the run is over."""
    is_remote: ClassVar[bool] = False
    """Whether functions are called in another process, so that functions, arguments and outcomes travel."""
    tells_running: ClassVar[bool] = True
    """Whether `cancel` reaches runs that have started."""

    def make_executor(self) -> Executor:
        """Return a new executor, not started, for `at_once` runs at a time. To be overridden."""
        raise NotImplementedError(f"{type(self).__name__} must override make_executor()")

    # -- for the tests -------------------------------------------------------------------------------

    @pytest.fixture
    def stage(self, tmp_path: Path) -> Iterator[Stage]:
        """A started executor at work. When the test is over, each run must have been reported once."""
        stage = Stage(self.make_executor(), tmp_path)
        yield stage
        stage.close()

    def skip_unless_runs_can_wait(self) -> int:
        """Return how many runs keep the executor busy; skip the test where a run never waits for another."""
        if self.is_inline or self.at_once is None:
            pytest.skip("with this executor no run waits for another")
        return self.at_once

    def skip_if_inline(self) -> None:
        """Skip the test where nothing happens while a run is under way."""
        if self.is_inline:
            pytest.skip("this executor returns from submit when the run is over")
