"""The test that every executor must pass."""

from __future__ import annotations

from tickwright.testing.suites.execution.context import ContextTests
from tickwright.testing.suites.execution.outcomes import OutcomeTests
from tickwright.testing.suites.execution.stopping import StoppingTests
from tickwright.testing.suites.execution.travel import TravelTests

__all__ = ["ExecutorSuite"]


class ExecutorSuite(OutcomeTests, TravelTests, ContextTests, StoppingTests):
    """Tests each sentence of `tickwright.executors.base`. Subclass it, and say how to make your executor.

    ::

        class TestMyExecutor(ExecutorSuite):
            at_once = 2

            def make_executor(self):
                return MyExecutor(max_workers=2)

    What differs from executor to executor is said by the class's traits: `at_once`, `is_bounded`, `is_inline`,
    `is_remote`, `tells_running`. No test is left out for a trait: it then checks what such an executor does
    instead. The tests of a class share one started executor, except for those that shut it down.
    """
