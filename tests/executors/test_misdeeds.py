"""Whatever a job does to its worker process: one report that names it, and the pool serves on."""

from collections.abc import Iterator

import pytest

from tests.executors import deeds
from tests.executors.charges import CHARGES, Charge
from tickwright.executors.pool import ProcessPoolExecutor
from tickwright.run import RunStatus
from tickwright.testing.suites.execution.stage import Stage


@pytest.fixture(params=["spawn", "forkserver"], scope="module")
def pool(request, tmp_path_factory) -> Iterator[Stage]:
    """A pool of one process, so that each run meets what the one before has left."""
    stage = Stage(ProcessPoolExecutor(1, start_method=request.param), tmp_path_factory.mktemp("stage"))
    yield stage
    stage.close()


@pytest.mark.parametrize("charge", CHARGES, ids=lambda charge: charge.name)
def test_a_misdeed_is_reported_once_by_its_name_and_the_pool_serves_on(pool, charge: Charge):
    charge.check(pool.report(charge.func, *charge.args, **charge.kwargs))
    assert pool.report(deeds.nothing).status is RunStatus.SUCCEEDED
    pool.settle()
