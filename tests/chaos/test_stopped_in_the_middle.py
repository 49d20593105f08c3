"""A process that is frozen with the file locked holds everybody up, and nobody else is to be taken for dead by that."""

from __future__ import annotations

import os
import time
from functools import partial

import pytest

from tests.chaos.stage import has_calls, until
from tests.chaos.stopping import ASKED
from tests.chaos.witness import bear_witness
from tests.durability.audit import finish, judge_world, lines_of, picture_of
from tests.durability.plan import every
from tests.durability.victim import end_all
from tests.durability.world import World

LONGER_THAN_THE_LEASE = 3.5

JOBS = [every(1, f"job-{number}", takes=4.0, max_instances=5) for number in range(4)]


def have_renewed_late(world: World, owners: int) -> bool:
    """Return whether so many late or slow renewals are noted."""
    return world.beats.exists() and len(world.beats.read_text().splitlines()) >= owners


@pytest.mark.timeout(180)
@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="it takes /proc to see that a process has stopped")
@pytest.mark.parametrize("timeout", [30.0, 1.0], ids=["they wait", "their calls fail"])
def test_a_process_that_stops_with_the_file_locked_costs_no_other_process_its_runs(world, start, timeout):
    shared = world(*JOBS, threads=10, timeout=timeout)
    others = [start(shared) for _ in range(3)]
    stopping = start(shared, module="tests.chaos.stopping")
    for victim in (*others, stopping):
        victim.wait_until("up")
    until(partial(has_calls, shared, 6), "calls", others)
    (shared.folder / ASKED).touch()
    until(stopping.has_stopped, "the stop")
    stopping.found_frozen()
    time.sleep(LONGER_THAN_THE_LEASE)  # nothing happens meanwhile: that is what the test is about
    stopping.thaw()
    until(partial(has_calls, shared, 12), "calls after it", others)
    # One process may make all these calls before another that was held up has renewed its lease.
    until(partial(have_renewed_late, shared, 3), "renewals of those who were held up", others)
    end_all([*others, stopping])
    last = finish(shared)
    evidence = bear_witness(shared, picture_of(shared)["runs"], lines_of(shared), [*others, stopping, last])
    print(f"\n{evidence.table()}")
    assert judge_world(shared, at_the_end=True).complaints == []
    assert evidence.complaints == []
    assert len(evidence.slow_beats) >= 3, "nobody was held up"
