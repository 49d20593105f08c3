"""Work goes to the process that has room: one whose workers are all busy leaves what is due to the others."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.chaos.deeds import hold
from tests.chaos.stage import beside, has_calls, opened, until
from tests.durability.audit import lines_of
from tests.durability.victim import Victim, end_all
from tests.durability.world import World
from tickwright import ThreadPoolExecutor

pytestmark = pytest.mark.timeout(120)


def wait_until_they_know_each_other(world: World) -> None:
    """Each looks at the others' leases when it renews its own: two renewals on, all have looked."""
    with opened(world) as store:

        def beats() -> dict[str, int]:
            return {lease.owner.id: lease.beat for lease in store.get_leases()}

        before = until(lambda: len(found := beats()) == 2 and found, "two leases")
        until(lambda: all(beats()[owner] >= beat + 2 for owner, beat in before.items()), "two beats of each")


def four_at_once(world: World, crowd: list[Victim], executor: str) -> None:
    """Declare four jobs that end when the test lets them, see where they run, and end everything."""
    gate = world.folder / "gate"
    # Paused, and with an executor of this name: it only declares the jobs.
    with beside(world, executors={executor: ThreadPoolExecutor(1)}) as other:
        for number in range(4):
            other.add_job(hold, args=[str(world.lines), str(gate)], id=f"long-{number}", executor=executor)
        until(lambda: has_calls(world, 4), "four jobs at work at the same time", crowd)
        assert not any(line.ended for line in lines_of(world))
        places = Counter(line.process if executor == "default" else line.parent for line in lines_of(world))
        assert places == {victim.pid: 2 for victim in crowd}
        gate.touch()
        until(lambda: len(other.get_runs(status="succeeded")) == 4, "four outcomes", crowd)
    end_all(crowd)


@pytest.mark.parametrize("executor", ["default", "processes"])
def test_four_long_jobs_that_are_due_at_once_fill_two_processes_of_two_workers(world, start, executor):
    shared = world(threads=2, processes=2)
    crowd = [start(shared) for _ in range(2)]
    for victim in crowd:
        victim.wait_until("up")
    wait_until_they_know_each_other(shared)
    four_at_once(shared, crowd, executor)


def test_they_fill_both_also_just_after_these_have_started(world, start):
    # With a lease of half a minute, it takes five seconds until each looks at the other's lease again.
    shared = world(threads=2, processes=2, lease=30.0)
    crowd = [start(shared) for _ in range(2)]
    for victim in crowd:
        victim.wait_until("up")
    four_at_once(shared, crowd, "default")
