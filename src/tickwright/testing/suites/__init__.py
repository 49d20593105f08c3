"""The conformance suites of the ports: a user's own adapter subclasses one and inherits its tests.

They need pytest, and nothing else in the package does.
"""

import pytest

# Before the suites are imported: afterwards their failures would say no more than `AssertionError`.
for _suite in ("execution", "executor", "job_store", "serializer", "store", "trigger"):
    pytest.register_assert_rewrite(f"{__name__}.{_suite}")

from tickwright.testing.suites.executor import ExecutorSuite  # noqa: E402 - see above
from tickwright.testing.suites.job_store import JobStoreSuite  # noqa: E402 - see above
from tickwright.testing.suites.serializer import SerializerSuite  # noqa: E402 - see above
from tickwright.testing.suites.trigger import TriggerSuite  # noqa: E402 - see above

__all__ = ["ExecutorSuite", "JobStoreSuite", "SerializerSuite", "TriggerSuite"]
