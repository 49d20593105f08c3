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
    """The traits of an executor, `make_executor`, and the stages."""

    at_once: ClassVar[int | None] = 2
    """How many runs the executor performs at a time; None: any number."""
    is_bounded: ClassVar[bool] = True
    """Whether `room` tells how many more runs it would take, and not None."""
    is_inline: ClassVar[bool] = False
    """Whether `submit` returns only when the run is over."""
    is_remote: ClassVar[bool] = False
    """Whether functions are called in another process, so that functions, arguments and outcomes travel."""
    tells_running: ClassVar[bool] = True
    """Whether `cancel` reaches runs that have started."""
    tells_lost: ClassVar[bool] = True
    """Whether `lose` reaches runs, those that wait and those that have started."""

    def make_executor(self) -> Executor:
        """Return a new executor, not started, for `at_once` runs at a time. To be overridden."""
        raise NotImplementedError(f"{type(self).__name__} must override make_executor()")

    # -- for the tests -------------------------------------------------------------------------------

    @property
    def runs_wait(self) -> bool:
        """Whether there are runs that have been taken and have not started."""
        return self.at_once is not None and not self.is_inline

    @pytest.fixture
    def stage(self, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
        """A started executor at work, and at no work of an earlier test.

        The tests of a class share it, because starting workers can take long. One that shuts it down has its
        `own_stage` instead.
        """
        of_the_class = request.node.getparent(pytest.Class)
        stage = of_the_class.stash.get(_SHARED, None)
        if stage is None:
            stage = Stage(self.make_executor(), tmp_path_factory.mktemp("stage"), is_inline=self.is_inline)
            of_the_class.stash[_SHARED] = stage
            of_the_class.addfinalizer(stage.close)
        yield stage
        try:
            stage.settle()
        except BaseException:  # border: the executor may be stuck, and the next test has a new one
            del of_the_class.stash[_SHARED]
            raise

    @pytest.fixture
    def own_stage(self, tmp_path: Path) -> Iterator[Stage]:
        """A started executor that no other test sees."""
        stage = Stage(self.make_executor(), tmp_path, is_inline=self.is_inline)
        yield stage
        stage.close()


_SHARED = pytest.StashKey[Stage]()
